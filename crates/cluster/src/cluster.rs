//! The one door most callers need: vectors and photograph numbers in, one label a face out.
//!
//! Chooses the algorithm, applies the rule of one photograph, measures each face against its cluster. Apart from the
//! algorithms so that none of them knows what a photograph is.

use std::sync::Arc;

use crate::approximate::{ApproximateOptions, approximate_graph};
use crate::by_name::by_name;
use crate::context::Context;
use crate::core_linkage::{GRAPH_SLACK, LinkageInput, average_linkage};
use crate::error::ClusterError;
use crate::labels::renumber;
use crate::linkage::{Linkage, MAX_MATRIX_FACES, average_linkage_matrix, cut};
use crate::means::distances_to_means;
use crate::merge_rule::{MergeRule, NarrowingCut, Plain};
use crate::neighbours::{MAX_PAIRS, RadiusGraph, radius_graph};
use crate::products::upper_tiles;
use crate::rules::{SamePhotoInput, separate_same_photo};
use crate::vectors::Vectors;

/// Cosine distance of opposite vectors.
const LARGEST_DISTANCE: f32 = 2.0;

/// A graph of this many pairs is always worth it, however few the faces: a fraction of a second.
const SMALL_GRAPH_PAIRS: u64 = 100_000;

/// Nearest faces that are kept of each face where they are found approximately: more than most persons have.
pub const NEAREST: usize = 32;

/// Faces beyond the first at which the narrowing cut is half-way to the core's; the figures do not move between 2 and 8.
const CORE_HALF_SIZE: f64 = 4.0;

/// Which algorithm turns distances into labels. What the threshold means to each is said here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// Average linkage cut at the threshold; every face belongs to a cluster, alone if need be.
    Ahc,
    /// Another linkage cut at the threshold, on the whole matrix.
    Linkage(Linkage),
    /// DBSCAN, eps = the threshold; a face with too few neighbours that no dense face reaches is noise.
    Dbscan,
    /// OPTICS up to the threshold, labels by the ξ method (0.05); noise as of DBSCAN.
    Optics,
    /// HDBSCAN; it has no threshold.
    Hdbscan,
    /// Chinese whispers on the pairs within the threshold, seed 0.
    Whispers,
    /// Leiden by modularity on the pairs within the threshold, seed 0.
    Leiden,
    /// face-network's schedule; the first eps = the threshold.
    Schedule,
}

/// What a clustering is asked to do.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// The algorithm.
    pub algorithm: Algorithm,
    /// Cosine distance, 0 to 2, inclusive: average linkage's cut, DBSCAN's eps.
    pub threshold: f32,
    /// Average linkage: the cut that two large clusters tend to ([`NarrowingCut`]), at most the threshold, which then is
    /// the cut of a face alone. `None` = one cut for all.
    pub core_threshold: Option<f32>,
    /// DBSCAN, OPTICS, HDBSCAN and the schedule: faces near, the face itself counted, that make it dense.
    pub min_samples: usize,
    /// The schedule: iterations at most.
    pub iterations: usize,
    /// The schedule: the largest median distance to a cluster's mean direction; cosine distance.
    pub max_distance: f32,
    /// Cosine distance under which two faces of one photograph may be one person (mirror, collage). 0 exempts none.
    pub same_photo_exempt: f32,
    /// [`Algorithm::Ahc`]: up to so many faces all pairs within the threshold are found; beyond, those among the nearest
    /// [`NEAREST`] of each face, approximately.
    pub exact_faces: usize,
}

/// One label a face, and what there is to say about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Clustering {
    /// `[faces]`: clusters numbered from 0 by their first face; −1 = noise (DBSCAN, or a tier that founds nothing).
    pub labels: Vec<i32>,
    /// `[faces]`: cosine distance to the own cluster's mean direction; NaN for noise.
    pub distances: Vec<f32>,
    /// Pairs of face rows of one photograph that fell into one cluster: (kept, moved out).
    pub conflicts: Vec<(u32, u32)>,
    /// Whether neighbours were found approximately: more faces than `exact_faces`.
    pub is_approximate: bool,
}

impl Options {
    /// Whether a clustering of so many faces looks for neighbours approximately.
    #[must_use]
    pub fn is_approximate(&self, faces: usize) -> bool {
        self.algorithm == Algorithm::Ahc && faces > self.exact_faces
    }

    fn check(&self) -> Result<(), ClusterError> {
        let threshold = self.threshold;
        if !(0.0..=LARGEST_DISTANCE).contains(&threshold) {
            return Err(ClusterError::argument(
                "threshold",
                "a cosine distance from 0 to 2",
                threshold,
            ));
        }
        if let Some(core) = self.core_threshold
            && !(0.0..=threshold).contains(&core)
        {
            let expected = "a cosine distance from 0 to the threshold";
            return Err(ClusterError::argument("core_threshold", expected, core));
        }
        let exempt = self.same_photo_exempt;
        if !(0.0..=LARGEST_DISTANCE).contains(&exempt) {
            return Err(ClusterError::argument(
                "same_photo_exempt",
                "a cosine distance from 0 to 2",
                exempt,
            ));
        }
        if self.min_samples == 0 {
            return Err(ClusterError::argument("min_samples", "at least 1", 0));
        }
        if self.iterations == 0 {
            return Err(ClusterError::argument("iterations", "at least 1", 0));
        }
        if !(0.0..=LARGEST_DISTANCE).contains(&self.max_distance) {
            let expected = "a cosine distance from 0 to 2";
            return Err(ClusterError::argument(
                "max_distance",
                expected,
                self.max_distance,
            ));
        }
        Ok(())
    }
}

