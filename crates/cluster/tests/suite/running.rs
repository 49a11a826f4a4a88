//! Small and odd inputs, refused arguments, limits, cancel and progress.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use faceweave_cluster::{
    Algorithm, MAX_MATRIX_FACES, Options, Vectors, average_linkage_matrix, cluster, cut, dbscan,
    radius_graph,
};

use crate::support::{Run, identities};

const BOTH: [Algorithm; 2] = [Algorithm::Ahc, Algorithm::Dbscan];

fn options(algorithm: Algorithm, threshold: f32) -> Options {
    Options {
        algorithm,
        threshold,
        core_threshold: None,
        min_samples: 2,
        iterations: 1,
        max_distance: 0.3,
        same_photo_exempt: 0.01,
        exact_faces: usize::MAX,
    }
}

#[test]
fn no_face_one_face_and_two_faces_work() {
    let run = Run::on(2);
    for algorithm in BOTH {
        let labels = |data: &[f32], threshold| {
            let vectors = Vectors::new(data, 2).expect("unit rows");
            let photos: Vec<u32> = (0..vectors.len() as u32).collect();
            let options = options(algorithm, threshold);
            cluster(&vectors, &photos, &options, &run.context()).expect("labels")
        };
        let alone = if algorithm == Algorithm::Ahc { 0 } else { -1 };
        assert!(labels(&[], 0.5).labels.is_empty());
        let one = labels(&[1.0, 0.0], 0.5);
        assert_eq!(one.labels, [alone]);
        assert_eq!(one.distances[0].is_nan(), alone < 0);
        assert_eq!(labels(&[1.0, 0.0, 0.96, 0.28], 0.5).labels, [0, 0]);
        let apart = labels(&[1.0, 0.0, 0.0, 1.0], 0.5).labels;
        assert_eq!(apart, if alone < 0 { [-1, -1] } else { [0, 1] });
    }
}

#[test]
fn identical_faces_join_at_threshold_zero() {
    let run = Run::on(1);
    let data = [0.6, 0.8, 0.6, 0.8, 1.0, 0.0];
    let vectors = Vectors::new(&data, 2).expect("unit rows");
    for algorithm in BOTH {
        // 0.36 + 0.64 rounds to just under 1 in f32, hence not quite 0.
        let options = options(algorithm, 1e-6);
        let found = cluster(&vectors, &[0, 1, 2], &options, &run.context()).expect("labels");
        assert_eq!(found.labels[..2], [0, 0]);
        assert_ne!(found.labels[2], 0);
    }
}

#[test]
fn arguments_out_of_range_are_refused() {
    let run = Run::on(1);
    let data = [1.0, 0.0];
    let vectors = Vectors::new(&data, 2).expect("unit rows");
    let good = options(Algorithm::Ahc, 0.5);
    let bad = [
        Options {
            threshold: f32::NAN,
            ..good.clone()
        },
        Options {
            threshold: -0.1,
            ..good.clone()
        },
        Options {
            threshold: 2.5,
            ..good.clone()
        },
        Options {
            min_samples: 0,
            ..good.clone()
        },
        Options {
            same_photo_exempt: f32::INFINITY,
            ..good.clone()
        },
    ];
    for options in bad {
        let error = cluster(&vectors, &[0], &options, &run.context()).expect_err("refused");
        assert_eq!(error.code(), "ARGUMENT", "{options:?}");
    }
    let error = cluster(&vectors, &[0, 1], &good, &run.context()).expect_err("refused");
    assert!(error.to_string().contains("photos"), "{error}");
}

#[test]
fn linkage_falls_back_to_the_matrix_where_the_graph_is_too_dense() {
    // Nearly all 2.2 million pairs of 2,100 faces are within the threshold, many more than a graph is made for.
    let run = Run::on(2);
    let data = identities(9, 2100, 10, 16, 1.0);
    let vectors = Vectors::new(&data, 16).expect("unit rows");
    let photos: Vec<u32> = (0..2100).collect();
    let options = options(Algorithm::Ahc, 1.2);
    let found = cluster(&vectors, &photos, &options, &run.context()).expect("labels");
    let tree = average_linkage_matrix(&vectors, &run.context()).expect("a tree");
    assert_eq!(found.labels, cut(&tree, 1.2));
}

#[test]
fn limits_say_what_to_do() {
    let run = Run::on(1);
    let data: Vec<f32> = [1.0, 0.0].repeat(MAX_MATRIX_FACES + 1);
    let vectors = Vectors::new(&data, 2).expect("unit rows");
    let error = average_linkage_matrix(&vectors, &run.context()).expect_err("too many");
    assert_eq!(error.code(), "TOO_MANY");
    assert!(error.to_string().contains("dbscan"), "{error}");
    let few = Vectors::new(&data[..2000], 2).expect("unit rows");
    let error = radius_graph(&few, 0.5, 1000, &run.context()).expect_err("too many pairs");
    assert_eq!(error.code(), "TOO_MANY");
}

#[test]
fn a_raised_flag_cancels_each_step() {
    let run = Run::on(2);
    run.cancel.store(true, Ordering::Relaxed);
    let data = identities(1, 600, 5, 8, 0.5);
    let vectors = Vectors::new(&data, 8).expect("unit rows");
    let photos = vec![0; 600];
    for algorithm in BOTH {
        let options = options(algorithm, 0.4);
        let error = cluster(&vectors, &photos, &options, &run.context()).expect_err("cancelled");
        assert_eq!(error.code(), "CANCELLED");
    }
    let error = radius_graph(&vectors, 0.4, 1_000_000, &run.context()).expect_err("cancelled");
    assert_eq!(error.code(), "CANCELLED");
    let error = average_linkage_matrix(&vectors, &run.context()).expect_err("cancelled");
    assert_eq!(error.code(), "CANCELLED");
}

#[test]
fn a_flag_raised_on_the_way_stops_the_tiles() {
    let run = Run::on(1);
    let data = identities(1, 8000, 5, 64, 0.5);
    let vectors = Vectors::new(&data, 64).expect("unit rows");
    let outcome = std::thread::scope(|scope| {
        let work = scope.spawn(|| radius_graph(&vectors, 0.1, 10_000_000, &run.context()));
        while run.done.load(Ordering::Relaxed) == 0 {
            std::thread::yield_now();
        }
        run.cancel.store(true, Ordering::Relaxed);
        work.join().expect("no panic")
    });
    assert_eq!(outcome.map(|_| ()).map_err(|e| e.code()), Err("CANCELLED"));
    assert!(run.done.load(Ordering::Relaxed) < 136, "stopped early");
}

#[test]
fn progress_ends_complete() {
    let data = identities(1, 600, 5, 8, 0.5);
    let vectors = Vectors::new(&data, 8).expect("unit rows");
    let photos: Vec<u32> = (0..600).collect();
    for algorithm in BOTH {
        let run = Run::on(2);
        let options = options(algorithm, 0.4);
        cluster(&vectors, &photos, &options, &run.context()).expect("labels");
        let (done, total) = (
            run.done.load(Ordering::Relaxed),
            run.total.load(Ordering::Relaxed),
        );
        assert_eq!((done, total), (4, 4), "three tiles and the rest");
    }
}

#[test]
fn dbscan_refuses_zero_samples() {
    let run = Run::on(1);
    let vectors = Vectors::new(&[1.0, 0.0], 2).expect("unit rows");
    let graph = radius_graph(&vectors, 0.5, 10, &run.context()).expect("a graph");
    let error = dbscan(Arc::new(graph), 0, &run.context()).expect_err("refused");
    assert_eq!(error.code(), "ARGUMENT");
}
