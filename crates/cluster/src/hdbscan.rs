//! HDBSCAN: DBSCAN at every eps at once, and of all clusters that come and go with eps those that last.
//!
//! Papers: Campello, Moulavi, Sander, "Density-based clustering based on hierarchical density estimates", PAKDD 2013; `McInnes`
//! and Healy, "Accelerated hierarchical density based clustering", ICDM workshops 2017. Apart from the tree and its
//! condensing because here is only what a caller sees: options, their checks, labels.

use crate::condensed_tree::{CondensedTree, Selection};
use crate::context::Context;
use crate::error::ClusterError;
use crate::labels::{NOISE, renumber};
use crate::row_products::RowProducts;
use crate::spanning_tree::spanning_tree;
use crate::vectors::Vectors;

/// What HDBSCAN is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HdbscanOptions {
    /// A face's core distance is that to its `min_samples`-th nearest face, itself counted; at least 1. Larger makes more
    /// noise.
    pub min_samples: usize,
    /// Fewest faces of a cluster; at least 2.
    pub min_cluster_size: usize,
    /// Which clusters of the tree become labels.
    pub selection: Selection,
    /// Whether all faces may be one cluster; by excess of mass only.
    pub allow_single_cluster: bool,
}

/// What HDBSCAN found; every list has one entry a row, `merge_distances` apart.
#[derive(Debug, Clone, PartialEq)]
pub struct Hdbscan {
    /// −1 is noise; clusters are numbered by first face.
    pub labels: Vec<i32>,
    /// How strongly a face belongs to its cluster: its λ over the largest of the cluster, 0 to 1; 0 for noise.
    pub probabilities: Vec<f32>,
    /// Cosine distance to the `min_samples`-th nearest face; infinite where there are fewer faces.
    pub core_distances: Vec<f32>,
    /// Heights of the single-linkage tree, ascending: the n − 1 weights of the minimum spanning tree of mutual
    /// reachability; none where there are fewer faces than `min_samples`.
    pub merge_distances: Vec<f32>,
}

/// Clusters the faces by density at every scale, as scikit-learn's `HDBSCAN(metric="cosine")`.
///
/// Mutual reachability of p and q is `max(core(p), core(q), 1 − ⟨p, q⟩)`. Single linkage over it gives a tree; a split of the tree
/// into two parts of at least `min_cluster_size` faces makes two clusters, any other only sheds faces. With λ = 1 / distance a
/// cluster's stability is the sum over its faces of (λ at which the face leaves − λ at which the cluster begins). Excess of mass
/// takes the clusters, none inside another, of the largest total stability.
///
/// Equal mutual reachabilities merge by distance, then by smaller rows, so the order of the faces matters only where
/// distances themselves are equal; scikit-learn leaves it to its sort. Identical faces are exactly 0 apart.
/// With fewer faces than `min_samples`, or one, all are noise, where scikit-learn refuses.
///
/// *Errors*: `ARGUMENT` for `min_samples` 0 or `min_cluster_size` below 2; `CANCELLED`. *Cost*: n² products for core
/// distances, then in practice one or two passes of at most n² for the spanning tree (at worst log n), O(n log n) for the
/// trees; memory 12 bytes for each of n · max(16, `min_samples` − 1) list entries, no n². Progress: blocks of 256 rows.
///
/// ```
/// use std::sync::atomic::{AtomicBool, AtomicU64};
/// use faceweave_cluster::{Context, HdbscanOptions, Selection, Vectors, hdbscan};
///
/// let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build()?;
/// let (cancel, done, total) = (AtomicBool::new(false), AtomicU64::new(0), AtomicU64::new(0));
/// let context = Context { pool: &pool, cancel: &cancel, done: &done, total: &total };
///
/// let data = [1.0, 0.0, 0.0, 1.0, 0.96, 0.28, 0.28, 0.96];
/// let vectors = Vectors::new(&data, 2)?;
/// let options = HdbscanOptions {
///     min_samples: 1,
///     min_cluster_size: 2,
///     selection: Selection::ExcessOfMass,
///     allow_single_cluster: false,
/// };
/// assert_eq!(hdbscan(&vectors, &options, &context)?.labels, [0, 1, 0, 1]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn hdbscan(
    vectors: &Vectors<'_>,
    options: &HdbscanOptions,
    context: &Context<'_>,
) -> Result<Hdbscan, ClusterError> {
    let HdbscanOptions {
        min_samples,
        min_cluster_size,
        selection,
        allow_single_cluster,
    } = *options;
    if min_samples == 0 {
        return Err(ClusterError::argument("min_samples", "at least 1", 0));
    }
    if min_cluster_size < 2 {
        let expected = "at least 2";
        return Err(ClusterError::argument(
            "min_cluster_size",
            expected,
            min_cluster_size,
        ));
    }
    context.check()?;
    let rows = vectors.len();
    if rows < min_samples.max(2) {
        return Ok(Hdbscan {
            labels: vec![NOISE; rows],
            probabilities: vec![0.0; rows],
            core_distances: vec![if min_samples == 1 { 0.0 } else { f32::INFINITY }; rows],
            merge_distances: Vec::new(),
        });
    }
    let products = RowProducts::new(vectors);
    let tree = spanning_tree(&products, min_samples, context)?;
    let condensed = CondensedTree::new(rows, &tree.edges, min_cluster_size);
    let chosen = condensed.choose(selection, allow_single_cluster);
    context.finish();
    Ok(Hdbscan {
        labels: renumber(&chosen.labels),
        probabilities: chosen.probabilities,
        core_distances: tree.core_distances,
        merge_distances: tree.edges.iter().map(|edge| edge.weight).collect(),
    })
}
