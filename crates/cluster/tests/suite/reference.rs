//! Labels and trees against scikit-learn and `scipy.cluster.hierarchy`, from the fixture that
//! `scripts/fixtures/cluster_reference.py` made.

use std::sync::Arc;

use faceweave_cluster::{
    GRAPH_SLACK, LinkageInput, MAX_PAIRS, Plain, Vectors, average_linkage, average_linkage_matrix,
    cut, dbscan, radius_graph, renumber,
};
use serde::Deserialize;

use crate::support::Run;

#[derive(Deserialize)]
struct Reference {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    dims: usize,
    vectors: Vec<i32>,
    dbscan: Vec<Density>,
    tree: Option<Vec<(u32, u32, f64, u32)>>,
    cuts: Vec<Cut>,
}

#[derive(Deserialize)]
struct Density {
    eps: f32,
    min_samples: usize,
    labels: Vec<i32>,
}

#[derive(Deserialize)]
struct Cut {
    threshold: f32,
    labels: Vec<i32>,
}

impl Case {
    /// As the script does it: divided by the length in f64, rounded to f32.
    fn unit_rows(&self) -> Vec<f32> {
        self.vectors
            .chunks_exact(self.dims)
            .flat_map(|row| {
                let squares: f64 = row.iter().map(|&x| f64::from(x * x)).sum();
                let length = squares.sqrt();
                row.iter().map(move |&x| (f64::from(x) / length) as f32)
            })
            .collect()
    }
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("../fixtures/reference.json")).expect("the fixture is JSON")
}

#[test]
fn fixture_has_enough_sets() {
    let reference = reference();
    assert!(reference.cases.len() >= 20);
    let trees = reference.cases.iter().filter(|c| c.tree.is_some()).count();
    assert!(trees >= 20, "{trees} trees");
    let noisy = |d: &Density| d.labels.contains(&-1) && d.labels.contains(&1);
    assert!(reference.cases.iter().any(|c| c.dbscan.iter().any(noisy)));
}

#[test]
fn dbscan_gives_the_labels_of_scikit_learn() {
    let run = Run::on(2);
    for case in reference().cases {
        let data = case.unit_rows();
        let vectors = Vectors::new(&data, case.dims).expect("unit rows");
        for wanted in &case.dbscan {
            let graph = radius_graph(&vectors, wanted.eps, MAX_PAIRS, &run.context());
            let graph = Arc::new(graph.expect("a graph"));
            let labels = dbscan(graph, wanted.min_samples, &run.context()).expect("labels");
            assert_eq!(
                labels,
                renumber(&wanted.labels),
                "{}: eps {}, min_samples {}",
                case.name,
                wanted.eps,
                wanted.min_samples
            );
        }
    }
}

#[test]
fn whole_tree_is_the_one_of_scipy() {
    let run = Run::on(2);
    for case in reference().cases {
        let data = case.unit_rows();
        let vectors = Vectors::new(&data, case.dims).expect("unit rows");
        let tree = average_linkage_matrix(&vectors, &run.context()).expect("a tree");
        assert_eq!(tree.merges.len(), vectors.len() - 1);
        for (found, &(a, b, distance, size)) in tree.merges.iter().zip(case.tree.iter().flatten()) {
            let name = &case.name;
            assert_eq!((found.a, found.b, found.size), (a, b, size), "{name}");
            // f32 products and updates against f64: a few units in the last place of a number near 1.
            let off = (f64::from(found.distance) - distance).abs();
            assert!(off < 2e-6, "{name}: off by {off}");
        }
    }
}

#[test]
fn cuts_are_those_of_fcluster_by_matrix_and_by_graph() {
    let run = Run::on(2);
    for case in reference().cases {
        let data = case.unit_rows();
        let vectors = Vectors::new(&data, case.dims).expect("unit rows");
        let photos = vec![0; vectors.len()];
        let tree = average_linkage_matrix(&vectors, &run.context()).expect("a tree");
        for wanted in &case.cuts {
            let threshold = wanted.threshold;
            let expected = renumber(&wanted.labels);
            let name = format!("{} at {threshold}", case.name);
            assert_eq!(cut(&tree, threshold), expected, "matrix, {name}");
            let radius = threshold + GRAPH_SLACK;
            let graph = radius_graph(&vectors, radius, MAX_PAIRS, &run.context());
            let input = LinkageInput {
                vectors: &vectors,
                photos: &photos,
                graph: &graph.expect("a graph"),
                threshold,
            };
            let forest = average_linkage(&input, &Plain, &run.context()).expect("a forest");
            assert_eq!(forest.labels(), expected, "graph, {name}");
        }
    }
}
