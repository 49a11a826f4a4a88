//! The job on real photographs with the real models: outcomes in input order, whatever the threads.

use std::fs;
use std::path::{Path, PathBuf};

use faceweave_face::{
    AttributeSpec, ChannelOrder, DetectionSize, DetectorSpec, EmbedderSpec, FaceBox, SquareSpec,
    TensorLayout, load_runtime,
};
use faceweave_photo::{Limits, decode};
use faceweave_pipeline::{
    AttributeInput, AttributeJob, AttributeOutcome, Batch, CropTarget, ExtractJob, JobOptions,
    Outcome, PhotoInput, Source,
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .expect("the workspace")
}

/// ONNX Runtime as the development install has it, or as the environment says.
fn runtime() -> PathBuf {
    std::env::var_os("FACEWEAVE_ONNXRUNTIME").map_or_else(
        || root().join("node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime.so.1"),
        PathBuf::from,
    )
}

/// Photographs that come with an installed package, with several faces each.
fn samples() -> Vec<PathBuf> {
    (1..=6)
        .map(|n| {
            root().join(format!(
                "node_modules/@vladmandic/face-api/demo/sample{n}.jpg"
            ))
        })
        .collect()
}

fn job(threads: usize) -> ExtractJob {
    load_runtime(&runtime()).expect("ONNX Runtime: run npm ci first");
    ExtractJob::new(options(threads)).expect("worker threads")
}

fn options(threads: usize) -> JobOptions {
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
fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    let length = u8::try_from(bytes.len()).expect("a short field");
    assert!(length < 128, "one byte of length");
    [&[number << 3 | 2, length], bytes].concat()
}

