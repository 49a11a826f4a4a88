//! A graph as Leiden sees it on one level: nodes that stand for groups of faces, and the merging of groups into nodes.
//!
//! Apart from the moves so that modularity and the constant Potts model become one thing here. With the right node sizes
//! and resolution both are, up to a constant,
//!
//! ```text
//! H = Σ over communities c of (edge weight within c − resolution · (size of c)² / 2)
//! ```

use crate::weighted::WeightedGraph;

/// One level: an undirected graph with sized nodes. What lies within a node is left out, as no move changes it.
#[derive(Debug, Clone)]
pub(crate) struct Level {
    offsets: Vec<usize>,
    ends: Vec<u32>,
    weights: Vec<f64>,
    /// Sums of edge weights for modularity, numbers of faces for the constant Potts model.
    sizes: Vec<f64>,
}

impl Level {
    /// The lowest level, a node a face.
    pub(crate) fn new(graph: &WeightedGraph, sizes: Vec<f64>) -> Self {
        let mut level = Self::empty(sizes);
        for node in 0..graph.len() {
            for (other, weight) in graph.edges_of(node) {
                level.ends.push(other as u32);
                level.weights.push(weight);
            }
            level.offsets.push(level.ends.len());
        }
        level
    }

    pub(crate) fn len(&self) -> usize {
        self.sizes.len()
    }

    pub(crate) fn size(&self, node: usize) -> f64 {
        self.sizes[node]
    }

    /// Neighbours of `node` and weights of the edges to them.
    pub(crate) fn edges_of(&self, node: usize) -> impl Iterator<Item = (usize, f64)> {
        let range = self.offsets[node]..self.offsets[node + 1];
        let ends = self.ends[range.clone()].iter().zip(&self.weights[range]);
        ends.map(|(&other, &weight)| (other as usize, weight))
    }

    /// The next level: a node for each group, edges between groups added. `group_of` numbers groups from 0 without gaps.
    pub(crate) fn merged(&self, group_of: &[u32], groups: usize) -> Self {
        let mut sizes = vec![0.0; groups];
        let mut members: Vec<Vec<u32>> = vec![Vec::new(); groups];
        for (node, &group) in group_of.iter().enumerate() {
            sizes[group as usize] += self.sizes[node];
            members[group as usize].push(node as u32);
        }
        let mut level = Self::empty(sizes);
        let mut sums = Sums::new(groups);
        for (group, members) in members.iter().enumerate() {
            for &node in members {
                for (other, weight) in self.edges_of(node as usize) {
                    let there = group_of[other];
                    if there as usize != group {
                        sums.add(there, weight);
                    }
                }
            }
            for &there in &sums.met {
                level.ends.push(there);
                level.weights.push(sums.of(there));
            }
            level.offsets.push(level.ends.len());
            sums.clear();
        }
        level
    }

    fn empty(sizes: Vec<f64>) -> Self {
        let mut offsets = Vec::with_capacity(sizes.len() + 1);
        offsets.push(0);
        Self {
            offsets,
            ends: Vec::new(),
            weights: Vec::new(),
            sizes,
        }
    }
}

/// Sums of weights by group, for one node at a time; clearing costs only what was added.
#[derive(Debug)]
pub(crate) struct Sums {
    sums: Vec<f64>,
    /// The groups that were added to, in the order of meeting.
    pub(crate) met: Vec<u32>,
}

impl Sums {
    pub(crate) fn new(groups: usize) -> Self {
        Self {
            sums: vec![0.0; groups],
            met: Vec::new(),
        }
    }

    /// Adds a weight, which is above 0.
    pub(crate) fn add(&mut self, group: u32, weight: f64) {
        let sum = &mut self.sums[group as usize];
        if *sum <= 0.0 {
            self.met.push(group);
        }
        *sum += weight;
    }

    pub(crate) fn of(&self, group: u32) -> f64 {
        self.sums[group as usize]
    }

    pub(crate) fn clear(&mut self) {
        for group in self.met.drain(..) {
            self.sums[group as usize] = 0.0;
        }
    }
}

/// Renumbers groups from 0 in the order of their first node; gives their number.
pub(crate) fn number(group_of: &mut [u32]) -> usize {
    let most = group_of.iter().max().map_or(0, |&group| group as usize + 1);
    let mut numbers = vec![u32::MAX; most];
    let mut next = 0;
    for group in group_of {
        let number = &mut numbers[*group as usize];
        if *number == u32::MAX {
            *number = next;
            next += 1;
        }
        *group = *number;
    }
    next as usize
}
