//! Times the graph algorithms on synthetic identities: `cargo run --release -p faceweave-cluster --example graphs -- 14000`
//! (then k, threads, `skewed` or `even`, and how much is exact).
//!
//! Apart from `timing.rs` because these graphs are asked for at sizes where whole trees are out of reach.
#![allow(
    clippy::print_stdout,
    reason = "an example talks to whoever started it"
)]

use std::sync::atomic::{AtomicBool, AtomicU64};
use std::time::Instant;

use faceweave_cluster::{Context, Vectors, nearest_graph};

#[path = "../tests/suite/support.rs"]
#[allow(dead_code, reason = "shared with the tests, which use all of it")]
mod support;

/// Seconds of processor time so far, all threads; 0 where `/proc` does not tell.
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|x| x.parse::<f64>().ok());
    ticks(13)
        .zip(ticks(14))
        .map_or(0.0, |(user, system)| (user + system) / 100.0)
}

fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let (start, before) = (Instant::now(), processor_seconds());
    let result = work();
    let (wall, cpu) = (start.elapsed().as_secs_f64(), processor_seconds() - before);
    println!("{what:<40} {wall:8.2} s, processor {cpu:8.2} s");
    result
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let argument = |at| std::env::args().nth(at);
    let faces: usize = argument(1).as_deref().unwrap_or("14000").parse()?;
    let k: usize = argument(2).as_deref().unwrap_or("32").parse()?;
    let threads: usize = argument(3).as_deref().unwrap_or("2").parse()?;
    let data = support::identities(1, faces, 15, 192, 0.8);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()?;
    let (cancel, done, total) = (AtomicBool::new(false), AtomicU64::new(0), AtomicU64::new(0));
    let context = Context {
        pool: &pool,
        cancel: &cancel,
        done: &done,
        total: &total,
    };
    let vectors = Vectors::new(&data, 192)?;
    let _exact = timed("nearest graph", || nearest_graph(&vectors, k, &context))?;
    Ok(())
}
