//! What the golden tests of `models.rs` stand on: ONNX Runtime, the fixtures,
//! the pictures, and comparison. Apart so that the tests read as statements; it
//! must not use this crate.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use ort::environment::Environment;
use ort::session::Session;
use ort::value::Tensor;
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Fixture {
    pub cases: Vec<Case>,
}

#[derive(Deserialize)]
pub struct Case {
    /// A picture beside the fixture, or `noise`.
    pub input: String,
    pub outputs: HashMap<String, Vec<f32>>,
}

#[derive(Deserialize)]
pub struct DetectorFixture {
    pub native: HashMap<String, Vec<f32>>,
    pub photo: Photo,
}

#[derive(Deserialize)]
pub struct Photo {
    pub input: String,
    pub width: usize,
    pub height: usize,
    pub faces: Vec<Face>,
}

#[derive(Deserialize)]
pub struct Face {
    pub cell: [usize; 2],
    pub score: f32,
    /// x, y, width, height.
    #[serde(rename = "box")]
    pub bbox: [f32; 4],
    pub points: [[f32; 2]; 5],
}

/// RGB bytes, row-major `[height × width × 3]`.
pub struct Picture {
    pub width: usize,
    pub height: usize,
    pub data: Vec<u8>,
}

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

pub fn runtime_path() -> PathBuf {
    if let Some(path) = std::env::var_os("FACEWEAVE_ONNXRUNTIME") {
        return PathBuf::from(path);
    }
    let arch = if cfg!(target_arch = "aarch64") {
        "arm64"
    } else {
        "x64"
    };
    let (system, file) = match std::env::consts::OS {
        "macos" => ("darwin", "libonnxruntime.1.dylib"),
        "windows" => ("win32", "onnxruntime.dll"),
        _ => ("linux", "libonnxruntime.so.1"),
    };
    root()
        .join("node_modules/onnxruntime-node/bin/napi-v6")
        .join(system)
        .join(arch)
        .join(file)
}

/// Loaded once and never dropped: ONNX Runtime has one environment a process.
pub fn environment() -> &'static Environment {
    static ENVIRONMENT: OnceLock<Environment> = OnceLock::new();
    ENVIRONMENT.get_or_init(|| {
        let path = runtime_path();
        assert!(
            path.is_file(),
            "{}: no such file; run npm ci or set FACEWEAVE_ONNXRUNTIME",
            path.display()
        );
        ort::init_from(&path)
            .unwrap()
            .with_telemetry(false)
            .build()
            .unwrap()
    })
}

pub fn open(model: &str) -> Session {
    let path = root().join("models").join(format!("{model}.onnx"));
    Session::builder(environment())
        .unwrap()
        .with_intra_threads(1)
        .unwrap()
        .commit_from_file(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub fn run(
    session: &mut Session,
    input: &str,
    shape: [usize; 4],
    values: Vec<f32>,
) -> HashMap<String, Vec<f32>> {
    let tensor = Tensor::from_array((shape, values)).unwrap();
    let outputs = session.run(ort::inputs![input => tensor]).unwrap();
    outputs
        .iter()
        .map(|(name, value)| {
            (
                name.to_owned(),
                value.try_extract_tensor::<f32>().unwrap().1.to_vec(),
            )
        })
        .collect()
}

pub fn fixture<T: for<'a> Deserialize<'a>>(name: &str) -> T {
    let path = fixtures().join(format!("{name}.json"));
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

pub fn fixtures() -> PathBuf {
    root().join("crates/face/tests/fixtures")
}

pub fn picture(name: &str, noise_side: usize) -> Picture {
    if name == "noise" {
        return Picture {
            width: noise_side,
            height: noise_side,
            data: noise(noise_side),
        };
    }
    let decoded = image::open(fixtures().join(name)).unwrap().to_rgb8();
    Picture {
        width: decoded.width() as usize,
        height: decoded.height() as usize,
        data: decoded.into_raw(),
    }
}

/// The top 8 bits of x ← 1664525 x + 1013904223 mod 2³², from x = 1 (`noise` in chips.py).
pub fn noise(side: usize) -> Vec<u8> {
    let mut x = 1_u32;
    std::iter::repeat_with(|| {
        x = x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (x >> 24) as u8
    })
    .take(side * side * 3)
    .collect()
}

/// `[3 × height × width]`, `(value − mean) · scale`, zeros right of and below the picture.
pub fn planes(
    picture: &Picture,
    width: usize,
    height: usize,
    mean: [f32; 3],
    scale: f32,
) -> Vec<f32> {
    let mut planes = vec![0.0; 3 * width * height];
    for (index, pixel) in picture.data.chunks_exact(3).enumerate() {
        let (row, column) = (index / picture.width, index % picture.width);
        for channel in 0..3 {
            planes[(channel * height + row) * width + column] =
                (f32::from(pixel[channel]) - mean[channel]) * scale;
        }
    }
    planes
}

pub fn largest_difference(found: &[f32], expected: &[f32]) -> f32 {
    assert_eq!(found.len(), expected.len());
    assert!(found.iter().all(|value| value.is_finite()));
    found
        .iter()
        .zip(expected)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f32::max)
}

pub fn cosine(a: &[f32], b: &[f32]) -> f64 {
    let dot = |a: &[f32], b: &[f32]| {
        a.iter()
            .zip(b)
            .map(|(x, y)| f64::from(*x) * f64::from(*y))
            .sum::<f64>()
    };
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}
