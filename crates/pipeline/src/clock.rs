//! CPU time of the calling thread, so that a stage's cost does not count the time it stood waiting.

use std::time::Duration;

/// CPU time this thread has used so far. Resolution: nanoseconds on Linux and macOS.
#[cfg(unix)]
pub(crate) fn thread_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(
        time.tv_sec.unsigned_abs(),
        time.tv_nsec.unsigned_abs() as u32,
    )
}

/// Wall time instead, where the standard library offers no thread clock: stages then read a little high.
#[cfg(not(unix))]
pub(crate) fn thread_time() -> Duration {
    use std::sync::OnceLock;
    use std::time::Instant;
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}
