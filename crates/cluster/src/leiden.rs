//! Leiden: communities of a weighted graph that make modularity, or the constant Potts model, large.
//!
//! Apart from Chinese whispers because it has a measure to make large, a resolution to choose, and promises connected
//! communities. Written from the paper; the two steps are in `leiden_moves.rs`, the levels in `leiden_level.rs`.

use crate::context::Context;
use crate::error::ClusterError;
use crate::labels::renumber;
use crate::leiden_level::{Level, number};
use crate::leiden_moves::{move_nodes, refine};
use crate::random::Random;
use crate::weighted::WeightedGraph;

/// What Leiden makes large. e(c) is the weight of the edges within community c, γ the resolution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quality {
    /// Modularity (Newman and Girvan 2004; γ by Reichardt and Bornholdt 2006), Σ over c of `e(c)/m − γ (k(c)/2m)²` with m the
    /// weight of all edges and k(c) the summed weights at the nodes of c. At most 1; small communities of large graphs melt.
    Modularity,
    /// The constant Potts model (Traag, Van Dooren, Nesterov 2011), Σ over c of `e(c) − γ n(c) (n(c) − 1)/2` with n(c) nodes in c.
    /// Communities are denser than γ within and thinner than γ between, whatever the size of the graph.
    ConstantPotts,
}

/// How Leiden runs.
#[derive(Debug, Clone, PartialEq)]
pub struct LeidenOptions {
    /// What is made large.
    pub quality: Quality,
    /// γ, finite and at least 0; larger means smaller communities. 1 is plain modularity; for the constant Potts model it is a
    /// weight an edge, such as a similarity.
    pub resolution: f64,
    /// θ of the paper, finite and above 0, in units of edge weight: how freely the refinement chooses among places that
    /// do not lower the quality. 0.01 is the paper's.
    pub randomness: f64,
    /// Runs over all levels at most, at least 1, each from the result of the last; fewer when one changes nothing.
    pub iterations: usize,
    /// Where the random numbers start.
    pub seed: u64,
}

impl Default for LeidenOptions {
    /// Modularity of resolution 1, randomness 0.01, at most 10 runs, seed 0.
    fn default() -> Self {
        Self {
            quality: Quality::Modularity,
            resolution: 1.0,
            randomness: 0.01,
            iterations: 10,
            seed: 0,
        }
    }
}

/// What Leiden found.
#[derive(Debug, Clone, PartialEq)]
pub struct Communities {
    /// One a node, numbered from 0 by first node; none is noise.
    pub labels: Vec<i32>,
    /// The quality of these labels, as [`quality_of`] computes it.
    pub quality: f64,
}

/// Finds communities of `graph` by the Leiden algorithm (Traag, Waltman, van Eck, *From Louvain to Leiden: guaranteeing
/// well-connected communities*, Scientific Reports 9, 5233 (2019)).
///
/// Every run moves single nodes while quality gains, refines the communities so found, merges the refined groups into
/// nodes, and goes on with these until nothing merges. Every community is connected: what should not be is parted at the end of a
/// run. A node without edges is alone. The same graph, options and seed give the same labels; it runs on one thread.
///
/// *Errors*: `ARGUMENT` for options out of their range; `CANCELLED`. *Cost*: each run about O(m) for m edges in practice, 24 bytes
/// an edge on each of two levels. Progress: one unit a run, announced here. *Limits*: a local maximum that depends on the seed,
/// not surely the best; modularity has a resolution limit (Fortunato and Barthélemy 2007).
pub fn leiden(
    graph: &WeightedGraph,
    options: &LeidenOptions,
    context: &Context<'_>,
) -> Result<Communities, ClusterError> {
    check(options)?;
    context.expect(options.iterations as u64);
    let nodes = graph.len();
    let strengths = strengths(graph);
    let ends: f64 = strengths.iter().sum();
    let (sizes, resolution) = match options.quality {
        // Without edges nothing moves, whatever the resolution.
        Quality::Modularity if ends > 0.0 => (strengths, options.resolution / ends),
        Quality::Modularity => (strengths, 0.0),
        Quality::ConstantPotts => (vec![1.0; nodes], options.resolution),
    };
    let run = Run {
        base: Level::new(graph, sizes),
        resolution,
        randomness: options.randomness,
        context,
    };
    let mut random = Random::new(options.seed);
    let mut community_of: Vec<u32> = (0..nodes as u32).collect();
    for iteration in 0..options.iterations {
        let mut next = run.improve(&community_of, &mut random)?;
        part_unconnected(graph, &mut next);
        number(&mut next);
        context.advance(1);
        if next == community_of {
            context.advance((options.iterations - iteration - 1) as u64);
            break;
        }
        community_of = next;
    }
    let labels: Vec<i32> = community_of.iter().map(|&c| c as i32).collect();
    let quality = quality_of(graph, &labels, options.quality, options.resolution)?;
    Ok(Communities { labels, quality })
}

