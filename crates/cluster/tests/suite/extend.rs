//! New faces among clusters that stand: they join or found, and nothing that stands moves. Apart from the tiers because there all
//! faces are new.

use faceweave_cluster::{Algorithm, NEW, NOISE, Options, Tier, Vectors, cluster_new};

use crate::linkage_rules::at_angles;
use crate::support::Run;

const OPTIONS: Options = Options {
    algorithm: Algorithm::Ahc,
    threshold: 0.3,
    core_threshold: None,
    min_samples: 2,
    iterations: 1,
    max_distance: 0.3,
    same_photo_exempt: 0.001,
    exact_faces: usize::MAX,
};

fn extended(
    angles: &[f32],
    photos: &[u32],
    tiers: &[Tier],
    known: &[i32],
) -> (Vec<i32>, Vec<(u32, u32)>) {
    let run = Run::on(2);
    let data = at_angles(angles);
    let vectors = Vectors::new(&data, 2).expect("unit rows");
    let found =
        cluster_new(&vectors, photos, tiers, known, &OPTIONS, &run.context()).expect("labels");
    (found.labels, found.conflicts)
}

#[test]
fn new_faces_join_what_stands_and_the_others_found() {
    let angles = [0.0, 4.0, 90.0, 2.0, 180.0, 183.0];
    let known = [0, 0, 1, NEW, NEW, NEW];
    let (labels, _) = extended(&angles, &[1, 2, 3, 4, 5, 6], &[Tier::Founds; 6], &known);
    assert_eq!(labels, [0, 0, 1, 0, 2, 2]);
}

#[test]
fn what_stands_never_moves_though_it_lies_together() {
    let (labels, _) = extended(
        &[0.0, 1.0, 0.5],
        &[1, 2, 3],
        &[Tier::Founds; 3],
        &[0, 1, NEW],
    );
    assert_eq!(labels[..2], [0, 1]);
    let (labels, _) = extended(&[0.0, 120.0], &[1, 2], &[Tier::Founds; 2], &[0, 0]);
    assert_eq!(labels, [0, 0]);
}

#[test]
fn a_face_of_the_same_photograph_keeps_its_place() {
    let (labels, conflicts) = extended(&[0.0, 10.0], &[1, 1], &[Tier::Founds; 2], &[0, NEW]);
    assert_eq!(labels, [0, 1]);
    assert_eq!(conflicts, [(0, 1)]);
}

#[test]
fn poor_faces_join_new_clusters_too_and_found_none() {
    let tiers = [
        Tier::Founds,
        Tier::Founds,
        Tier::Joins,
        Tier::Joins,
        Tier::Listed,
    ];
    let (labels, _) = extended(
        &[0.0, 90.0, 92.0, 200.0, 0.0],
        &[1, 2, 3, 4, 5],
        &tiers,
        &[0, NEW, NEW, NEW, NEW],
    );
    assert_eq!(labels, [0, 1, 1, NOISE, NOISE]);
}

#[test]
fn nothing_known_and_nothing_new_are_fine() {
    let (labels, _) = extended(&[0.0, 1.0], &[1, 2], &[Tier::Founds; 2], &[NEW, NEW]);
    assert_eq!(labels, [0, 0]);
    let (labels, _) = extended(&[], &[], &[], &[]);
    assert!(labels.is_empty());
}
