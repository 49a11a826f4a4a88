//! Average linkage below a threshold, exact, on the neighbour graph alone: a heap of possible merges and one sum vector a
//! cluster, no distance matrix.
//!
//! Two facts carry it. On unit vectors the average cosine distance of clusters A and B is
//! `1 − ⟨sum A, sum B⟩ / (|A| |B|)`. And an average can be at most t only if some pair is, so every merge below t happens
//! along an edge of the radius graph at t. Apart from `linkage` because it takes a [`MergeRule`] and stops at a threshold.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use crate::context::Context;
use crate::error::ClusterError;
use crate::labels::Unions;
use crate::linkage::{Merge, Tree};
use crate::merge_rule::{Candidate, MergeRule, Part};
use crate::neighbours::RadiusGraph;
use crate::products::dot;
use crate::vectors::Vectors;

/// How much wider than the threshold the graph should be: above the rounding of an f32 dot product of a thousand values,
/// so that no pair is missed whose exact distance is the threshold itself.
pub const GRAPH_SLACK: f32 = 1e-5;

/// Heap entries taken between two looks at the cancel flag.
const CANCEL_INTERVAL: u64 = 1024;

/// What average linkage on a graph works from.
#[derive(Debug, Clone, Copy)]
pub struct LinkageInput<'a> {
    /// The vectors.
    pub vectors: &'a Vectors<'a>,
    /// Photograph number of each row; only rules look at it.
    pub photos: &'a [u32],
    /// Radius graph of the vectors, of at least the threshold plus [`GRAPH_SLACK`].
    pub graph: &'a RadiusGraph,
    /// Merges cost at most this, inclusive.
    pub threshold: f32,
}

/// Merges clusters, cheapest first, until none costs at most the threshold.
///
/// With [`crate::Plain`] the forest is the part of the whole average-linkage tree below the threshold; equal costs are
/// merged by smaller ids first. With another rule merges come by cost, so distances need not ascend: take
/// [`Tree::labels`], not a cut.
///
/// *Errors*: `ARGUMENT` when `photos` or `graph` are of another length than `vectors`; `CANCELLED`.
/// *Cost*: O(evaluated pairs · (dims + log pairs)), where each merge evaluates the neighbours of the two clusters;
/// memory 16 bytes a possible merge and one f64 vector a cluster of two faces or more. One thread.
pub fn average_linkage(
    input: &LinkageInput<'_>,
    rule: &dyn MergeRule,
    context: &Context<'_>,
) -> Result<Tree, ClusterError> {
    let faces = input.vectors.len();
    for (name, length) in [("photos", input.photos.len()), ("graph", input.graph.len())] {
        if length != faces {
            return Err(ClusterError::argument(
                name,
                "one entry a vector",
                format!("{length} for {faces} vectors"),
            ));
        }
    }
    let mut linkage = Linkage::new(input, rule);
    let mut taken = 0_u64;
    while let Some(step) = linkage.heap.pop() {
        taken += 1;
        if taken.is_multiple_of(CANCEL_INTERVAL) {
            context.check()?;
        }
        if linkage.unions.is_root(step.a) && linkage.unions.is_root(step.b) {
            linkage.merge(&step);
        }
    }
    context.check()?;
    Ok(Tree {
        faces,
        merges: linkage.merges,
    })
}

/// A possible merge; the heap's greatest is the cheapest, ties broken by the smaller ids.
#[derive(Debug, Clone, Copy)]
struct Step {
    cost: f64,
    a: u32,
    b: u32,
}

impl Ord for Step {
    fn cmp(&self, other: &Self) -> Ordering {
        other
            .cost
            .total_cmp(&self.cost)
            .then_with(|| (other.a, other.b).cmp(&(self.a, self.b)))
    }
}

impl PartialOrd for Step {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Step {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Step {}

/// A cluster of two faces or more; one that has been merged on keeps empty lists.
#[derive(Debug, Default)]
struct Cluster {
    sum: Vec<f64>,
    members: Vec<u32>,
    /// Clusters whose average distance was at most the threshold when this one came into being. Ids may be out of date:
    /// their root is the cluster meant now. Nothing is missed by that: the average of a union lies between the averages
    /// of its parts, so a pair above the threshold only comes under it through a part that is listed.
    neighbours: Vec<u32>,
    squared_length: f64,
}

struct Linkage<'a> {
    input: &'a LinkageInput<'a>,
    rule: &'a dyn MergeRule,
    threshold: f64,
    faces: usize,
    /// 0, 1, 2, …: a face alone borrows its members and neighbours in place of owning lists.
    rows: Vec<u32>,
    clusters: Vec<Cluster>,
    unions: Unions,
    heap: BinaryHeap<Step>,
    merges: Vec<Merge>,
    /// Scratch of `merge`: the clusters near either part.
    nearby: Vec<u32>,
}

impl<'a> Linkage<'a> {
    fn new(input: &'a LinkageInput<'a>, rule: &'a dyn MergeRule) -> Self {
        let faces = input.vectors.len();
        let mut linkage = Self {
            input,
            rule,
            threshold: f64::from(input.threshold),
            faces,
            rows: (0..faces as u32).collect(),
            clusters: Vec::new(),
            unions: Unions::new((2 * faces).saturating_sub(1)),
            heap: BinaryHeap::new(),
            merges: Vec::new(),
            nearby: Vec::new(),
        };
        let mut steps = Vec::with_capacity(input.graph.pairs());
        for row in 0..faces {
            let neighbours = input.graph.neighbours(row);
            for (&other, &distance) in neighbours.iter().zip(input.graph.distances(row)) {
                if other as usize > row {
                    steps.extend(linkage.step(row as u32, other, f64::from(distance)));
                }
            }
        }
        linkage.heap = BinaryHeap::from(steps);
        linkage
    }

