//! Tiers: poor faces join what good ones formed, never form or bridge anything, and are refused by their own photograph.

use faceweave_cluster::{Algorithm, Clustering, Options, Tier, Vectors, cluster, cluster_tiers};
use proptest::prelude::*;

use crate::linkage_rules::at_angles;
use crate::support::{Run, identities};
use Tier::{Founds, Joins, Listed};

const OPTIONS: Options = Options {
    algorithm: Algorithm::Ahc,
    threshold: 0.2,
    core_threshold: None,
    min_samples: 2,
    iterations: 1,
    max_distance: 0.3,
    same_photo_exempt: 0.001,
    exact_faces: usize::MAX,
};

fn tiered(degrees: &[f32], photos: &[u32], tiers: &[Tier]) -> Clustering {
    let run = Run::on(1);
    let data = at_angles(degrees);
    let vectors = Vectors::new(&data, 2).expect("unit rows");
    cluster_tiers(&vectors, photos, tiers, &OPTIONS, &run.context()).expect("labels")
}

#[test]
fn a_poor_face_joins_the_nearest_and_bridges_nothing() {
    // 0° and 60° are 0.5 apart; a face at 30° is 0.13 from either and would chain them.
    let found = tiered(
        &[0.0, 1.0, 60.0, 61.0, 29.0],
        &[1, 2, 3, 4, 5],
        &[Founds, Founds, Founds, Founds, Joins],
    );
    assert_eq!(found.labels, [0, 0, 1, 1, 0]);
    assert!(found.distances[4] > 0.05);
}

#[test]
fn poor_faces_alone_form_no_person() {
    let found = tiered(&[0.0, 1.0, 2.0], &[1, 2, 3], &[Joins, Joins, Joins]);
    assert_eq!(found.labels, [-1, -1, -1]);
    assert!(found.distances.iter().all(|distance| distance.is_nan()));
}

#[test]
fn a_listed_face_is_in_no_cluster_and_a_far_one_joins_none() {
    let found = tiered(
        &[0.0, 1.0, 0.5, 90.0],
        &[1, 2, 3, 4],
        &[Founds, Founds, Listed, Joins],
    );
    assert_eq!(found.labels, [0, 0, -1, -1]);
}

#[test]
fn the_nearer_of_two_poor_faces_of_one_photograph_gets_the_place() {
    let found = tiered(&[0.0, 30.0, 10.0], &[1, 2, 2], &[Founds, Joins, Joins]);
    assert_eq!(found.labels, [0, -1, 0]);
    assert_eq!(found.conflicts, [(2, 1)]);
}

#[test]
fn a_face_refused_by_its_photograph_goes_to_the_next_nearest() {
    let found = tiered(
        &[0.0, 50.0, 20.0, 1.0],
        &[1, 2, 3, 3],
        &[Founds, Founds, Joins, Founds],
    );
    assert_eq!(found.labels, [0, 1, 1, 0]);
    assert_eq!(found.conflicts, [(3, 2)]);
}

#[test]
fn as_many_tiers_as_faces_are_asked_for() {
    let run = Run::on(1);
    let data = at_angles(&[0.0, 1.0]);
    let vectors = Vectors::new(&data, 2).expect("unit rows");
    let error = cluster_tiers(&vectors, &[1, 2], &[Founds], &OPTIONS, &run.context());
    assert_eq!(error.expect_err("one tier").code(), "ARGUMENT");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn founders_are_clustered_as_if_alone_on_any_threads(seed in 0_u64..1000, share in 0_usize..5) {
        let (data, dims) = (identities(seed, 72, 6, 24, 0.3), 24);
        let vectors = Vectors::new(&data, dims).expect("unit rows");
        let photos: Vec<u32> = (0..vectors.len() as u32).map(|row| row / 2).collect();
        let tiers: Vec<Tier> = (0..vectors.len())
            .map(|row| if row % 5 < share { Joins } else if row % 7 == 0 { Listed } else { Founds })
            .collect();
        let one = Run::on(1);
        let two = Run::on(2);
        let found = cluster_tiers(&vectors, &photos, &tiers, &OPTIONS, &one.context()).expect("labels");
        let again = cluster_tiers(&vectors, &photos, &tiers, &OPTIONS, &two.context()).expect("labels");
        prop_assert_eq!(&found.labels, &again.labels);
        let rows: Vec<usize> = (0..vectors.len()).filter(|&row| tiers[row] == Founds).collect();
        let alone: Vec<f32> = rows.iter().flat_map(|&row| vectors.row(row).to_vec()).collect();
        let alone_photos: Vec<u32> = rows.iter().map(|&row| photos[row]).collect();
        let vectors_alone = Vectors::new(&alone, dims).expect("unit rows");
        let expected = cluster(&vectors_alone, &alone_photos, &OPTIONS, &one.context()).expect("labels");
        for (a, &row_a) in rows.iter().enumerate() {
            for (b, &row_b) in rows.iter().enumerate() {
                prop_assert_eq!(
                    expected.labels[a] == expected.labels[b],
                    found.labels[row_a] == found.labels[row_b]
                );
            }
        }
        for (row, tier) in tiers.iter().enumerate() {
            prop_assert!(*tier != Listed || found.labels[row] == -1);
        }
    }
}
