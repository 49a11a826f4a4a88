//! New faces among clusters that stand: each joins the one it is near, and the others are clustered among themselves.
//!
//! Apart from [`crate::cluster()`] because nothing that stands may move: work is in proportion to what is new, and a person
//! who named somebody finds the same faces there.

use crate::cluster::{Clustering, Options, cluster};
use crate::context::Context;
use crate::error::ClusterError;
use crate::labels::NOISE;
use crate::means::{ClusterSums, distances_to_means};
use crate::tiers::{Founding, Placed, Tier};
use crate::vectors::Vectors;

/// In place of a label: this face is new.
pub const NEW: i32 = -2;

/// Clusters the faces whose `known` label is [`NEW`]; all others keep the label they have ([`NOISE`] too).
///
/// A new face that may found joins the cluster whose faces are nearest on average, nearest pairs of face and cluster first, if
/// that average is at most the threshold and no face of its photograph there forbids it. Those left are clustered
/// as [`cluster()`] does, alone, and numbered from the highest known label on. A new face that may only join is tried
/// at all clusters, the new ones too. Known clusters neither grow together nor fall apart, whatever the new faces show: a
/// clustering of everything may differ.
///
/// *Errors*: those of [`cluster()`], and `ARGUMENT` when `known` or `tiers` is of another length, or a label is below −2.
/// *Cost*: one product for each new face and cluster, and that of [`cluster()`] on the new faces that are near nobody.
pub fn cluster_new(
    vectors: &Vectors<'_>,
    photos: &[u32],
    tiers: &[Tier],
    known: &[i32],
    options: &Options,
    context: &Context<'_>,
) -> Result<Clustering, ClusterError> {
    let faces = vectors.len();
    if [photos.len(), tiers.len(), known.len()] != [faces; 3] {
        let lengths = format!("{}, {} and {}", photos.len(), tiers.len(), known.len());
        let found = format!("{lengths} for {faces} vectors");
        let expected = "one photograph, tier and label a vector";
        return Err(ClusterError::argument("known", expected, found));
    }
    if let Some(label) = known.iter().find(|&&label| label < NEW) {
        return Err(ClusterError::argument("known", "labels from −2 on", label));
    }
    let is_new = |row: u32| known[row as usize] == NEW;
    let rows = |tier: Tier| -> Vec<u32> {
        (0..faces as u32)
            .filter(|&row| is_new(row) && tiers[row as usize] == tier)
            .collect()
    };
    let labels: Vec<i32> = known.iter().map(|&label| label.max(NOISE)).collect();
    let mut placed = Placed {
        distances: distances_to_means(vectors, &labels),
        labels,
        conflicts: Vec::new(),
    };
    let sums = ClusterSums::new(vectors, &placed.labels);
    let founders = rows(Tier::Founds);
    placed.join(vectors, photos, &founders, &sums, options, context)?;
    let left: Vec<u32> = founders
        .into_iter()
        .filter(|&row| placed.labels[row as usize] < 0)
        .collect();
    let is_approximate = options.is_approximate(left.len());
    found_anew(vectors, photos, &left, options, context, &mut placed)?;
    let sums = ClusterSums::new(vectors, &placed.labels);
    let joiners = rows(Tier::Joins);
    placed.join(vectors, photos, &joiners, &sums, options, context)?;
    let Placed {
        labels,
        distances,
        mut conflicts,
    } = placed;
    conflicts.sort_unstable_by_key(|&(kept, moved)| (moved, kept));
    conflicts.dedup();
    Ok(Clustering {
        labels,
        distances,
        conflicts,
        is_approximate,
    })
}

/// New clusters of faces that are near nobody, numbered from the highest label on.
fn found_anew(
    vectors: &Vectors<'_>,
    photos: &[u32],
    rows: &[u32],
    options: &Options,
    context: &Context<'_>,
    placed: &mut Placed,
) -> Result<(), ClusterError> {
    if rows.is_empty() {
        return Ok(());
    }
    let next = placed.labels.iter().max().map_or(0, |&top| top + 1).max(0);
    let founding = Founding::new(vectors, photos, rows);
    let found = cluster(
        &Vectors::new(&founding.data, vectors.dims())?,
        &founding.photos,
        options,
        context,
    )?;
    for (at, &row) in rows.iter().enumerate() {
        let label = found.labels[at];
        placed.labels[row as usize] = if label < 0 { NOISE } else { next + label };
        placed.distances[row as usize] = found.distances[at];
    }
    let named = found.conflicts.iter();
    placed
        .conflicts
        .extend(named.map(|&(kept, moved)| (rows[kept as usize], rows[moved as usize])));
    Ok(())
}
