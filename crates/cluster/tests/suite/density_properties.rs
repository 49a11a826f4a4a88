//! OPTICS and HDBSCAN on random input: the same whatever the order of the faces and the threads, by graph and by rows, and
//! the tree against a plain one; small inputs and refusals.

use std::sync::atomic::Ordering;

use faceweave_cluster::{HdbscanOptions, OpticsOptions, Selection, Vectors, hdbscan, optics};
use proptest::prelude::*;

use crate::support::{Random, Run, identities, reorder, same_partition};

/// Sets without equal faces, on both sides of a block's (256) and a range's (512) edge.
fn faces() -> impl Strategy<Value = (Vec<f32>, usize)> {
    let sizes = prop_oneof![4 => 2_usize..90, 1 => 250_usize..260, 1 => 505_usize..700];
    (any::<u64>(), sizes, 2_usize..12, 6_usize..24, 0.2_f64..1.4).prop_map(
        |(seed, count, per_person, dims, spread)| {
            (identities(seed, count, per_person, dims, spread), dims)
        },
    )
}

fn options(min_samples: usize, selection: Selection) -> HdbscanOptions {
    HdbscanOptions {
        min_samples,
        min_cluster_size: 4,
        selection,
        allow_single_cluster: false,
    }
}

/// Weights of a minimum spanning tree by Prim's algorithm over every pair, in f64, ascending.
fn plain_tree(vectors: &Vectors<'_>, min_samples: usize) -> Vec<f64> {
    let rows = vectors.len();
    let distance = |a: usize, b: usize| {
        if a == b {
            0.0
        } else {
            vectors.cosine_distance(a, b)
        }
    };
    let core: Vec<f64> = (0..rows)
        .map(|a| {
            let mut all: Vec<f64> = (0..rows).map(|b| distance(a, b)).collect();
            all.sort_by(f64::total_cmp);
            all[min_samples - 1]
        })
        .collect();
    let mut open = vec![f64::INFINITY; rows];
    let mut left: Vec<usize> = (1..rows).collect();
    let mut last = 0;
    let mut weights = Vec::new();
    while !left.is_empty() {
        for &b in &left {
            open[b] = open[b].min(distance(last, b).max(core[last]).max(core[b]));
        }
        let best = (0..left.len()).min_by(|&a, &b| open[left[a]].total_cmp(&open[left[b]]));
        last = left.swap_remove(best.expect("a row is left"));
        weights.push(open[last]);
    }
    weights.sort_by(f64::total_cmp);
    weights
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn tree_is_as_light_as_a_plain_one((data, dims) in faces(), min_samples in 1_usize..25) {
        let run = Run::on(2);
        let vectors = Vectors::new(&data, dims).expect("unit rows");
        prop_assume!(min_samples <= vectors.len());
        let options = options(min_samples, Selection::ExcessOfMass);
        let found = hdbscan(&vectors, &options, &run.context()).expect("clusters");
        let wanted = plain_tree(&vectors, min_samples);
        prop_assert_eq!(found.merge_distances.len(), wanted.len());
        for (found, wanted) in found.merge_distances.iter().zip(wanted) {
            prop_assert!((f64::from(*found) - wanted).abs() < 1e-6, "{} for {}", found, wanted);
        }
    }

    #[test]
    fn hdbscan_does_not_depend_on_order_or_threads(
        (data, dims) in faces(), min_samples in 1_usize..12, leaf in any::<bool>(), seed in any::<u64>()
    ) {
        let vectors = Vectors::new(&data, dims).expect("unit rows");
        let selection = if leaf { Selection::Leaf } else { Selection::ExcessOfMass };
        let options = options(min_samples, selection);
        let found = hdbscan(&vectors, &options, &Run::on(2).context()).expect("clusters");
        let alone = hdbscan(&vectors, &options, &Run::on(1).context()).expect("clusters");
        prop_assert_eq!(&found, &alone);
        let order = Random(seed).permutation(vectors.len());
        let shuffled = reorder(&data, dims, &order);
        let shuffled = Vectors::new(&shuffled, dims).expect("unit rows");
        let other = hdbscan(&shuffled, &options, &Run::on(2).context()).expect("clusters");
        prop_assert_eq!(&found.merge_distances, &other.merge_distances);
        let expected: Vec<i32> = order.iter().map(|&row| found.labels[row]).collect();
        prop_assert!(same_partition(&other.labels, &expected));
    }

    #[test]
    fn optics_does_not_depend_on_threads_and_graph_and_rows_agree(
        (data, dims) in faces(), min_samples in 1_usize..12
    ) {
        let vectors = Vectors::new(&data, dims).expect("unit rows");
        let whole = OpticsOptions { min_samples, max_eps: f32::INFINITY };
        let by_rows = optics(&vectors, &whole, &Run::on(2).context()).expect("an order");
        let alone = optics(&vectors, &whole, &Run::on(1).context()).expect("an order");
        prop_assert_eq!(&by_rows, &alone);
        // No two faces are further apart than 2: a finite max_eps that leaves nothing out goes by the graph.
        let finite = OpticsOptions { min_samples, max_eps: 2.5 };
        let by_graph = optics(&vectors, &finite, &Run::on(2).context()).expect("an order");
        prop_assert_eq!(&by_rows, &by_graph);
        let mut seen = by_rows.ordering.clone();
        seen.sort_unstable();
        prop_assert!(seen.iter().copied().eq(0..vectors.len() as u32));
    }

    #[test]
    fn optics_from_the_same_face_gives_the_same_curve_in_any_order((data, dims) in faces(), seed in any::<u64>()) {
        // With two samples and no equal distances there are no ties: only the first row decides.
        let vectors = Vectors::new(&data, dims).expect("unit rows");
        let whole = OpticsOptions { min_samples: 2, max_eps: f32::INFINITY };
        let found = optics(&vectors, &whole, &Run::on(2).context()).expect("an order");
        let mut order = Random(seed).permutation(vectors.len());
        let first = order.iter().position(|&row| row == 0).expect("row 0");
        order.swap(0, first);
        let shuffled = reorder(&data, dims, &order);
        let shuffled = Vectors::new(&shuffled, dims).expect("unit rows");
        let other = optics(&shuffled, &whole, &Run::on(2).context()).expect("an order");
        let back: Vec<u32> = other.ordering.iter().map(|&row| order[row as usize] as u32).collect();
        let mut heights: Vec<u32> = found.reachability.iter().map(|r| r.to_bits()).collect();
        heights.sort_unstable();
        heights.dedup();
        prop_assume!(heights.len() == vectors.len());
        prop_assert_eq!(back, found.ordering);
    }
}

