//! Each face's best candidates so far, while an approximate graph grows from many threads.
//!
//! Apart because divisions and propagation both add to the lists. A list keeps the k smallest of all keys ever offered
//! (by distance, then row; a row once), a set that does not depend on the order of the offers, so neither on the threads.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::nearest::{NearestGraph, locked};
use crate::selection::row_of;

/// Rows under one lock: few enough that threads seldom meet, enough that locks take no memory to speak of.
const STRIPE: usize = 16;

/// The lists of all faces.
pub(crate) struct ShortLists {
    k: usize,
    rows: usize,
    /// Keys from here on are refused; one a row, read without the lock, only ever smaller.
    worst: Vec<AtomicU64>,
    stripes: Vec<Mutex<Stripe>>,
    changes: AtomicU64,
}

struct Stripe {
    held: [u32; STRIPE],
    keys: Vec<u64>,
}

impl ShortLists {
    /// Empty lists of at most `k` candidates for `rows` faces.
    pub(crate) fn new(rows: usize, k: usize) -> Self {
        let stripe = |_| {
            Mutex::new(Stripe {
                held: [0; STRIPE],
                keys: vec![0; STRIPE * k],
            })
        };
        Self {
            k,
            rows,
            worst: (0..rows).map(|_| AtomicU64::new(u64::MAX)).collect(),
            stripes: (0..rows.div_ceil(STRIPE)).map(stripe).collect(),
            changes: AtomicU64::new(0),
        }
    }

    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// The key from which on `row` refuses; `u64::MAX` while its list is not full.
    pub(crate) fn worst(&self, row: usize) -> u64 {
        // Relaxed: an older value refuses less, and the list itself decides under its lock.
        self.worst[row].load(Ordering::Relaxed)
    }

    /// Offers `keys` to `row`, none of them of `row` itself.
    pub(crate) fn offer(&self, row: usize, keys: impl Iterator<Item = u64>) {
        let mut stripe = locked(&self.stripes[row / STRIPE]);
        let at = row % STRIPE;
        let before = stripe.held[at];
        let mut held = before as usize;
        let list = &mut stripe.keys[at * self.k..][..self.k];
        let mut changes = 0;
        for key in keys {
            let full = held == self.k;
            if full && key >= list[held - 1] {
                continue;
            }
            // Counted, not searched: one SIMD compare.
            let same = |&other: &u64| u32::from(row_of(other) == row_of(key));
            if list[..held].iter().map(same).sum::<u32>() > 0 {
                continue;
            }
            let place = list[..held].partition_point(|&other| other < key);
            let end = if full { held - 1 } else { held };
            list.copy_within(place..end, place + 1);
            list[place] = key;
            held = end + 1;
            changes += 1;
        }
        if changes == 0 {
            return;
        }
        if held == self.k {
            self.worst[row].store(list[held - 1], Ordering::Relaxed);
        }
        stripe.held[at] = held as u32;
        self.changes.fetch_add(changes, Ordering::Relaxed);
    }

    /// Whether any list changed since the last time of asking.
    pub(crate) fn take_changed(&self) -> bool {
        self.changes.swap(0, Ordering::Relaxed) > 0
    }

    /// Lets `read` see the list of `row`, best first.
    pub(crate) fn read<T>(&self, row: usize, read: impl FnOnce(&[u64]) -> T) -> T {
        let stripe = locked(&self.stripes[row / STRIPE]);
        let at = row % STRIPE;
        read(&stripe.keys[at * self.k..][..stripe.held[at] as usize])
    }

    /// The graph of all lists.
    pub(crate) fn graph(&self) -> NearestGraph {
        let mut graph = NearestGraph::with_capacity(self.rows, self.k);
        for row in 0..self.rows {
            self.read(row, |keys| graph.push(keys));
        }
        graph
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::selection::key_of;

    #[test]
    fn the_same_candidates_in_any_order_give_the_same_list() {
        let keys: Vec<u64> = (0..40_u32)
            .map(|row| key_of((row * 7 % 10) as f32, row))
            .collect();
        let forward = ShortLists::new(1, 5);
        forward.offer(0, keys.iter().copied());
        let backward = ShortLists::new(1, 5);
        for &key in keys.iter().rev().chain(&keys) {
            backward.offer(0, std::iter::once(key));
        }
        let mut sorted = keys;
        sorted.sort_unstable();
        assert_eq!(forward.read(0, <[u64]>::to_vec), sorted[..5]);
        assert_eq!(backward.read(0, <[u64]>::to_vec), sorted[..5]);
        assert_eq!(forward.worst(0), sorted[4]);
        assert!(forward.take_changed());
        forward.offer(0, sorted.into_iter());
        assert!(!forward.take_changed(), "nothing new came");
    }
}
