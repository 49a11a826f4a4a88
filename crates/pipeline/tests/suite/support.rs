//! What the tests share: jobs over the sample photographs with the real networks, inputs, scratch folders.

use std::fs;
use std::path::{Path, PathBuf};

use faceweave_face::{
    AttributeSpec, ChannelOrder, DetectionSize, DetectorSpec, EmbedderSpec, SquareSpec,
    TensorLayout, load_runtime,
};
use faceweave_photo::Limits;
use faceweave_pipeline::{Batch, ExtractJob, JobOptions, PhotoInput, Source};

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .expect("the workspace")
}

/// ONNX Runtime as the development install has it, or as the environment says.
pub fn runtime() -> PathBuf {
    std::env::var_os("FACEWEAVE_ONNXRUNTIME").map_or_else(
        || root().join("node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime.so.1"),
        PathBuf::from,
    )
}

/// Photographs that come with an installed package, with several faces each.
pub fn samples() -> Vec<PathBuf> {
    (1..=6)
        .map(|n| {
            root().join(format!(
                "node_modules/@vladmandic/face-api/demo/sample{n}.jpg"
            ))
        })
        .collect()
}

pub fn job(threads: usize) -> ExtractJob {
    load_runtime(&runtime()).expect("ONNX Runtime: run npm ci first");
    ExtractJob::new(options(threads)).expect("worker threads")
}

pub fn options(threads: usize) -> JobOptions {
    JobOptions {
        detector: DetectorSpec {
            id: "centerface".into(),
            path: root().join("models/centerface.onnx"),
            size: DetectionSize::LongSide(320),
            score_threshold: 0.5,
            try_rotations: false,
        },
        embedder: EmbedderSpec {
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
        },
        attributes: AttributeSpec::default(),
        threads,
        limits: Limits::default(),
        crop_margin: 0.4,
        crop_max_side: 320,
    }
}

/// One field of a protocol buffer: its number, and bytes behind their length.
pub fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    let length = u8::try_from(bytes.len()).expect("a short field");
    assert!(length < 128, "one byte of length");
    [&[number << 3 | 2, length], bytes].concat()
}

/// An ONNX file that answers every chip of 2 × 2 pixels with its values less themselves: zeros.
pub fn model_without_direction() -> Vec<u8> {
    let shape: Vec<u8> = [1, 3, 2, 2]
        .iter()
        .flat_map(|&length| field(1, &[0x08, length]))
        .collect();
    let tensor = [&[0x08, 1][..], &field(2, &shape)].concat();
    let value = |name: &[u8]| [field(1, name), field(2, &field(1, &tensor))].concat();
    let node = [
        field(1, b"x"),
        field(1, b"x"),
        field(2, b"y"),
        field(4, b"Sub"),
    ]
    .concat();
    let graph = [
        field(1, &node),
        field(2, b"g"),
        field(11, &value(b"x")),
        field(12, &value(b"y")),
    ]
    .concat();
    [&[0x08, 8][..], &field(7, &graph), &field(8, &[0x10, 13])].concat()
}

pub fn from_path(path: &Path) -> Source {
    Source {
        path: path.to_path_buf(),
        ..Source::default()
    }
}

/// The networks on square crops, with face-api's mean.
pub fn attributes() -> AttributeSpec {
    let square = |name: &str| {
        Some(SquareSpec {
            id: name.into(),
            path: root().join(format!("models/{name}.onnx")),
            size: 112,
            mean: [122.782, 117.001, 104.298],
            scale: 1.0 / 255.0,
        })
    };
    AttributeSpec {
        landmarker: square("landmark68"),
        age_gender: square("age-gender"),
    }
}

pub fn inputs(paths: &[PathBuf]) -> Vec<PhotoInput> {
    paths
        .iter()
        .map(|path| PhotoInput {
            source: from_path(path),
            crops: None,
        })
        .collect()
}

pub fn run(job: &ExtractJob, inputs: &[PhotoInput]) -> Batch {
    job.run(job.reserve(), inputs).expect("a batch")
}

/// A folder of its own for one test, removed when the test ends well.
pub struct Scratch(pub PathBuf);

impl Scratch {
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("faceweave-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
