//! Chinese whispers: every face takes the label its neighbours say loudest, over and over.
//!
//! Apart because it needs a graph and nothing else: no number of clusters, no averages. It is what dlib offers for faces,
//! so results there can be compared with ours.

use std::cmp::Ordering;

use crate::context::Context;
use crate::error::ClusterError;
use crate::labels::renumber;
use crate::random::Random;
use crate::weighted::WeightedGraph;

/// How many nodes are visited between two looks at the cancel flag.
const CHECK: usize = 4096;

/// How Chinese whispers run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhispersOptions {
    /// Rounds at most, at least 1; each visits every node once. It ends earlier when a round changes nothing.
    pub iterations: usize,
    /// Where the random numbers start that order the visits.
    pub seed: u64,
}

impl Default for WhispersOptions {
    /// 100 rounds, as dlib's, and seed 0.
    fn default() -> Self {
        Self {
            iterations: 100,
            seed: 0,
        }
    }
}

/// Labels the nodes of `graph` by Chinese whispers (Biemann, *Chinese Whispers: an efficient graph clustering algorithm and its
/// application to natural language processing problems*, `TextGraphs` 2006).
///
/// Every node starts with its own number as label. In each round all nodes are visited in a new random order; a node takes
/// the label whose edges to it weigh most together, of equals the smallest, at once, so later nodes see it. A node without
/// edges keeps its own. The labels come back numbered by first node; none is noise. The same graph, options and seed give the
/// same labels; it runs on one thread.
///
/// *Errors*: `ARGUMENT` when `iterations` is 0; `CANCELLED`. *Cost*: O(m) a round for m edges, 8 bytes a node beside the graph.
/// Progress: one unit a round, announced here. *Limits*: the result depends on the seed where persons are joined by
/// many edges; there is no measure that it makes best, and a community need not be connected.
pub fn whispers(
    graph: &WeightedGraph,
    options: &WhispersOptions,
    context: &Context<'_>,
) -> Result<Vec<i32>, ClusterError> {
    if options.iterations == 0 {
        return Err(ClusterError::argument("iterations", "at least 1", 0));
    }
    let nodes = graph.len();
    context.expect(options.iterations as u64);
    let mut random = Random::new(options.seed);
    let mut order: Vec<u32> = (0..nodes as u32).collect();
    let mut labels = order.clone();
    // What each label's edges to the visited node weigh; all 0 between visits.
    let mut loudness = vec![0.0_f64; nodes];
    for round in 0..options.iterations {
        random.shuffle(&mut order);
        let mut changed = false;
        for some in order.chunks(CHECK) {
            context.check()?;
            for &node in some {
                let label = loudest(graph, node as usize, &labels, &mut loudness);
                changed |= label != labels[node as usize];
                labels[node as usize] = label;
            }
        }
        context.advance(1);
        if !changed {
            context.advance((options.iterations - round - 1) as u64);
            break;
        }
    }
    let labels: Vec<i32> = labels.iter().map(|&label| label as i32).collect();
    Ok(renumber(&labels))
}

/// The label whose edges to `node` weigh most, of equals the smallest; its own where it has no edge.
fn loudest(graph: &WeightedGraph, node: usize, labels: &[u32], loudness: &mut [f64]) -> u32 {
    for (other, weight) in graph.edges_of(node) {
        loudness[labels[other] as usize] += weight;
    }
    let mut best = (0.0, labels[node]);
    for &other in graph.neighbours(node) {
        let label = labels[other as usize];
        let weight = loudness[label as usize];
        let better = match weight.total_cmp(&best.0) {
            Ordering::Greater => true,
            Ordering::Equal => label < best.1,
            Ordering::Less => false,
        };
        if better {
            best = (weight, label);
        }
    }
    for &other in graph.neighbours(node) {
        loudness[labels[other as usize] as usize] = 0.0;
    }
    best.1
}
