//! The k best of many candidates for a block of rows, chosen from tiles of dot products while they are in the cache.
//!
//! Apart because the exact and the approximate nearest-neighbour graph choose alike. The choice must cost little beside
//! the products: a tile is compared with each row's limit 16 values at a time, what passes goes into a buffer of 2k
//! places a row, and a full buffer is cut back to its k best, which raises the limit. Candidates are ordered by distance,
//! then row, a total order, so what is kept does not depend on the order in which tiles come.

use crate::products::distance_of;

/// How many dot products are looked at together before any is looked at alone; wide enough for one SIMD compare.
const SCAN: usize = 16;

/// More than `1 − dot` rounds: limits on dot products are this much loose, the exact test of the keys decides.
const LOOSE: f32 = 1e-6;

/// A candidate as one number that sorts by distance, then row.
pub(crate) fn key_of(distance: f32, row: u32) -> u64 {
    // Distances are at least 0, and the bits of such floats sort as the floats do.
    (u64::from(distance.to_bits()) << 32) | u64::from(row)
}

/// The row of a candidate.
pub(crate) fn row_of(key: u64) -> u32 {
    key as u32
}

/// The distance of a candidate.
pub(crate) fn distance_in(key: u64) -> f32 {
    f32::from_bits((key >> 32) as u32)
}

/// The dot product below which no candidate can come before `key`.
pub(crate) fn limit_below(key: u64) -> f32 {
    if key == u64::MAX {
        f32::NEG_INFINITY
    } else {
        1.0 - distance_in(key) - LOOSE
    }
}

/// The best candidates so far of a block of rows.
#[derive(Debug)]
pub(crate) struct Selection {
    k: usize,
    /// Places a row: as many candidates wait unsorted before a cut.
    room: usize,
    /// Dot products below are not worth a look; one a row.
    limits: Vec<f32>,
    /// Keys from here on are refused; one a row.
    worst: Vec<u64>,
    held: Vec<u32>,
    keys: Vec<u64>,
}

impl Selection {
    /// For `rows` rows that keep `k` candidates each, `k` at least 1; nothing is refused yet.
    pub(crate) fn new(rows: usize, k: usize) -> Self {
        let room = 2 * k;
        Self {
            k,
            room,
            limits: vec![f32::NEG_INFINITY; rows],
            worst: vec![u64::MAX; rows],
            held: vec![0; rows],
            keys: vec![0; rows * room],
        }
    }

    /// Refuses for `at` what does not come before `key`.
    pub(crate) fn refuse_from(&mut self, at: usize, key: u64) {
        self.worst[at] = key;
        self.limits[at] = limit_below(key);
    }

    /// The candidates of `at`, at most k, best first.
    pub(crate) fn best(&mut self, at: usize) -> &[u64] {
        let held = self.held[at] as usize;
        let keys = &mut self.keys[at * self.room..][..held];
        keys.sort_unstable();
        &keys[..held.min(self.k)]
    }

    fn offer(&mut self, at: usize, row: u32, dot: f32) {
        let key = key_of(distance_of(dot), row);
        if key >= self.worst[at] {
            return;
        }
        let keys = &mut self.keys[at * self.room..][..self.room];
        keys[self.held[at] as usize] = key;
        self.held[at] += 1;
        if self.held[at] as usize == self.room {
            let (_, &mut last, _) = keys.select_nth_unstable(self.k - 1);
            self.held[at] = self.k as u32;
            self.refuse_from(at, last);
        }
    }

    /// Offers the rows of a block to each other: `dots` is their square tile, `rows` their numbers.
    pub(crate) fn offer_own(&mut self, rows: &[u32], dots: &[f32]) {
        for (at, line) in dots.chunks_exact(rows.len()).enumerate() {
            for (chunk, values) in line.chunks(SCAN).enumerate() {
                let limit = self.limits[at];
                // Counted, not searched: without an early exit the compiler makes it one SIMD compare.
                if values
                    .iter()
                    .map(|&dot| u32::from(dot >= limit))
                    .sum::<u32>()
                    == 0
                {
                    continue;
                }
                for (column, &dot) in (chunk * SCAN..).zip(values) {
                    if dot >= limit && column != at {
                        self.offer(at, rows[column], dot);
                    }
                }
            }
        }
    }

    /// Offers the rows of two blocks to each other: `dots` has a line for each row of this block with a value for each of
    /// `other`; `rows` and `other_rows` are their numbers.
    pub(crate) fn offer_each_other(
        &mut self,
        rows: &[u32],
        other: &mut Self,
        other_rows: &[u32],
        dots: &[f32],
    ) {
        for (at, line) in dots.chunks_exact(other_rows.len()).enumerate() {
            let mut start = 0;
            for values in line.chunks(SCAN) {
                let own = self.limits[at];
                let limits = &other.limits[start..start + values.len()];
                if passing(values, limits, own) > 0 {
                    for (column, &dot) in (start..).zip(values) {
                        if dot >= self.limits[at] {
                            self.offer(at, other_rows[column], dot);
                        }
                        if dot >= other.limits[column] {
                            other.offer(column, rows[at], dot);
                        }
                    }
                }
                start += SCAN;
            }
        }
    }
}

/// How many of `values` pass their own limit or the common one.
#[inline]
fn passing(values: &[f32], limits: &[f32], common: f32) -> u32 {
    let pass = |dot: f32, limit: f32| u32::from(dot >= if limit < common { limit } else { common });
    if let (Ok(values), Ok(limits)) = (
        <&[f32; SCAN]>::try_from(values),
        <&[f32; SCAN]>::try_from(limits),
    ) {
        // Of a known length: unrolled into SIMD compares.
        return (0..SCAN).map(|at| pass(values[at], limits[at])).sum();
    }
    values
        .iter()
        .zip(limits)
        .map(|(&dot, &limit)| pass(dot, limit))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_sort_by_distance_then_row() {
        let keys = [
            key_of(0.0, 9),
            key_of(0.25, 1),
            key_of(0.25, 2),
            key_of(1.5, 0),
        ];
        assert!(keys.is_sorted());
        assert_eq!((row_of(keys[2]), distance_in(keys[2])), (2, 0.25));
    }

    #[test]
    fn the_best_are_kept_through_many_cuts() {
        let mut selection = Selection::new(1, 3);
        for row in 0..100_u32 {
            // A scattered order of 100 different similarities; the best have 37·row mod 100 of 99, 98 and 97.
            selection.offer(0, row, (row * 37 % 100) as f32 / 100.0);
        }
        let best = selection.best(0).iter();
        let hundredths: Vec<u32> = best.map(|&key| row_of(key) * 37 % 100).collect();
        assert_eq!(hundredths, [99, 98, 97]);
    }

    #[test]
    fn equal_distances_keep_the_smaller_rows() {
        let mut selection = Selection::new(1, 2);
        for row in (0..50).rev() {
            selection.offer(0, row, 0.5);
        }
        assert_eq!(selection.best(0), [key_of(0.5, 0), key_of(0.5, 1)]);
    }
}
