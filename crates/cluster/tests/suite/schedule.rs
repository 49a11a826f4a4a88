//! face-network's schedule: dense clusters out first, loose ones again and tighter. Apart from DBSCAN's tests because it is many runs.

use faceweave_cluster::{MAX_PAIRS, NOISE, ScheduleOptions, Vectors, radius_graph, schedule};

use crate::linkage_rules::at_angles;
use crate::support::Run;

fn scheduled(degrees: &[f32], options: &ScheduleOptions) -> Vec<i32> {
    let run = Run::on(2);
    let data = at_angles(degrees);
    let vectors = Vectors::new(&data, 2).expect("unit rows");
    let graph =
        radius_graph(&vectors, options.initial_eps, MAX_PAIRS, &run.context()).expect("a graph");
    schedule(&vectors, &graph, options, &run.context()).expect("labels")
}

/// Cosine distance of two directions so many degrees apart.
fn apart(degrees: f32) -> f32 {
    1.0 - degrees.to_radians().cos()
}

const ONE: ScheduleOptions = ScheduleOptions {
    initial_eps: 0.0,
    iterations: 1,
    max_distance: 2.0,
    min_samples: 2,
};

#[test]
fn one_iteration_without_a_limit_is_dbscan() {
    let options = ScheduleOptions {
        initial_eps: apart(5.0),
        ..ONE
    };
    assert_eq!(
        scheduled(&[0.0, 4.0, 8.0, 40.0, 43.0, 90.0], &options),
        [0, 0, 0, 1, 1, NOISE]
    );
}

#[test]
fn a_loose_chain_is_parted_when_the_radius_falls() {
    // Two tight groups 10.1 degrees apart, bridged at first; the median face is 15 degrees from the mean of all.
    let degrees = [0.0, 1.0, 2.0, 12.1, 22.2, 32.3, 33.3, 34.3];
    let loose = ScheduleOptions {
        initial_eps: apart(10.2),
        max_distance: apart(8.0),
        iterations: 1,
        min_samples: 2,
    };
    assert_eq!(scheduled(&degrees, &loose), [NOISE; 8]);
    let tighter = ScheduleOptions {
        iterations: 3,
        ..loose
    };
    // An iteration that takes nothing out is the last: the first one here.
    assert_eq!(scheduled(&degrees, &tighter), [NOISE; 8]);
    // With something taken out first, it goes on, and the two ends become persons.
    let with_another = [&degrees[..], &[120.0, 121.0]].concat();
    assert_eq!(
        scheduled(&with_another, &tighter),
        [0, 0, 0, NOISE, NOISE, 1, 1, 1, 2, 2]
    );
}

#[test]
fn a_face_far_from_the_core_leaves() {
    let degrees = [0.0, 0.5, 1.0, 1.5, 2.0, 9.0];
    let options = ScheduleOptions {
        initial_eps: apart(7.5),
        max_distance: apart(3.0),
        iterations: 1,
        min_samples: 2,
    };
    assert_eq!(scheduled(&degrees, &options), [0, 0, 0, 0, 0, NOISE]);
}

#[test]
fn wrong_options_are_refused() {
    let run = Run::on(1);
    let data = at_angles(&[0.0]);
    let vectors = Vectors::new(&data, 2).expect("unit rows");
    let graph = radius_graph(&vectors, 0.1, MAX_PAIRS, &run.context()).expect("a graph");
    for options in [
        ScheduleOptions {
            iterations: 0,
            ..ONE
        },
        ScheduleOptions {
            min_samples: 0,
            ..ONE
        },
        ScheduleOptions {
            max_distance: 3.0,
            ..ONE
        },
        ScheduleOptions {
            initial_eps: f32::NAN,
            ..ONE
        },
    ] {
        assert!(schedule(&vectors, &graph, &options, &run.context()).is_err());
    }
}