/// The quality of any labelling of `graph`, by the formula at [`Quality`]; a node with a negative label is a community alone.
///
/// 0 for modularity without edges. *Errors*: `ARGUMENT` when there is not one label a node. *Cost*: one pass.
pub fn quality_of(
    graph: &WeightedGraph,
    labels: &[i32],
    quality: Quality,
    resolution: f64,
) -> Result<f64, ClusterError> {
    if labels.len() != graph.len() {
        return Err(ClusterError::argument(
            "labels",
            "one for each node",
            format!("{} for {} nodes", labels.len(), graph.len()),
        ));
    }
    // Renumbered, as the caller's numbers may have gaps of any size.
    let labels = renumber(labels);
    let mut inside = 0.0;
    let mut sizes = vec![0.0; labels.len()];
    let mut alone = 0.0;
    let strengths = strengths(graph);
    for (node, &label) in labels.iter().enumerate() {
        let size = match quality {
            Quality::Modularity => strengths[node],
            Quality::ConstantPotts => 1.0,
        };
        if label < 0 {
            alone += size * size;
            continue;
        }
        sizes[label as usize] += size;
        // From both ends, hence halved.
        let same = graph
            .edges_of(node)
            .filter(|&(other, _)| labels[other] == label);
        inside += same.map(|(_, weight)| weight).sum::<f64>() / 2.0;
    }
    let squares: f64 = alone + sizes.iter().map(|size| size * size).sum::<f64>();
    let ends: f64 = strengths.iter().sum();
    Ok(match quality {
        Quality::Modularity if ends > 0.0 => {
            2.0 * inside / ends - resolution * squares / (ends * ends)
        }
        Quality::Modularity => 0.0,
        Quality::ConstantPotts => inside - resolution * (squares - labels.len() as f64) / 2.0,
    })
}

fn check(options: &LeidenOptions) -> Result<(), ClusterError> {
    if !options.resolution.is_finite() || options.resolution < 0.0 {
        let expected = "a finite number of at least 0";
        return Err(ClusterError::argument(
            "resolution",
            expected,
            options.resolution,
        ));
    }
    if !options.randomness.is_finite() || options.randomness <= 0.0 {
        let expected = "a finite number above 0";
        return Err(ClusterError::argument(
            "randomness",
            expected,
            options.randomness,
        ));
    }
    if options.iterations == 0 {
        return Err(ClusterError::argument("iterations", "at least 1", 0));
    }
    Ok(())
}

/// Summed weights of the edges at each node.
fn strengths(graph: &WeightedGraph) -> Vec<f64> {
    (0..graph.len())
        .map(|node| graph.edges_of(node).map(|(_, weight)| weight).sum())
        .collect()
}

struct Run<'a> {
    base: Level,
    resolution: f64,
    randomness: f64,
    context: &'a Context<'a>,
}

impl Run<'_> {
    /// One run over all levels, from the communities given.
    fn improve(&self, start: &[u32], random: &mut Random) -> Result<Vec<u32>, ClusterError> {
        let (resolution, context) = (self.resolution, self.context);
        let mut merged: Option<Level> = None;
        let mut node_of: Vec<u32> = (0..start.len() as u32).collect();
        let mut communities = start.to_vec();
        loop {
            let level = merged.as_ref().unwrap_or(&self.base);
            move_nodes(level, resolution, &mut communities, random, context)?;
            if number(&mut communities) == level.len() {
                break;
            }
            let mut group_of = refine(
                level,
                resolution,
                self.randomness,
                &communities,
                random,
                context,
            )?;
            let groups = number(&mut group_of);
            if groups == level.len() {
                break;
            }
            let mut next = vec![0; groups];
            for (&group, &community) in group_of.iter().zip(&communities) {
                next[group as usize] = community;
            }
            for node in &mut node_of {
                *node = group_of[*node as usize];
            }
            communities = next;
            merged = Some(level.merged(&group_of, groups));
        }
        Ok(node_of
            .iter()
            .map(|&node| communities[node as usize])
            .collect())
    }
}

/// Gives every connected part of a community a number of its own: the number of its first node.
fn part_unconnected(graph: &WeightedGraph, community_of: &mut [u32]) {
    let mut parts = vec![u32::MAX; community_of.len()];
    let mut waiting = Vec::new();
    for first in 0..community_of.len() {
        if parts[first] != u32::MAX {
            continue;
        }
        parts[first] = first as u32;
        waiting.push(first);
        while let Some(node) = waiting.pop() {
            for (other, _) in graph.edges_of(node) {
                if parts[other] == u32::MAX && community_of[other] == community_of[node] {
                    parts[other] = first as u32;
                    waiting.push(other);
                }
            }
        }
    }
    community_of.copy_from_slice(&parts);
}
