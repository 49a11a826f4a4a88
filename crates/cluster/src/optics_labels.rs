//! Labels from an OPTICS order: at one eps as DBSCAN would give them, or by steepness for clusters of several densities.
//!
//! Apart from the walk because one order is read many times. The ξ method is figure 19 of Ankerst et al. 1999 with
//! scikit-learn's corrections of definitions 9 and 11, and the predecessor correction of Schubert and Gertz, "Improving
//! the cluster structure extracted from OPTICS plots", LWDA 2018.

use crate::error::ClusterError;
use crate::labels::{NOISE, renumber};
use crate::optics::Optics;

/// What the ξ method is asked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct XiOptions {
    /// Least relative fall or rise of the reachability that bounds a cluster, 0 to 1; scikit-learn's default is 0.05.
    pub xi: f64,
    /// So many faces in a row may be not steep within a steep area; as given to [`crate::optics()`].
    pub min_samples: usize,
    /// Fewest faces of a cluster; at least 1.
    pub min_cluster_size: usize,
    /// Whether faces at a cluster's end that were reached from outside it are cut off.
    pub predecessor_correction: bool,
}

/// Clusters the ξ method found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct XiClusters {
    /// One label a row: the smallest cluster found first that holds it and overlaps no cluster before; −1 is noise.
    pub labels: Vec<i32>,
    /// All clusters, nested ones included, as first and last place in the order, both inclusive; a cluster comes after
    /// those inside it.
    pub clusters: Vec<(u32, u32)>,
}

impl Optics {
    /// Labels at one eps: near those of DBSCAN at `eps` where `max_eps` is not far above it.
    ///
    /// A row that is reached beyond `eps` begins a cluster if its core distance is at most `eps`, else it is noise (−1); every
    /// other row belongs to the cluster begun last. Numbered by first face.
    ///
    /// *Errors*: `ARGUMENT` where `eps` is negative or no number. *Cost*: O(n).
    pub fn dbscan_labels(&self, eps: f32) -> Result<Vec<i32>, ClusterError> {
        if eps.is_nan() || eps < 0.0 {
            let expected = "a cosine distance of at least 0";
            return Err(ClusterError::argument("eps", expected, eps));
        }
        let mut labels = vec![NOISE; self.ordering.len()];
        let mut label = NOISE;
        for &row in &self.ordering {
            let row = row as usize;
            let far = self.reachability[row] > eps;
            let dense = self.core_distances[row] <= eps;
            label += i32::from(far && dense);
            if !far || dense {
                labels[row] = label;
            }
        }
        Ok(renumber(&labels))
    }

    /// Labels by steep areas of the reachability curve, as scikit-learn's `cluster_optics_xi`.
    ///
    /// A cluster begins in an area that falls by a factor of `1 − xi` and more and ends in one that rises so. Rows of
    /// no cluster are noise (−1). Numbered by first face.
    ///
    /// *Errors*: `ARGUMENT` for `xi` outside 0 to 1 or a size of 0. *Cost*: O(n) and the pairs of steep areas, at worst
    /// O(n²).
    pub fn xi_labels(&self, options: &XiOptions) -> Result<XiClusters, ClusterError> {
        if !(0.0..=1.0).contains(&options.xi) {
            return Err(ClusterError::argument("xi", "0 to 1", options.xi));
        }
        for (name, size) in [
            ("min_samples", options.min_samples),
            ("min_cluster_size", options.min_cluster_size),
        ] {
            if size == 0 {
                return Err(ClusterError::argument(name, "at least 1", size));
            }
        }
        let clusters = Curve::new(self, options).clusters();
        let mut places = vec![NOISE; self.ordering.len()];
        let mut label = 0;
        for &(start, end) in &clusters {
            let part = &mut places[start..=end];
            if part.iter().all(|&place| place == NOISE) {
                part.fill(label);
                label += 1;
            }
        }
        let mut labels = vec![NOISE; self.ordering.len()];
        for (&row, &place) in self.ordering.iter().zip(&places) {
            labels[row as usize] = place;
        }
        Ok(XiClusters {
            labels: renumber(&labels),
            clusters: clusters
                .iter()
                .map(|&(start, end)| (start as u32, end as u32))
                .collect(),
        })
    }
}

/// A steep area that falls.
struct Fall {
    start: usize,
    end: usize,
    /// The highest reachability since its end.
    between: f64,
}

/// The reachability curve in order, closed by an infinite value, and how it goes on from each place.
struct Curve<'a> {
    options: &'a XiOptions,
    heights: Vec<f64>,
    /// Height over the next height; not a number where both are infinite or 0.
    ratios: Vec<f64>,
    /// Place in the order of each place's predecessor.
    predecessors: Vec<Option<usize>>,
    left: f64,
}

impl<'a> Curve<'a> {
    fn new(found: &Optics, options: &'a XiOptions) -> Self {
        let mut place_of = vec![0; found.ordering.len()];
        for (place, &row) in found.ordering.iter().enumerate() {
            place_of[row as usize] = place;
        }
        let ordered = found.ordering.iter().map(|&row| row as usize);
        let heights: Vec<f64> = ordered
            .clone()
            .map(|row| f64::from(found.reachability[row]))
            .chain([f64::INFINITY])
            .collect();
        Self {
            options,
            ratios: heights.windows(2).map(|pair| pair[0] / pair[1]).collect(),
            heights,
            predecessors: ordered
                .map(|row| usize::try_from(found.predecessors[row]).ok())
                .map(|row| row.map(|row| place_of[row]))
                .collect(),
            left: 1.0 - options.xi,
        }
    }

