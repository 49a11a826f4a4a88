//! The rule of one photograph: two faces of one photograph are two people, unless they are near-identical (a mirror, a
//! collage, a framed picture).
//!
//! Applied to finished labels, so it serves every algorithm. Apart from the algorithms because none of them knows what a
//! photograph is.

use crate::context::Context;
use crate::error::ClusterError;
use crate::means::ClusterSums;
use crate::neighbours::RadiusGraph;
use crate::vectors::Vectors;

/// What the rule of one photograph works from.
#[derive(Debug, Clone, Copy)]
pub struct SamePhotoInput<'a> {
    /// The vectors.
    pub vectors: &'a Vectors<'a>,
    /// Photograph number of each row.
    pub photos: &'a [u32],
    /// Radius graph at `threshold` or wider, which tells where a face can go; without it every cluster is tried.
    pub graph: Option<&'a RadiusGraph>,
    /// Cosine distance under which two faces of one photograph may be one person.
    pub exempt: f32,
    /// Average cosine distance to a cluster up to which a face that was moved out joins it.
    pub threshold: f32,
}

/// Label of a face that was moved out and has not found its place yet.
const OUTCAST: i32 = -2;

/// Leaves no cluster with two faces of one photograph at a cosine distance of `exempt` or more.
///
/// In each cluster and photograph the face closest to the cluster's mean stays, then every other, nearest first, that is
/// near-identical to all that stay; the rest are moved out. Then, by row, each face moved out joins the cluster nearest
/// on average, if that average is at most the threshold and no face of its photograph in it forbids; faces moved out
/// before it count, so the faces of a second person find each other. Otherwise it is a cluster of its own. Equal
/// distances go to the smaller row or label. Noise stays noise.
///
/// Changes `labels` (numbers above the largest are new clusters, numbers may fall empty) and returns each conflict as
/// (kept, moved out), where kept is the face nearest the mean that the other is not near-identical to, by moved row.
///
/// *Errors*: `CANCELLED`. *Panics* when `labels` or `photos` are shorter than `vectors`.
/// *Cost*: O(faces · (dims + log faces)) and, for each face moved out, one product a cluster near it.
pub fn separate_same_photo(
    input: &SamePhotoInput<'_>,
    labels: &mut [i32],
    context: &Context<'_>,
) -> Result<Vec<(u32, u32)>, ClusterError> {
    context.check()?;
    let mut conflicts = move_out(input, labels);
    if conflicts.is_empty() {
        return Ok(conflicts);
    }
    conflicts.sort_unstable_by_key(|&(kept, moved)| (moved, kept));
    let mut places = Places::new(input, labels);
    for &(_, moved) in &conflicts {
        context.check()?;
        let place = places.find(moved, labels);
        places.sums.add(place, input.vectors.row(moved as usize));
        labels[moved as usize] = place as i32;
    }
    Ok(conflicts)
}

/// Marks the faces that have to leave their cluster as outcasts.
fn move_out(input: &SamePhotoInput<'_>, labels: &mut [i32]) -> Vec<(u32, u32)> {
    let sums = ClusterSums::new(input.vectors, labels);
    let mut rows: Vec<u32> = (0..labels.len() as u32)
        .filter(|&row| labels[row as usize] >= 0)
        .collect();
    let key = |row: u32| (labels[row as usize], input.photos[row as usize]);
    rows.sort_unstable_by_key(|&row| (key(row), row));
    let mut conflicts = Vec::new();
    for group in rows.chunk_by(|&a, &b| key(a) == key(b)) {
        if group.len() < 2 {
            continue;
        }
        let mut by_distance: Vec<(f64, u32)> = group
            .iter()
            .map(|&row| {
                let label = labels[row as usize] as usize;
                let vector = input.vectors.row(row as usize);
                (sums.distance_to_mean(label, vector), row)
            })
            .collect();
        by_distance.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut stay: Vec<u32> = Vec::new();
        for (_, row) in by_distance {
            match stay.iter().find(|&&other| conflict(input, other, row)) {
                Some(&kept) => conflicts.push((kept, row)),
                None => stay.push(row),
            }
        }
    }
    for &(_, moved) in &conflicts {
        labels[moved as usize] = OUTCAST;
    }
    conflicts
}

/// Whether two faces of one photograph are too different to be one person.
fn conflict(input: &SamePhotoInput<'_>, a: u32, b: u32) -> bool {
    let distance = input.vectors.cosine_distance(a as usize, b as usize);
    distance >= f64::from(input.exempt)
}

/// Where the faces that were moved out can go.
struct Places<'a> {
    input: &'a SamePhotoInput<'a>,
    sums: ClusterSums,
    /// All rows by photograph, then row.
    by_photo: Vec<u32>,
}

impl<'a> Places<'a> {
    fn new(input: &'a SamePhotoInput<'a>, labels: &[i32]) -> Self {
        let mut by_photo: Vec<u32> = (0..labels.len() as u32).collect();
        by_photo.sort_unstable_by_key(|&row| (input.photos[row as usize], row));
        Self {
            input,
            sums: ClusterSums::new(input.vectors, labels),
            by_photo,
        }
    }

    /// The label a face moves to: a cluster that takes it, or the next new one.
    fn find(&self, row: u32, labels: &[i32]) -> usize {
        let forbidden = self.forbidden(row, labels);
        let vector = self.input.vectors.row(row as usize);
        self.candidates(row, labels)
            .into_iter()
            .filter(|label| !forbidden.contains(label) && self.sums.size(*label) > 0)
            .map(|label| (self.sums.average_distance(label, vector), label))
            .filter(|&(average, _)| average <= f64::from(self.input.threshold))
            .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)))
            .map_or(self.sums.len(), |(_, label)| label)
    }

    /// Clusters that could be near enough: an average is at most the threshold only if some pair is.
    fn candidates(&self, row: u32, labels: &[i32]) -> Vec<usize> {
        let Some(graph) = self.input.graph else {
            return (0..self.sums.len()).collect();
        };
        let mut near: Vec<usize> = graph
            .neighbours(row as usize)
            .iter()
            .filter_map(|&other| usize::try_from(labels[other as usize]).ok())
            .collect();
        near.sort_unstable();
        near.dedup();
        near
    }

    /// Clusters with a face of the same photograph that is not near-identical.
    fn forbidden(&self, row: u32, labels: &[i32]) -> Vec<usize> {
        let photos = self.input.photos;
        let photo = photos[row as usize];
        let start = self
            .by_photo
            .partition_point(|&other| photos[other as usize] < photo);
        self.by_photo[start..]
            .iter()
            .take_while(|&&other| photos[other as usize] == photo)
            .filter(|&&other| other != row && conflict(self.input, other, row))
            .filter_map(|&other| usize::try_from(labels[other as usize]).ok())
            .collect()
    }
}
