//! The rule of one photograph, on hand-checked faces in the plane and as an invariant on random ones.

use faceweave_cluster::{
    Algorithm, Clustering, Options, SamePhotoInput, Vectors, cluster, separate_same_photo,
};
use proptest::prelude::*;

use crate::linkage_rules::at_angles;
use crate::support::{Random, Run, identities};

fn clustered(degrees: &[f32], photos: &[u32], threshold: f32, exempt: f32) -> Clustering {
    let run = Run::on(1);
    let data = at_angles(degrees);
    let vectors = Vectors::new(&data, 2).expect("unit rows");
    let options = Options {
        algorithm: Algorithm::Ahc,
        threshold,
        core_threshold: None,
        min_samples: 2,
        iterations: 1,
        max_distance: 0.3,
        same_photo_exempt: exempt,
        exact_faces: usize::MAX,
    };
    cluster(&vectors, photos, &options, &run.context()).expect("labels")
}

#[test]
fn the_face_farther_from_the_mean_moves_out() {
    let found = clustered(&[0.0, 2.0, 20.0], &[1, 2, 1], 0.2, 0.01);
    assert_eq!(found.labels, [0, 0, 1]);
    assert_eq!(found.conflicts, [(0, 2)]);
    // The one that moved out is alone now, so at distance 0 of its own mean.
    assert!(found.distances[2].abs() < f32::EPSILON);
}

#[test]
fn near_identical_faces_of_one_photograph_stay_and_are_no_conflict() {
    let found = clustered(&[0.0, 2.0, 5.0], &[1, 2, 1], 0.2, 0.01);
    assert_eq!(found.labels, [0, 0, 0]);
    assert!(found.conflicts.is_empty());
}

#[test]
fn faces_of_a_second_person_find_each_other() {
    // Person at 0, sibling at 20 degrees, together in photographs 1 to 3: one cluster until the rule.
    let degrees = [0.0, 20.0, 1.0, 21.0, 0.5, 20.5, 0.2];
    let found = clustered(&degrees, &[1, 1, 2, 2, 3, 3, 4], 0.2, 0.01);
    assert_eq!(found.labels, [0, 1, 0, 1, 0, 1, 0]);
    assert_eq!(found.conflicts, [(0, 1), (2, 3), (4, 5)]);
}

#[test]
fn a_face_moved_out_joins_another_cluster_within_the_threshold() {
    let run = Run::on(1);
    let data = at_angles(&[0.0, 1.0, 25.0, 35.0, 36.0]);
    let vectors = Vectors::new(&data, 2).expect("unit rows");
    let photos = [1, 2, 1, 3, 4];
    for (threshold, expected) in [(0.05, [0, 0, 1, 1, 1]), (0.01, [0, 0, 2, 1, 1])] {
        let mut labels = [0, 0, 0, 1, 1];
        let input = SamePhotoInput {
            vectors: &vectors,
            photos: &photos,
            graph: None,
            exempt: 0.01,
            threshold,
        };
        let conflicts = separate_same_photo(&input, &mut labels, &run.context());
        assert_eq!(conflicts, Ok(vec![(0, 2)]));
        assert_eq!(labels, expected);
    }
}

#[test]
fn an_equal_distance_keeps_the_smaller_row() {
    let found = clustered(&[-20.0, 20.0, 0.0], &[1, 1, 2], 0.3, 0.01);
    assert_eq!(found.conflicts, [(0, 1)]);
}

#[test]
fn noise_is_left_alone() {
    let run = Run::on(1);
    let data = at_angles(&[0.0, 20.0]);
    let vectors = Vectors::new(&data, 2).expect("unit rows");
    let input = SamePhotoInput {
        vectors: &vectors,
        photos: &[1, 1],
        graph: None,
        exempt: 0.0,
        threshold: 0.5,
    };
    let mut labels = [-1, -1];
    let conflicts = separate_same_photo(&input, &mut labels, &run.context());
    assert_eq!(conflicts, Ok(vec![]));
    assert_eq!(labels, [-1, -1]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_cluster_keeps_two_unlike_faces_of_a_photograph(
        seed in any::<u64>(), count in 2_usize..150, density in any::<bool>(), exempt in 0.0_f32..0.4,
        threshold in 0.2_f32..1.6,
    ) {
        let run = Run::on(1);
        let data = identities(seed, count, 12, 8, 0.8);
        let vectors = Vectors::new(&data, 8).expect("unit rows");
        let mut random = Random(seed);
        let photos: Vec<u32> = (0..count).map(|_| random.below(count / 2) as u32).collect();
        let options = Options {
            algorithm: if density { Algorithm::Dbscan } else { Algorithm::Ahc },
            threshold,
            core_threshold: None,
            min_samples: 2,
            iterations: 1,
            max_distance: 0.3,
            same_photo_exempt: exempt,
            exact_faces: usize::MAX,
        };
        let found = cluster(&vectors, &photos, &options, &run.context()).expect("labels");
        for a in 0..count {
            for b in a + 1..count {
                let together = found.labels[a] >= 0 && found.labels[a] == found.labels[b];
                if together && photos[a] == photos[b] {
                    prop_assert!(vectors.cosine_distance(a, b) < f64::from(exempt));
                }
            }
        }
        for &(kept, moved) in &found.conflicts {
            prop_assert_eq!(photos[kept as usize], photos[moved as usize]);
            prop_assert_ne!(found.labels[kept as usize], found.labels[moved as usize]);
        }
        let moved: std::collections::HashSet<u32> = found.conflicts.iter().map(|c| c.1).collect();
        prop_assert_eq!(moved.len(), found.conflicts.len(), "a face is moved out once");
    }
}