    fn rises_steeply(&self, at: usize) -> bool {
        self.ratios[at] <= self.left
    }

    fn falls_steeply(&self, at: usize) -> bool {
        self.ratios[at] >= 1.0 / self.left
    }

    fn clusters(&self) -> Vec<(usize, usize)> {
        let mut falls: Vec<Fall> = Vec::new();
        let mut clusters = Vec::new();
        let mut index = 0;
        let mut between = 0.0_f64;
        for steep in 0..self.ratios.len() {
            let falling = self.falls_steeply(steep);
            if steep < index || !(falling || self.rises_steeply(steep)) {
                continue;
            }
            let passed = self.heights[index..=steep].iter().copied();
            between = passed.fold(between, f64::max);
            self.keep_open(&mut falls, between);
            let end = if falling {
                let end = self.extend(steep, Self::falls_steeply, |ratio| ratio < 1.0);
                falls.push(Fall {
                    start: steep,
                    end,
                    between: 0.0,
                });
                end
            } else {
                let end = self.extend(steep, Self::rises_steeply, |ratio| ratio > 1.0);
                // Falls come in order of their start, so from the last on smaller clusters come first.
                let found = falls.iter().rev();
                clusters.extend(found.filter_map(|fall| self.cluster(fall, steep, end)));
                end
            };
            index = end + 1;
            between = self.heights[index];
        }
        clusters
    }

    /// Drops the falls that what came since has risen above, and notes the rise in the others.
    fn keep_open(&self, falls: &mut Vec<Fall>, between: f64) {
        if between.is_infinite() {
            falls.clear();
        }
        falls.retain(|fall| between <= self.heights[fall.start] * self.left);
        for fall in falls {
            fall.between = fall.between.max(between);
        }
    }

    /// The last steep place of the area that begins at `start`: it never goes the other way, and at most `min_samples`
    /// places in a row are not steep.
    fn extend(
        &self,
        start: usize,
        steep: impl Fn(&Self, usize) -> bool,
        opposite: impl Fn(f64) -> bool,
    ) -> usize {
        let mut flat = 0;
        let mut end = start;
        for at in start..self.ratios.len() {
            if steep(self, at) {
                flat = 0;
                end = at;
            } else if opposite(self.ratios[at]) {
                break;
            } else {
                flat += 1;
                if flat > self.options.min_samples {
                    break;
                }
            }
        }
        end
    }

    /// The cluster between a fall and the rise from `rise` to `end`, if there is one: definition 11.
    fn cluster(&self, fall: &Fall, rise: usize, end: usize) -> Option<(usize, usize)> {
        let heights = &self.heights;
        let after = heights[end + 1];
        if after * self.left < fall.between {
            return None;
        }
        let before = heights[fall.start];
        let (mut first, mut last) = (fall.start, end);
        if before * self.left >= after {
            while first < fall.end && heights[first + 1] > after {
                first += 1;
            }
        } else if after * self.left >= before {
            while last > rise && heights[last - 1] > before {
                last -= 1;
            }
        }
        if self.options.predecessor_correction {
            last = self.corrected(first, last)?;
        }
        let size = last - first + 1;
        let fits = size >= self.options.min_cluster_size && first <= fall.end && last >= rise;
        fits.then_some((first, last))
    }

    /// The last place that is lower than the first or was reached from within the cluster.
    fn corrected(&self, first: usize, last: usize) -> Option<usize> {
        (first + 1..=last).rev().find(|&at| {
            self.heights[first] > self.heights[at]
                || self.predecessors[at].is_some_and(|from| (first..at).contains(&from))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two valleys of three and four places, the second with one place in it that is reached from outside.
    fn curve() -> Optics {
        let heights = [f32::INFINITY, 0.1, 0.1, 0.8, 0.1, 0.12, 0.1];
        Optics {
            ordering: (0..7).collect(),
            reachability: heights.to_vec(),
            core_distances: vec![0.1; 7],
            predecessors: vec![-1, 0, 1, 2, 3, 4, 5],
        }
    }

    #[test]
    fn eps_cuts_the_curve() {
        let found = curve();
        assert_eq!(found.dbscan_labels(0.5), Ok(vec![0, 0, 0, 1, 1, 1, 1]));
        assert_eq!(found.dbscan_labels(1.0), Ok(vec![0; 7]));
        assert_eq!(found.dbscan_labels(0.05), Ok(vec![-1; 7]));
        assert!(found.dbscan_labels(f32::NAN).is_err());
    }

    #[test]
    fn steep_areas_bound_clusters() {
        let mut options = XiOptions {
            xi: 0.3,
            min_samples: 2,
            min_cluster_size: 2,
            predecessor_correction: true,
        };
        let found = curve().xi_labels(&options).expect("labels");
        assert_eq!(found.labels, [0, 0, 0, 1, 1, 1, 1]);
        assert_eq!(found.clusters, [(0, 2), (3, 6), (0, 6)]);
        options.min_cluster_size = 4;
        let found = curve().xi_labels(&options).expect("labels");
        assert_eq!(found.clusters, [(3, 6), (0, 6)]);
        options.xi = 1.5;
        assert!(curve().xi_labels(&options).is_err());
    }
}
