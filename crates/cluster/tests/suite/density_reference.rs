//! OPTICS and HDBSCAN against scikit-learn, from the fixture that `scripts/fixtures/density_reference.py` made. Orders and
//! labels that rest on rounding or on the order of scikit-learn's sort are not in it.

use faceweave_cluster::{
    HdbscanOptions, OpticsOptions, Selection, Vectors, XiOptions, hdbscan, optics, renumber,
};
use serde::Deserialize;

use crate::support::Run;

/// Distances are f32 products of unit rows.
const CLOSE: f64 = 1e-6;

#[derive(Deserialize)]
struct Reference {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    dims: usize,
    vectors: Vec<i32>,
    optics: Vec<Order>,
    hdbscan: Vec<Tree>,
}

#[derive(Deserialize)]
struct Order {
    min_samples: usize,
    max_eps: Option<f32>,
    core_distances: Vec<Option<f64>>,
    reachability: Vec<Option<f64>>,
    ordering: Option<Vec<u32>>,
    predecessors: Option<Vec<i32>>,
    dbscan: Vec<AtEps>,
    xi: Vec<Steep>,
}

#[derive(Deserialize)]
struct AtEps {
    eps: f32,
    labels: Vec<i32>,
}

#[derive(Deserialize)]
struct Steep {
    xi: f64,
    min_cluster_size: usize,
    predecessor_correction: bool,
    labels: Vec<i32>,
    clusters: Vec<(u32, u32)>,
}

#[derive(Deserialize)]
struct Tree {
    min_samples: usize,
    min_cluster_size: usize,
    leaf: bool,
    allow_single_cluster: bool,
    heights: Vec<Option<f64>>,
    labels: Option<Vec<i32>>,
    probabilities: Option<Vec<Option<f64>>>,
}

impl Case {
    /// As the script does it: divided by the length in f64, rounded to f32.
    fn unit_rows(&self) -> Vec<f32> {
        self.vectors
            .chunks_exact(self.dims)
            .flat_map(|row| {
                let squares: f64 = row.iter().map(|&x| f64::from(x).powi(2)).sum();
                row.iter()
                    .map(move |&x| (f64::from(x) / squares.sqrt()) as f32)
            })
            .collect()
    }
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("../fixtures/density.json")).expect("the fixture is JSON")
}

fn assert_close(found: &[f32], wanted: &[Option<f64>], tolerance: f64, what: &str) {
    assert_eq!(found.len(), wanted.len(), "{what}");
    for (at, (&found, wanted)) in found.iter().zip(wanted).enumerate() {
        let close = match wanted {
            Some(wanted) => (f64::from(found) - wanted).abs() <= tolerance,
            None => found.is_infinite(),
        };
        assert!(close, "{what}, {at}: {found}, not {wanted:?}");
    }
}

#[test]
fn fixture_has_enough_of_everything() {
    let cases = reference().cases;
    let sets = |has: &dyn Fn(&Case) -> bool| cases.iter().filter(|case| has(case)).count();
    assert!(sets(&|c| c.optics.iter().any(|o| o.ordering.is_some())) >= 20);
    assert!(sets(&|c| c.optics.iter().any(|o| !o.dbscan.is_empty())) >= 20);
    assert!(sets(&|c| c.optics.iter().any(|o| !o.xi.is_empty())) >= 20);
    assert!(sets(&|c| c.hdbscan.iter().any(|h| h.labels.is_some())) >= 20);
    let several = |labels: &[i32]| labels.contains(&-1) && labels.contains(&2);
    let tree = |h: &Tree| h.labels.as_deref().is_some_and(several);
    assert!(sets(&|c| c.hdbscan.iter().any(tree)) >= 5);
    assert!(
        sets(&|c| c
            .optics
            .iter()
            .any(|o| o.xi.iter().any(|x| several(&x.labels))))
            >= 5
    );
}

#[test]
fn optics_is_the_one_of_scikit_learn() {
    let run = Run::on(2);
    for case in reference().cases {
        let data = case.unit_rows();
        let vectors = Vectors::new(&data, case.dims).expect("unit rows");
        for wanted in &case.optics {
            let (min_samples, max_eps) = (wanted.min_samples, wanted.max_eps);
            let name = format!(
                "{}: min_samples {min_samples}, max_eps {max_eps:?}",
                case.name
            );
            let max_eps = max_eps.unwrap_or(f32::INFINITY);
            let options = OpticsOptions {
                min_samples,
                max_eps,
            };
            let found = optics(&vectors, &options, &run.context()).expect("an order");
            assert_close(&found.core_distances, &wanted.core_distances, CLOSE, &name);
            if let Some(ordering) = &wanted.ordering {
                assert_eq!(&found.ordering, ordering, "{name}");
                assert_close(&found.reachability, &wanted.reachability, CLOSE, &name);
            }
            if let Some(predecessors) = &wanted.predecessors {
                assert_eq!(&found.predecessors, predecessors, "{name}");
            }
            for AtEps { eps, labels } in &wanted.dbscan {
                let found = found.dbscan_labels(*eps).expect("labels");
                assert_eq!(found, renumber(labels), "{name}, eps {eps}");
            }
            for wanted in &wanted.xi {
                let options = XiOptions {
                    xi: wanted.xi,
                    min_samples,
                    min_cluster_size: wanted.min_cluster_size,
                    predecessor_correction: wanted.predecessor_correction,
                };
                let found = found.xi_labels(&options).expect("labels");
                assert_eq!(found.clusters, wanted.clusters, "{name}, {options:?}");
                assert_eq!(
                    found.labels,
                    renumber(&wanted.labels),
                    "{name}, {options:?}"
                );
            }
        }
    }
}

#[test]
fn hdbscan_is_the_one_of_scikit_learn() {
    let run = Run::on(2);
    for case in reference().cases {
        let data = case.unit_rows();
        let vectors = Vectors::new(&data, case.dims).expect("unit rows");
        for wanted in &case.hdbscan {
            let options = HdbscanOptions {
                min_samples: wanted.min_samples,
                min_cluster_size: wanted.min_cluster_size,
                selection: if wanted.leaf {
                    Selection::Leaf
                } else {
                    Selection::ExcessOfMass
                },
                allow_single_cluster: wanted.allow_single_cluster,
            };
            let name = format!("{}: {options:?}", case.name);
            let found = hdbscan(&vectors, &options, &run.context()).expect("clusters");
            assert_close(&found.merge_distances, &wanted.heights, CLOSE, &name);
            if let Some(labels) = &wanted.labels {
                assert_eq!(found.labels, renumber(labels), "{name}");
            }
            if let Some(probabilities) = &wanted.probabilities {
                // λ is one over a distance: near 0 the rounding of a distance weighs more.
                assert_close(&found.probabilities, probabilities, 2e-3, &name);
            }
        }
    }
}
