//! Faces that may not found a person: clustering on the good faces alone, then the poor ones join what they are near.
//!
//! A blurred, tiny or turned face has a vector of little meaning. Among the others it bridges people who never met, so it
//! takes no part in forming clusters; it is shown where it belongs once they stand. Apart from [`crate::cluster()`]
//! because tiers are a rule about people, not about distances.

use rayon::prelude::*;

use crate::cluster::{Clustering, Options, cluster};
use crate::context::Context;
use crate::error::ClusterError;
use crate::labels::{NOISE, renumber};
use crate::means::ClusterSums;
use crate::vectors::Vectors;

/// What a face may do, by its quality.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// Forms clusters.
    Founds,
    /// Joins a cluster that good faces formed, or is left out.
    Joins,
    /// Is left out.
    Listed,
}

/// Places a joining face is tried at, nearest first: the ones behind are no nearer than a stranger.
const PLACES_TRIED: usize = 4;

/// Joining faces between two looks at the cancel flag.
const BLOCK: usize = 1024;

/// Clusters the founding faces as [`cluster()`] does; then each joining face joins the cluster whose founding faces are
/// nearest on average, if that average is at most the threshold and no face of its photograph there forbids it.
///
/// Pairs of face and cluster are taken nearest first (ties: smaller row), so that of two faces of one photograph the
/// nearer one gets the place; a face refused tries its next nearest. Joining faces never move a mean: the result does not
/// depend on which of them are there. Labels are numbered by first appearance; a face left out has [`NOISE`]. A face
/// refused by one of its photograph is a conflict like any other: (kept, refused).
///
/// *Errors*: those of [`cluster()`], and `ARGUMENT` when `tiers` is of another length. *Cost*: that of [`cluster()`] on
/// the founding faces, and one product for each joining face and cluster, on all threads.
pub fn cluster_tiers(
    vectors: &Vectors<'_>,
    photos: &[u32],
    tiers: &[Tier],
    options: &Options,
    context: &Context<'_>,
) -> Result<Clustering, ClusterError> {
    if tiers.len() != vectors.len() || photos.len() != vectors.len() {
        return Err(ClusterError::argument(
            "tiers",
            "one tier and one photograph a vector",
            format!(
                "{} and {} for {} vectors",
                tiers.len(),
                photos.len(),
                vectors.len()
            ),
        ));
    }
    let founders = rows_of(tiers, Tier::Founds);
    if founders.len() == vectors.len() {
        return cluster(vectors, photos, options, context);
    }
    let founding = Founding::new(vectors, photos, &founders);
    let found = cluster(
        &Vectors::new(&founding.data, vectors.dims())?,
        &founding.photos,
        options,
        context,
    )?;
    let mut labels = vec![NOISE; vectors.len()];
    let mut distances = vec![f32::NAN; vectors.len()];
    for (at, &row) in founders.iter().enumerate() {
        labels[row as usize] = found.labels[at];
        distances[row as usize] = found.distances[at];
    }
    let conflicts: Vec<(u32, u32)> = found
        .conflicts
        .iter()
        .map(|&(kept, moved)| (founders[kept as usize], founders[moved as usize]))
        .collect();
    let sums = ClusterSums::new(vectors, &labels);
    let joiners = rows_of(tiers, Tier::Joins);
    let mut placed = Placed {
        labels,
        distances,
        conflicts,
    };
    placed.join(vectors, photos, &joiners, &sums, options, context)?;
    let Placed {
        labels,
        distances,
        mut conflicts,
    } = placed;
    conflicts.sort_unstable_by_key(|&(kept, moved)| (moved, kept));
    Ok(Clustering {
        labels: renumber(&labels),
        distances,
        conflicts,
        is_approximate: found.is_approximate,
    })
}

/// Faces that have their place, and those still to get one ([`NOISE`]).
pub(crate) struct Placed {
    pub(crate) labels: Vec<i32>,
    pub(crate) distances: Vec<f32>,
    pub(crate) conflicts: Vec<(u32, u32)>,
}

