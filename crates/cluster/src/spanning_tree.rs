//! The exact minimum spanning tree of mutual reachability, without a matrix: Borůvka's rounds over short lists of nearest
//! rows, which are made anew by blocked products when they no longer suffice.
//!
//! Apart from `hdbscan` because it is all of the cost. Borůvka, "O jistém problému minimálním", 1926: each part of a forest
//! takes its cheapest edge that leads out. A list bounds what it leaves out, so a part whose cheapest listed edge is at
//! most every bound of its rows needs no further product; a pass over all distances serves several rounds.

use std::cmp::Reverse;

use crate::context::Context;
use crate::error::ClusterError;
use crate::labels::Unions;
use crate::nearest_rows::{Near, nearest};
use crate::row_products::RowProducts;

/// Nearest rows kept a row, unless `min_samples` asks for more: enough for several rounds, few enough to keep sorted.
const KEPT: usize = 16;

/// An edge of the tree, `low < high`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Edge {
    /// Mutual reachability: the largest of both core distances and the distance.
    pub(crate) weight: f32,
    pub(crate) distance: f32,
    pub(crate) low: u32,
    pub(crate) high: u32,
}

/// A minimum spanning tree and the core distances it rests on.
#[derive(Debug)]
pub(crate) struct SpanningTree {
    /// n − 1 edges by weight, then distance, then rows.
    pub(crate) edges: Vec<Edge>,
    pub(crate) core_distances: Vec<f32>,
}

/// The minimum spanning tree where equal weights are ordered by distance; only edges equal in both are ordered by rows.
///
/// Needs `min_samples` of 1 to n. *Errors*: `CANCELLED`. *Cost*: n² products and O(n · kept) memory for the first pass; every
/// further one takes the rows outside the largest part, at least halves the parts, and in practice there are two or three.
pub(crate) fn spanning_tree(
    products: &RowProducts<'_>,
    min_samples: usize,
    context: &Context<'_>,
) -> Result<SpanningTree, ClusterError> {
    let rows = products.len();
    let keep = (min_samples - 1).max(KEPT);
    let all: Vec<u32> = (0..rows as u32).collect();
    let by_distance = |_: usize, _: usize, distance: f32| Some(distance);
    let lists = nearest(products, &all, keep, &by_distance, context)?;
    let core_distances: Vec<f32> = lists
        .iter()
        .map(|list| match min_samples.checked_sub(2) {
            None => 0.0,
            Some(at) => list.get(at).map_or(f32::INFINITY, |near| near.distance),
        })
        .collect();
    let mut forest = Forest::new(&core_distances);
    forest.take_first_lists(lists, keep);
    loop {
        while forest.grow() {}
        if forest.edges.len() + 1 >= rows {
            break;
        }
        context.check()?;
        let parts = forest.parts();
        let active = outside_largest(&parts);
        let outward = |row: usize, other: usize, distance: f32| {
            let weight = distance.max(core_distances[row]).max(core_distances[other]);
            (parts[row] != parts[other]).then_some(weight)
        };
        let lists = nearest(products, &active, KEPT, &outward, context)?;
        forest.take_lists(&active, lists);
    }
    let mut edges = forest.edges;
    edges.sort_unstable_by(|a, b| {
        let bits = |e: &Edge| (e.weight.to_bits(), e.distance.to_bits(), e.low, e.high);
        bits(a).cmp(&bits(b))
    });
    Ok(SpanningTree {
        edges,
        core_distances,
    })
}

/// The rows of all parts but the largest; of equally large ones the one with the smallest root is left out.
fn outside_largest(parts: &[u32]) -> Vec<u32> {
    let mut sizes = vec![0_u32; parts.len()];
    for &part in parts {
        sizes[part as usize] += 1;
    }
    let mut largest = 0;
    for part in 0..sizes.len() {
        if sizes[part] > sizes[largest] {
            largest = part;
        }
    }
    (0..parts.len() as u32)
        .filter(|&row| parts[row as usize] as usize != largest)
        .collect()
}

/// No edge that a list leaves out is below this: weight, then distance.
type Bound = (f32, f32);

