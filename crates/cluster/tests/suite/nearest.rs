//! Nearest-neighbour graphs: the exact one against brute force, the approximate one against the exact one.

use std::sync::atomic::Ordering;

use faceweave_cluster::{
    ApproximateOptions, EXACT_FACES, NearestGraph, Vectors, approximate_graph, nearest_graph,
};
use proptest::prelude::*;

use crate::support::{Random, Run, identities, reorder};

fn exact(data: &[f32], dims: usize, k: usize, threads: usize) -> NearestGraph {
    let run = Run::on(threads);
    let vectors = Vectors::new(data, dims).expect("unit rows");
    let graph = nearest_graph(&vectors, k, &run.context()).expect("a graph");
    assert_eq!(
        run.done.load(Ordering::Relaxed),
        run.total.load(Ordering::Relaxed)
    );
    graph
}

/// Compares each list with distances in f64: as long as it should be, in order, and none further than the true k-th.
fn agrees_with_brute_force(data: &[f32], dims: usize, k: usize, graph: &NearestGraph) {
    // More than an f32 product of unit vectors rounds.
    const ROUNDING: f64 = 2e-6;
    let vectors = Vectors::new(data, dims).expect("unit rows");
    let rows = vectors.len();
    assert_eq!(graph.len(), rows);
    for row in 0..rows {
        let mut all: Vec<f64> = (0..rows)
            .filter(|&other| other != row)
            .map(|other| vectors.cosine_distance(row, other))
            .collect();
        all.sort_by(f64::total_cmp);
        let (list, distances) = (graph.neighbours(row), graph.distances(row));
        assert_eq!(list.len(), k.min(rows - 1));
        let pairs: Vec<(f32, u32)> = distances
            .iter()
            .copied()
            .zip(list.iter().copied())
            .collect();
        assert!(
            pairs.windows(2).all(|two| two[0] < two[1]),
            "row {row}: {pairs:?}"
        );
        for (at, &(distance, other)) in pairs.iter().enumerate() {
            assert_ne!(other as usize, row);
            let true_distance = vectors.cosine_distance(row, other as usize);
            assert!((f64::from(distance) - true_distance).abs() < ROUNDING);
            assert!(
                (true_distance - all[at]).abs() < 2.0 * ROUNDING,
                "row {row}, place {at}"
            );
        }
        let mut unique = list.to_vec();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), list.len(), "row {row} holds one twice");
    }
}

#[test]
fn the_exact_graph_is_that_of_brute_force_around_the_edges_of_tiles() {
    for (faces, k) in [
        (1, 3),
        (2, 3),
        (40, 100),
        (511, 7),
        (513, 32),
        (1025, 1),
        (1600, 32),
    ] {
        let data = identities(faces as u64, faces, 6, 24, 0.8);
        let graph = exact(&data, 24, k, 2);
        agrees_with_brute_force(&data, 24, k, &graph);
    }
}

#[test]
fn equal_distances_keep_the_smaller_rows() {
    // Three directions, each many times: every list is cut amid faces at distance 0.
    let data: Vec<f32> = (0..600)
        .flat_map(|row| match row % 3 {
            0 => [1.0, 0.0, 0.0],
            1 => [0.0, 1.0, 0.0],
            _ => [0.0, 0.0, 1.0],
        })
        .collect();
    let graph = exact(&data, 3, 4, 2);
    assert_eq!(graph.neighbours(0), [3, 6, 9, 12]);
    assert_eq!(graph.neighbours(6), [0, 3, 9, 12]);
    assert_eq!(graph.neighbours(598), [1, 4, 7, 10]);
    assert!(graph.distances(598).iter().all(|&d| d == 0.0));
}

