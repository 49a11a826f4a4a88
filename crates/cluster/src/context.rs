//! What a running clustering shares with its caller: the threads it may use, the cancel flag it obeys, the progress it shows.
//!
//! Apart from the options because it changes while the work goes on and never changes the result.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::error::ClusterError;

/// Threads, cancel flag and progress counters of one call.
///
/// The result never depends on the number of threads. `done` and `total` count units of work (tiles of the distance
/// matrix, thousands of merges); the caller sets both to 0 before the call, and after a successful [`crate::cluster()`]
/// they are equal.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The rayon pool all parallel work runs on.
    pub pool: &'a rayon::ThreadPool,
    /// Raised by the caller to stop; read between tiles and between rounds.
    pub cancel: &'a AtomicBool,
    /// Units of work done so far.
    pub done: &'a AtomicU64,
    /// Units of work in all; may grow while the work goes on.
    pub total: &'a AtomicU64,
}

impl Context<'_> {
    /// Ends the work when the caller asked for it.
    pub(crate) fn check(&self) -> Result<(), ClusterError> {
        if self.cancel.load(Ordering::Relaxed) {
            Err(ClusterError::Cancelled)
        } else {
            Ok(())
        }
    }

    pub(crate) fn expect(&self, units: u64) {
        self.total.fetch_add(units, Ordering::Relaxed);
    }

    pub(crate) fn advance(&self, units: u64) {
        self.done.fetch_add(units, Ordering::Relaxed);
    }

    /// Closes the count: what was expected and turned out unneeded counts as done.
    pub(crate) fn finish(&self) {
        self.done
            .store(self.total.load(Ordering::Relaxed), Ordering::Relaxed);
    }
}
