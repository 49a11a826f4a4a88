//! The approximate k-nearest-neighbour graph, for sets where n²/2 products take too long: random divisions, then
//! neighbours of neighbours.
//!
//! Apart from the exact graph, whose answer this one only comes near. The scheme is that of Wang, Wang, Zeng, Tu, Gan, Li,
//! *Scalable k-NN graph construction for visual descriptors*, CVPR 2012: divide at random many times, compare within the
//! groups, then propagate; here the divisions are by random pivots and the propagation is the join of NN-descent (Dong,
//! Moses, Li, *Efficient k-nearest neighbor graph construction for generic similarity measures*, WWW 2011).
//!
//! Why no HNSW crate: those that insert in parallel (`hnsw_rs`, `instant-distance`) link by which thread came first, so the
//! graph is not the same twice, and insertion in order leaves all but one thread idle. Besides, what is wanted is the graph of
//! all faces at once, not an index to ask later, and that can be matrix products through and through.

use crate::context::Context;
use crate::divisions::{UNITS, divide};
use crate::error::ClusterError;
use crate::nearest::{NearestGraph, checked_k, nearest_graph};
use crate::propagation::propagate;
use crate::random::Random;
use crate::shortlists::ShortLists;
use crate::vectors::Vectors;

/// Up to this many faces the exact graph is made: it takes no longer.
pub const EXACT_FACES: usize = 2048;

/// How an approximate graph is made; more of either step costs time and finds more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApproximateOptions {
    /// Neighbours a face, at least 1.
    pub k: usize,
    /// Random divisions, at least 1. Two faces of cosine s meet in one with a probability near n^(−(1 − s)/(2 + 2s)).
    pub divisions: usize,
    /// How many nearest faces, and how many of those a face is near to, are compared in a propagation, at least 1. The
    /// time of a propagation grows with its square.
    pub join: usize,
    /// Rounds of comparing neighbours of neighbours at most; fewer when one finds nothing new. May be 0.
    pub propagations: usize,
    /// Where the random numbers start.
    pub seed: u64,
}

impl ApproximateOptions {
    /// `k` neighbours by 8 divisions and 2 propagations, seed 0.
    #[must_use]
    pub fn new(k: usize) -> Self {
        Self {
            k,
            divisions: 8,
            join: 16,
            propagations: 2,
            seed: 0,
        }
    }
}

/// Finds for each face `k` others of small cosine distance: most of the nearest, not surely all.
///
/// Distances are exact and lists sorted as [`nearest_graph`]'s; up to [`EXACT_FACES`] faces the result is that one's. A
/// list may be shorter than `k` where a face met fewer others. The result depends on vectors, options and seed alone, not on
/// the number of threads.
///
/// *Errors*: `ARGUMENT` when `k`, `divisions` or `join` is 0; `TOO_MANY` as [`nearest_graph`]; `CANCELLED`. *Cost*: about 2·n^1.5
/// dot products a division, at most (2·join + 1)²·n a propagation; 8 bytes a neighbour, and 32·join bytes a face while
/// propagating. Progress: two units a division, one a propagation, announced here. *Limits*: near faces are found, far ones
/// often not: where the k-th nearest is hardly nearer than a random face, its place goes to another one about as far.
pub fn approximate_graph(
    vectors: &Vectors<'_>,
    options: &ApproximateOptions,
    context: &Context<'_>,
) -> Result<NearestGraph, ClusterError> {
    let rows = vectors.len();
    if options.divisions == 0 {
        return Err(ClusterError::argument("divisions", "at least 1", 0));
    }
    if options.join == 0 {
        return Err(ClusterError::argument("join", "at least 1", 0));
    }
    let k = checked_k(rows, options.k)?;
    if rows <= EXACT_FACES {
        return nearest_graph(vectors, options.k, context);
    }
    context.expect(options.divisions as u64 * UNITS + options.propagations as u64);
    let lists = ShortLists::new(rows, k);
    let mut random = Random::new(options.seed);
    for _ in 0..options.divisions {
        divide(vectors, &lists, k, &mut random, context)?;
    }
    lists.take_changed();
    for round in 0..options.propagations {
        propagate(vectors, &lists, options.join, context)?;
        if !lists.take_changed() {
            context.advance((options.propagations - round - 1) as u64);
            break;
        }
    }
    Ok(lists.graph())
}
