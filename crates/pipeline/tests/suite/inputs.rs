//! The ways a photograph comes in: by path, by bytes, by pixels, and known faces that are looked at again.

use std::fs;
use std::path::Path;

use faceweave_face::{FaceBox, load_runtime};
use faceweave_photo::{Limits, decode};
use faceweave_pipeline::{
    AttributeInput, AttributeJob, AttributeOutcome, Batch, ExtractJob, JobOptions, Outcome,
    PhotoInput, Source,
};

use crate::support::*;

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
