//! Distances of chosen rows to all rows: what OPTICS and HDBSCAN ask, whose rows come in an order of their own.
//!
//! Apart from `products`, whose tiles are runs of neighbouring rows. The chosen rows are gathered and multiplied by the
//! same kernel (matrixmultiply, through ndarray), so a distance has the same bits here and there and in either direction.
//! Identical rows are exactly 0 apart: their f32 product may be a rounding away from 1, and a density is one over a distance.

use std::ops::Range;

use ndarray::linalg::general_mat_mul;
use ndarray::{ArrayView2, ArrayViewMut2};

use crate::error::ClusterError;
use crate::products::distance_of;
use crate::vectors::Vectors;

/// Two rows further apart than this are not looked up as twins: far above the rounding of an f32 product.
const TWIN_DISTANCE: f32 = 1e-4;

/// Columns of one product; with the gathered rows it fits the second-level cache.
pub(crate) const COLUMNS: usize = 512;

/// The vectors, and for each row the first row that is the same bit for bit.
#[derive(Debug)]
pub(crate) struct RowProducts<'a> {
    vectors: &'a Vectors<'a>,
    twins: Vec<u32>,
}

impl<'a> RowProducts<'a> {
    /// Finds the identical rows by sorting: O(n log n) comparisons of rows.
    pub(crate) fn new(vectors: &'a Vectors<'a>) -> Self {
        let bits = |row: u32| vectors.row(row as usize).iter().map(|x| x.to_bits());
        let mut order: Vec<u32> = (0..vectors.len() as u32).collect();
        order.sort_unstable_by(|&a, &b| bits(a).cmp(bits(b)).then(a.cmp(&b)));
        let mut twins: Vec<u32> = (0..vectors.len() as u32).collect();
        for pair in order.windows(2) {
            if bits(pair[0]).eq(bits(pair[1])) {
                twins[pair[1] as usize] = twins[pair[0] as usize];
            }
        }
        Self { vectors, twins }
    }

    /// Number of rows.
    pub(crate) fn len(&self) -> usize {
        self.twins.len()
    }

    /// The values of `rows`, one after the other.
    pub(crate) fn gather(&self, rows: &[u32]) -> Vec<f32> {
        let mut values = Vec::with_capacity(rows.len() * self.vectors.dims());
        for &row in rows {
            values.extend_from_slice(self.vectors.row(row as usize));
        }
        values
    }

    /// Dot products of gathered rows with the rows of `columns`, row-major `[gathered × columns]`; `dots` is resized.
    ///
    /// *Errors*: `ARGUMENT` where `gathered` is no whole number of rows.
    pub(crate) fn dots(
        &self,
        gathered: &[f32],
        columns: Range<usize>,
        dots: &mut Vec<f32>,
    ) -> Result<(), ClusterError> {
        let dims = self.vectors.dims();
        let (m, n) = (gathered.len().checked_div(dims).unwrap_or(0), columns.len());
        dots.clear();
        dots.resize(m * n, 0.0);
        let right = &self.vectors.data()[columns.start * dims..columns.end * dims];
        let shape = |error| ClusterError::argument("rows", "whole rows", error);
        let left = ArrayView2::from_shape((m, dims), gathered).map_err(shape)?;
        let right = ArrayView2::from_shape((n, dims), right).map_err(shape)?;
        let mut out = ArrayViewMut2::from_shape((m, n), dots).map_err(shape)?;
        general_mat_mul(1.0, &left, &right.t(), 0.0, &mut out);
        Ok(())
    }

    /// Cosine distance of two rows from their dot product: exactly 0 for identical rows, never below.
    pub(crate) fn distance(&self, a: usize, b: usize, dot: f32) -> f32 {
        let distance = distance_of(dot);
        if distance < TWIN_DISTANCE && self.twins[a] == self.twins[b] {
            0.0
        } else {
            distance
        }
    }

    /// Same for a distance that is already known, as from a graph.
    pub(crate) fn distance_or_zero(&self, a: usize, b: usize, distance: f32) -> f32 {
        if self.twins[a] == self.twins[b] {
            0.0
        } else {
            distance
        }
    }
}

/// The column ranges that cover `rows` rows.
pub(crate) fn column_ranges(rows: usize) -> impl Iterator<Item = Range<usize>> {
    (0..rows)
        .step_by(COLUMNS)
        .map(move |start| start..(start + COLUMNS).min(rows))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::products::dot_tile;

    /// Unit rows of a fixed, uneven pattern.
    fn pattern(rows: usize, dims: usize) -> Vec<f32> {
        (0..rows)
            .flat_map(|row| {
                let values: Vec<f64> = (0..dims)
                    .map(|at| ((row * 37 + at * at * 11 + row * at) as f64).sin())
                    .collect();
                let length = values.iter().map(|x| x * x).sum::<f64>().sqrt();
                values.into_iter().map(move |x| (x / length) as f32)
            })
            .collect()
    }

    #[test]
    fn a_product_has_the_same_bits_gathered_tiled_and_turned_round() {
        for dims in [3, 192, 300, 512] {
            let data = pattern(45, dims);
            let vectors = Vectors::new(&data, dims).expect("unit rows");
            let products = RowProducts::new(&vectors);
            let (mut tile, mut dots, mut one) = (Vec::new(), Vec::new(), Vec::new());
            dot_tile(&vectors, 0..45, 0..45, &mut tile);
            let rows: Vec<u32> = (0..45).rev().collect();
            products
                .dots(&products.gather(&rows), 0..45, &mut dots)
                .expect("whole rows");
            for i in 0..45 {
                products
                    .dots(&products.gather(&[i as u32]), 7..31, &mut one)
                    .expect("whole rows");
                for j in 0..45 {
                    let bits = tile[i * 45 + j].to_bits();
                    assert_eq!(bits, tile[j * 45 + i].to_bits(), "{dims}: {i}, {j} turned");
                    assert_eq!(bits, dots[(44 - i) * 45 + j].to_bits(), "{dims}: {i}, {j}");
                    if (7..31).contains(&j) {
                        assert_eq!(bits, one[j - 7].to_bits(), "{dims}: {i}, {j} alone");
                    }
                }
            }
        }
    }

    #[test]
    fn identical_rows_are_exactly_nothing_apart() {
        let mut data = pattern(3, 5);
        data.extend_from_within(5..10);
        let vectors = Vectors::new(&data, 5).expect("unit rows");
        let products = RowProducts::new(&vectors);
        assert_eq!(products.twins, [0, 1, 2, 1]);
        assert!(products.distance(1, 3, 0.999_999).abs() < f32::MIN_POSITIVE);
        assert!(products.distance(1, 2, 0.999_999) > 0.0);
        assert!(products.distance_or_zero(3, 1, 1e-6).abs() < f32::MIN_POSITIVE);
    }
}
