//! Times the graph algorithms on synthetic identities: `cargo run --release -p faceweave-cluster --example graphs -- 14000`
//! (then k, threads, `skewed` or `even`, whether to compare with the exact graph, divisions, propagations, join).
//!
//! Apart from `timing.rs` because these graphs are asked for at sizes where whole trees are out of reach.
#![allow(
    clippy::print_stdout,
    reason = "an example talks to whoever started it"
)]

use std::sync::atomic::{AtomicBool, AtomicU64};
use std::time::Instant;

use faceweave_cluster::{
    ApproximateOptions, Context, LeidenOptions, MAX_PAIRS, Vectors, WeightedGraph, Weighting,
    WhispersOptions, approximate_graph, leiden, nearest_graph, radius_graph, whispers,
};

mod measure;
#[path = "../tests/suite/support.rs"]
#[allow(dead_code, reason = "shared with the tests, which use all of it")]
mod support;

use measure::{megabytes, processor_seconds};

fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let (start, before) = (Instant::now(), processor_seconds());
    let result = work();
    let (wall, cpu) = (start.elapsed().as_secs_f64(), processor_seconds() - before);
    println!("{what:<40} {wall:8.2} s, processor {cpu:8.2} s");
    result
}

/// Faces whose cosine within a person is about 0.65, and whose persons they are: on average 10 faces a person, sizes
/// log-normal (sigma 1) or all near 10.
fn skewed_identities(faces: usize, dims: usize, skew: bool) -> (Vec<f32>, Vec<u32>) {
    let mut random = support::Random(1);
    let mut people: Vec<u32> = Vec::with_capacity(faces);
    while people.len() < faces {
        let person = people.last().map_or(0, |&last: &u32| last + 1);
        let spread = if skew { random.normal() } else { 0.0 };
        // A log-normal of sigma 1 has the mean e^(mu + 1/2).
        let size = if skew {
            (10.0_f64.ln() - 0.5 + spread).exp()
        } else {
            10.0
        };
        let size = (size.round() as usize).clamp(1, faces - people.len());
        people.extend(std::iter::repeat_n(person, size));
    }
    let order = random.permutation(faces);
    let people: Vec<u32> = order.into_iter().map(|at| people[at]).collect();
    let mut data = Vec::with_capacity(faces * dims);
    // Length of the noise for which two faces of a person have 1 / (1 + noise²) = 0.65.
    let noise = (1.0_f64 / 0.65 - 1.0).sqrt();
    for &person in &people {
        let centre = support::Random(u64::from(person) << 20).direction(dims);
        let away = random.direction(dims);
        let face: Vec<f64> = centre
            .iter()
            .zip(&away)
            .map(|(c, a)| c + noise * a)
            .collect();
        let length = face.iter().map(|x| x * x).sum::<f64>().sqrt();
        data.extend(face.iter().map(|x| (x / length) as f32));
    }
    (data, people)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let argument = |at| std::env::args().nth(at);
    let faces: usize = argument(1).as_deref().unwrap_or("14000").parse()?;
    let k: usize = argument(2).as_deref().unwrap_or("32").parse()?;
    let threads: usize = argument(3).as_deref().unwrap_or("2").parse()?;
    let skew = argument(4).as_deref() != Some("even");
    let exact: bool = argument(5).as_deref().unwrap_or("true").parse()?;
    let mut options = ApproximateOptions::new(k);
    if let Some(divisions) = argument(6) {
        options.divisions = divisions.parse()?;
    }
    if let Some(propagations) = argument(7) {
        options.propagations = propagations.parse()?;
    }
    if let Some(join) = argument(8) {
        options.join = join.parse()?;
    }
    let (data, people) = skewed_identities(faces, 192, skew);
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
    let near = timed("approximate nearest graph", || {
        approximate_graph(&vectors, &options, &context)
    })?;
    println!(
        "{:<40} {:8.0} MB",
        "most memory so far",
        megabytes("VmHWM:")
    );
    let weighted = WeightedGraph::from_nearest(&near, 0.5, Weighting::Similarity);
    println!("{:<40} {:8}", "edges up to 0.5", weighted.edges());
    let labels = timed("Chinese whispers on it", || {
        whispers(&weighted, &WhispersOptions::default(), &context)
    })?;
    let count = |labels: &[i32]| labels.iter().max().map_or(0, |&most| most + 1);
    println!("{:<40} {:8}", "communities", count(&labels));
    let found = timed("Leiden on it", || {
        leiden(&weighted, &LeidenOptions::default(), &context)
    })?;
    println!("{:<40} {:8}", "communities", count(&found.labels));
    println!(
        "{:<40} {:8}",
        "persons",
        people.iter().max().map_or(0, |&most| most + 1)
    );
    if !exact {
        return Ok(());
    }
    let graph = timed("radius graph to 0.5", || {
        radius_graph(&vectors, 0.5, MAX_PAIRS, &context)
    })?;
    let weighted = WeightedGraph::from_radius(&graph, Weighting::One);
    let labels = timed("Chinese whispers on it", || {
        whispers(&weighted, &WhispersOptions::default(), &context)
    })?;
    println!("{:<40} {:8}", "communities", count(&labels));
    let all = timed("nearest graph", || nearest_graph(&vectors, k, &context))?;
    let hits = |wanted: &dyn Fn(usize, u32) -> bool| {
        let (mut found, mut of) = (0_usize, 0_usize);
        for row in 0..faces {
            for &other in all
                .neighbours(row)
                .iter()
                .filter(|&&other| wanted(row, other))
            {
                of += 1;
                found += usize::from(near.neighbours(row).contains(&other));
            }
        }
        (found as f64 / of as f64, of)
    };
    println!("{:<40} {:8.4}", "recall of all", hits(&|_, _| true).0);
    let (own, of) = hits(&|row, other| people[row] == people[other as usize]);
    let share = of as f64 / (faces * k) as f64;
    println!(
        "{:<40} {own:8.4}, {share:.3} of all",
        "recall within a person"
    );
    Ok(())
}
