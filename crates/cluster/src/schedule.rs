//! face-network's way: loose first, tighter each time. Dense clusters are taken out as persons, loose ones and the faces far
//! from a core are tried again with a smaller radius.
//!
//! Apart from `dbscan` because it is a rule over many of its runs. Source: face-network 1.0, `cluster()`; what it does is
//! told in docs/algorithms.md. One graph at the first radius serves all iterations.

use crate::context::Context;
use crate::error::ClusterError;
use crate::labels::{NOISE, renumber};
use crate::means::ClusterSums;
use crate::neighbours::RadiusGraph;
use crate::vectors::Vectors;

/// By how much the radius falls each iteration, as a share of the first, in chords (√(2 · cosine distance)): face-network's
/// 0.01 of 0.45.
const FALL: f64 = 0.01 / 0.45;

/// A face farther from its cluster's core than this many times the limit leaves: face-network's 60 of 50, squared, because
/// cosine distances go with the squares of its own.
const LEAVES_BEYOND: f64 = 1.44;

/// How the schedule runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScheduleOptions {
    /// DBSCAN's eps of the first iteration, cosine distance, 0 to 2.
    pub initial_eps: f32,
    /// Iterations at most; at least 1.
    pub iterations: usize,
    /// A cluster whose median face is farther than this from its mean direction is tried again; cosine distance.
    pub max_distance: f32,
    /// Faces within eps, the face itself counted, that make it dense; at least 1.
    pub min_samples: usize,
}

/// Runs the schedule on the radius graph of the faces at `initial_eps` or more.
///
/// Each iteration: DBSCAN among the faces still to be placed (a border face goes to the cluster of the first core that
/// reaches it, cores taken by row); of each cluster the faces farther than 1.44 · `max_distance` from its mean direction
/// leave; if the median of all its faces is at most `max_distance`, the rest are a person, else all are tried again. It
/// stops when an iteration takes out nothing, or after the last. Faces never taken out are [`NOISE`]: who calls it may
/// keep each as a person of its own. Labels are numbered by first face.
///
/// *Errors*: `ARGUMENT` for an option out of range or a graph of another length; `CANCELLED`. *Cost*: iterations × pairs of
/// the graph, and one product a face and iteration. One thread.
pub fn schedule(
    vectors: &Vectors<'_>,
    graph: &RadiusGraph,
    options: &ScheduleOptions,
    context: &Context<'_>,
) -> Result<Vec<i32>, ClusterError> {
    check(vectors, graph, options)?;
    let faces = vectors.len();
    let mut labels = vec![NOISE; faces];
    let mut next = 0;
    let first = (2.0 * f64::from(options.initial_eps)).sqrt();
    for iteration in 0..options.iterations {
        context.check()?;
        let chord = (first * (1.0 - FALL * iteration as f64)).max(0.0);
        let eps = (chord * chord / 2.0) as f32;
        let found = dense_clusters(graph, &labels, eps, options.min_samples);
        let taken = take_out(vectors, &found, options.max_distance, &mut labels, next);
        if taken == 0 {
            break;
        }
        next += taken;
    }
    Ok(renumber(&labels))
}

fn check(
    vectors: &Vectors<'_>,
    graph: &RadiusGraph,
    options: &ScheduleOptions,
) -> Result<(), ClusterError> {
    if graph.len() != vectors.len() {
        let found = format!("{} for {} vectors", graph.len(), vectors.len());
        return Err(ClusterError::argument("graph", "one row a vector", found));
    }
    for (name, value) in [
        ("initial_eps", options.initial_eps),
        ("max_distance", options.max_distance),
    ] {
        if !(0.0..=2.0).contains(&value) {
            let expected = "a cosine distance from 0 to 2";
            return Err(ClusterError::argument(name, expected, value));
        }
    }
    if options.iterations == 0 || options.min_samples == 0 {
        return Err(ClusterError::argument(
            "iterations and min_samples",
            "at least 1",
            format!("{} and {}", options.iterations, options.min_samples),
        ));
    }
    Ok(())
}

/// DBSCAN among the faces without a label: clusters as lists of rows, in the order of their first core.
fn dense_clusters(
    graph: &RadiusGraph,
    labels: &[i32],
    eps: f32,
    min_samples: usize,
) -> Vec<Vec<u32>> {
    let near = |row: usize| {
        let pairs = graph.neighbours(row).iter().zip(graph.distances(row));
        pairs
            .filter(|&(&other, &distance)| distance <= eps && labels[other as usize] < 0)
            .map(|(&other, _)| other)
    };
    let is_core: Vec<bool> = (0..graph.len())
        .map(|row| labels[row] < 0 && 1 + near(row).count() >= min_samples)
        .collect();
    let mut seen = vec![false; graph.len()];
    let mut clusters = Vec::new();
    for start in 0..graph.len() {
        if !is_core[start] || seen[start] {
            continue;
        }
        seen[start] = true;
        let mut members = vec![start as u32];
        let mut at = 0;
        while let Some(&row) = members.get(at) {
            at += 1;
            if !is_core[row as usize] {
                continue;
            }
            for other in near(row as usize) {
                if !seen[other as usize] {
                    seen[other as usize] = true;
                    members.push(other);
                }
            }
        }
        members.sort_unstable();
        clusters.push(members);
    }
    clusters
}

/// Labels the clusters that are dense about their core, from `next` on; returns how many.
fn take_out(
    vectors: &Vectors<'_>,
    clusters: &[Vec<u32>],
    max_distance: f32,
    labels: &mut [i32],
    next: i32,
) -> i32 {
    let mut found = vec![NOISE; labels.len()];
    for (number, members) in clusters.iter().enumerate() {
        for &row in members {
            found[row as usize] = number as i32;
        }
    }
    let sums = ClusterSums::new(vectors, &found);
    let limit = f64::from(max_distance);
    let mut taken = 0;
    for (number, members) in clusters.iter().enumerate() {
        let distance = |row: u32| sums.distance_to_mean(number, vectors.row(row as usize));
        let mut all: Vec<f64> = members.iter().map(|&row| distance(row)).collect();
        all.sort_unstable_by(f64::total_cmp);
        let median = all[(all.len() - 1) / 2];
        if median > limit {
            continue;
        }
        for &row in members {
            if distance(row) <= limit * LEAVES_BEYOND {
                labels[row as usize] = next + taken;
            }
        }
        taken += 1;
    }
    taken
}
