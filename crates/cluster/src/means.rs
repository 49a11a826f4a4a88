//! Cluster means and each face's distance to its own: the measure behind "best face" and behind the rule of one photograph.
//!
//! Apart from the rules because distances are reported for every face, rules or not.

use crate::products::dot;
use crate::vectors::Vectors;

/// Distances below this are 0: less than the rounding of the vectors themselves, so what is left is noise of the sum.
const ROUNDING: f64 = 1e-7;

/// Vector sums and sizes by label; faces with a negative label are left out.
#[derive(Debug, Clone)]
pub(crate) struct ClusterSums {
    dims: usize,
    values: Vec<f64>,
    sizes: Vec<u32>,
}

impl ClusterSums {
    /// Sums in order of row, so the result does not depend on threads.
    pub(crate) fn new(vectors: &Vectors<'_>, labels: &[i32]) -> Self {
        let clusters = labels.iter().max().map_or(0, |&top| (top + 1).max(0));
        let mut sums = Self {
            dims: vectors.dims(),
            values: vec![0.0; clusters as usize * vectors.dims()],
            sizes: vec![0; clusters as usize],
        };
        for (row, &label) in labels.iter().enumerate() {
            if label >= 0 {
                sums.add(label as usize, vectors.row(row));
            }
        }
        sums
    }

    /// Number of clusters, empty ones counted.
    pub(crate) fn len(&self) -> usize {
        self.sizes.len()
    }

    /// Adds a face to a cluster; the first number beyond the last opens a new cluster.
    pub(crate) fn add(&mut self, label: usize, vector: &[f32]) {
        if label == self.sizes.len() {
            self.sizes.push(0);
            self.values.resize(self.values.len() + self.dims, 0.0);
        }
        self.sizes[label] += 1;
        let sum = &mut self.values[label * self.dims..(label + 1) * self.dims];
        for (value, &more) in sum.iter_mut().zip(vector) {
            *value += f64::from(more);
        }
    }

    pub(crate) fn size(&self, label: usize) -> u32 {
        self.sizes[label]
    }

    /// Average cosine distance of a face outside the cluster to the faces in it.
    pub(crate) fn average_distance(&self, label: usize, vector: &[f32]) -> f64 {
        let sums = dot(vector, self.sum(label));
        (1.0 - sums / f64::from(self.sizes[label])).max(0.0)
    }

    /// Cosine distance of a face to the cluster's mean direction; 1 where the sum has none.
    pub(crate) fn distance_to_mean(&self, label: usize, vector: &[f32]) -> f64 {
        if self.sizes[label] == 1 {
            return 0.0;
        }
        let sum = self.sum(label);
        let lengths = (dot(sum, sum) * dot(vector, vector)).sqrt();
        if lengths < ROUNDING {
            return 1.0;
        }
        let distance = 1.0 - dot(vector, sum) / lengths;
        if distance < ROUNDING { 0.0 } else { distance }
    }

    fn sum(&self, label: usize) -> &[f64] {
        &self.values[label * self.dims..(label + 1) * self.dims]
    }
}

/// Cosine distance of every face to the mean direction (normalised sum) of its own cluster, 0 to 2.
///
/// `labels`: one a face, numbered from 0; negative = noise, whose distance is NaN. A face alone has distance 0.
/// *Panics* when `labels` is longer than `vectors`. *Cost*: O(faces · dims); one f64 vector a cluster.
#[must_use]
pub fn distances_to_means(vectors: &Vectors<'_>, labels: &[i32]) -> Vec<f32> {
    let sums = ClusterSums::new(vectors, labels);
    labels
        .iter()
        .enumerate()
        .map(|(row, &label)| {
            if label < 0 {
                f32::NAN
            } else {
                sums.distance_to_mean(label as usize, vectors.row(row)) as f32
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_to_the_mean_direction() {
        let data = [1.0, 0.0, 0.0, 1.0, -1.0, 0.0, 0.6, 0.8];
        let vectors = Vectors::new(&data, 2).expect("unit rows");
        let distances = distances_to_means(&vectors, &[0, 0, -1, 1]);
        let half_right_angle = 1.0 - std::f32::consts::FRAC_1_SQRT_2;
        assert!((distances[0] - half_right_angle).abs() < 1e-6);
        assert!((distances[1] - half_right_angle).abs() < 1e-6);
        assert!(distances[2].is_nan());
        assert!(distances[3].abs() < f32::EPSILON);
    }

    #[test]
    fn opposite_faces_have_no_mean_direction() {
        let vectors = Vectors::new(&[1.0, 0.0, -1.0, 0.0], 2).expect("unit rows");
        assert_eq!(distances_to_means(&vectors, &[0, 0]), [1.0, 1.0]);
    }

    #[test]
    fn identical_faces_are_at_distance_zero() {
        let vectors = Vectors::new(&[0.6, 0.8, 0.6, 0.8], 2).expect("unit rows");
        assert_eq!(distances_to_means(&vectors, &[0, 0]), [0.0, 0.0]);
    }
}
