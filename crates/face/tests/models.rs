//! Golden tests of the shipped ONNX files: each gives what the runtime its
//! weights were published for gives (scripts/models/reference made the
//! fixtures). They speak to ONNX Runtime directly and prepare the input by
//! plain code, so that a mistake in this crate's own steps cannot hide one in a
//! model's file.
//!
//! Needs the models package and ONNX Runtime from `node_modules`
//! (`npm ci`); `FACEWEAVE_ONNXRUNTIME` names another library.

#![allow(
    clippy::unwrap_used,
    reason = "the fixtures' readers belong to the tests: a broken fixture fails them"
)]

#[path = "models/reference.rs"]
mod reference;

use reference::{
    DetectorFixture, Fixture, Photo, Picture, cosine, fixture, largest_difference, noise, open,
    picture, planes, run,
};

/// face-api's mean, which all three of its networks subtract before dividing by 255.
const FACE_API_MEAN: [f32; 3] = [122.782, 117.001, 104.298];

/// Different builds of f32 convolutions add in different orders; outputs here are below 1 in size, and
/// 4e-6 was the largest difference seen.
const SUMMATION_TOLERANCE: f32 = 2e-5;

/// Runs every case of a network on square pictures and hands both outputs to `compare`.
fn each_case(
    model: &str,
    side: usize,
    mean: [f32; 3],
    scale: f32,
    compare: impl Fn(&str, &[f32], &[f32]),
) {
    let mut session = open(model);
    let fixture: Fixture = fixture(model);
    assert_eq!(fixture.cases.len(), 2);
    for case in fixture.cases {
        let picture = picture(&case.input, side);
        assert_eq!((picture.width, picture.height), (side, side));
        let found = run(
            &mut session,
            "input",
            [1, 3, side, side],
            planes(&picture, side, side, mean, scale),
        );
        for (name, expected) in &case.outputs {
            compare(
                &format!("{model}, {}, {name}", case.input),
                &found[name],
                expected,
            );
        }
    }
}

#[test]
fn centerface_agrees_with_the_published_file_at_its_own_shape() {
    let fixture: DetectorFixture = fixture("centerface");
    let mut batch = Vec::new();
    for tile in 0..10 {
        let mut data = noise(32);
        // The tiles of the fixture: the noise, turned down by one row more each time.
        data.rotate_right(tile * 32 * 3);
        batch.extend(planes(
            &Picture {
                width: 32,
                height: 32,
                data,
            },
            32,
            32,
            [0.0; 3],
            1.0,
        ));
    }
    let found = run(&mut open("centerface"), "input.1", [10, 3, 32, 32], batch);
    assert_eq!(fixture.native.len(), 4);
    for (name, expected) in &fixture.native {
        let scale = expected
            .iter()
            .fold(1.0_f32, |largest, value| largest.max(value.abs()));
        let difference = largest_difference(&found[name], expected) / scale;
        // Two convolutions are merged and the normalisations folded: rounding differs in the sixth digit.
        assert!(difference < 1e-5, "{name}: {difference}");
    }
}

#[test]
fn centerface_finds_the_published_files_faces_in_a_photograph() {
    let Photo {
        input,
        width,
        height,
        faces,
    } = fixture::<DetectorFixture>("centerface").photo;
    assert_eq!(faces.len(), 3);
    let canvas = planes(&picture(&input, 0), width, height, [0.0; 3], 1.0);
    let found = run(
        &mut open("centerface"),
        "input.1",
        [1, 3, height, width],
        canvas,
    );
    let (rows, columns) = (height / 4, width / 4);
    for face in faces {
        let [row, column] = face.cell;
        let at =
            |name: &str, channel: usize| found[name][(channel * rows + row) * columns + column];
        let (h, w) = (4.0 * at("538", 0).exp(), 4.0 * at("538", 1).exp());
        let x = 4.0 * (column as f32 + at("539", 1) + 0.5) - w / 2.0;
        let y = 4.0 * (row as f32 + at("539", 0) + 0.5) - h / 2.0;
        assert!((at("537", 0) - face.score).abs() < 1e-4);
        // A hundredth of a pixel: far below what alignment notices, far above rounding.
        assert!(largest_difference(&[x, y, w, h], &face.bbox) < 0.01);
        for (index, expected) in face.points.iter().enumerate() {
            let point = [
                at("540", 2 * index + 1) * w + x,
                at("540", 2 * index) * h + y,
            ];
            assert!(largest_difference(&point, expected) < 0.01);
        }
    }
}

#[test]
fn mobilefacenet_agrees_with_the_tflite_runtime() {
    each_case(
        "mobilefacenet",
        112,
        [127.5; 3],
        1.0 / 128.0,
        |what, found, expected| {
            // The weights are stored in half precision. Vectors are compared by cosine, and two photographs of one
            // person lie 0.1 and more apart; 1.2e-6 was the largest distance seen. With f32 weights values agree to 4e-5.
            let distance = 1.0 - cosine(found, expected);
            assert!(distance < 1e-5, "{what}: cosine distance {distance}");
        },
    );
}

#[test]
fn dlib128_agrees_with_face_api() {
    each_case(
        "dlib128",
        150,
        FACE_API_MEAN,
        1.0 / 255.0,
        |what, found, expected| {
            let difference = largest_difference(found, expected);
            assert!(difference < SUMMATION_TOLERANCE, "{what}: {difference}");
        },
    );
}

#[test]
fn landmark68_agrees_with_face_api() {
    each_case(
        "landmark68",
        112,
        FACE_API_MEAN,
        1.0 / 255.0,
        |what, found, expected| {
            let difference = largest_difference(found, expected);
            assert!(difference < SUMMATION_TOLERANCE, "{what}: {difference}");
        },
    );
}

#[test]
fn age_gender_agrees_with_face_api() {
    each_case(
        "age-gender",
        112,
        FACE_API_MEAN,
        1.0 / 255.0,
        |what, found, expected| {
            // Ages reach 100 years, so a rounding step is a hundred times that of the shares.
            let tolerance = if what.ends_with("age") {
                100.0 * SUMMATION_TOLERANCE
            } else {
                SUMMATION_TOLERANCE
            };
            let difference = largest_difference(found, expected);
            assert!(difference < tolerance, "{what}: {difference}");
        },
    );
}

#[test]
fn a_batch_gives_each_face_what_it_gets_alone() {
    for (model, side) in [("mobilefacenet", 112), ("dlib128", 150)] {
        let mut session = open(model);
        let size = 3 * side * side;
        let values: Vec<f32> = noise(side + 64)
            .iter()
            .take(2 * size)
            .map(|value| f32::from(*value) / 128.0 - 1.0)
            .collect();
        let both = run(&mut session, "input", [2, 3, side, side], values.clone())
            .remove("embedding")
            .unwrap();
        let second = run(
            &mut session,
            "input",
            [1, 3, side, side],
            values[size..].to_vec(),
        )
        .remove("embedding")
        .unwrap();
        let distance = 1.0 - cosine(&both[second.len()..], &second);
        assert!(distance < 1e-6, "{model}: {distance}");
    }
}
