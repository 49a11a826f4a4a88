//! Blocked matrix products: tiles of `vectors · vectorsᵀ`, the one place where distances are computed in bulk.
//!
//! Apart because both the neighbour graph and the condensed matrix walk the same tiles, and because the only unsafe call
//! of this crate is here. The tiling is fixed, so a value never depends on how many threads share the tiles.

use std::ops::Range;

use crate::vectors::Vectors;

/// Rows and columns of a tile. 512 × 512 f32 are 1 MiB: a tile stays in the second-level cache while it is scanned, and
/// packing the operands costs a few per cent of the product. Smaller wastes packing, larger waits longer for a cancel.
pub(crate) const TILE: usize = 512;

/// Number of tile rows that cover `rows` vectors.
pub(crate) fn tile_rows(rows: usize) -> usize {
    rows.div_ceil(TILE)
}

/// Number of tiles on and above the diagonal.
pub(crate) fn upper_tiles(rows: usize) -> u64 {
    let tiles = tile_rows(rows) as u64;
    tiles * (tiles + 1) / 2
}

/// The vectors covered by one tile row.
pub(crate) fn tile_range(tile_row: usize, rows: usize) -> Range<usize> {
    tile_row * TILE..((tile_row + 1) * TILE).min(rows)
}

/// Dot products of every vector of `rows` with every vector of `columns`.
///
/// `dots` receives them row-major `[rows × columns]`; it is resized. A dot product's value depends on the two vectors
/// alone as long as `dims` is at most 256 (one pass of the kernel), and on the fixed tiling beyond.
pub(crate) fn dot_tile(
    vectors: &Vectors<'_>,
    rows: Range<usize>,
    columns: Range<usize>,
    dots: &mut Vec<f32>,
) {
    let dims = vectors.dims();
    let left = &vectors.data()[rows.start * dims..rows.end * dims];
    let right = &vectors.data()[columns.start * dims..columns.end * dims];
    dot_rows(left, right, dims, dots);
}

/// [`dot_tile`] for rows that were gathered: `left` and `right` are row-major, `dims` values a row.
///
/// Whole rows are read; what is left over of either side is ignored. Values as told at [`dot_tile`].
pub(crate) fn dot_rows(left: &[f32], right: &[f32], dims: usize, dots: &mut Vec<f32>) {
    let m = left.len().checked_div(dims).unwrap_or(0);
    let n = right.len().checked_div(dims).unwrap_or(0);
    // What an earlier tile left is overwritten: with a factor of 0 the product does not read it.
    dots.resize(m * n, 0.0);
    // SAFETY: `left` holds m × dims values with strides (dims, 1), `right` n × dims values read as its transpose with
    // strides (1, dims), and `dots`, borrowed mutably and distinct from both, m × n values with strides (n, 1).
    unsafe {
        matrixmultiply::sgemm(
            m,
            dims,
            n,
            1.0,
            left.as_ptr(),
            dims as isize,
            1,
            right.as_ptr(),
            1,
            dims as isize,
            0.0,
            dots.as_mut_ptr(),
            n as isize,
            1,
        );
    }
}

/// Copies the vectors of `rows` into `values`, one after the other.
pub(crate) fn gather(vectors: &Vectors<'_>, rows: &[u32], values: &mut Vec<f32>) {
    values.clear();
    for &row in rows {
        values.extend_from_slice(vectors.row(row as usize));
    }
}

/// Cosine distance of two unit vectors from their dot product: `1 − dot`, never below 0.
pub(crate) fn distance_of(dot: f32) -> f32 {
    (1.0 - dot).max(0.0)
}

/// Dot product summed in f64, in eight lanes so that it vectorises; the order of the sum is fixed.
pub(crate) fn dot<A: Copy + Into<f64>, B: Copy + Into<f64>>(a: &[A], b: &[B]) -> f64 {
    const LANES: usize = 8;
    let mut lanes = [0.0f64; LANES];
    let (a_chunks, a_rest) = a.as_chunks::<LANES>();
    let (b_chunks, b_rest) = b.as_chunks::<LANES>();
    for (x, y) in a_chunks.iter().zip(b_chunks) {
        for lane in 0..LANES {
            lanes[lane] += x[lane].into() * y[lane].into();
        }
    }
    let rest: f64 = a_rest
        .iter()
        .zip(b_rest)
        .map(|(&x, &y)| x.into() * y.into())
        .sum();
    lanes.iter().sum::<f64>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_cover_every_row_once() {
        for rows in [0, 1, TILE - 1, TILE, TILE + 1, 3 * TILE + 7] {
            let covered: usize = (0..tile_rows(rows))
                .map(|t| tile_range(t, rows).len())
                .sum();
            assert_eq!(covered, rows);
        }
        assert_eq!(upper_tiles(3 * TILE), 6);
    }

    #[test]
    fn tile_holds_the_dot_products() {
        let data = [1.0, 0.0, 0.6, 0.8, 0.0, 1.0];
        let vectors = Vectors::new(&data, 2).expect("unit rows");
        let mut dots = Vec::new();
        dot_tile(&vectors, 0..2, 1..3, &mut dots);
        let expected = [0.6, 0.0, 1.0, 0.8];
        for (found, wanted) in dots.iter().zip(expected) {
            assert!((found - wanted).abs() < 1e-6, "{dots:?}");
        }
    }

    #[test]
    fn a_pair_has_one_value_in_every_tile_and_from_both_sides() {
        // The approximate graph meets a pair in tiles of many shapes and relies on this; 600 values are three passes.
        for dims in [24, 192, 600] {
            let row =
                |row: usize| (0..dims).map(move |at| ((row * 31 + at * 17) % 97) as f32 / 97.0);
            let values: Vec<f32> = (0..43).flat_map(row).collect();
            let (mut whole, mut part) = (Vec::new(), Vec::new());
            dot_rows(&values, &values, dims, &mut whole);
            for (first, last) in [(0, 1), (5, 16), (3, 43), (40, 43)] {
                dot_rows(&values[first * dims..last * dims], &values, dims, &mut part);
                for (a, line) in (first..last).zip(part.chunks_exact(43)) {
                    for (b, dot) in line.iter().enumerate() {
                        assert_eq!(dot.to_bits(), whole[a * 43 + b].to_bits(), "{a} {b}");
                        assert_eq!(dot.to_bits(), whole[b * 43 + a].to_bits(), "{b} {a}");
                    }
                }
            }
        }
    }

    #[test]
    fn long_and_short_rows_sum_alike() {
        let a: Vec<f32> = (0..19_u8).map(f32::from).collect();
        let b: Vec<f64> = (0..19_u8).map(|x| f64::from(x) / 2.0).collect();
        let expected: f64 = (0..19_u8).map(|x| f64::from(x) * f64::from(x) / 2.0).sum();
        assert!((dot(&a, &b) - expected).abs() < 1e-9);
    }
}
