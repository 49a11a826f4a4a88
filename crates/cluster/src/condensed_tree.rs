//! The condensed tree of HDBSCAN: which clusters a single-linkage tree has when splits that only shed a few faces are no
//! splits, how stable each is, and which are chosen.
//!
//! Apart from the spanning tree because it knows no distances, only merges. Papers: Campello, Moulavi, Sander, "Density-based
//! clustering based on hierarchical density estimates", PAKDD 2013; `McInnes` and Healy, "Accelerated hierarchical density
//! based clustering", ICDM workshops 2017. λ is one over a distance, infinite at 0.

use crate::labels::{NOISE, Unions};
use crate::spanning_tree::Edge;

/// Which clusters of the condensed tree become labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Selection {
    /// Excess of mass: a cluster, unless the clusters inside it are together more stable.
    #[default]
    ExcessOfMass,
    /// Clusters with no cluster inside: more and smaller ones.
    Leaf,
}

/// A merge of the single-linkage tree: ids below n are faces, n + i is what merge i made.
struct Merge {
    a: usize,
    b: usize,
    size: usize,
    lambda: f64,
}

/// A cluster of the condensed tree; the first is the root, a parent comes before its children.
#[derive(Debug)]
struct Cluster {
    parent: usize,
    birth: f64,
    stability: f64,
    /// λ at which the last face or child leaves.
    death: f64,
    children: Vec<usize>,
}

/// Clusters, and for each face the cluster it leaves last and the λ at which it does.
#[derive(Debug)]
pub(crate) struct CondensedTree {
    clusters: Vec<Cluster>,
    faces: Vec<(usize, f64)>,
}

/// Labels by cluster of the condensed tree, not yet numbered by first face, and how strongly each face belongs.
pub(crate) struct Chosen {
    pub(crate) labels: Vec<i32>,
    pub(crate) probabilities: Vec<f32>,
}

impl CondensedTree {
    /// Condenses the single-linkage tree of a spanning tree's edges, cheapest first; `min_cluster_size` at least 2.
    pub(crate) fn new(rows: usize, edges: &[Edge], min_cluster_size: usize) -> Self {
        let merges = single_linkage(rows, edges);
        let mut tree = Self {
            clusters: vec![Cluster::new(0, 0.0)],
            faces: vec![(0, 0.0); rows],
        };
        // By merge: its cluster, and the λ at which it was shed as too small, if it was.
        let mut places: Vec<(usize, Option<f64>)> = vec![(0, None); merges.len()];
        let size_of = |id: usize| id.checked_sub(rows).map_or(1, |at| merges[at].size);
        for (at, merge) in merges.iter().enumerate().rev() {
            let (cluster, shed) = places[at];
            let both = [merge.a, merge.b];
            let large = both.map(|id| size_of(id) >= min_cluster_size);
            let splits = shed.is_none() && large == [true, true];
            for (id, large) in both.into_iter().zip(large) {
                let place = match shed {
                    Some(_) => (cluster, shed),
                    None if splits => (tree.split(cluster, merge.lambda, size_of(id)), None),
                    None if large => (cluster, None),
                    None => (cluster, Some(merge.lambda)),
                };
                match id.checked_sub(rows) {
                    Some(merged) => places[merged] = place,
                    None => tree.leave(id, place.0, place.1.unwrap_or(merge.lambda)),
                }
            }
        }
        tree
    }

    fn split(&mut self, parent: usize, lambda: f64, size: usize) -> usize {
        let child = self.clusters.len();
        self.clusters.push(Cluster::new(parent, lambda));
        self.clusters[parent].children.push(child);
        self.clusters[parent].part(lambda, size);
        child
    }

    fn leave(&mut self, face: usize, cluster: usize, lambda: f64) {
        self.faces[face] = (cluster, lambda);
        self.clusters[cluster].part(lambda, 1);
    }

    /// Chooses clusters and labels the faces.
    ///
    /// The root is chosen only with `allow_single`, and by [`Selection::Leaf`] never; then a face belongs to it only if it stays
    /// as long as the last that leaves the root itself.
    pub(crate) fn choose(&self, selection: Selection, allow_single: bool) -> Chosen {
        let chosen = match selection {
            Selection::ExcessOfMass => self.excess_of_mass(allow_single),
            Selection::Leaf => self.leaves(),
        };
        // The chosen cluster that holds each cluster, if one does.
        let mut holders: Vec<Option<usize>> = Vec::with_capacity(self.clusters.len());
        for (at, cluster) in self.clusters.iter().enumerate() {
            let above = (at > 0).then(|| holders[cluster.parent]).flatten();
            holders.push(above.or(chosen[at].then_some(at)));
        }
        let (labels, probabilities) = self
            .faces
            .iter()
            .map(|&(cluster, lambda)| match holders[cluster] {
                Some(0) if lambda < self.clusters[0].death => (NOISE, 0.0),
                Some(holder) => (holder as i32, self.clusters[holder].strength(lambda)),
                None => (NOISE, 0.0),
            })
            .unzip();
        Chosen {
            labels,
            probabilities,
        }
    }

    /// Marks, from the leaves up, each cluster at least as stable as the best choice inside it. Marks below a marked
    /// cluster do not count. Stabilities may be infinite or no number where faces are identical; then comparisons are as
    /// in scikit-learn: what is not greater does not win.
    fn excess_of_mass(&self, allow_single: bool) -> Vec<bool> {
        let mut marked = vec![false; self.clusters.len()];
        let mut best: Vec<f64> = self.clusters.iter().map(|c| c.stability).collect();
        let first = usize::from(!allow_single);
        for at in (first..self.clusters.len()).rev() {
            let inside: f64 = self.clusters[at].children.iter().map(|&c| best[c]).sum();
            if inside > best[at] {
                best[at] = inside;
            } else {
                marked[at] = true;
            }
        }
        marked
    }

    fn leaves(&self) -> Vec<bool> {
        let leaf = |(at, cluster): (usize, &Cluster)| at > 0 && cluster.children.is_empty();
        self.clusters.iter().enumerate().map(leaf).collect()
    }
}

impl Cluster {
    fn new(parent: usize, birth: f64) -> Self {
        Self {
            parent,
            birth,
            stability: 0.0,
            death: 0.0,
            children: Vec::new(),
        }
    }

    /// `size` faces leave at λ.
    fn part(&mut self, lambda: f64, size: usize) {
        self.stability += (lambda - self.birth) * size as f64;
        self.death = self.death.max(lambda);
    }

    fn strength(&self, lambda: f64) -> f32 {
        if self.death <= 0.0 || lambda.is_infinite() {
            1.0
        } else {
            (lambda.min(self.death) / self.death) as f32
        }
    }
}

fn single_linkage(rows: usize, edges: &[Edge]) -> Vec<Merge> {
    let mut unions = Unions::new(rows + edges.len());
    let mut merges: Vec<Merge> = Vec::with_capacity(edges.len());
    for (at, edge) in edges.iter().enumerate() {
        let (a, b) = (unions.root(edge.low), unions.root(edge.high));
        let whole = (rows + at) as u32;
        unions.attach(a, whole);
        unions.attach(b, whole);
        let size = |id: u32| {
            let merged = (id as usize).checked_sub(rows);
            merged.map_or(1, |at| merges[at].size)
        };
        let size = size(a) + size(b);
        let distance = f64::from(edge.weight);
        merges.push(Merge {
            a: a as usize,
            b: b as usize,
            size,
            lambda: if distance > 0.0 {
                1.0 / distance
            } else {
                f64::INFINITY
            },
        });
    }
    merges
}
