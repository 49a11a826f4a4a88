//! OPTICS: the faces in an order in which clusters of every density are valleys of one curve.
//!
//! Paper: Ankerst, Breunig, Kriegel, Sander, "OPTICS: ordering points to identify the clustering structure", SIGMOD 1999.
//! Apart from DBSCAN because it fixes no eps: labels are read off the order afterwards, by `optics_labels`. Here are the
//! walk and the way over a neighbour graph; `optics_rows` is the way that needs none.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::context::Context;
use crate::core_linkage::GRAPH_SLACK;
use crate::error::ClusterError;
use crate::neighbours::{RadiusGraph, radius_graph};
use crate::optics_rows::order_by_rows;
use crate::products::upper_tiles;
use crate::row_products::RowProducts;
use crate::vectors::Vectors;

/// Pairs up to which a finite `max_eps` is worked on a neighbour graph: under half a gigabyte while it is built. Beyond,
/// rows of distances are faster.
const GRAPH_PAIRS: u64 = 16_000_000;

/// Steps of the walk between two looks at the cancel flag.
const CANCEL_INTERVAL: usize = 256;

/// What OPTICS is asked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OpticsOptions {
    /// A face is dense when this many faces, itself counted, are near; at least 1.
    pub min_samples: usize,
    /// Cosine distance beyond which nothing is near, inclusive; may be infinite.
    pub max_eps: f32,
}

/// The order and what belongs to it; every list but `ordering` is indexed by row.
#[derive(Debug, Clone, PartialEq)]
pub struct Optics {
    /// Rows in the order in which they were reached.
    pub ordering: Vec<u32>,
    /// Distance at which a row was reached; infinite for the first row and each that nothing reaches within `max_eps`.
    pub reachability: Vec<f32>,
    /// Distance to the `min_samples`-th nearest face, the face itself counted; infinite beyond `max_eps`.
    pub core_distances: Vec<f32>,
    /// Row from which a row was reached, −1 where the reachability is infinite.
    pub predecessors: Vec<i32>,
}

/// Orders the faces by density reachability, as scikit-learn's `OPTICS(metric="cosine")`.
///
/// The reachability of q from p is `max(core(p), 1 − ⟨p, q⟩)`. The walk always goes on with the row of the smallest
/// reachability so far (the smaller row where two are equal) and improves the reachability of all rows within `max_eps` of it
/// if it is dense. With fewer faces than `min_samples` none is dense: the order is that of the rows, all reachabilities
/// are infinite. Distances are f32 products; identical rows are exactly 0 apart.
///
/// *Errors*: `ARGUMENT` for `min_samples` 0 or a `max_eps` that is negative or no number; `CANCELLED`. *Cost*: where
/// at most 16 million pairs are within a finite `max_eps`: n²/2 products and O((n + pairs) log pairs), 28 bytes a pair;
/// else about 2 n² products and O(n²) comparisons, and rows of n distances of at most 128 MB or 128 rows together.
/// Progress: tiles of the graph or blocks of rows, then one unit for every 256 faces.
///
/// ```
/// use std::sync::atomic::{AtomicBool, AtomicU64};
/// use faceweave_cluster::{Context, OpticsOptions, Vectors, optics};
///
/// let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build()?;
/// let (cancel, done, total) = (AtomicBool::new(false), AtomicU64::new(0), AtomicU64::new(0));
/// let context = Context { pool: &pool, cancel: &cancel, done: &done, total: &total };
///
/// let data = [1.0, 0.0, 0.0, 1.0, 0.96, 0.28, 0.28, 0.96];
/// let vectors = Vectors::new(&data, 2)?;
/// let options = OpticsOptions { min_samples: 2, max_eps: f32::INFINITY };
/// let found = optics(&vectors, &options, &context)?;
/// assert_eq!(found.ordering, [0, 2, 3, 1]);
/// assert_eq!(found.dbscan_labels(0.1)?, [0, 1, 0, 1]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn optics(
    vectors: &Vectors<'_>,
    options: &OpticsOptions,
    context: &Context<'_>,
) -> Result<Optics, ClusterError> {
    let OpticsOptions {
        min_samples,
        max_eps,
    } = *options;
    if min_samples == 0 {
        return Err(ClusterError::argument("min_samples", "at least 1", 0));
    }
    if max_eps.is_nan() || max_eps < 0.0 {
        let expected = "a cosine distance of at least 0, or infinity";
        return Err(ClusterError::argument("max_eps", expected, max_eps));
    }
    context.check()?;
    if min_samples > vectors.len() {
        let order = (0..vectors.len() as u32).collect();
        return Ok(Optics::unreached(order));
    }
    let products = RowProducts::new(vectors);
    if max_eps.is_finite() {
        context.expect(upper_tiles(vectors.len()));
        match radius_graph(vectors, max_eps + GRAPH_SLACK, GRAPH_PAIRS, context) {
            Ok(graph) => return order_by_graph(&graph, &products, options, context),
            Err(ClusterError::TooMany { .. }) => context.finish(),
            Err(error) => return Err(error),
        }
    }
    order_by_rows(&products, options, context)
}