/// Clusters face vectors; `photos[row]` is the number of the photograph the face of that row is in.
///
/// The algorithm first, on distances alone; then the rule of one photograph ([`crate::separate_same_photo`]); then each
/// face's distance to its own cluster. No face, one face and two faces are fine.
///
/// *Errors*: `ARGUMENT` for an option out of range or `photos` of another length than `vectors`; `TOO_MANY` when the
/// faces within the threshold of each other, and for average linkage the whole matrix too, do not fit in memory;
/// `CANCELLED`. *Cost*: n²/2 dot products on all threads, then the pairs within the threshold on one.
pub fn cluster(
    vectors: &Vectors<'_>,
    photos: &[u32],
    options: &Options,
    context: &Context<'_>,
) -> Result<Clustering, ClusterError> {
    options.check()?;
    if photos.len() != vectors.len() {
        return Err(ClusterError::argument(
            "photos",
            "one number a vector",
            format!("{} for {} vectors", photos.len(), vectors.len()),
        ));
    }
    context.check()?;
    // One unit on top of the tiles for all that comes after the products, so that progress is not complete too early.
    context.expect(upper_tiles(vectors.len()) + 1);
    let (mut labels, graph) = match options.algorithm {
        Algorithm::Ahc => by_linkage(vectors, photos, options, context)?,
        _ => by_name(vectors, options, context)?,
    };
    let rule = SamePhotoInput {
        vectors,
        photos,
        graph: graph.as_deref(),
        exempt: options.same_photo_exempt,
        threshold: options.threshold,
    };
    let conflicts = separate_same_photo(&rule, &mut labels, context)?;
    let labels = renumber(&labels);
    let distances = distances_to_means(vectors, &labels);
    context.finish();
    Ok(Clustering {
        labels,
        distances,
        conflicts,
        is_approximate: options.is_approximate(vectors.len()),
    })
}

/// Labels, and the radius graph if one was made.
pub(crate) type Labelled = (Vec<i32>, Option<Arc<RadiusGraph>>);

/// On the neighbour graph; where that is too dense to pay, on the whole matrix. Same clusters.
fn by_linkage(
    vectors: &Vectors<'_>,
    photos: &[u32],
    options: &Options,
    context: &Context<'_>,
) -> Result<Labelled, ClusterError> {
    let threshold = options.threshold;
    let narrowing = options.core_threshold.map(|core| NarrowingCut {
        single: f64::from(threshold),
        core: f64::from(core),
        half_size: CORE_HALF_SIZE,
    });
    let rule: &dyn MergeRule = match &narrowing {
        Some(narrowing) => narrowing,
        None => &Plain,
    };
    // The matrix knows no rule: with one, the graph is the only way.
    let most_pairs = if narrowing.is_some() {
        MAX_PAIRS
    } else {
        worthwhile_pairs(vectors.len())
    };
    let radius = threshold + GRAPH_SLACK;
    let graph = if options.is_approximate(vectors.len()) {
        approximate_graph(vectors, &ApproximateOptions::new(NEAREST), context)
            .map(|nearest| RadiusGraph::from_nearest(&nearest, radius))
    } else {
        radius_graph(vectors, radius, most_pairs, context)
    };
    match graph {
        Ok(graph) => {
            let input = LinkageInput {
                vectors,
                photos,
                graph: &graph,
                threshold,
            };
            let labels = average_linkage(&input, rule, context)?.labels();
            Ok((labels, Some(Arc::new(graph))))
        }
        Err(ClusterError::TooMany { .. })
            if narrowing.is_none() && vectors.len() <= MAX_MATRIX_FACES =>
        {
            context.expect(upper_tiles(vectors.len()));
            let tree = average_linkage_matrix(vectors, context)?;
            Ok((cut(&tree, threshold), None))
        }
        Err(error) => Err(error),
    }
}

/// Pairs up to which linkage on the graph is the faster way: a pair on the graph costs some 70 times what a pair of the
/// matrix costs kodama (2 cores, 14,000 faces of 192 values). Above [`MAX_MATRIX_FACES`] there is only the graph.
fn worthwhile_pairs(faces: usize) -> u64 {
    if faces > MAX_MATRIX_FACES {
        return MAX_PAIRS;
    }
    let matrix = faces as u64 * faces as u64 / 2;
    (matrix / 70).max(SMALL_GRAPH_PAIRS)
}
