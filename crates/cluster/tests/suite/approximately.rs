//! Average linkage where neighbours are found approximately: nearly the same persons as by all pairs. Apart from the graph's own tests
//! because here it is persons that count.

use faceweave_cluster::{Algorithm, Options, Vectors, cluster};

use crate::support::{Run, identities};

fn options(exact_faces: usize) -> Options {
    Options {
        algorithm: Algorithm::Ahc,
        threshold: 0.55,
        core_threshold: Some(0.425),
        min_samples: 3,
        iterations: 1,
        max_distance: 0.3,
        same_photo_exempt: 0.1,
        exact_faces,
    }
}

#[test]
fn finds_nearly_the_same_persons() {
    // Above the number of faces up to which the approximate graph is exact.
    let data = identities(7, 3000, 10, 64, 0.7);
    let vectors = Vectors::new(&data, 64).expect("unit rows");
    let photos: Vec<u32> = (0..vectors.len() as u32).collect();
    let run = Run::on(2);
    let exact = cluster(&vectors, &photos, &options(usize::MAX), &run.context()).expect("labels");
    let near = cluster(&vectors, &photos, &options(100), &run.context()).expect("labels");
    assert!(!exact.is_approximate && near.is_approximate);
    let differing = exact
        .labels
        .iter()
        .zip(&near.labels)
        .filter(|(a, b)| a != b)
        .count();
    assert!(
        differing * 100 <= vectors.len(),
        "{differing} of {} faces",
        vectors.len()
    );
    let one = Run::on(1);
    let again = cluster(&vectors, &photos, &options(100), &one.context()).expect("labels");
    assert_eq!(again.labels, near.labels);
}
