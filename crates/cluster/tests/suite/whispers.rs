//! Chinese whispers: against a plain version written again here, on graphs with one answer, and its limits.

use std::collections::BTreeMap;

use faceweave_cluster::{
    NearestGraph, RadiusGraph, Vectors, WeightedGraph, Weighting, WhispersOptions, nearest_graph,
    radius_graph, renumber, whispers,
};
use proptest::prelude::*;

use crate::support::{Random, Run, identities, same_partition};

fn labels(graph: &WeightedGraph, iterations: usize, seed: u64) -> Vec<i32> {
    let options = WhispersOptions { iterations, seed };
    whispers(graph, &options, &Run::on(1).context()).expect("labels")
}

/// The algorithm as its paper tells it, with maps: every round all nodes in a random order, each takes the loudest label.
fn plainly(graph: &WeightedGraph, iterations: usize, seed: u64) -> Vec<i32> {
    let nodes = graph.len();
    let mut random = Random(seed);
    let mut order: Vec<usize> = (0..nodes).collect();
    let mut labels: Vec<i32> = (0..nodes as i32).collect();
    for _ in 0..iterations {
        for at in 0..nodes {
            let limit = (nodes - at) as u128;
            order.swap(
                at,
                at + ((u128::from(random.bits()) * limit) >> 64) as usize,
            );
        }
        for &node in &order {
            let mut loudness: BTreeMap<i32, f64> = BTreeMap::new();
            for (&other, &weight) in graph.neighbours(node).iter().zip(graph.weights(node)) {
                *loudness.entry(labels[other as usize]).or_default() += f64::from(weight);
            }
            let most = loudness.values().copied().fold(0.0, f64::max);
            // Ascending, so the first of equals is the smallest.
            if let Some((&label, _)) = loudness.iter().find(|(_, weight)| **weight >= most) {
                labels[node] = label;
            }
        }
    }
    renumber(&labels)
}

fn radius_of(data: &[f32], dims: usize, radius: f32) -> RadiusGraph {
    let vectors = Vectors::new(data, dims).expect("unit rows");
    radius_graph(&vectors, radius, 10_000_000, &Run::on(2).context()).expect("a graph")
}

fn nearest_of(data: &[f32], dims: usize, k: usize) -> NearestGraph {
    let vectors = Vectors::new(data, dims).expect("unit rows");
    nearest_graph(&vectors, k, &Run::on(2).context()).expect("a graph")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn labels_are_those_of_the_plain_version(
        seed in 0_u64..1000, faces in 2_usize..300, radius in 0.2_f32..1.1, rounds in 1_usize..30,
        similarity: bool,
    ) {
        let data = identities(seed, faces, 6, 8, 0.8);
        let weighting = if similarity { Weighting::Similarity } else { Weighting::One };
        let graph = WeightedGraph::from_radius(&radius_of(&data, 8, radius), weighting);
        prop_assert_eq!(labels(&graph, rounds, seed), plainly(&graph, rounds, seed));
        let graph = WeightedGraph::from_nearest(&nearest_of(&data, 8, 5), radius, weighting);
        prop_assert_eq!(labels(&graph, rounds, seed), plainly(&graph, rounds, seed));
    }

    #[test]
    fn a_nearest_graph_becomes_symmetric(seed in 0_u64..1000, faces in 2_usize..200, k in 1_usize..9) {
        let data = identities(seed, faces, 6, 8, 0.8);
        let near = nearest_of(&data, 8, k);
        let graph = WeightedGraph::from_nearest(&near, 0.7, Weighting::Similarity);
        for row in 0..faces {
            prop_assert!(graph.neighbours(row).is_sorted_by(|a, b| a < b));
            for other in 0..faces {
                let listed = |a: usize, b: usize| {
                    let at = near.neighbours(a).iter().position(|&x| x as usize == b)?;
                    Some(near.distances(a)[at]).filter(|&d| d <= 0.7)
                };
                let wanted = listed(row, other).or(listed(other, row)).map(|d| 1.0 - d);
                let at = graph.neighbours(row).iter().position(|&x| x as usize == other);
                prop_assert_eq!(at.map(|at| graph.weights(row)[at]), wanted);
            }
        }
    }
}

#[test]
fn parts_without_edges_between_them_stay_apart_and_clear_people_are_found() {
    let data = identities(3, 400, 20, 64, 0.5);
    let graph = WeightedGraph::from_radius(&radius_of(&data, 64, 0.5), Weighting::Similarity);
    let found = labels(&graph, 100, 4);
    // At this spread the graph's connected parts are the people, and so is what average linkage finds.
    let people =
        faceweave_cluster::dbscan(radius_of(&data, 64, 0.5).into(), 1, &Run::on(1).context());
    assert!(same_partition(&found, &people.expect("labels")));
    assert!(*found.iter().max().expect("faces") > 10);
}

#[test]
fn equal_voices_give_the_smaller_label_and_a_lone_node_keeps_its_own() {
    // Node 2 hears 0 and 1 equally loud; whoever is visited first, the pairs end with one label.
    let graph = WeightedGraph::from_edges(4, &[(0, 2, 1.0), (1, 2, 1.0)]).expect("a graph");
    for seed in 0..20 {
        assert_eq!(labels(&graph, 50, seed), plainly(&graph, 50, seed));
        assert_eq!(
            labels(&graph, 50, seed)[3],
            labels(&graph, 50, seed).into_iter().max().expect("four")
        );
    }
    assert!(labels(&WeightedGraph::from_edges(0, &[]).expect("a graph"), 5, 1).is_empty());
}

#[test]
fn bad_arguments_are_refused_by_name() {
    for (edge, found) in [
        ((0, 0, 1.0), "0 and 0 of 3"),
        ((0, 3, 1.0), "0 and 3 of 3"),
        ((0, 1, 0.0), "0"),
        ((0, 1, f32::NAN), "NaN"),
    ] {
        let error = WeightedGraph::from_edges(3, &[(0, 1, 1.0), edge]).expect_err("refused");
        assert!(error.to_string().starts_with("edge 1:"), "{error}");
        assert!(
            error.to_string().ends_with(&format!("found {found}")),
            "{error}"
        );
    }
    let graph = WeightedGraph::from_edges(3, &[(0, 1, 1.0), (1, 0, 0.5)]).expect("a graph");
    assert_eq!(
        (graph.edges(), graph.weights(0), graph.weights(1)),
        (1, &[1.5][..], &[1.5][..])
    );
    let options = WhispersOptions {
        iterations: 0,
        seed: 0,
    };
    let error = whispers(&graph, &options, &Run::on(1).context()).expect_err("refused");
    assert_eq!(error.code(), "ARGUMENT");
}
