//! Undirected graphs with weights, what Chinese whispers and Leiden work on.
//!
//! Apart from the neighbour graphs because those hold distances, where near is small, and one of them is not symmetric;
//! communities are found by similarity, where near is large, and an edge counts from both ends.

use crate::error::ClusterError;
use crate::nearest::NearestGraph;
use crate::neighbours::RadiusGraph;

/// What an edge of a neighbour graph weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weighting {
    /// Every edge 1, as in dlib.
    One,
    /// The cosine, `1 − distance`; pairs at right angles and beyond get no edge.
    Similarity,
}

impl Weighting {
    fn of(self, distance: f32) -> f32 {
        match self {
            Self::One => 1.0,
            Self::Similarity => 1.0 - distance,
        }
    }
}

/// An undirected graph as compressed sparse rows: every edge at both its nodes, weights above 0, no loops.
#[derive(Debug, Clone, PartialEq)]
pub struct WeightedGraph {
    offsets: Vec<usize>,
    neighbours: Vec<u32>,
    weights: Vec<f32>,
}

impl WeightedGraph {
    /// From a list of edges between nodes below `nodes`; weights of an edge that comes more than once, in either
    /// direction, are added.
    ///
    /// *Errors*: `ARGUMENT`, naming the edge, for a node that is not below `nodes`, a loop, or a weight that is not finite or
    /// not above 0; also when there are more nodes than an `i32` counts. *Cost*: O(m log m) for m edges.
    pub fn from_edges(nodes: usize, edges: &[(u32, u32, f32)]) -> Result<Self, ClusterError> {
        if nodes > i32::MAX as usize {
            return Err(ClusterError::argument("nodes", "at most 2147483647", nodes));
        }
        for (at, &(a, b, weight)) in edges.iter().enumerate() {
            if a as usize >= nodes || b as usize >= nodes || a == b {
                return Err(ClusterError::argument(
                    format!("edge {at}"),
                    "two different nodes of the graph",
                    format!("{a} and {b} of {nodes}"),
                ));
            }
            if !weight.is_finite() || weight <= 0.0 {
                return Err(ClusterError::argument(
                    format!("edge {at}"),
                    "a finite weight above 0",
                    weight,
                ));
            }
        }
        let mut ends: Vec<(u32, u32, f32)> = edges
            .iter()
            .flat_map(|&(a, b, weight)| [(a, b, weight), (b, a, weight)])
            .collect();
        // Stable: weights of one edge are added in the order in which they came, from both ends alike.
        ends.sort_by_key(|&(from, to, _)| (from, to));
        ends.dedup_by(|next, kept| {
            let same = (next.0, next.1) == (kept.0, kept.1);
            if same {
                kept.2 += next.2;
            }
            same
        });
        let mut graph = Self::with_capacity(nodes, ends.len());
        let mut ends = ends.into_iter().peekable();
        for node in 0..nodes as u32 {
            while let Some((_, to, weight)) = ends.next_if(|end| end.0 == node) {
                graph.neighbours.push(to);
                graph.weights.push(weight);
            }
            graph.offsets.push(graph.neighbours.len());
        }
        Ok(graph)
    }

    /// The edges of a radius graph. *Cost*: one pass.
    #[must_use]
    pub fn from_radius(graph: &RadiusGraph, weighting: Weighting) -> Self {
        let mut weighted = Self::with_capacity(graph.len(), 2 * graph.pairs());
        for row in 0..graph.len() {
            for (&other, &distance) in graph.neighbours(row).iter().zip(graph.distances(row)) {
                weighted.push(other, weighting.of(distance));
            }
            weighted.offsets.push(weighted.neighbours.len());
        }
        weighted
    }

    /// An edge between two faces of a nearest-neighbour graph where either is among the other's nearest, and their distance
    /// is at most `radius`. *Cost*: O(n k log k).
    #[must_use]
    pub fn from_nearest(graph: &NearestGraph, radius: f32, weighting: Weighting) -> Self {
        let rows = graph.len();
        let within = |row: usize| {
            let pairs = graph.neighbours(row).iter().zip(graph.distances(row));
            pairs.take_while(move |&(_, &distance)| distance <= radius)
        };
        let mut lists: Vec<Vec<(u32, f32)>> = (0..rows)
            .map(|row| {
                within(row)
                    .map(|(&other, &d)| (other, weighting.of(d)))
                    .collect()
            })
            .collect();
        for row in 0..rows {
            for (&other, &distance) in within(row) {
                if !graph.neighbours(other as usize).contains(&(row as u32)) {
                    lists[other as usize].push((row as u32, weighting.of(distance)));
                }
            }
        }
        let mut weighted = Self::with_capacity(rows, lists.iter().map(Vec::len).sum());
        for mut list in lists {
            list.sort_unstable_by_key(|&(other, _)| other);
            for (other, weight) in list {
                weighted.push(other, weight);
            }
            weighted.offsets.push(weighted.neighbours.len());
        }
        weighted
    }

    /// Number of nodes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Whether there is no node at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Number of edges, each counted once.
    #[must_use]
    pub fn edges(&self) -> usize {
        self.neighbours.len() / 2
    }

    /// Nodes that share an edge with `node`, ascending.
    ///
    /// *Panics* when `node` is not below [`WeightedGraph::len`].
    #[must_use]
    pub fn neighbours(&self, node: usize) -> &[u32] {
        &self.neighbours[self.offsets[node]..self.offsets[node + 1]]
    }

    /// Weights of the edges to [`WeightedGraph::neighbours`], in the same order.
    ///
    /// *Panics* when `node` is not below [`WeightedGraph::len`].
    #[must_use]
    pub fn weights(&self, node: usize) -> &[f32] {
        &self.weights[self.offsets[node]..self.offsets[node + 1]]
    }

    /// Neighbours and weights of the edges to them.
    pub(crate) fn edges_of(&self, node: usize) -> impl Iterator<Item = (usize, f64)> {
        let ends = self.neighbours(node).iter().zip(self.weights(node));
        ends.map(|(&other, &weight)| (other as usize, f64::from(weight)))
    }

    fn with_capacity(nodes: usize, ends: usize) -> Self {
        let mut offsets = Vec::with_capacity(nodes + 1);
        offsets.push(0);
        Self {
            offsets,
            neighbours: Vec::with_capacity(ends),
            weights: Vec::with_capacity(ends),
        }
    }

    fn push(&mut self, other: u32, weight: f32) {
        if weight > 0.0 {
            self.neighbours.push(other);
            self.weights.push(weight);
        }
    }
}