impl Optics {
    /// Rows of which none is dense or reached, in the order given.
    pub(crate) fn unreached(ordering: Vec<u32>) -> Self {
        let rows = ordering.len();
        Self {
            ordering,
            reachability: vec![f32::INFINITY; rows],
            core_distances: vec![f32::INFINITY; rows],
            predecessors: vec![-1; rows],
        }
    }
}

/// Looks at the cancel flag and shows progress, once in [`CANCEL_INTERVAL`] steps.
pub(crate) fn pace(step: usize, context: &Context<'_>) -> Result<(), ClusterError> {
    if step.is_multiple_of(CANCEL_INTERVAL) {
        context.check()?;
        context.advance(1);
    }
    Ok(())
}

/// Units of progress of a walk over `rows` rows.
pub(crate) fn paces(rows: usize) -> u64 {
    rows.div_ceil(CANCEL_INTERVAL) as u64
}

/// The heap's key: reachability, then row. Bits of floats of at least 0 order as the floats do.
fn key(reachability: f32, row: usize) -> Reverse<u64> {
    Reverse(u64::from(reachability.to_bits()) << 32 | row as u64)
}

fn order_by_graph(
    graph: &RadiusGraph,
    products: &RowProducts<'_>,
    options: &OpticsOptions,
    context: &Context<'_>,
) -> Result<Optics, ClusterError> {
    let rows = graph.len();
    let near = |row: usize| {
        let distances = graph.distances(row).iter();
        graph
            .neighbours(row)
            .iter()
            .zip(distances)
            .map(move |(&other, &d)| {
                (
                    other as usize,
                    products.distance_or_zero(row, other as usize, d),
                )
            })
            .filter(|&(_, distance)| distance <= options.max_eps)
    };
    context.expect(paces(rows));
    let mut found = Optics::unreached(Vec::with_capacity(rows));
    found.reachability = vec![f32::INFINITY; rows];
    found.predecessors = vec![-1; rows];
    let mut scratch = Vec::new();
    found.core_distances = (0..rows)
        .map(|row| {
            scratch.clear();
            scratch.extend(near(row).map(|(_, distance)| distance));
            core_distance(&mut scratch, options.min_samples)
        })
        .collect();
    let mut processed = vec![false; rows];
    let mut heap = BinaryHeap::new();
    let mut first = 0;
    while found.ordering.len() < rows {
        pace(found.ordering.len(), context)?;
        let reached = heap
            .pop()
            .map(|Reverse(key): Reverse<u64>| key as u32 as usize);
        let row = match reached {
            // An entry that was improved on after it was made comes after the better one.
            Some(row) if processed[row] => continue,
            Some(row) => row,
            None => {
                while processed[first] {
                    first += 1;
                }
                first
            }
        };
        processed[row] = true;
        found.ordering.push(row as u32);
        let core = found.core_distances[row];
        if core.is_infinite() {
            continue;
        }
        for (other, distance) in near(row) {
            let reachability = distance.max(core);
            if !processed[other] && reachability < found.reachability[other] {
                found.reachability[other] = reachability;
                found.predecessors[other] = row as i32;
                heap.push(key(reachability, other));
            }
        }
    }
    context.finish();
    Ok(found)
}

/// The `min_samples`-th smallest distance, the face itself at 0 being the first; infinite where there are fewer.
fn core_distance(distances: &mut [f32], min_samples: usize) -> f32 {
    match min_samples.checked_sub(2) {
        None => 0.0,
        Some(at) if at < distances.len() => *distances.select_nth_unstable_by(at, f32::total_cmp).1,
        Some(_) => f32::INFINITY,
    }
}