    fn merge(&mut self, step: &Step) {
        let distance = self.average(step.a, step.b) as f32;
        let whole = self.join(step.a, step.b);
        let id = (self.faces + self.clusters.len()) as u32;
        self.merges.push(Merge {
            a: step.a,
            b: step.b,
            distance,
            size: whole.members.len() as u32,
        });
        let mut nearby = std::mem::take(&mut self.nearby);
        nearby.clear();
        nearby.extend_from_slice(self.neighbours(step.a));
        nearby.extend_from_slice(self.neighbours(step.b));
        for part in [step.a, step.b] {
            self.unions.attach(part, id);
            if let Some(at) = (part as usize).checked_sub(self.faces) {
                self.clusters[at] = Cluster::default();
            }
        }
        self.clusters.push(whole);
        for neighbour in &mut nearby {
            *neighbour = self.unions.root(*neighbour);
        }
        nearby.sort_unstable();
        nearby.dedup();
        let mut kept = Vec::new();
        for &other in nearby.iter().filter(|&&other| other != id) {
            let average = self.average(other, id);
            if average <= self.threshold {
                kept.push(other);
                let step = self.step(other, id, average);
                self.heap.extend(step);
            }
        }
        kept.shrink_to_fit();
        self.clusters[id as usize - self.faces].neighbours = kept;
        self.nearby = nearby;
    }

    fn join(&self, a: u32, b: u32) -> Cluster {
        let mut sum = match self.sum(a) {
            Sum::Face(row) => row.iter().map(|&x| f64::from(x)).collect(),
            Sum::Cluster(sum) => sum.to_vec(),
        };
        match self.sum(b) {
            Sum::Face(row) => add(&mut sum, row),
            Sum::Cluster(other) => add(&mut sum, other),
        }
        let photos = self.input.photos;
        let key = |row: &u32| (photos[*row as usize], *row);
        let (left, right) = (self.part(a).members, self.part(b).members);
        Cluster {
            squared_length: dot(&sum, &sum),
            sum,
            members: merge_sorted(left, right, key),
            neighbours: Vec::new(),
        }
    }

    /// The heap entry of a pair whose average is known; none when it is above the threshold or the rule forbids it.
    fn step(&self, a: u32, b: u32, average: f64) -> Option<Step> {
        if average > self.threshold {
            return None;
        }
        let candidate = Candidate {
            a: self.part(a),
            b: self.part(b),
            average,
            vectors: self.input.vectors,
            photos: self.input.photos,
        };
        let cost = self.rule.cost(&candidate)?;
        (cost <= self.threshold).then_some(Step { cost, a, b })
    }

    fn average(&self, a: u32, b: u32) -> f64 {
        let sums = match (self.sum(a), self.sum(b)) {
            (Sum::Face(a), Sum::Face(b)) => dot(a, b),
            (Sum::Face(a), Sum::Cluster(b)) => dot(a, b),
            (Sum::Cluster(a), Sum::Face(b)) => dot(a, b),
            (Sum::Cluster(a), Sum::Cluster(b)) => dot(a, b),
        };
        let pairs = self.size(a) as f64 * self.size(b) as f64;
        (1.0 - sums / pairs).max(0.0)
    }

    fn cluster(&self, id: u32) -> Option<&Cluster> {
        (id as usize)
            .checked_sub(self.faces)
            .map(|at| &self.clusters[at])
    }

    fn sum(&self, id: u32) -> Sum<'_> {
        match self.cluster(id) {
            Some(cluster) => Sum::Cluster(&cluster.sum),
            None => Sum::Face(self.input.vectors.row(id as usize)),
        }
    }

    fn size(&self, id: u32) -> usize {
        self.cluster(id).map_or(1, |cluster| cluster.members.len())
    }

    fn neighbours(&self, id: u32) -> &[u32] {
        match self.cluster(id) {
            Some(cluster) => &cluster.neighbours,
            None => self.input.graph.neighbours(id as usize),
        }
    }

    fn part(&self, id: u32) -> Part<'_> {
        match self.cluster(id) {
            Some(cluster) => Part {
                members: &cluster.members,
                squared_length: cluster.squared_length,
            },
            None => Part {
                members: &self.rows[id as usize..=id as usize],
                squared_length: 1.0,
            },
        }
    }
}

enum Sum<'a> {
    Face(&'a [f32]),
    Cluster(&'a [f64]),
}

fn add<T: Copy + Into<f64>>(sum: &mut [f64], part: &[T]) {
    for (value, &more) in sum.iter_mut().zip(part) {
        *value += more.into();
    }
}

fn merge_sorted<K: Ord>(left: &[u32], right: &[u32], key: impl Fn(&u32) -> K) -> Vec<u32> {
    let mut merged = Vec::with_capacity(left.len() + right.len());
    let (mut left, mut right) = (left.iter().peekable(), right.iter().peekable());
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        let next = if key(a) <= key(b) {
            left.next()
        } else {
            right.next()
        };
        merged.extend(next);
    }
    merged.extend(left.chain(right));
    merged
}
