//! OPTICS without a graph: one row of distances a step, made in blocks ahead of need.
//!
//! Apart from `optics` because this is a matter of memory traffic. A row of distances alone is bound by reading all vectors
//! once a step; a block of rows costs little more. So a missing row is made together with those the walk will
//! probably take next: nearest neighbours of nearest neighbours, then whatever has the smallest reachability. A wrong
//! guess is kept for later and costs time only when it has to make room; the result never depends on the guesses.

use rayon::prelude::*;

use crate::context::Context;
use crate::error::ClusterError;
use crate::nearest_rows::{Near, nearest};
use crate::optics::{Optics, OpticsOptions, pace, paces};
use crate::row_products::{RowProducts, column_ranges};

/// Rows of distances made together.
const BATCH: usize = 128;

/// Distances kept: 128 MiB, or [`BATCH`] rows where those are more.
const KEPT_DISTANCES: usize = 32 << 20;

/// Neighbours by which the walk's way is guessed, unless `min_samples` asks for more.
const GUESSED: usize = 15;

/// Faces looked at together; wide enough for SIMD.
const LANES: usize = 16;

/// A row that has been taken: nothing is smaller, so it is never improved on.
const TAKEN: f32 = f32::NEG_INFINITY;

pub(crate) fn order_by_rows(
    products: &RowProducts<'_>,
    options: &OpticsOptions,
    context: &Context<'_>,
) -> Result<Optics, ClusterError> {
    let rows = products.len();
    context.expect(paces(rows));
    let all: Vec<u32> = (0..rows as u32).collect();
    let keep = (options.min_samples - 1).max(GUESSED);
    let by_distance = |_: usize, _: usize, distance: f32| Some(distance);
    let lists = nearest(products, &all, keep, &by_distance, context)?;
    let mut found = Optics::unreached(Vec::with_capacity(rows));
    found.reachability = vec![f32::INFINITY; rows];
    found.predecessors = vec![-1; rows];
    found.core_distances = lists
        .iter()
        .map(|list| core_distance(list, options))
        .collect();

    let mut ahead = Ahead::new(products, &lists);
    let mut pending = vec![f32::INFINITY; rows];
    let mut first = 0;
    let mut next = 0;
    for step in 0..rows {
        pace(step, context)?;
        found.reachability[next] = pending[next];
        pending[next] = TAKEN;
        found.ordering.push(next as u32);
        let core = found.core_distances[next];
        let least = if core.is_finite() {
            let distances = ahead.take(next, &pending, context)?;
            let reach = Reach {
                from: next as i32,
                core,
                max_eps: options.max_eps,
            };
            let least = reach.improve(&distances, &mut pending, &mut found.predecessors);
            ahead.free.push(distances);
            least
        } else {
            least_of(&pending)
        };
        if least.is_finite() {
            next = pending
                .iter()
                .position(|&p| p <= least && p >= 0.0)
                .unwrap_or(0);
        } else {
            while first < rows && pending[first] < 0.0 {
                first += 1;
            }
            next = first;
        }
    }
    context.finish();
    Ok(found)
}

fn core_distance(list: &[Near], options: &OpticsOptions) -> f32 {
    let core = match options.min_samples.checked_sub(2) {
        None => 0.0,
        Some(at) => list.get(at).map_or(f32::INFINITY, |near| near.distance),
    };
    if core <= options.max_eps {
        core
    } else {
        f32::INFINITY
    }
}

/// A dense row and what it reaches.
struct Reach {
    from: i32,
    core: f32,
    max_eps: f32,
}

impl Reach {
    /// Improves what is pending by one row of distances; the smallest reachability that is left, infinite for none.
    fn improve(&self, distances: &[f32], pending: &mut [f32], predecessors: &mut [i32]) -> f32 {
        let mut lanes = [f32::INFINITY; LANES];
        let chunks = distances
            .chunks(LANES)
            .zip(pending.chunks_mut(LANES))
            .zip(predecessors.chunks_mut(LANES));
        for ((distances, pending), predecessors) in chunks {
            let each = distances.iter().zip(pending).zip(predecessors);
            for (lane, ((&distance, pending), predecessor)) in lanes.iter_mut().zip(each) {
                let beyond = if distance > self.core {
                    distance
                } else {
                    self.core
                };
                let reachability = if distance <= self.max_eps {
                    beyond
                } else {
                    f32::INFINITY
                };
                let better = reachability < *pending;
                *pending = if better { reachability } else { *pending };
                *predecessor = if better { self.from } else { *predecessor };
                let open = if *pending < 0.0 {
                    f32::INFINITY
                } else {
                    *pending
                };
                *lane = if open < *lane { open } else { *lane };
            }
        }
        lanes.into_iter().fold(f32::INFINITY, f32::min)
    }
}

