//! The checked view of the face vectors: whoever holds a [`Vectors`] need not ask again whether the rows are unit length.
//!
//! Apart from the algorithms because all of them rely on `1 − dot` being the cosine distance.

use crate::error::ClusterError;

/// How far a row's length may be from 1: above what f32 rounding does to a normalised row (about 1e-6 at 512 values),
/// far below what would move a distance near a cut.
pub const LENGTH_TOLERANCE: f32 = 1e-3;

/// Face vectors, borrowed: f32, row-major `[faces × dims]`, each row finite and of unit length.
#[derive(Debug, Clone, Copy)]
pub struct Vectors<'a> {
    data: &'a [f32],
    dims: usize,
}

impl<'a> Vectors<'a> {
    /// Checks and wraps `data`, row-major `[faces × dims]`. No rows at all is fine.
    ///
    /// *Errors*: `ARGUMENT` when `dims` is 0, the length is no multiple of it, there are more rows than an `i32` counts,
    /// or a row (named) has a value that is not finite or a length further than [`LENGTH_TOLERANCE`] from 1.
    /// *Cost*: one pass.
    pub fn new(data: &'a [f32], dims: usize) -> Result<Self, ClusterError> {
        if dims == 0 && !data.is_empty() {
            return Err(ClusterError::argument("dims", "at least 1", dims));
        }
        if dims > 0 && !data.len().is_multiple_of(dims) {
            return Err(ClusterError::argument(
                "vectors",
                "a length that is a multiple of dims",
                format!("{} values for {dims} dims", data.len()),
            ));
        }
        let vectors = Self { data, dims };
        if vectors.len() > i32::MAX as usize {
            return Err(ClusterError::argument(
                "vectors",
                "at most 2147483647 rows",
                vectors.len(),
            ));
        }
        for row in 0..vectors.len() {
            let squares: f64 = vectors.row(row).iter().map(|&x| f64::from(x).powi(2)).sum();
            let length = squares.sqrt();
            if !length.is_finite() || (length - 1.0).abs() > f64::from(LENGTH_TOLERANCE) {
                return Err(ClusterError::argument(
                    format!("vectors row {row}"),
                    "finite values and unit length",
                    format!("length {length}"),
                ));
            }
        }
        Ok(vectors)
    }

    /// Number of rows, one a face.
    #[must_use]
    pub fn len(&self) -> usize {
        self.data.len().checked_div(self.dims).unwrap_or(0)
    }

    /// Whether there is no face at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// Number of values in a row.
    #[must_use]
    pub fn dims(&self) -> usize {
        self.dims
    }

    /// All values, row-major `[faces × dims]`.
    #[must_use]
    pub fn data(&self) -> &'a [f32] {
        self.data
    }

    /// One face's vector.
    ///
    /// *Panics* when `row` is not below [`Vectors::len`].
    #[must_use]
    pub fn row(&self, row: usize) -> &'a [f32] {
        &self.data[row * self.dims..(row + 1) * self.dims]
    }

    /// Cosine distance of two rows, at least 0, summed in f64.
    ///
    /// *Panics* when a row is not below [`Vectors::len`].
    #[must_use]
    pub fn cosine_distance(&self, a: usize, b: usize) -> f64 {
        let dot: f64 = self
            .row(a)
            .iter()
            .zip(self.row(b))
            .map(|(&x, &y)| f64::from(x) * f64::from(y))
            .sum();
        (1.0 - dot).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_unit_rows_and_no_rows() {
        assert_eq!(
            Vectors::new(&[1.0, 0.0, 0.6, 0.8], 2).map(|v| v.len()),
            Ok(2)
        );
        assert_eq!(Vectors::new(&[], 192).map(|v| v.len()), Ok(0));
        assert_eq!(Vectors::new(&[], 0).map(|v| v.len()), Ok(0));
    }

    #[test]
    fn names_the_row_that_is_not_a_unit_vector() {
        for bad in [[0.5, 0.5], [f32::NAN, 0.0], [f32::INFINITY, 0.0]] {
            let data = [1.0, 0.0, bad[0], bad[1]];
            let error = Vectors::new(&data, 2).expect_err("a bad row");
            assert_eq!(error.code(), "ARGUMENT");
            assert!(error.to_string().starts_with("vectors row 1:"), "{error}");
        }
    }

    #[test]
    fn refuses_a_length_that_is_no_multiple() {
        let error = Vectors::new(&[1.0, 0.0, 1.0], 2).expect_err("three values in rows of two");
        assert_eq!(error.code(), "ARGUMENT");
        assert!(Vectors::new(&[1.0], 0).is_err());
    }

    #[test]
    fn distance_of_opposite_rows_is_two() {
        let vectors = Vectors::new(&[1.0, 0.0, -1.0, 0.0], 2).expect("unit rows");
        assert!((vectors.cosine_distance(0, 1) - 2.0).abs() < 1e-12);
        assert!(vectors.cosine_distance(0, 0).abs() < 1e-12);
    }
}
