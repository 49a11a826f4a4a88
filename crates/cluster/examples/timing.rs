//! Times each step on synthetic identities: `cargo run --release -p faceweave-cluster --example timing -- 14000 192 0.5`.
//!
//! Apart from the tests because it asserts nothing; faces come from a seeded generator, so runs compare.
#![allow(
    clippy::print_stdout,
    reason = "an example talks to whoever started it"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::time::Instant;

use faceweave_cluster::{
    Algorithm, Context, GRAPH_SLACK, LinkageInput, MAX_PAIRS, Options, Plain, Vectors,
    average_linkage, average_linkage_matrix, cluster, cut, dbscan, radius_graph,
};

#[path = "../tests/suite/support.rs"]
#[allow(dead_code, reason = "shared with the tests, which use all of it")]
mod support;

fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = work();
    println!("{what:<40} {:8.3} s", start.elapsed().as_secs_f64());
    result
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let argument = |at| std::env::args().nth(at);
    let faces: usize = argument(1).as_deref().unwrap_or("3000").parse()?;
    let dims: usize = argument(2).as_deref().unwrap_or("192").parse()?;
    let threshold: f32 = argument(3).as_deref().unwrap_or("0.5").parse()?;
    let threads: usize = argument(4).as_deref().unwrap_or("2").parse()?;
    let data = support::identities(1, faces, 15, dims, 0.8);
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
    println!("{faces} faces, {dims} dims, threshold {threshold}, {threads} threads");
    let vectors = timed("check vectors", || Vectors::new(&data, dims))?;
    let photos: Vec<u32> = (0..faces as u32).map(|row| row / 2).collect();
    let graph = timed("radius graph", || {
        radius_graph(&vectors, threshold + GRAPH_SLACK, MAX_PAIRS, &context)
    })?;
    println!(
        "{:<40} {:8.1}",
        "neighbours a face",
        2.0 * graph.pairs() as f64 / faces as f64
    );
    let graph = Arc::new(graph);
    let labels = timed("DBSCAN on the graph", || {
        dbscan(Arc::clone(&graph), 3, &context)
    })?;
    println!(
        "{:<40} {:8}",
        "clusters",
        labels.iter().max().map_or(0, |x| x + 1)
    );
    let input = LinkageInput {
        vectors: &vectors,
        photos: &photos,
        graph: &graph,
        threshold,
    };
    let forest = timed("average linkage on the graph", || {
        average_linkage(&input, &Plain, &context)
    })?;
    let clusters = faces - forest.merges.len();
    println!("{:<40} {clusters:8}", "clusters");
    for algorithm in [Algorithm::Ahc, Algorithm::Dbscan] {
        let options = Options {
            algorithm,
            threshold,
            core_threshold: None,
            min_samples: 3,
            iterations: 1,
            max_distance: 0.3,
            same_photo_exempt: 0.01,
            exact_faces: usize::MAX,
        };
        let found = timed(&format!("cluster(), {algorithm:?}"), || {
            cluster(&vectors, &photos, &options, &context)
        })?;
        println!("{:<40} {:8}", "conflicts", found.conflicts.len());
    }
    let tree = timed("whole tree by kodama", || {
        average_linkage_matrix(&vectors, &context)
    })?;
    println!(
        "{:<40} {:8}",
        "same cut",
        cut(&tree, threshold) == forest.labels()
    );
    Ok(())
}