fn least_of(pending: &[f32]) -> f32 {
    let open = pending.iter().copied().filter(|&p| p >= 0.0);
    open.fold(f32::INFINITY, f32::min)
}

/// Rows of distances made ahead of need.
struct Ahead<'a> {
    products: &'a RowProducts<'a>,
    lists: &'a [Vec<Near>],
    /// By row; empty where there is none.
    made: Vec<Vec<f32>>,
    held: usize,
    capacity: usize,
    /// Rows' memory to use again.
    free: Vec<Vec<f32>>,
    /// By row: the last batch it was put in.
    chosen: Vec<u32>,
    batch: u32,
}

impl<'a> Ahead<'a> {
    fn new(products: &'a RowProducts<'a>, lists: &'a [Vec<Near>]) -> Self {
        let rows = products.len();
        Self {
            products,
            lists,
            made: vec![Vec::new(); rows],
            held: 0,
            capacity: (KEPT_DISTANCES / rows.max(1)).max(BATCH),
            free: Vec::new(),
            chosen: vec![0; rows],
            batch: 0,
        }
    }

    /// The distances of `row` to all rows.
    fn take(
        &mut self,
        row: usize,
        pending: &[f32],
        context: &Context<'_>,
    ) -> Result<Vec<f32>, ClusterError> {
        if self.made[row].is_empty() {
            let batch = self.choose(row, pending);
            self.make_room(batch.len(), pending);
            self.make(&batch, context)?;
        }
        self.held -= 1;
        Ok(std::mem::take(&mut self.made[row]))
    }

    /// `row` and the rows that will probably follow it.
    fn choose(&mut self, row: usize, pending: &[f32]) -> Vec<u32> {
        self.batch += 1;
        self.chosen[row] = self.batch;
        let mut batch = vec![row as u32];
        let mut at = 0;
        while at < batch.len() && batch.len() < BATCH {
            for near in &self.lists[batch[at] as usize] {
                if batch.len() < BATCH && self.lacks(near.row as usize, pending) {
                    self.chosen[near.row as usize] = self.batch;
                    batch.push(near.row);
                }
            }
            at += 1;
        }
        let missing = BATCH - batch.len();
        if missing > 0 {
            let mut others: Vec<u32> = (0..pending.len() as u32)
                .filter(|&other| {
                    pending[other as usize].is_finite() && self.lacks(other as usize, pending)
                })
                .collect();
            others.sort_unstable_by(|&a, &b| by_pending(pending, a, b));
            batch.extend(others.into_iter().take(missing));
        }
        batch
    }

    fn lacks(&self, row: usize, pending: &[f32]) -> bool {
        pending[row] >= 0.0 && self.made[row].is_empty() && self.chosen[row] != self.batch
    }

    /// Drops those rows that would be taken last.
    fn make_room(&mut self, needed: usize, pending: &[f32]) {
        let excess = (self.held + needed).saturating_sub(self.capacity);
        if excess == 0 {
            return;
        }
        let mut held: Vec<u32> = (0..pending.len() as u32)
            .filter(|&row| !self.made[row as usize].is_empty())
            .collect();
        held.sort_unstable_by(|&a, &b| by_pending(pending, b, a));
        for &row in held.iter().take(excess) {
            self.free.push(std::mem::take(&mut self.made[row as usize]));
            self.held -= 1;
        }
    }

    fn make(&mut self, batch: &[u32], context: &Context<'_>) -> Result<(), ClusterError> {
        let products = self.products;
        let gathered = products.gather(batch);
        let ranges: Vec<_> = column_ranges(products.len()).collect();
        let tiles: Vec<Vec<f32>> = context.pool.install(|| {
            ranges
                .par_iter()
                .with_max_len(1)
                .map(|columns| {
                    let mut tile = Vec::new();
                    products.dots(&gathered, columns.clone(), &mut tile)?;
                    for (&row, line) in batch.iter().zip(tile.chunks_exact_mut(columns.len())) {
                        for (column, value) in columns.clone().zip(line) {
                            *value = products.distance(row as usize, column, *value);
                        }
                    }
                    Ok(tile)
                })
                .collect::<Result<_, ClusterError>>()
        })?;
        for (at, &row) in batch.iter().enumerate() {
            let mut line = self.free.pop().unwrap_or_default();
            line.clear();
            line.reserve_exact(products.len());
            for (columns, tile) in ranges.iter().zip(&tiles) {
                line.extend_from_slice(&tile[at * columns.len()..(at + 1) * columns.len()]);
            }
            self.made[row as usize] = line;
            self.held += 1;
        }
        Ok(())
    }
}

/// The smaller reachability first, then the smaller row.
fn by_pending(pending: &[f32], a: u32, b: u32) -> std::cmp::Ordering {
    pending[a as usize]
        .total_cmp(&pending[b as usize])
        .then(a.cmp(&b))
}
