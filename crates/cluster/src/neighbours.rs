//! The exact radius graph: for each face all others within a cosine distance, from blocked matrix products.
//!
//! Apart because DBSCAN, sparse average linkage and the rules all ask the same graph. Each pair is computed once (tiles
//! on and above the diagonal); lists come sorted by row, and neither order nor values depend on the number of threads.

use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use crate::context::Context;
use crate::error::ClusterError;
use crate::nearest::NearestGraph;
use crate::products::{TILE, distance_of, dot_tile, tile_range, tile_rows};
use crate::vectors::Vectors;

/// Pairs one graph may hold: 28 bytes each while it is built, 16 after, so 2.8 GB and 1.6 GB.
pub const MAX_PAIRS: u64 = 100_000_000;

/// How many dot products are looked at together before any is looked at alone; wide enough for one SIMD compare.
const SCAN: usize = 16;

/// All pairs of faces within a radius, as compressed sparse rows; symmetric, without the faces themselves.
#[derive(Debug, Clone, PartialEq)]
pub struct RadiusGraph {
    offsets: Vec<usize>,
    neighbours: Vec<u32>,
    distances: Vec<f32>,
}

impl RadiusGraph {
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

    /// Number of pairs, each counted once.
    #[must_use]
    pub fn pairs(&self) -> usize {
        self.neighbours.len() / 2
    }

    /// Rows within the radius of `row`, ascending, without `row` itself.
    ///
    /// *Panics* when `row` is not below [`RadiusGraph::len`].
    #[must_use]
    pub fn neighbours(&self, row: usize) -> &[u32] {
        &self.neighbours[self.offsets[row]..self.offsets[row + 1]]
    }

    /// Cosine distances to [`RadiusGraph::neighbours`], in the same order.
    ///
    /// *Panics* when `row` is not below [`RadiusGraph::len`].
    #[must_use]
    pub fn distances(&self, row: usize) -> &[f32] {
        &self.distances[self.offsets[row]..self.offsets[row + 1]]
    }

    /// The pairs within a radius of which one face has the other among its nearest; each once. *Cost*: sorts the pairs.
    #[must_use]
    pub fn from_nearest(graph: &NearestGraph, radius: f32) -> Self {
        let mut pairs: Vec<Pair> = (0..graph.len())
            .flat_map(|row| {
                let near = graph.neighbours(row).iter().zip(graph.distances(row));
                near.filter(|&(_, &distance)| distance <= radius)
                    .map(move |(&other, &distance)| Pair {
                        low: other.min(row as u32),
                        high: other.max(row as u32),
                        distance,
                    })
            })
            .collect();
        pairs.sort_unstable_by_key(|pair| (pair.low, pair.high));
        pairs.dedup_by_key(|pair| (pair.low, pair.high));
        Self::from_pairs(graph.len(), &[pairs])
    }

    fn from_pairs(rows: usize, strips: &[Vec<Pair>]) -> Self {
        let mut offsets = vec![0_usize; rows + 1];
        for pair in strips.iter().flatten() {
            offsets[pair.low as usize + 1] += 1;
            offsets[pair.high as usize + 1] += 1;
        }
        for row in 0..rows {
            offsets[row + 1] += offsets[row];
        }
        let ends = offsets[rows];
        let mut neighbours = vec![0_u32; ends];
        let mut distances = vec![0.0_f32; ends];
        let mut cursors = offsets.clone();
        // Tiles come by row block, then column block, pairs in them by row, then column: a row's smaller neighbours are
        // met before its larger ones, each in ascending order, so the lists need no sorting.
        for pair in strips.iter().flatten() {
            for (row, other) in [(pair.low, pair.high), (pair.high, pair.low)] {
                let cursor = &mut cursors[row as usize];
                neighbours[*cursor] = other;
                distances[*cursor] = pair.distance;
                *cursor += 1;
            }
        }
        Self {
            offsets,
            neighbours,
            distances,
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Pair {
    low: u32,
    high: u32,
    distance: f32,
}

/// Finds every pair of faces whose cosine distance is at most `radius` (inclusive), exactly.
///
/// *Errors*: `ARGUMENT` for a radius that is not finite or is negative; `TOO_MANY` for more than `max_pairs` pairs;
/// `CANCELLED`. *Cost*: n²/2 dot products, 28 bytes a pair found. Progress: one unit a tile.
pub fn radius_graph(
    vectors: &Vectors<'_>,
    radius: f32,
    max_pairs: u64,
    context: &Context<'_>,
) -> Result<RadiusGraph, ClusterError> {
    if !radius.is_finite() || radius < 0.0 {
        return Err(ClusterError::argument(
            "radius",
            "a finite cosine distance of at least 0",
            radius,
        ));
    }
    let rows = vectors.len();
    let found = AtomicU64::new(0);
    let search = Search {
        vectors,
        radius,
        max_pairs,
        found: &found,
        context,
    };
    let strips: Vec<Vec<Pair>> = context.pool.install(|| {
        (0..tile_rows(rows))
            .into_par_iter()
            .with_max_len(1)
            .map(|tile_row| search.strip(tile_row))
            .collect::<Result<_, ClusterError>>()
    })?;
    Ok(RadiusGraph::from_pairs(rows, &strips))
}

struct Search<'a> {
    vectors: &'a Vectors<'a>,
    radius: f32,
    max_pairs: u64,
    found: &'a AtomicU64,
    context: &'a Context<'a>,
}

impl Search<'_> {
    /// The pairs of one block of rows with themselves and all later rows.
    fn strip(&self, tile_row: usize) -> Result<Vec<Pair>, ClusterError> {
        let rows = self.vectors.len();
        let own = tile_range(tile_row, rows);
        let mut dots = Vec::with_capacity(TILE * TILE);
        let mut pairs = Vec::new();
        for tile_column in tile_row..tile_rows(rows) {
            self.context.check()?;
            let columns = tile_range(tile_column, rows);
            dot_tile(self.vectors, own.clone(), columns.clone(), &mut dots);
            let before = pairs.len();
            for (row, line) in own.clone().zip(dots.chunks_exact(columns.len())) {
                self.scan(row, columns.start, line, &mut pairs);
            }
            let found = (pairs.len() - before) as u64;
            let all = self.found.fetch_add(found, Ordering::Relaxed) + found;
            if all > self.max_pairs {
                return Err(ClusterError::TooMany {
                    what: "pairs of faces within the distance",
                    found: all,
                    limit: self.max_pairs,
                    cure: "lower the distance threshold or cluster fewer faces at a time",
                });
            }
            self.context.advance(1);
        }
        Ok(pairs)
    }

    fn scan(&self, row: usize, first_column: usize, line: &[f32], pairs: &mut Vec<Pair>) {
        // A hair loose on purpose: the exact test below decides.
        let least = 1.0 - self.radius - 1e-6;
        for (chunk, dots) in line.chunks(SCAN).enumerate() {
            // Counted, not searched: without an early exit the compiler makes it one SIMD compare.
            if dots.iter().map(|&dot| u32::from(dot >= least)).sum::<u32>() == 0 {
                continue;
            }
            let start = first_column + chunk * SCAN;
            for (column, &dot) in (start..).zip(dots) {
                let distance = distance_of(dot);
                if column > row && distance <= self.radius {
                    pairs.push(Pair {
                        low: row as u32,
                        high: column as u32,
                        distance,
                    });
                }
            }
        }
    }
}
