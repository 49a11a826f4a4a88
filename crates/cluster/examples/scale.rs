//! How persons, time and memory go with the number of faces: `cargo run --release -p faceweave-cluster --example scale -- 100000 [exact faces]`.
//!
//! Synthetic identities, 192 values, cosine within a person about 0.65, ten faces a person on average, sizes log-normal. Prints the
//! B-cubed F against the truth; where neighbours are found approximately, run it again with more exact faces to compare.
#![allow(
    clippy::print_stdout,
    reason = "an example talks to whoever started it"
)]

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::time::Instant;

use faceweave_cluster::{Algorithm, Context, Options, Vectors, cluster};

mod measure;
#[path = "../tests/suite/support.rs"]
#[allow(dead_code, reason = "shared with the tests, which use all of it")]
mod support;

use measure::{megabytes, processor_seconds};

const DIMS: usize = 192;

fn identities(faces: usize) -> (Vec<f32>, Vec<u32>) {
    let mut random = support::Random(1);
    let (mut data, mut people) = (Vec::with_capacity(faces * DIMS), Vec::with_capacity(faces));
    let mut person = 0;
    while people.len() < faces {
        let centre = random.direction(DIMS);
        let size = (10.0_f64.ln() - 0.5 + random.normal())
            .exp()
            .round()
            .max(1.0) as usize;
        for _ in 0..size.min(faces - people.len()) {
            // A cosine of 0.65 between two faces is one of √0.65 to the centre.
            let away = random.direction(DIMS);
            let face: Vec<f64> = centre
                .iter()
                .zip(&away)
                .map(|(c, a)| c + (1.0 / 0.65_f64 - 1.0).sqrt() * a)
                .collect();
            let length = face.iter().map(|x| x * x).sum::<f64>().sqrt();
            data.extend(face.iter().map(|x| (x / length) as f32));
            people.push(person);
        }
        person += 1;
    }
    (data, people)
}

/// Bagga and Baldwin 1998: the mean over faces of the share of its cluster that is its person's, and the other way round.
fn b_cubed(labels: &[i32], people: &[u32]) -> f64 {
    let (mut cells, mut clusters, mut persons) = (HashMap::new(), HashMap::new(), HashMap::new());
    for (&label, &person) in labels.iter().zip(people) {
        *cells.entry((label, person)).or_insert(0_u64) += 1;
        *clusters.entry(label).or_insert(0_u64) += 1;
        *persons.entry(person).or_insert(0_u64) += 1;
    }
    let (mut precision, mut recall) = (0.0, 0.0);
    for (&(label, person), &both) in &cells {
        let both = both as f64;
        precision += both * both / clusters[&label] as f64;
        recall += both * both / persons[&person] as f64;
    }
    2.0 * precision * recall / ((precision + recall) * labels.len() as f64)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args()
        .skip(1)
        .filter_map(|x| x.parse::<usize>().ok());
    let faces = arguments.next().unwrap_or(10_000);
    let exact_faces = arguments.next().unwrap_or(200_000);
    let (data, people) = identities(faces);
    let vectors = Vectors::new(&data, DIMS)?;
    let photos: Vec<u32> = (0..faces as u32).collect();
    let options = Options {
        algorithm: Algorithm::Ahc,
        threshold: 0.55,
        core_threshold: Some(0.425),
        min_samples: 3,
        iterations: 1,
        max_distance: 0.3,
        same_photo_exempt: 0.1,
        exact_faces,
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build()?;
    let (cancel, done, total) = (AtomicBool::new(false), AtomicU64::new(0), AtomicU64::new(0));
    let context = Context {
        pool: &pool,
        cancel: &cancel,
        done: &done,
        total: &total,
    };
    let loaded = megabytes("VmRSS:");
    let (start, before) = (Instant::now(), processor_seconds());
    let found = cluster(&vectors, &photos, &options, &context)?;
    println!(
        "{faces} faces, {}: {:.1} s, processor {:.1} s, peak {:.0} MB ({:.0} MB of it the vectors and the start), {} persons, B-cubed F {:.4}",
        if found.is_approximate {
            "approximate"
        } else {
            "exact"
        },
        start.elapsed().as_secs_f64(),
        processor_seconds() - before,
        megabytes("VmHWM:"),
        loaded,
        found.labels.iter().max().map_or(0, |top| top + 1),
        b_cubed(&found.labels, &people),
    );
    Ok(())
}
