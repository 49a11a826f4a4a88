//! DBSCAN by linfa-clustering over our neighbour graph: linfa is given an n × 1 array of row numbers, and the index below
//! answers its range queries from the graph.
//!
//! Apart because this is the only file that knows linfa. Paper: Ester, Kriegel, Sander, Xu, "A density-based algorithm
//! for discovering clusters in large spatial databases with noise", KDD 1996.

use std::sync::Arc;

use linfa::{Float, ParamGuard, traits::Transformer};
use linfa_clustering::Dbscan;
use linfa_nn::distance::{Distance, L1Dist};
use linfa_nn::{BuildError, NearestNeighbour, NearestNeighbourIndex, NnError};
use ndarray::{Array2, ArrayBase, ArrayView1, ArrayView2, Data, Ix2};

use crate::context::Context;
use crate::error::ClusterError;
use crate::labels::{NOISE, Unions, renumber};
use crate::neighbours::RadiusGraph;

/// Clusters the faces of a radius graph by density; eps is the graph's radius, inclusive.
///
/// A face is dense when at least `min_samples` faces, itself counted, are within eps. Dense faces within eps of each
/// other share a cluster; a face that is not dense joins the first cluster (by the cluster's first dense face) that has a
/// dense face within eps of it, as in scikit-learn; −1 = noise, no such cluster. Clusters are numbered by first face.
/// With `min_samples` 1 every face is dense: the clusters are the graph's connected components.
///
/// *Errors*: `ARGUMENT` for `min_samples` 0; `CANCELLED`, which linfa's own loop does not look for: the flag is read before and after
/// it. *Cost*: O(faces + pairs).
pub fn dbscan(
    graph: Arc<RadiusGraph>,
    min_samples: usize,
    context: &Context<'_>,
) -> Result<Vec<i32>, ClusterError> {
    context.check()?;
    match min_samples {
        0 => Err(ClusterError::argument("min_samples", "at least 1", 0)),
        // linfa refuses 1, though it is well defined.
        1 => Ok(components(&graph)),
        _ => with_linfa(graph, min_samples, context),
    }
}

fn components(graph: &RadiusGraph) -> Vec<i32> {
    let mut unions = Unions::new(graph.len());
    for row in 0..graph.len() {
        for &other in graph.neighbours(row) {
            let (a, b) = (unions.root(row as u32), unions.root(other));
            if a != b {
                unions.attach(a.max(b), a.min(b));
            }
        }
    }
    unions.labels(graph.len())
}

fn with_linfa(
    graph: Arc<RadiusGraph>,
    min_samples: usize,
    context: &Context<'_>,
) -> Result<Vec<i32>, ClusterError> {
    // f64 holds every row number exactly, f32 only up to 16,777,216.
    let rows: Vec<f64> = (0..graph.len() as u32).map(f64::from).collect();
    let rows = Array2::from_shape_vec((graph.len(), 1), rows)
        .map_err(|error| ClusterError::argument("rows", "one number a face", error))?;
    let params = Dbscan::params_with(min_samples, L1Dist, GraphFinder { graph })
        .tolerance(1.0)
        .check()
        .map_err(|error| ClusterError::argument("min_samples", "at least 2", error))?;
    let found = params.transform(&rows);
    context.check()?;
    let labels: Vec<i32> = found
        .iter()
        .map(|label| label.map_or(NOISE, |label| label as i32))
        .collect();
    Ok(renumber(&labels))
}

/// Hands linfa an index over the graph in place of one over points.
#[derive(Debug)]
struct GraphFinder {
    // Shared, not borrowed: linfa's index may outlive the finder.
    graph: Arc<RadiusGraph>,
}

impl NearestNeighbour for GraphFinder {
    fn from_batch_with_leaf_size<'a, F: Float, DT: Data<Elem = F>, D: 'a + Distance<F>>(
        &self,
        batch: &'a ArrayBase<DT, Ix2>,
        _leaf_size: usize,
        _distance: D,
    ) -> Result<Box<dyn 'a + Send + Sync + NearestNeighbourIndex<F>>, BuildError> {
        if batch.ncols() == 0 {
            return Err(BuildError::ZeroDimension);
        }
        Ok(Box::new(GraphIndex {
            graph: Arc::clone(&self.graph),
            rows: batch.view(),
        }))
    }
}

/// Answers "which rows are within eps of row number x" from the graph; any range asked for means the graph's radius.
struct GraphIndex<'a, F: Float> {
    graph: Arc<RadiusGraph>,
    rows: ArrayView2<'a, F>,
}

impl<F: Float> GraphIndex<'_, F> {
    fn row_number(&self, point: &ArrayView1<'_, F>) -> Result<usize, NnError> {
        match point.first().and_then(F::to_usize) {
            Some(row) if point.len() == 1 && row < self.graph.len() => Ok(row),
            _ => Err(NnError::WrongDimension),
        }
    }

    /// The row itself first (DBSCAN counts it), then its neighbours, nearest or ascending as `order` gives them.
    fn answer(
        &self,
        row: usize,
        order: impl Iterator<Item = usize>,
    ) -> Vec<(ArrayView1<'_, F>, usize)> {
        std::iter::once(row)
            .chain(order)
            .map(|found| (self.rows.row(found), found))
            .collect()
    }
}

impl<F: Float> NearestNeighbourIndex<F> for GraphIndex<'_, F> {
    fn k_nearest(
        &self,
        point: ArrayView1<'_, F>,
        k: usize,
    ) -> Result<Vec<(ArrayView1<'_, F>, usize)>, NnError> {
        let row = self.row_number(&point)?;
        let neighbours = self.graph.neighbours(row);
        let distances = self.graph.distances(row);
        let mut order: Vec<usize> = (0..neighbours.len()).collect();
        order.sort_by(|&a, &b| distances[a].total_cmp(&distances[b]).then(a.cmp(&b)));
        let mut found = self.answer(row, order.iter().map(|&at| neighbours[at] as usize));
        found.truncate(k);
        Ok(found)
    }

    fn within_range(
        &self,
        point: ArrayView1<'_, F>,
        _range: F,
    ) -> Result<Vec<(ArrayView1<'_, F>, usize)>, NnError> {
        let row = self.row_number(&point)?;
        let neighbours = self.graph.neighbours(row);
        Ok(self.answer(row, neighbours.iter().map(|&other| other as usize)))
    }
}
