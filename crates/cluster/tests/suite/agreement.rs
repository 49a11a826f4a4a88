//! Independent ways to the same answer must agree on random input, whatever the order of the faces and the threads.

use faceweave_cluster::{
    Algorithm, GRAPH_SLACK, LinkageInput, MAX_PAIRS, Options, Plain, Vectors, average_linkage,
    average_linkage_matrix, cluster, cut, radius_graph,
};
use proptest::prelude::*;

use crate::support::{Random, Run, identities, reorder, same_partition};

/// Sets on both sides of a tile's edge (512), from alike to unlike faces.
fn faces() -> impl Strategy<Value = (Vec<f32>, usize)> {
    let sizes = prop_oneof![4 => 0_usize..80, 1 => 500_usize..530, 1 => 1000_usize..1100];
    (
        any::<u64>(),
        sizes,
        1_usize..12,
        prop_oneof![Just(2_usize), 5_usize..40],
        0.2_f64..1.6,
    )
        .prop_map(|(seed, count, per_person, dims, spread)| {
            (identities(seed, count, per_person, dims, spread), dims)
        })
}

/// Whether a distance near the threshold could fall on either side of it by rounding.
fn rounding_decides(distances: impl Iterator<Item = f32>, threshold: f32) -> bool {
    distances.into_iter().any(|d| (d - threshold).abs() < 4e-6)
}

/// Whether two merges are so close in height that rounding decides their order.
fn nearly_tied(heights: &[f32]) -> bool {
    heights.windows(2).any(|pair| pair[1] - pair[0] < 2e-6)
}

fn options(algorithm: Algorithm, threshold: f32) -> Options {
    Options {
        algorithm,
        threshold,
        core_threshold: None,
        min_samples: 3,
        iterations: 1,
        max_distance: 0.3,
        same_photo_exempt: 0.01,
        exact_faces: usize::MAX,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn graph_holds_exactly_the_pairs_brute_force_finds((data, dims) in faces(), radius in 0.0_f32..1.2) {
        let run = Run::on(2);
        let vectors = Vectors::new(&data, dims).expect("unit rows");
        let graph = radius_graph(&vectors, radius, MAX_PAIRS, &run.context()).expect("a graph");
        prop_assert_eq!(graph.len(), vectors.len());
        for row in 0..vectors.len() {
            let mut listed = graph.neighbours(row).iter().zip(graph.distances(row)).peekable();
            for other in (0..vectors.len()).filter(|&other| other != row) {
                let exact = vectors.cosine_distance(row, other);
                let found = listed.next_if(|&(&neighbour, _)| neighbour as usize == other);
                if let Some((_, &distance)) = found {
                    prop_assert!((f64::from(distance) - exact).abs() < 2e-6);
                    prop_assert!(distance <= radius);
                } else {
                    prop_assert!(exact > f64::from(radius) - 2e-6, "{row} and {other} at {exact} are missing");
                }
            }
            prop_assert!(listed.next().is_none(), "neighbours of {row} are not ascending rows");
        }
    }

    #[test]
    fn graph_and_matrix_linkage_agree((data, dims) in faces(), threshold in 0.05_f32..1.2) {
        let run = Run::on(2);
        let vectors = Vectors::new(&data, dims).expect("unit rows");
        let photos = vec![0; vectors.len()];
        let tree = average_linkage_matrix(&vectors, &run.context()).expect("a tree");
        let heights: Vec<f32> = tree.merges.iter().map(|m| m.distance).collect();
        prop_assume!(!rounding_decides(heights.iter().copied(), threshold));
        let graph = radius_graph(&vectors, threshold + GRAPH_SLACK, MAX_PAIRS, &run.context());
        let input = LinkageInput { vectors: &vectors, photos: &photos, graph: &graph.expect("a graph"), threshold };
        let forest = average_linkage(&input, &Plain, &run.context()).expect("a forest");
        let below = heights.iter().filter(|&&d| d <= threshold).count();
        if !nearly_tied(&heights[..below]) {
            prop_assert_eq!(forest.merges.len(), below);
            for (ours, theirs) in forest.merges.iter().zip(&tree.merges) {
                prop_assert_eq!((ours.a, ours.b, ours.size), (theirs.a, theirs.b, theirs.size));
                prop_assert!((ours.distance - theirs.distance).abs() < 4e-6);
            }
            prop_assert_eq!(forest.labels(), cut(&tree, threshold));
        }
    }

    #[test]
    fn order_of_the_faces_does_not_matter(
        (data, dims) in faces(), threshold in 0.1_f32..0.9, seed in any::<u64>(), density in any::<bool>(),
    ) {
        let run = Run::on(2);
        let vectors = Vectors::new(&data, dims).expect("unit rows");
        // With min_samples 2 no face is at a border, so DBSCAN has no order to depend on either.
        let mut options = options(if density { Algorithm::Dbscan } else { Algorithm::Ahc }, threshold);
        options.min_samples = 2;
        let tree = average_linkage_matrix(&vectors, &run.context()).expect("a tree");
        let heights: Vec<f32> = tree.merges.iter().map(|m| m.distance).collect();
        prop_assume!(!nearly_tied(&heights) && !rounding_decides(heights.iter().copied(), threshold));
        let graph = radius_graph(&vectors, threshold + GRAPH_SLACK, MAX_PAIRS, &run.context()).expect("a graph");
        prop_assume!((0..graph.len()).all(|row| !rounding_decides(graph.distances(row).iter().copied(), threshold)));
        let photos: Vec<u32> = (0..vectors.len() as u32).map(|row| row / 2).collect();

        let order = Random(seed).permutation(vectors.len());
        let moved = reorder(&data, dims, &order);
        let moved_photos: Vec<u32> = order.iter().map(|&row| photos[row]).collect();
        let first = cluster(&vectors, &photos, &options, &run.context()).expect("labels");
        let moved = Vectors::new(&moved, dims).expect("unit rows");
        let second = cluster(&moved, &moved_photos, &options, &run.context()).expect("labels");

        // Faces moved out by the rule of one photograph find their place in order of row; without them order is nothing.
        if first.conflicts.is_empty() {
            let back: Vec<i32> = order.iter().map(|&row| first.labels[row]).collect();
            prop_assert!(same_partition(&back, &second.labels));
        }
        let mut conflicts: Vec<(u32, u32)> = second.conflicts.iter()
            .map(|&(kept, out)| (order[kept as usize] as u32, order[out as usize] as u32))
            .collect();
        conflicts.sort_unstable();
        let mut expected = first.conflicts.clone();
        expected.sort_unstable();
        prop_assert_eq!(conflicts, expected);
    }

    #[test]
    fn number_of_threads_does_not_matter((data, dims) in faces(), threshold in 0.1_f32..0.9, density in any::<bool>()) {
        let (one, two) = (Run::on(1), Run::on(2));
        let vectors = Vectors::new(&data, dims).expect("unit rows");
        let photos: Vec<u32> = (0..vectors.len() as u32).map(|row| row / 3).collect();
        let options = options(if density { Algorithm::Dbscan } else { Algorithm::Ahc }, threshold);
        let first = cluster(&vectors, &photos, &options, &one.context()).expect("labels");
        let second = cluster(&vectors, &photos, &options, &two.context()).expect("labels");
        prop_assert_eq!(first.labels, second.labels);
        prop_assert_eq!(first.conflicts, second.conflicts);
        let bits = |distances: &[f32]| distances.iter().map(|d| d.to_bits()).collect::<Vec<_>>();
        prop_assert_eq!(bits(&first.distances), bits(&second.distances));
    }
}
