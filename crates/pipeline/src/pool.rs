//! The pool of worker threads a job brings along.

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::PipelineError;

/// A pool with this many threads; 0 = one a core.
///
/// # Errors
///
/// `THREADS` when the system refuses to start them.
pub fn worker_pool(threads: usize) -> Result<ThreadPool, PipelineError> {
    let threads = if threads == 0 {
        std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
    } else {
        threads
    };
    ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|index| format!("faceweave-{index}"))
        .build()
        .map_err(|error| PipelineError::Threads(error.to_string()))
}
