//! The looks the detector takes at real photographs, with the real network: faces that fill the frame, photographs that
//! lie on their side, small faces in large ones, and the networks on square crops.

#![allow(clippy::unwrap_used, reason = "a missing fixture fails the tests")]

use std::path::{Path, PathBuf};

use faceweave_face::{
    AttributeNets, AttributeSpec, ChannelOrder, Detection, DetectionSize, DetectorSpec,
    EmbedderSpec, FaceBox, FaceEngine, SquareSpec, TensorLayout, load_runtime,
};
use faceweave_photo::{Limits, Rgb, decode, resize_exact};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

fn load() {
    let runtime = std::env::var_os("FACEWEAVE_ONNXRUNTIME").map_or_else(
        || root().join("node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime.so.1"),
        PathBuf::from,
    );
    load_runtime(&runtime).expect("ONNX Runtime: run npm ci first");
}

fn engine(try_rotations: bool) -> FaceEngine {
    load();
    let detector = DetectorSpec {
        id: "centerface".into(),
        path: root().join("models/centerface.onnx"),
        size: DetectionSize::MinFace(40),
        score_threshold: 0.5,
        try_rotations,
    };
    let embedder = EmbedderSpec {
        id: "mobilefacenet".into(),
        path: root().join("models/mobilefacenet.onnx"),
        size: 112,
        template: [
            [38.2946, 51.6963],
            [73.5318, 51.5014],
            [56.0252, 71.7366],
            [41.5493, 92.3655],
            [70.7299, 92.2041],
        ],
        mean: [127.5; 3],
        scale: 1.0 / 128.0,
        channels: ChannelOrder::Rgb,
        layout: TensorLayout::Nchw,
        dims: 192,
        mirror: true,
    };
    FaceEngine::open(detector, embedder, &AttributeSpec::default()).unwrap()
}

fn picture(path: &Path) -> Rgb {
    let bytes = std::fs::read(path).unwrap();
    decode(&bytes, &Limits::default()).unwrap().pixels
}

/// A photograph with one large face and others.
fn sample(number: u32) -> Rgb {
    let name = format!("node_modules/@vladmandic/face-api/demo/sample{number}.jpg");
    picture(&root().join(name))
}

fn turned_right(photo: &Rgb) -> Rgb {
    let data = (0..photo.width)
        .flat_map(|x| {
            (0..photo.height)
                .rev()
                .flat_map(move |y| photo.pixel(x, y).unwrap())
        })
        .collect();
    Rgb::from_data(photo.height, photo.width, data).unwrap()
}

fn part(photo: &Rgb, bbox: &FaceBox) -> Rgb {
    let (x, y) = (bbox.x.max(0.0) as u32, bbox.y.max(0.0) as u32);
    let width = (bbox.width as u32).min(photo.width - x);
    let height = (bbox.height as u32).min(photo.height - y);
    let data = (y..y + height)
        .flat_map(|y| (x..x + width).flat_map(move |x| photo.pixel(x, y).unwrap()))
        .collect();
    Rgb::from_data(width, height, data).unwrap()
}

fn overlap(a: &FaceBox, b: &FaceBox) -> f32 {
    let across = (a.x + a.width).min(b.x + b.width) - a.x.max(b.x);
    let down = (a.y + a.height).min(b.y + b.height) - a.y.max(b.y);
    let shared = across.max(0.0) * down.max(0.0);
    shared / (a.width * a.height + b.width * b.height - shared)
}

fn largest(faces: &[Detection]) -> Detection {
    *faces
        .iter()
        .max_by(|a, b| a.bbox.width.total_cmp(&b.bbox.width))
        .expect("a face")
}

#[test]
fn a_face_that_fills_the_frame_is_found() {
    let mut engine = engine(false);
    for number in 1..=6 {
        let photo = sample(number);
        let face = largest(&engine.detect(&photo).unwrap());
        let filled = resize_exact(&part(&photo, &face.bbox), 900, 1200);
        let found = engine.detect(&filled).unwrap();
        assert_eq!(found.len(), 1, "sample {number}: {found:?}");
        let whole = FaceBox {
            x: 0.0,
            y: 0.0,
            width: 900.0,
            height: 1200.0,
        };
        assert!(
            overlap(&found[0].bbox, &whole) > 0.6,
            "sample {number}: {found:?}"
        );
    }
}