/// A list that leaves nothing out.
const COMPLETE: Bound = (f32::INFINITY, f32::INFINITY);

/// Nothing is known of a row's edges.
const UNKNOWN: Bound = (0.0, 0.0);

struct Forest<'a> {
    core_distances: &'a [f32],
    unions: Unions,
    /// By row, cheapest last; what leads into the own part is dropped when it is met.
    lists: Vec<Vec<Near>>,
    bounds: Vec<Bound>,
    edges: Vec<Edge>,
}

impl<'a> Forest<'a> {
    fn new(core_distances: &'a [f32]) -> Self {
        let rows = core_distances.len();
        Self {
            core_distances,
            unions: Unions::new(rows),
            lists: vec![Vec::new(); rows],
            bounds: vec![UNKNOWN; rows],
            edges: Vec::with_capacity(rows.saturating_sub(1)),
        }
    }

    /// Takes lists by distance of all rows, made before core distances were known.
    fn take_first_lists(&mut self, lists: Vec<Vec<Near>>, keep: usize) {
        for (row, mut list) in lists.into_iter().enumerate() {
            let core = self.core_distances[row];
            if list.len() == keep {
                let farthest = list.last().map_or(0.0, |near| near.distance);
                self.bounds[row] = (farthest.max(core), farthest);
            } else {
                self.bounds[row] = COMPLETE;
            }
            for near in &mut list {
                let other = self.core_distances[near.row as usize];
                near.weight = near.distance.max(core).max(other);
            }
            list.sort_unstable_by_key(|near| Reverse(order(near)));
            self.lists[row] = list;
        }
    }

    /// Takes lists by weight of edges that lead out of the own part; nothing is known of other rows any more.
    fn take_lists(&mut self, rows: &[u32], lists: Vec<Vec<Near>>) {
        self.lists.iter_mut().for_each(Vec::clear);
        self.bounds.fill(UNKNOWN);
        for (&row, mut list) in rows.iter().zip(lists) {
            self.bounds[row as usize] = match list.last() {
                Some(last) if list.len() == KEPT => (last.weight, last.distance),
                _ => COMPLETE,
            };
            list.reverse();
            self.lists[row as usize] = list;
        }
    }

    /// One round: joins each part that is sure of its cheapest way out. Whether any was.
    fn grow(&mut self) -> bool {
        let rows = self.lists.len();
        let mut cheapest: Vec<Option<Edge>> = vec![None; rows];
        let mut bounds = vec![COMPLETE; rows];
        for row in 0..rows {
            let part = self.unions.root(row as u32);
            let bound = &mut bounds[part as usize];
            if self.bounds[row] < *bound {
                *bound = self.bounds[row];
            }
            while let Some(near) = self.lists[row].last() {
                if self.unions.root(near.row) == part {
                    self.lists[row].pop();
                    continue;
                }
                let edge = Edge {
                    weight: near.weight,
                    distance: near.distance,
                    low: near.row.min(row as u32),
                    high: near.row.max(row as u32),
                };
                let best = &mut cheapest[part as usize];
                if best.is_none_or(|best| before(&edge, &best)) {
                    *best = Some(edge);
                }
                break;
            }
        }
        let before_round = self.edges.len();
        for (edge, bound) in cheapest.iter().zip(&bounds) {
            let Some(edge) = edge else { continue };
            if (edge.weight, edge.distance) > *bound {
                continue;
            }
            let (a, b) = (self.unions.root(edge.low), self.unions.root(edge.high));
            if a != b {
                self.unions.attach(a.max(b), a.min(b));
                self.edges.push(*edge);
            }
        }
        self.edges.len() > before_round
    }

    /// The root of each row's part.
    fn parts(&mut self) -> Vec<u32> {
        (0..self.lists.len() as u32)
            .map(|row| self.unions.root(row))
            .collect()
    }
}

/// Bits of floats of at least 0 order as the floats do.
fn order(near: &Near) -> (u32, u32, u32) {
    (near.weight.to_bits(), near.distance.to_bits(), near.row)
}

fn before(a: &Edge, b: &Edge) -> bool {
    (a.weight, a.distance, a.low, a.high) < (b.weight, b.distance, b.low, b.high)
}