impl Placed {
    /// Gives each joiner its place in a cluster of `sums`, if there is one: see [`cluster_tiers`].
    pub(crate) fn join(
        &mut self,
        vectors: &Vectors<'_>,
        photos: &[u32],
        joiners: &[u32],
        sums: &ClusterSums,
        options: &Options,
        context: &Context<'_>,
    ) -> Result<(), ClusterError> {
        let wishes = wishes(vectors, joiners, sums, options, context)?;
        let mut by_photo: Vec<u32> = (0..vectors.len() as u32).collect();
        by_photo.sort_unstable_by_key(|&row| (photos[row as usize], row));
        for Wish { row, label, .. } in wishes {
            if self.labels[row as usize] >= 0 {
                continue;
            }
            let rival = others_of_photo(&by_photo, photos, row).find(|&other| {
                self.labels[other as usize] == label
                    && vectors.cosine_distance(other as usize, row as usize)
                        >= f64::from(options.same_photo_exempt)
            });
            if let Some(kept) = rival {
                self.conflicts.push((kept, row));
                continue;
            }
            self.labels[row as usize] = label;
            self.distances[row as usize] =
                sums.distance_to_mean(label as usize, vectors.row(row as usize)) as f32;
        }
        Ok(())
    }
}

/// The founding faces, gathered.
pub(crate) struct Founding {
    pub(crate) data: Vec<f32>,
    pub(crate) photos: Vec<u32>,
}

impl Founding {
    pub(crate) fn new(vectors: &Vectors<'_>, photos: &[u32], rows: &[u32]) -> Self {
        let mut data = Vec::with_capacity(rows.len() * vectors.dims());
        for &row in rows {
            data.extend_from_slice(vectors.row(row as usize));
        }
        let photos = rows.iter().map(|&row| photos[row as usize]).collect();
        Self { data, photos }
    }
}

fn rows_of(tiers: &[Tier], wanted: Tier) -> Vec<u32> {
    (0..tiers.len() as u32)
        .filter(|&row| tiers[row as usize] == wanted)
        .collect()
}

/// A joining face and a cluster near enough for it.
struct Wish {
    average: f64,
    row: u32,
    label: i32,
}

/// The nearest clusters of each joining face within the threshold, all together nearest first.
fn wishes(
    vectors: &Vectors<'_>,
    joiners: &[u32],
    sums: &ClusterSums,
    options: &Options,
    context: &Context<'_>,
) -> Result<Vec<Wish>, ClusterError> {
    let threshold = f64::from(options.threshold);
    let near = |&row: &u32| {
        let vector = vectors.row(row as usize);
        let mut own: Vec<Wish> = (0..sums.len())
            .map(|label| Wish {
                average: sums.average_distance(label, vector),
                row,
                label: label as i32,
            })
            .filter(|wish| wish.average <= threshold)
            .collect();
        own.sort_unstable_by(by_distance);
        own.truncate(PLACES_TRIED);
        own
    };
    let mut all = Vec::new();
    for block in joiners.chunks(BLOCK) {
        context.check()?;
        let found: Vec<Vec<Wish>> = context
            .pool
            .install(|| block.par_iter().map(near).collect());
        all.extend(found.into_iter().flatten());
    }
    all.sort_unstable_by(by_distance);
    Ok(all)
}

fn by_distance(a: &Wish, b: &Wish) -> std::cmp::Ordering {
    a.average
        .total_cmp(&b.average)
        .then(a.row.cmp(&b.row))
        .then(a.label.cmp(&b.label))
}

fn others_of_photo<'a>(
    by_photo: &'a [u32],
    photos: &'a [u32],
    row: u32,
) -> impl Iterator<Item = u32> + 'a {
    let photo = photos[row as usize];
    let start = by_photo.partition_point(|&other| photos[other as usize] < photo);
    by_photo[start..]
        .iter()
        .copied()
        .take_while(move |&other| photos[other as usize] == photo)
        .filter(move |&other| other != row)
}