#[test]
fn a_photograph_on_its_side_gives_the_faces_of_the_upright_one() {
    let photo = sample(1);
    let mut plain = engine(false);
    let upright = plain.detect(&photo).unwrap();
    let mut patient = engine(true);
    assert_eq!(patient.detect(&photo).unwrap(), upright);
    let mut turned = photo;
    for quarter in 1..4 {
        turned = turned_right(&turned);
        let found = patient.detect(&turned).unwrap();
        assert_eq!(found.len(), upright.len(), "{quarter} quarter turns");
        let vectors: Vec<Vec<f32>> = found
            .iter()
            .map(|face| {
                let chip = patient.align(&turned, face).unwrap();
                patient.embed(&chip).unwrap().unwrap()
            })
            .collect();
        for face in &upright {
            let chip = plain.align(&sample(1), face).unwrap();
            let expected = plain.embed(&chip).unwrap().unwrap();
            let dot = |own: &Vec<f32>| own.iter().zip(&expected).map(|(a, b)| a * b).sum::<f32>();
            let nearest = vectors.iter().map(dot).fold(-1.0, f32::max);
            // The same face, seen by way of other points: chips upright, vectors all but equal.
            assert!(nearest > 0.9, "{quarter} quarter turns: {nearest}");
        }
    }
}

#[test]
fn small_faces_of_a_large_photograph_are_found_through_windows() {
    let face = sample(1);
    // A plain field of 12 megapixels with a few reduced photographs in it, their largest faces some 80 pixels wide.
    let mut engine = engine(false);
    let largest_face = largest(&engine.detect(&face).unwrap());
    let shrink = 80.0 / largest_face.bbox.width;
    let small = resize_exact(
        &face,
        (face.width as f32 * shrink) as u32,
        (face.height as f32 * shrink) as u32,
    );
    let mut photo = Rgb::filled(4000, 3000, [110, 120, 130]);
    let corners = [[300, 200], [2100, 1400], [3100, 2300]];
    for [left, top] in corners {
        for y in 0..small.height {
            let start = ((top + y) * photo.width + left) as usize * 3;
            let row = small.row(y);
            photo.data[start..start + row.len()].copy_from_slice(row);
        }
    }
    let found = engine.detect(&photo).unwrap();
    for [left, top] in corners {
        let expected = FaceBox {
            x: left as f32 + largest_face.bbox.x * shrink,
            y: top as f32 + largest_face.bbox.y * shrink,
            width: largest_face.bbox.width * shrink,
            height: largest_face.bbox.height * shrink,
        };
        let hits = found
            .iter()
            .filter(|face| overlap(&face.bbox, &expected) > 0.5)
            .count();
        assert_eq!(hits, 1, "at {left}, {top}: {found:?}");
    }
}

#[derive(serde::Deserialize)]
struct Fixture {
    cases: Vec<Case>,
}

#[derive(serde::Deserialize)]
struct Case {
    input: String,
    outputs: std::collections::HashMap<String, Vec<f32>>,
}

#[test]
fn landmarks_age_and_gender_are_those_of_the_reference_wherever_the_face_lies() {
    load();
    let fixtures = root().join("crates/face/tests/fixtures");
    let square = |name: &str| {
        Some(SquareSpec {
            id: name.into(),
            path: root().join(format!("models/{name}.onnx")),
            size: 112,
            mean: [122.782, 117.001, 104.298],
            scale: 1.0 / 255.0,
        })
    };
    let mut nets = AttributeNets::open(&AttributeSpec {
        landmarker: square("landmark68"),
        age_gender: square("age-gender"),
    })
    .unwrap();
    let expected = |name: &str, output: &str| {
        let bytes = std::fs::read(fixtures.join(format!("{name}.json"))).unwrap();
        let fixture: Fixture = serde_json::from_slice(&bytes).unwrap();
        let case = fixture
            .cases
            .into_iter()
            .find(|case| case.input == "square112.png");
        case.unwrap().outputs[output].clone()
    };
    let face = picture(&fixtures.join("square112.png"));
    let mut photo = Rgb::filled(300, 200, [90; 3]);
    for y in 0..112 {
        let start = ((y + 40) * 300 + 70) as usize * 3;
        photo.data[start..start + 336].copy_from_slice(face.row(y));
    }
    let bbox = FaceBox {
        x: 80.0,
        y: 40.0,
        width: 92.0,
        height: 112.0,
    };
    let found = nets.describe(&photo, &bbox).unwrap();
    let landmarks = expected("landmark68", "landmarks");
    assert_eq!(found.landmarks.len(), landmarks.len());
    for (index, (found, share)) in found.landmarks.iter().zip(&landmarks).enumerate() {
        let origin = if index % 2 == 0 { 70.0 } else { 40.0 };
        assert!(
            (found - origin - share * 112.0).abs() < 0.5,
            "value {index}"
        );
    }
    let [age, gender] = found.age_gender.unwrap();
    assert!((age - expected("age-gender", "age")[0]).abs() < 0.1);
    assert!((gender - expected("age-gender", "gender")[1]).abs() < 0.001);
}
