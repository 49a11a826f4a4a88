//! The nearest rows of chosen rows, by a weight the caller defines, from blocked products: core distances and the edges
//! that a minimum spanning tree may use.
//!
//! Apart because OPTICS and HDBSCAN both ask it. Lists are kept in a total order, so they do not depend on the order of
//! the work or the number of threads.

use rayon::prelude::*;

use crate::context::Context;
use crate::error::ClusterError;
use crate::row_products::{RowProducts, column_ranges};

/// Rows multiplied together; a unit of work of one thread.
const BLOCK: usize = 256;

/// How many dot products are looked at together before any is looked at alone.
const SCAN: usize = 16;

/// What a distance made from a product may differ from `1 − dot` by; the exact test follows.
const SLACK: f32 = 2e-6;

/// One entry of a list.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Near {
    /// What the list is ordered by; at least the distance.
    pub(crate) weight: f32,
    pub(crate) distance: f32,
    pub(crate) row: u32,
}

impl Near {
    /// Whether this one comes before another: by weight, then distance, then row.
    fn before(&self, other: &Self) -> bool {
        (self.weight, self.distance, self.row) < (other.weight, other.distance, other.row)
    }
}

/// For each of `rows` its `keep` nearest rows, nearest first, without itself.
///
/// `weigh(row, other, distance)` gives the weight of a pair, at least its distance, or `None` for a pair that is not
/// wanted. Equal weights are ordered by distance, then row. A list shorter than `keep` holds every wanted row.
///
/// *Errors*: `CANCELLED`. *Cost*: rows × n products, 12 bytes an entry. Progress: one unit a block of 256 rows.
pub(crate) fn nearest(
    products: &RowProducts<'_>,
    rows: &[u32],
    keep: usize,
    weigh: &(impl Fn(usize, usize, f32) -> Option<f32> + Sync),
    context: &Context<'_>,
) -> Result<Vec<Vec<Near>>, ClusterError> {
    context.expect(rows.len().div_ceil(BLOCK) as u64);
    let blocks: Vec<Vec<Vec<Near>>> = context.pool.install(|| {
        rows.par_chunks(BLOCK)
            .with_max_len(1)
            .map(|block| {
                let mut lists = vec![Vec::new(); block.len()];
                let gathered = products.gather(block);
                let mut dots = Vec::new();
                for columns in column_ranges(products.len()) {
                    context.check()?;
                    products.dots(&gathered, columns.clone(), &mut dots)?;
                    let lines = dots.chunks_exact(columns.len());
                    for ((list, &row), line) in lists.iter_mut().zip(block).zip(lines) {
                        scan(
                            products,
                            row as usize,
                            columns.start,
                            line,
                            keep,
                            weigh,
                            list,
                        );
                    }
                }
                context.advance(1);
                Ok(lists)
            })
            .collect::<Result<_, ClusterError>>()
    })?;
    Ok(blocks.into_iter().flatten().collect())
}

fn scan(
    products: &RowProducts<'_>,
    row: usize,
    first_column: usize,
    line: &[f32],
    keep: usize,
    weigh: &impl Fn(usize, usize, f32) -> Option<f32>,
    list: &mut Vec<Near>,
) {
    if keep == 0 {
        return;
    }
    for (chunk, dots) in line.chunks(SCAN).enumerate() {
        let least = match list.last() {
            // Columns ascend: a later row at weight 0 comes after all that are listed.
            Some(last) if list.len() == keep && last.weight <= 0.0 => return,
            Some(last) if list.len() == keep => 1.0 - last.weight - SLACK,
            _ => f32::NEG_INFINITY,
        };
        // Counted, not searched: without an early exit the compiler makes it one SIMD compare.
        if dots.iter().map(|&dot| u32::from(dot >= least)).sum::<u32>() == 0 {
            continue;
        }
        let start = first_column + chunk * SCAN;
        for (column, &dot) in (start..).zip(dots) {
            if dot < least || column == row {
                continue;
            }
            let distance = products.distance(row, column, dot);
            if let Some(weight) = weigh(row, column, distance) {
                let row = column as u32;
                insert(
                    list,
                    keep,
                    Near {
                        weight,
                        distance,
                        row,
                    },
                );
            }
        }
    }
}

fn insert(list: &mut Vec<Near>, keep: usize, near: Near) {
    if list.len() == keep {
        if list.last().is_none_or(|last| !near.before(last)) {
            return;
        }
        list.pop();
    }
    let at = list.partition_point(|listed| listed.before(&near));
    list.insert(at, near);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors::Vectors;
    use std::sync::atomic::{AtomicBool, AtomicU64};

    #[test]
    fn lists_are_those_of_a_full_sort() {
        let pool = rayon::ThreadPoolBuilder::new().build().expect("a pool");
        let (cancel, done, total) = Default::default();
        let (cancel, done, total): (AtomicBool, AtomicU64, AtomicU64) = (cancel, done, total);
        let context = Context {
            pool: &pool,
            cancel: &cancel,
            done: &done,
            total: &total,
        };
        // 1,100 points on a circle, each seventh the same as another: more than two ranges of columns, and ties.
        let data: Vec<f32> = (0..1100_u32)
            .map(|row| f64::from(row % 950) * 1.7)
            .flat_map(|angle| [angle.cos() as f32, angle.sin() as f32])
            .collect();
        let vectors = Vectors::new(&data, 2).expect("unit rows");
        let products = RowProducts::new(&vectors);
        let rows = [1099_u32, 0, 513];
        let odd = |_: usize, other: usize, d: f32| (other % 2 == 1).then_some(d.max(0.01));
        let lists = nearest(&products, &rows, 9, &odd, &context).expect("lists");
        let mut dots = Vec::new();
        for (&row, list) in rows.iter().zip(&lists) {
            products
                .dots(&products.gather(&[row]), 0..1100, &mut dots)
                .expect("whole rows");
            let mut all: Vec<Near> = (0..1100_u32)
                .filter(|&other| other != row && other % 2 == 1)
                .map(|other| {
                    let dot = dots[other as usize];
                    let distance = products.distance(row as usize, other as usize, dot);
                    let weight = distance.max(0.01);
                    Near {
                        weight,
                        distance,
                        row: other,
                    }
                })
                .collect();
            all.sort_by(|a, b| {
                (a.weight, a.distance, a.row)
                    .partial_cmp(&(b.weight, b.distance, b.row))
                    .expect("numbers")
            });
            assert_eq!(list[..], all[..9], "row {row}");
        }
        assert_eq!(done.into_inner(), total.into_inner());
    }
}
