//! A job over real photographs: what comes out, in which order, and what trouble costs.

use std::fs;

use faceweave_face::{EmbedderSpec, load_runtime};
use faceweave_pipeline::{CropTarget, ExtractJob, JobOptions, Outcome, PhotoInput};

use crate::support::*;

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
