//! The algorithms a user asks for by name, each with the graph and the settings it needs.
//!
//! Apart from [`crate::cluster()`] because that one knows what is done around any of them, and this one only how each is called.

use std::sync::Arc;

use crate::cluster::{Algorithm, Labelled, Options};
use crate::condensed_tree::Selection;
use crate::context::Context;
use crate::dbscan::dbscan;
use crate::error::ClusterError;
use crate::hdbscan::{HdbscanOptions, hdbscan};
use crate::leiden::{LeidenOptions, leiden};
use crate::linkage::{Linkage, cut, linkage_matrix};
use crate::neighbours::{MAX_PAIRS, RadiusGraph, radius_graph};
use crate::optics::{OpticsOptions, optics};
use crate::optics_labels::XiOptions;
use crate::products::upper_tiles;
use crate::schedule::{ScheduleOptions, schedule};
use crate::vectors::Vectors;
use crate::weighted::{WeightedGraph, Weighting};
use crate::whispers::{WhispersOptions, whispers};

/// scikit-learn's default.
const XI: f64 = 0.05;

/// Fewest faces of a cluster of HDBSCAN: two are a person.
const LEAST_CLUSTER: usize = 2;

pub(crate) fn by_name(
    vectors: &Vectors<'_>,
    options: &Options,
    context: &Context<'_>,
) -> Result<Labelled, ClusterError> {
    let graph = || -> Result<Arc<RadiusGraph>, ClusterError> {
        radius_graph(vectors, options.threshold, MAX_PAIRS, context).map(Arc::new)
    };
    let min_samples = options.min_samples;
    match options.algorithm {
        Algorithm::Ahc => by_matrix(vectors, Linkage::Average, options, context),
        Algorithm::Linkage(linkage) => by_matrix(vectors, linkage, options, context),
        Algorithm::Dbscan => {
            let graph = graph()?;
            let labels = dbscan(Arc::clone(&graph), min_samples, context)?;
            Ok((labels, Some(graph)))
        }
        Algorithm::Optics => {
            let max_eps = options.threshold;
            let order = optics(
                vectors,
                &OpticsOptions {
                    min_samples,
                    max_eps,
                },
                context,
            )?;
            let found = order.xi_labels(&XiOptions {
                xi: XI,
                min_samples,
                min_cluster_size: LEAST_CLUSTER.max(min_samples),
                predecessor_correction: true,
            })?;
            Ok((found.labels, None))
        }
        Algorithm::Hdbscan => {
            let asked = HdbscanOptions {
                min_samples,
                min_cluster_size: LEAST_CLUSTER,
                selection: Selection::ExcessOfMass,
                allow_single_cluster: false,
            };
            Ok((hdbscan(vectors, &asked, context)?.labels, None))
        }
        Algorithm::Whispers => {
            let graph = graph()?;
            let weighted = WeightedGraph::from_radius(&graph, Weighting::Similarity);
            let labels = whispers(&weighted, &WhispersOptions::default(), context)?;
            Ok((labels, Some(graph)))
        }
        Algorithm::Leiden => {
            let graph = graph()?;
            let weighted = WeightedGraph::from_radius(&graph, Weighting::Similarity);
            let found = leiden(&weighted, &LeidenOptions::default(), context)?;
            Ok((found.labels, Some(graph)))
        }
        Algorithm::Schedule => {
            let graph = graph()?;
            let asked = ScheduleOptions {
                initial_eps: options.threshold,
                iterations: options.iterations,
                max_distance: options.max_distance,
                min_samples,
            };
            let labels = schedule(vectors, &graph, &asked, context)?;
            Ok((labels, Some(graph)))
        }
    }
}

fn by_matrix(
    vectors: &Vectors<'_>,
    linkage: Linkage,
    options: &Options,
    context: &Context<'_>,
) -> Result<Labelled, ClusterError> {
    context.expect(upper_tiles(vectors.len()));
    let tree = linkage_matrix(vectors, linkage, context)?;
    Ok((cut(&tree, options.threshold), None))
}
