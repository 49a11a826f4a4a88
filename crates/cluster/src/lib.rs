//! Vectors → labels: neighbour graphs, exact and approximate, DBSCAN, average linkage, Chinese whispers, Leiden, and the
//! rule that two faces of one photograph are two people.
//!
//! Pure algorithms over `&[f32]`: no files, no Node, no clock, no random numbers but seeded ones; threads come in as a rayon pool. The
//! same vectors and options give the same labels whatever the number of threads. `docs/algorithms.md` has each algorithm's
//! paper, formula, cost and limits.
//!
//! ```
//! use std::sync::atomic::{AtomicBool, AtomicU64};
//! use faceweave_cluster::{Algorithm, Context, Options, Vectors, cluster};
//!
//! let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build()?;
//! let (cancel, done, total) = (AtomicBool::new(false), AtomicU64::new(0), AtomicU64::new(0));
//! let context = Context { pool: &pool, cancel: &cancel, done: &done, total: &total };
//!
//! let data = [1.0, 0.0, 0.96, 0.28, 0.0, 1.0];
//! let vectors = Vectors::new(&data, 2)?;
//! let options = Options { algorithm: Algorithm::Ahc, threshold: 0.3, core_threshold: None, min_samples: 2,
//!     iterations: 1, max_distance: 0.3, same_photo_exempt: 0.01, exact_faces: 1000 };
//! let found = cluster(&vectors, &[7, 8, 9], &options, &context)?;
//! assert_eq!(found.labels, [0, 0, 1]);
//! assert!(found.conflicts.is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![allow(
    clippy::missing_errors_doc,
    clippy::missing_panics_doc,
    reason = "errors and panics are told in the doc comment's *Errors* and *Panics* parts, not under headings"
)]

mod approximate;
mod by_name;
mod cluster;
mod condensed_tree;
mod context;
mod core_linkage;
mod dbscan;
mod divisions;
mod error;
mod extend;
mod hdbscan;
mod labels;
mod leiden;
mod leiden_level;
mod leiden_moves;
mod linkage;
mod means;
mod merge_rule;
mod nearest;
mod nearest_rows;
mod neighbours;
mod optics;
mod optics_labels;
mod optics_rows;
mod products;
mod propagation;
mod random;
mod row_products;
mod rules;
mod schedule;
mod selection;
mod shortlists;
mod spanning_tree;
mod tiers;
mod vectors;
mod weighted;
mod whispers;

pub use approximate::{ApproximateOptions, EXACT_FACES, approximate_graph};
pub use cluster::{Algorithm, Clustering, NEAREST, Options, cluster};
pub use condensed_tree::Selection;
pub use context::Context;
pub use core_linkage::{GRAPH_SLACK, LinkageInput, average_linkage};
pub use dbscan::dbscan;
pub use error::ClusterError;
pub use extend::{NEW, cluster_new};
pub use hdbscan::{Hdbscan, HdbscanOptions, hdbscan};
pub use labels::{NOISE, renumber};
pub use leiden::{Communities, LeidenOptions, Quality, leiden, quality_of};
pub use linkage::{
    Linkage, MAX_MATRIX_FACES, Merge, Tree, average_linkage_matrix, cut, linkage_matrix,
};
pub use means::distances_to_means;
pub use merge_rule::{Candidate, MergeRule, NarrowingCut, OnePerPhoto, Part, Plain};
pub use nearest::{MAX_NEAREST, NearestGraph, nearest_graph};
pub use neighbours::{MAX_PAIRS, RadiusGraph, radius_graph};
pub use optics::{Optics, OpticsOptions, optics};
pub use optics_labels::{XiClusters, XiOptions};
pub use rules::{SamePhotoInput, separate_same_photo};
pub use schedule::{ScheduleOptions, schedule};
pub use tiers::{Tier, cluster_tiers};
pub use vectors::{LENGTH_TOLERANCE, Vectors};
pub use weighted::{WeightedGraph, Weighting};
pub use whispers::{WhispersOptions, whispers};
