//! One random division of all faces into groups, each group compared within itself exactly.
//!
//! Apart from the propagation, which starts from what divisions find. Pivots are faces drawn at random; every face goes to
//! the pivot most like it, so faces that are alike often meet, and both steps are matrix products.

use rayon::prelude::*;

use crate::context::Context;
use crate::error::ClusterError;
use crate::products::{TILE, dot_rows, gather};
use crate::random::Random;
use crate::selection::Selection;
use crate::shortlists::ShortLists;
use crate::vectors::Vectors;

/// Faces compared within one group at most; a larger group is cut into pieces by row.
const MAX_GROUP: usize = 8 * TILE;

/// Units of progress of one division.
pub(crate) const UNITS: u64 = 2;

/// Divides once, with pivots drawn from `random`, and offers to each face's list the `k` best of its group.
///
/// *Cost*: with p = √n pivots n·p dot products to find the groups and about as many within them.
pub(crate) fn divide(
    vectors: &Vectors<'_>,
    lists: &ShortLists,
    k: usize,
    random: &mut Random,
    context: &Context<'_>,
) -> Result<(), ClusterError> {
    let rows = vectors.len();
    let pivots = (rows as f64).sqrt().ceil() as usize;
    let chosen = &random.order(rows)[..pivots];
    let mut pivot_values = Vec::new();
    gather(vectors, chosen, &mut pivot_values);
    let nearest = nearest_pivots(vectors, &pivot_values, context)?;
    context.advance(1);
    let groups = Groups::new(&nearest, pivots);
    context.pool.install(|| {
        groups
            .pieces()
            .par_iter()
            .with_max_len(1)
            .try_for_each_init(Buffers::default, |buffers, piece| {
                context.check()?;
                compare(vectors, lists, k, piece, buffers);
                Ok(())
            })
    })?;
    context.advance(1);
    Ok(())
}

/// For each face the pivot most like it, the earlier one of equals.
fn nearest_pivots(
    vectors: &Vectors<'_>,
    pivots: &[f32],
    context: &Context<'_>,
) -> Result<Vec<u32>, ClusterError> {
    let dims = vectors.dims();
    let mut nearest = vec![0_u32; vectors.len()];
    context.pool.install(|| {
        nearest
            .par_chunks_mut(TILE)
            .zip(vectors.data().par_chunks(TILE * dims))
            .with_max_len(1)
            .try_for_each_init(Vec::new, |dots, (nearest, values)| {
                context.check()?;
                let mut best = [f32::NEG_INFINITY; TILE];
                for (block, some) in pivots.chunks(TILE * dims).enumerate() {
                    dot_rows(values, some, dims, dots);
                    let lines = dots.chunks_exact(some.len() / dims);
                    for ((line, best), nearest) in lines.zip(&mut best).zip(nearest.iter_mut()) {
                        let (at, most) = most_of(line);
                        if most > *best {
                            (*best, *nearest) = (most, (block * TILE + at) as u32);
                        }
                    }
                }
                Ok(())
            })
    })?;
    Ok(nearest)
}

/// Where the largest value of `line` first stands, and the value.
fn most_of(line: &[f32]) -> (usize, f32) {
    const LANES: usize = 16;
    let mut lanes = [f32::NEG_INFINITY; LANES];
    let (chunks, rest) = line.as_chunks::<LANES>();
    for chunk in chunks {
        for (most, &dot) in lanes.iter_mut().zip(chunk) {
            *most = if dot > *most { dot } else { *most };
        }
    }
    let most = lanes
        .iter()
        .chain(rest)
        .fold(f32::NEG_INFINITY, |a, &b| a.max(b));
    let at = line.iter().position(|&dot| dot >= most).unwrap_or(0);
    (at, most)
}

/// The faces of each group, ascending.
struct Groups {
    offsets: Vec<usize>,
    rows: Vec<u32>,
}

impl Groups {
    fn new(group_of: &[u32], groups: usize) -> Self {
        let mut offsets = vec![0_usize; groups + 1];
        for &group in group_of {
            offsets[group as usize + 1] += 1;
        }
        for group in 0..groups {
            offsets[group + 1] += offsets[group];
        }
        let mut cursors = offsets.clone();
        let mut rows = vec![0_u32; group_of.len()];
        for (row, &group) in (0_u32..).zip(group_of) {
            rows[cursors[group as usize]] = row;
            cursors[group as usize] += 1;
        }
        Self { offsets, rows }
    }

    /// Groups of two and more, cut to what is compared at once; large ones first, so that the threads end together.
    fn pieces(&self) -> Vec<&[u32]> {
        let mut pieces: Vec<&[u32]> = self
            .offsets
            .windows(2)
            .flat_map(|ends| self.rows[ends[0]..ends[1]].chunks(MAX_GROUP))
            .filter(|piece| piece.len() > 1)
            .collect();
        pieces.sort_by_key(|piece| std::cmp::Reverse(piece.len()));
        pieces
    }
}

#[derive(Default)]
struct Buffers {
    values: Vec<f32>,
    dots: Vec<f32>,
}

/// Compares the faces of one piece with each other and offers each its best to its list.
fn compare(
    vectors: &Vectors<'_>,
    lists: &ShortLists,
    k: usize,
    piece: &[u32],
    buffers: &mut Buffers,
) {
    let dims = vectors.dims();
    gather(vectors, piece, &mut buffers.values);
    let mut blocks: Vec<Selection> = piece
        .chunks(TILE)
        .map(|rows| {
            let mut selection = Selection::new(rows.len(), k);
            for (at, &row) in rows.iter().enumerate() {
                selection.refuse_from(at, lists.worst(row as usize));
            }
            selection
        })
        .collect();
    let rows: Vec<&[u32]> = piece.chunks(TILE).collect();
    let values: Vec<&[f32]> = buffers.values.chunks(TILE * dims).collect();
    for low in 0..blocks.len() {
        let (before, after) = blocks.split_at_mut(low + 1);
        let own = &mut before[low];
        dot_rows(values[low], values[low], dims, &mut buffers.dots);
        own.offer_own(rows[low], &buffers.dots);
        for (high, other) in (low + 1..).zip(after) {
            dot_rows(values[low], values[high], dims, &mut buffers.dots);
            own.offer_each_other(rows[low], other, rows[high], &buffers.dots);
        }
    }
    for (rows, selection) in rows.iter().zip(&mut blocks) {
        for (at, &row) in rows.iter().enumerate() {
            lists.offer(row as usize, selection.best(at).iter().copied());
        }
    }
}
