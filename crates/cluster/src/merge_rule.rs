//! Which merges a linkage may make: the hook by which rules about people enter an algorithm that knows only distances.
//!
//! Apart from `core_linkage` so that a new rule touches no algorithm.

use crate::vectors::Vectors;

/// One of the two clusters of a possible merge.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    /// Its rows, by photograph number, then row.
    pub members: &'a [u32],
    /// ‖sum of its vectors‖²; 1 for a face alone.
    pub squared_length: f64,
}

impl Part<'_> {
    /// Number of faces.
    #[must_use]
    pub fn size(&self) -> usize {
        self.members.len()
    }

    /// Average cosine distance of its pairs: `1 − (‖sum‖² − n) / (n (n − 1))`; 0 for a face alone.
    #[must_use]
    pub fn inner_distance(&self) -> f64 {
        let n = self.size() as f64;
        if self.size() < 2 {
            return 0.0;
        }
        (1.0 - (self.squared_length - n) / (n * (n - 1.0))).max(0.0)
    }
}

/// A possible merge of two clusters.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// The cluster with the smaller id.
    pub a: Part<'a>,
    /// The cluster with the larger id.
    pub b: Part<'a>,
    /// Average cosine distance between them.
    pub average: f64,
    /// All vectors.
    pub vectors: &'a Vectors<'a>,
    /// Photograph number of each row.
    pub photos: &'a [u32],
}

impl Candidate<'_> {
    /// Pairs of faces, one of each cluster, that are in one photograph: (row of `a`, row of `b`), by photograph.
    #[must_use]
    pub fn same_photo_pairs(&self) -> Vec<(u32, u32)> {
        let mut pairs = Vec::new();
        self.each_same_photo_pair(|a, b| {
            pairs.push((a, b));
            true
        });
        pairs
    }

    /// Whether some photograph has a face in each cluster, the two at a cosine distance of at least `exempt`.
    #[must_use]
    pub fn shares_a_photo(&self, exempt: f32) -> bool {
        let mut shares = false;
        self.each_same_photo_pair(|a, b| {
            let distance = self.vectors.cosine_distance(a as usize, b as usize);
            shares = distance >= f64::from(exempt);
            !shares
        });
        shares
    }

    fn each_same_photo_pair(&self, mut visit: impl FnMut(u32, u32) -> bool) {
        let swapped = self.a.size() > self.b.size();
        let (few, many) = if swapped {
            (self.b.members, self.a.members)
        } else {
            (self.a.members, self.b.members)
        };
        for &one in few {
            let photo = self.photos[one as usize];
            let start = many.partition_point(|&row| self.photos[row as usize] < photo);
            let others = many[start..].iter();
            for &other in others.take_while(|&&row| self.photos[row as usize] == photo) {
                let (a, b) = if swapped { (other, one) } else { (one, other) };
                if !visit(a, b) {
                    return;
                }
            }
        }
    }
}

/// Says what a merge costs. Merges happen by ascending cost, as long as the cheapest is at most the threshold.
///
/// A rule is asked once for each pair of clusters whose average distance is at most the threshold, when the pair comes
/// into being; a pair refused is asked again only once one of the two has grown.
pub trait MergeRule: Sync {
    /// The cost of a merge, never below its average distance; `None` = never.
    fn cost(&self, candidate: &Candidate<'_>) -> Option<f64>;
}

impl<F: Fn(&Candidate<'_>) -> Option<f64> + Sync> MergeRule for F {
    fn cost(&self, candidate: &Candidate<'_>) -> Option<f64> {
        self(candidate)
    }
}

/// Average linkage as it is: the cost is the average distance.
#[derive(Debug, Clone, Copy, Default)]
pub struct Plain;

impl MergeRule for Plain {
    fn cost(&self, candidate: &Candidate<'_>) -> Option<f64> {
        Some(candidate.average)
    }
}

/// Average linkage that never joins two faces of one photograph, unless they are near-identical.
#[derive(Debug, Clone, Copy)]
pub struct OnePerPhoto {
    /// Cosine distance under which two faces of one photograph may be one person.
    pub exempt: f32,
}

impl MergeRule for OnePerPhoto {
    fn cost(&self, candidate: &Candidate<'_>) -> Option<f64> {
        (!candidate.shares_a_photo(self.exempt)).then_some(candidate.average)
    }
}

/// Average linkage whose cut narrows as the smaller of the two clusters grows: one bridge may not weld two dense cores.
///
/// A face alone says little of where its person lies, so it may join from further away; the mean of twenty faces is
/// steady, and two such means that are the same person lie close. A merge is allowed at an average distance of at most
/// `core + (single − core) / (1 + (m − 1) / half_size)`, m the number of faces of the smaller cluster.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NarrowingCut {
    /// The cut for a face alone.
    pub single: f64,
    /// The cut that two ever larger clusters tend to.
    pub core: f64,
    /// Faces beyond the first at which the cut is half-way between the two.
    pub half_size: f64,
}

impl NarrowingCut {
    /// The cut for a pair whose smaller cluster has this many faces.
    #[must_use]
    pub fn at(&self, smaller: usize) -> f64 {
        let beyond = smaller.saturating_sub(1) as f64;
        self.core + (self.single - self.core) / (1.0 + beyond / self.half_size)
    }
}

impl MergeRule for NarrowingCut {
    fn cost(&self, candidate: &Candidate<'_>) -> Option<f64> {
        let smaller = candidate.a.size().min(candidate.b.size());
        (candidate.average <= self.at(smaller)).then_some(candidate.average)
    }
}
