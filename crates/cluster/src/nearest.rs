//! The exact k-nearest-neighbour graph: for each face the k most similar others, from blocked matrix products.
//!
//! Apart from the radius graph because its size is known beforehand and it needs no threshold. Each pair is computed once and
//! offered to both its faces; blocks of faces are locked while a tile is scanned, and as what is kept does not depend on
//! the order of the offers, neither does the graph depend on the threads.

use std::sync::{Mutex, MutexGuard, PoisonError};

use rayon::prelude::*;

use crate::context::Context;
use crate::error::ClusterError;
use crate::products::{TILE, dot_tile, tile_range, tile_rows, upper_tiles};
use crate::selection::{Selection, distance_in, row_of};
use crate::vectors::Vectors;

/// Neighbours one graph may hold, all faces together: 16 bytes each while it is built, 8 after, so 4.3 GB and 2.1 GB.
pub const MAX_NEAREST: u64 = 1 << 28;

/// For each face its nearest others, best first, as compressed sparse rows; not symmetric, without the faces themselves.
#[derive(Debug, Clone, PartialEq)]
pub struct NearestGraph {
    offsets: Vec<usize>,
    neighbours: Vec<u32>,
    distances: Vec<f32>,
}

impl NearestGraph {
    /// Number of faces.
    #[must_use]
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Whether there is no face at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The nearest rows to `row`, by distance, equal ones by row, without `row` itself.
    ///
    /// *Panics* when `row` is not below [`NearestGraph::len`].
    #[must_use]
    pub fn neighbours(&self, row: usize) -> &[u32] {
        &self.neighbours[self.offsets[row]..self.offsets[row + 1]]
    }

    /// Cosine distances to [`NearestGraph::neighbours`], in the same order, so ascending.
    ///
    /// *Panics* when `row` is not below [`NearestGraph::len`].
    #[must_use]
    pub fn distances(&self, row: usize) -> &[f32] {
        &self.distances[self.offsets[row]..self.offsets[row + 1]]
    }

    /// From lists of keys, in the order of the rows, each list best first.
    pub(crate) fn with_capacity(rows: usize, k: usize) -> Self {
        let mut offsets = Vec::with_capacity(rows + 1);
        offsets.push(0);
        Self {
            offsets,
            neighbours: Vec::with_capacity(rows * k),
            distances: Vec::with_capacity(rows * k),
        }
    }

    /// Appends the next row's list.
    pub(crate) fn push(&mut self, keys: &[u64]) {
        self.neighbours.extend(keys.iter().map(|&key| row_of(key)));
        self.distances
            .extend(keys.iter().map(|&key| distance_in(key)));
        self.offsets.push(self.neighbours.len());
    }
}

/// Finds for each face the `k` others of smallest cosine distance, exactly; all others where there are fewer.
///
/// Lists are sorted by distance, then row; among equal distances at the end of a list the smaller rows stay. The result is
/// the same whatever the number of threads.
///
/// *Errors*: `ARGUMENT` when `k` is 0; `TOO_MANY` for more than [`MAX_NEAREST`] neighbours; `CANCELLED`. *Cost*: n²/2 dot
/// products, 16 bytes a neighbour. Progress: one unit a tile, announced here.
pub fn nearest_graph(
    vectors: &Vectors<'_>,
    k: usize,
    context: &Context<'_>,
) -> Result<NearestGraph, ClusterError> {
    let rows = vectors.len();
    let k = checked_k(rows, k)?;
    context.expect(upper_tiles(rows));
    let numbers: Vec<u32> = (0..rows as u32).collect();
    let blocks: Vec<Mutex<Selection>> = (0..tile_rows(rows))
        .map(|block| Mutex::new(Selection::new(tile_range(block, rows).len(), k)))
        .collect();
    let search = Search {
        vectors,
        numbers: &numbers,
        blocks: &blocks,
        context,
    };
    // First each block with itself, for good limits from the start; then with the block 1 after it, 2 after it, and so on
    // round the circle: the threads stay at different blocks.
    let count = blocks.len();
    for step in 0..=count / 2 {
        // Halfway round, two blocks would meet from both sides.
        let starts = if step > 0 && 2 * step == count {
            step
        } else {
            count
        };
        context.pool.install(|| {
            (0..starts)
                .into_par_iter()
                .with_max_len(1)
                .try_for_each_init(
                    || Vec::with_capacity(TILE * TILE),
                    |dots, start| search.tile(start, (start + step) % count, dots),
                )
        })?;
    }
    let mut graph = NearestGraph::with_capacity(rows, k);
    for (block, selection) in blocks.iter().enumerate() {
        let mut selection = locked(selection);
        for at in 0..tile_range(block, rows).len() {
            graph.push(selection.best(at));
        }
    }
    Ok(graph)
}

/// `k`, at most the number of others, after the checks that every nearest-neighbour graph makes.
pub(crate) fn checked_k(rows: usize, k: usize) -> Result<usize, ClusterError> {
    if k == 0 {
        return Err(ClusterError::argument("k", "at least 1", k));
    }
    let k = k.min(rows.saturating_sub(1)).max(1);
    let all = rows as u64 * k as u64;
    if all > MAX_NEAREST {
        return Err(ClusterError::TooMany {
            what: "nearest neighbours of all faces",
            found: all,
            limit: MAX_NEAREST,
            cure: "ask for fewer neighbours a face or for fewer faces at a time",
        });
    }
    Ok(k)
}

/// The value behind a lock; a thread that panicked with it has ended the whole call already.
pub(crate) fn locked<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Search<'a> {
    vectors: &'a Vectors<'a>,
    numbers: &'a [u32],
    blocks: &'a [Mutex<Selection>],
    context: &'a Context<'a>,
}

impl Search<'_> {
    /// Offers the faces of two blocks to each other; of one block, if both are the same.
    fn tile(&self, a: usize, b: usize, dots: &mut Vec<f32>) -> Result<(), ClusterError> {
        self.context.check()?;
        // Locked in the order of the blocks, whoever comes: no two threads wait for each other.
        let (low, high) = (a.min(b), a.max(b));
        let rows = tile_range(low, self.vectors.len());
        let columns = tile_range(high, self.vectors.len());
        dot_tile(self.vectors, rows.clone(), columns.clone(), dots);
        let mut own = locked(&self.blocks[low]);
        if low == high {
            own.offer_own(&self.numbers[rows], dots);
        } else {
            let mut other = locked(&self.blocks[high]);
            own.offer_each_other(
                &self.numbers[rows],
                &mut other,
                &self.numbers[columns],
                dots,
            );
        }
        self.context.advance(1);
        Ok(())
    }
}