/// An ONNX file that answers every chip of 2 × 2 pixels with its values less themselves: zeros.
fn model_without_direction() -> Vec<u8> {
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

fn from_path(path: &Path) -> Source {
    Source {
        path: path.to_path_buf(),
        ..Source::default()
    }
}

/// The networks on square crops, with face-api's mean.
fn attributes() -> AttributeSpec {
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

fn inputs(paths: &[PathBuf]) -> Vec<PhotoInput> {
    paths
        .iter()
        .map(|path| PhotoInput {
            source: from_path(path),
            crops: None,
        })
        .collect()
}

fn run(job: &ExtractJob, inputs: &[PhotoInput]) -> Batch {
    job.run(job.reserve(), inputs).expect("a batch")
}

/// A folder of its own for one test, removed when the test ends well.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
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

#[test]
fn one_and_several_threads_give_the_same_bits() {
    let inputs = inputs(&samples());
    let one = run(&job(1), &inputs);
    let three = run(&job(3), &inputs);
    assert!(one.scores.len() >= 6, "{} faces", one.scores.len());
    assert_eq!(one, three);
    assert_eq!(one.vectors.len(), one.scores.len() * 192);
}

#[test]
fn faces_come_left_to_right_and_lie_in_the_photograph() {
    let batch = run(&job(2), &inputs(&samples()));
    let mut row = 0;
    for outcome in &batch.outcomes {
        let Outcome::Extracted(photo) = outcome else {
            panic!("{outcome:?}")
        };
        let boxes: Vec<&[f32]> = batch.boxes[row * 4..(row + photo.faces as usize) * 4]
            .chunks_exact(4)
            .collect();
        assert!(boxes.is_sorted_by(|a, b| a[0] <= b[0]));
        for face in boxes {
            let (x, y) = (face[0] + face[2] / 2.0, face[1] + face[3] / 2.0);
            assert!(x > 0.0 && y > 0.0 && x < photo.width as f32 && y < photo.height as f32);
        }
        row += photo.faces as usize;
    }
    assert_eq!(row, batch.scores.len());
}

#[test]
fn equal_bytes_are_one_photograph_the_first_in_call_order() {
    let scratch = Scratch::new("equal");
    let copy = scratch.0.join("copy.jpg");
    let samples = samples();
    fs::copy(&samples[0], &copy).expect("a copy");
    let job = job(2);
    let first = run(
        &job,
        &inputs(&[copy.clone(), samples[0].clone(), samples[1].clone()]),
    );
    assert!(matches!(first.outcomes[0], Outcome::Extracted(_)));
    assert!(matches!(first.outcomes[1], Outcome::Known { .. }));
    let again = run(&job, &inputs(&[samples[1].clone()]));
    assert!(matches!(again.outcomes[0], Outcome::Known { .. }));
}

#[test]
fn known_photographs_are_not_looked_at() {
    let samples = samples();
    let hash = match run(&job(1), &inputs(&samples[..1])).outcomes.remove(0) {
        Outcome::Extracted(photo) => photo.hash,
        other => panic!("{other:?}"),
    };
    let job = job(1);
    job.add_known([hash]);
    assert!(
        matches!(run(&job, &inputs(&samples[..1])).outcomes[0], Outcome::Known { hash: found, .. } if found == hash)
    );
    assert!(job.stages().detect < 1e-9);
}

#[test]
fn trouble_with_one_file_is_an_outcome() {
    let scratch = Scratch::new("trouble");
    let text = scratch.0.join("text.jpg");
    fs::write(&text, "not a picture").expect("a file");
    let empty = scratch.0.join("empty.jpg");
    fs::write(&empty, "").expect("a file");
    let paths = [
        text,
        empty,
        scratch.0.join("none.jpg"),
        samples()[0].clone(),
    ];
    let batch = run(&job(2), &inputs(&paths));
    let codes: Vec<&str> = batch
        .outcomes
        .iter()
        .map(|outcome| match outcome {
            Outcome::Skipped { code, .. } => code,
            Outcome::Extracted(_) => "extracted",
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        codes,
        ["PHOTO_FORMAT", "FILE_EMPTY", "FILE_READ", "extracted"]
    );
    assert_eq!(job(1).progress().done, 0);
}

#[test]
fn crops_are_written_one_a_face() {
    let scratch = Scratch::new("crops");
    let target = CropTarget {
        folder: scratch.0.join("Faces/sub"),
        name: "sample1.jpg".into(),
    };
    let input = PhotoInput {
        source: from_path(&samples()[0]),
        crops: Some(target),
    };
    let batch = run(&job(1), &[input]);
    let mut names: Vec<String> = fs::read_dir(scratch.0.join("Faces/sub"))
        .expect("the crops' folder")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("UTF-8")
        })
        .collect();
    names.sort();
    let expected: Vec<String> = (1..=batch.scores.len())
        .map(|k| format!("face{k}_sample1.jpg"))
        .collect();
    assert_eq!(names, expected);
}

#[test]
fn a_face_that_cannot_be_described_does_not_cost_the_photograph() {
    let scratch = Scratch::new("zeros");
    let file = scratch.0.join("zeros.onnx");
    fs::write(&file, model_without_direction()).expect("a model");
    let usual = options(1);
    let embedder = EmbedderSpec {
        path: file,
        size: 2,
        dims: 12,
        mirror: false,
        ..usual.embedder.clone()
    };
    load_runtime(&runtime()).expect("ONNX Runtime: run npm ci first");
    let job = ExtractJob::new(JobOptions { embedder, ..usual }).expect("worker threads");
    let batch = run(&job, &inputs(&samples()[..1]));
    let [Outcome::Extracted(photo)] = batch.outcomes.as_slice() else {
        panic!("{:?}", batch.outcomes)
    };
    assert!(photo.faces >= 1);
    assert_eq!(batch.vectors, vec![0.0; photo.faces as usize * 12]);
}

#[test]
fn a_crop_whose_name_is_taken_costs_its_photograph_alone() {
    let scratch = Scratch::new("clash");
    let folder = scratch.0.join("Faces");
    fs::create_dir_all(folder.join("face1_sample1.jpg/below")).expect("a folder");
    fs::write(scratch.0.join("file"), "x").expect("a file");
    let places = [
        (folder.clone(), "sample1.jpg".to_owned()),
        (scratch.0.join("file"), "sample2.jpg".to_owned()),
        (folder.clone(), format!("{}.jpg", "x".repeat(300))),
        (folder.clone(), "sample4.jpg".to_owned()),
    ];
    let inputs: Vec<PhotoInput> = samples()
        .into_iter()
        .zip(places)
        .map(|(path, (folder, name))| PhotoInput {
            source: from_path(&path),
            crops: Some(CropTarget {
                folder,
                name: name.into(),
            }),
        })
        .collect();
    let batch = run(&job(2), &inputs);
    let codes: Vec<&str> = batch
        .outcomes
        .iter()
        .map(|outcome| match outcome {
            Outcome::Skipped { code, message, .. } => {
                assert_eq!(message.matches("cannot be written").count(), 1, "{message}");
                *code
            }
            Outcome::Extracted(_) => "extracted",
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(codes, ["CROP_NAME", "CROP_NAME", "CROP_NAME", "extracted"]);
}

#[test]
#[cfg(target_os = "linux")]
fn a_disk_that_takes_no_crop_ends_the_job() {
    // No folder can be made under /proc, whoever asks.
    let target = CropTarget {
        folder: "/proc/faceweave".into(),
        name: "sample1.jpg".into(),
    };
    let job = job(1);
    let input = PhotoInput {
        source: from_path(&samples()[0]),
        crops: Some(target),
    };
    let error = job
        .run(job.reserve(), &[input])
        .expect_err("no place for crops");
    assert_eq!(error.code(), "CROP_WRITE");
}

#[test]
fn a_cancelled_job_hands_back_what_it_has_not_begun() {
    let job = job(1);
    job.cancel();
    let batch = run(&job, &inputs(&samples()));
    assert!(
        batch
            .outcomes
            .iter()
            .all(|outcome| *outcome == Outcome::Cancelled)
    );
    assert_eq!(batch.scores.len(), 0);
}

#[test]
fn a_closed_job_refuses_work() {
    let job = job(1);
    job.close();
    assert_eq!(
        job.run(job.reserve(), &[]).expect_err("closed").code(),
        "CLOSED"
    );
}

#[test]
fn a_missing_model_is_told_before_any_photograph() {
    let mut options = options(1);
    let detector = std::mem::replace(&mut options.detector.path, "/none.onnx".into());
    let missing = ExtractJob::new(options.clone()).expect("workers");
    let error = missing
        .run(missing.reserve(), &inputs(&samples()[..1]))
        .expect_err("no such file");
    assert_eq!(error.code(), "MODEL_MISSING");
    options.detector.path = detector.with_file_name("centerface.json");
    let invalid = ExtractJob::new(options).expect("workers");
    let error = invalid
        .run(invalid.reserve(), &inputs(&samples()[..1]))
        .expect_err("not a model");
    assert_eq!(error.code(), "MODEL_INVALID");
}

#[test]
fn path_bytes_and_pixels_give_the_same_faces() {
    let path = &samples()[0];
    let bytes = fs::read(path).expect("the sample");
    let pixels = decode(&bytes, &Limits::default())
        .expect("a photograph")
        .pixels;
    let sources = [
        from_path(path),
        Source {
            path: "/none/archive.zip".into(),
            bytes: Some(bytes.clone()),
            pixels: None,
        },
        Source {
            path: "/none/photo.heic".into(),
            bytes: Some(bytes),
            pixels: Some(pixels),
        },
    ];
    let batches: Vec<Batch> = sources
        .into_iter()
        .map(|source| {
            run(
                &job(1),
                &[PhotoInput {
                    source,
                    crops: None,
                }],
            )
        })
        .collect();
    assert!(!batches[0].scores.is_empty());
    assert_eq!(batches[0], batches[1]);
    assert_eq!(batches[0], batches[2]);
}

#[test]
fn a_picture_that_cannot_be_decoded_may_come_again_with_its_pixels() {
    // The head of a HEIC file; what follows is never read without a decoder.
    let heic = [&b"\0\0\0\x18ftypheic\0\0\0\0heicmif1"[..], &[0; 40]].concat();
    let sample = fs::read(&samples()[0]).expect("the sample");
    let pixels = decode(&sample, &Limits::default())
        .expect("a photograph")
        .pixels;
    let input = |pixels| PhotoInput {
        source: Source {
            path: "/none/photo.heic".into(),
            bytes: Some(heic.clone()),
            pixels,
        },
        crops: None,
    };
    let job = job(2);
    let first = run(&job, &[input(None), input(None)]);
    for outcome in &first.outcomes {
        assert!(
            matches!(outcome, Outcome::Undecoded { format: "heic", .. }),
            "{outcome:?}"
        );
    }
    let again = run(&job, &[input(Some(pixels.clone())), input(Some(pixels))]);
    assert!(matches!(&again.outcomes[0], Outcome::Extracted(photo) if photo.faces > 0));
    assert!(matches!(again.outcomes[1], Outcome::Known { .. }));
    assert!(matches!(
        run(&job, &[input(None)]).outcomes[0],
        Outcome::Known { .. }
    ));
}

#[test]
fn known_faces_are_described_as_in_extraction() {
    let path = &samples()[0];
    load_runtime(&runtime()).expect("ONNX Runtime: run npm ci first");
    let extraction = ExtractJob::new(JobOptions {
        attributes: attributes(),
        ..options(1)
    })
    .expect("worker threads");
    let batch = run(&extraction, &inputs(std::slice::from_ref(path)));
    let faces = batch.scores.len();
    assert_eq!(
        (batch.landmarks.len(), batch.ages.len(), batch.genders.len()),
        (136 * faces, faces, faces)
    );
    assert!(extraction.stages().attributes > 0.0);
    let boxes = batch
        .boxes
        .chunks_exact(4)
        .map(|b| FaceBox {
            x: b[0],
            y: b[1],
            width: b[2],
            height: b[3],
        })
        .collect();
    let job = AttributeJob::new(attributes(), 2, Limits::default()).expect("worker threads");
    let missing = AttributeInput {
        source: from_path(Path::new("/none.jpg")),
        boxes: Vec::new(),
    };
    let known = AttributeInput {
        source: from_path(path),
        boxes,
    };
    let again = job.run(&[missing, known]).expect("a batch");
    assert!(matches!(
        again.outcomes[0],
        AttributeOutcome::Skipped {
            code: "FILE_READ",
            ..
        }
    ));
    assert_eq!(
        again.outcomes[1],
        AttributeOutcome::Described {
            faces: faces as u32
        }
    );
    assert_eq!(
        (again.landmarks, again.ages, again.genders),
        (batch.landmarks, batch.ages, batch.genders)
    );
    job.cancel();
    assert_eq!(
        job.run(&[AttributeInput::default()])
            .expect("a batch")
            .outcomes,
        [AttributeOutcome::Cancelled]
    );
    job.close();
    assert_eq!(job.run(&[]).expect_err("closed").code(), "CLOSED");
}