#[test]
fn no_face_gives_an_empty_graph_and_bad_arguments_are_refused() {
    assert!(exact(&[], 4, 3, 1).is_empty());
    let run = Run::on(1);
    let data = identities(1, 20, 5, 8, 0.5);
    let vectors = Vectors::new(&data, 8).expect("unit rows");
    let error = nearest_graph(&vectors, 0, &run.context()).expect_err("refused");
    assert_eq!(error.to_string(), "k: expected at least 1, found 0");
    let mut options = ApproximateOptions::new(0);
    let error = approximate_graph(&vectors, &options, &run.context()).expect_err("refused");
    assert_eq!(error.code(), "ARGUMENT");
    options = ApproximateOptions::new(5);
    options.divisions = 0;
    let error = approximate_graph(&vectors, &options, &run.context()).expect_err("refused");
    assert!(error.to_string().starts_with("divisions:"), "{error}");
    run.cancel.store(true, Ordering::Relaxed);
    let error = nearest_graph(&vectors, 5, &run.context()).expect_err("cancelled");
    assert_eq!(error.code(), "CANCELLED");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn neither_threads_nor_the_order_of_faces_change_the_exact_graph(
        seed in 0_u64..1000, faces in 500_usize..1300, k in 1_usize..20,
    ) {
        let data = identities(seed, faces, 5, 16, 0.8);
        let graph = exact(&data, 16, k, 1);
        prop_assert_eq!(&graph, &exact(&data, 16, k, 3));
        // Row `i` of the other graph is face `order[i]`; random faces have no equal distances.
        let order = Random(seed).permutation(faces);
        let other = exact(&reorder(&data, 16, &order), 16, k, 2);
        for (row, &face) in order.iter().enumerate() {
            prop_assert_eq!(other.distances(row), graph.distances(face));
        }
    }
}

const FACES: usize = 6000;
const DIMS: usize = 64;

fn approximate(data: &[f32], options: &ApproximateOptions, threads: usize) -> NearestGraph {
    let run = Run::on(threads);
    let vectors = Vectors::new(data, DIMS).expect("unit rows");
    let graph = approximate_graph(&vectors, options, &run.context()).expect("a graph");
    assert_eq!(
        run.done.load(Ordering::Relaxed),
        run.total.load(Ordering::Relaxed)
    );
    graph
}

/// Share of the neighbours in `all` that are in `some`.
fn recall(some: &NearestGraph, all: &NearestGraph) -> f64 {
    let (mut found, mut of) = (0, 0);
    for row in 0..all.len() {
        of += all.neighbours(row).len();
        let in_some = |other: &&u32| some.neighbours(row).contains(other);
        found += all.neighbours(row).iter().filter(in_some).count();
    }
    f64::from(found as u32) / of as f64
}

#[test]
fn the_approximate_graph_finds_nearly_all_and_more_work_finds_more() {
    // 40 faces a person, so that the 10 nearest are of the own person.
    let data = identities(5, FACES, 40, DIMS, 0.75);
    let all = exact(&data, DIMS, 10, 2);
    let usual = ApproximateOptions::new(10);
    let graph = approximate(&data, &usual, 2);
    assert!(recall(&graph, &all) > 0.98, "{}", recall(&graph, &all));
    let least = ApproximateOptions {
        divisions: 1,
        propagations: 0,
        ..usual.clone()
    };
    let little = approximate(&data, &least, 2);
    assert!(recall(&little, &all) < recall(&graph, &all));
    let vectors = Vectors::new(&data, DIMS).expect("unit rows");
    for row in (0..FACES).step_by(97) {
        for (&other, &distance) in graph.neighbours(row).iter().zip(graph.distances(row)) {
            let wanted = vectors.cosine_distance(row, other as usize);
            assert!((f64::from(distance) - wanted).abs() < 2e-6);
            assert_ne!(other as usize, row);
        }
        let pairs = graph.distances(row).iter().zip(graph.neighbours(row));
        assert!(pairs.map(|(d, n)| (d.to_bits(), n)).is_sorted());
    }
}

#[test]
fn the_approximate_graph_depends_on_the_seed_and_not_on_the_threads() {
    let data = identities(6, FACES, 10, DIMS, 0.8);
    let options = ApproximateOptions {
        divisions: 2,
        ..ApproximateOptions::new(12)
    };
    let one = approximate(&data, &options, 1);
    assert_eq!(one, approximate(&data, &options, 4));
    let other = ApproximateOptions { seed: 1, ..options };
    assert_ne!(one, approximate(&data, &other, 1));
}

#[test]
fn few_faces_get_the_exact_graph_and_equal_ones_full_lists() {
    let data = identities(7, EXACT_FACES, 10, DIMS, 0.8);
    let graph = approximate(&data, &ApproximateOptions::new(8), 2);
    assert_eq!(graph, exact(&data, DIMS, 8, 2));
    // All equal: one group of all faces, cut into pieces.
    let direction = identities(8, 1, 1, DIMS, 0.0);
    let same = direction.repeat(FACES);
    let graph = approximate(&same, &ApproximateOptions::new(8), 2);
    assert!((0..FACES).all(|row| graph.neighbours(row).len() == 8));
    assert_eq!(graph.neighbours(0), [1, 2, 3, 4, 5, 6, 7, 8]);
}
