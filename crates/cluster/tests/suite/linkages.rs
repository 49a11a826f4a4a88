//! Whole trees of the four linkages against `SciPy`'s, on generated sets without ties. Apart from `reference` because its sets
//! and its cuts are of average linkage alone.

use faceweave_cluster::{Linkage, Vectors, cut, linkage_matrix};
use serde::Deserialize;

use crate::support::Run;

/// Rounding of an f32 distance near 1, some times over.
const TOLERANCE: f64 = 4e-6;

#[derive(Deserialize)]
struct Reference {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    dims: usize,
    vectors: Vec<i32>,
    trees: Trees,
}

type Rows = Option<Vec<(u32, u32, f64, u32)>>;

#[derive(Deserialize)]
struct Trees {
    single: Rows,
    complete: Rows,
    average: Rows,
    ward: Rows,
}

fn unit_rows(whole: &[i32], dims: usize) -> Vec<f32> {
    whole
        .chunks_exact(dims)
        .flat_map(|row| {
            let length = row
                .iter()
                .map(|&v| f64::from(v).powi(2))
                .sum::<f64>()
                .sqrt();
            row.iter().map(move |&v| (f64::from(v) / length) as f32)
        })
        .collect()
}

#[test]
fn trees_equal_scipys() {
    let text = include_str!("../fixtures/linkages.json");
    let reference: Reference = serde_json::from_str(text).expect("the fixture");
    let run = Run::on(2);
    let mut compared = 0;
    for case in &reference.cases {
        let data = unit_rows(&case.vectors, case.dims);
        let vectors = Vectors::new(&data, case.dims).expect("unit rows");
        for (linkage, rows) in [
            (Linkage::Single, &case.trees.single),
            (Linkage::Complete, &case.trees.complete),
            (Linkage::Average, &case.trees.average),
            (Linkage::Ward, &case.trees.ward),
        ] {
            let tree = linkage_matrix(&vectors, linkage, &run.context()).expect("a tree");
            let Some(rows) = rows else { continue };
            assert_eq!(tree.merges.len(), rows.len());
            for (merge, &(a, b, distance, size)) in tree.merges.iter().zip(rows) {
                assert_eq!((merge.a, merge.b, merge.size), (a, b, size), "{linkage:?}");
                assert!(
                    (f64::from(merge.distance) - distance).abs() < TOLERANCE,
                    "{linkage:?}: {merge:?} against {distance}"
                );
            }
            compared += 1;
        }
    }
    assert!(compared >= 80, "only {compared} trees had no ties");
}

#[test]
fn wards_height_of_two_faces_is_their_cosine_distance() {
    let run = Run::on(1);
    let data = [1.0, 0.0, 0.6, 0.8];
    let vectors = Vectors::new(&data, 2).expect("unit rows");
    let tree = linkage_matrix(&vectors, Linkage::Ward, &run.context()).expect("a tree");
    assert!((tree.merges[0].distance - 0.4).abs() < 1e-6);
    assert_eq!(cut(&tree, 0.41), [0, 0]);
}