#[test]
fn few_and_equal_faces_work() {
    let run = Run::on(2);
    for (data, count) in [
        (vec![], 0),
        (vec![1.0_f32, 0.0], 1),
        ([0.6, 0.8].repeat(600), 600),
    ] {
        let vectors = Vectors::new(&data, 2).expect("unit rows");
        let found = hdbscan(
            &vectors,
            &options(3, Selection::ExcessOfMass),
            &run.context(),
        );
        let found = found.expect("clusters");
        assert_eq!(found.labels, vec![-1; count], "one cluster is not allowed");
        for max_eps in [0.0, f32::INFINITY] {
            let asked = OpticsOptions {
                min_samples: 3,
                max_eps,
            };
            let order = optics(&vectors, &asked, &run.context()).expect("an order");
            assert!(order.ordering.iter().copied().eq(0..count as u32));
            let core = if count < 3 { f32::INFINITY } else { 0.0 };
            assert_eq!(order.core_distances, vec![core; count]);
            let label = if count < 3 { -1 } else { 0 };
            assert_eq!(order.dbscan_labels(0.0), Ok(vec![label; count]));
        }
        let single = HdbscanOptions {
            allow_single_cluster: true,
            ..options(3, Selection::ExcessOfMass)
        };
        let found = hdbscan(&vectors, &single, &run.context()).expect("clusters");
        assert_eq!(found.labels, vec![if count < 3 { -1 } else { 0 }; count]);
    }
}

#[test]
fn arguments_out_of_range_are_refused_and_a_raised_flag_cancels() {
    let run = Run::on(1);
    let data = identities(3, 40, 5, 6, 0.4);
    let vectors = Vectors::new(&data, 6).expect("unit rows");
    for (min_samples, max_eps) in [(0, 0.5), (2, f32::NAN), (2, -0.1)] {
        let asked = OpticsOptions {
            min_samples,
            max_eps,
        };
        let error = optics(&vectors, &asked, &run.context()).expect_err("refused");
        assert_eq!(error.code(), "ARGUMENT");
    }
    for (min_samples, min_cluster_size) in [(0, 5), (2, 1)] {
        let mut asked = options(min_samples, Selection::Leaf);
        asked.min_cluster_size = min_cluster_size;
        let error = hdbscan(&vectors, &asked, &run.context()).expect_err("refused");
        assert_eq!(error.code(), "ARGUMENT");
    }
    let asked = OpticsOptions {
        min_samples: 2,
        max_eps: f32::INFINITY,
    };
    optics(&vectors, &asked, &run.context()).expect("an order");
    hdbscan(&vectors, &options(2, Selection::Leaf), &run.context()).expect("clusters");
    let counts = (
        run.done.load(Ordering::Relaxed),
        run.total.load(Ordering::Relaxed),
    );
    assert_eq!(counts.0, counts.1);
    assert!(counts.0 > 0);
    run.cancel.store(true, Ordering::Relaxed);
    let error = optics(&vectors, &asked, &run.context()).expect_err("cancelled");
    assert_eq!(error.code(), "CANCELLED");
    let error = hdbscan(&vectors, &options(2, Selection::Leaf), &run.context());
    assert_eq!(error.expect_err("cancelled").code(), "CANCELLED");
}
