//! Known faces in, landmarks, age and gender out: the boundary of `faceweave_pipeline::AttributeJob`.

use std::sync::Arc;

use faceweave_face::FaceBox;
use faceweave_pipeline::{self as pipeline, AttributeBatch, Source};
use napi::bindgen_prelude::{Buffer, Float32Array, Object};
use napi::{Env, Result};
use napi_derive::napi;

use crate::error::JobError;
use crate::guard::{guarded, spawn};
use crate::model::{ModelSpec, attribute_spec};
use crate::paths::path;
use crate::pictures::{limits, pixels};

/// What is asked of known faces.
#[napi(object)]
pub struct AttributeOptions {
    /// 68 landmarks, kind `landmark68`.
    pub landmarker: Option<ModelSpec>,
    /// Age and gender, kind `age-gender`.
    pub attributes: Option<ModelSpec>,
    /// Worker threads; 0 = one a core.
    pub threads: u32,
    /// Most pixels a picture may have.
    pub max_pixels: f64,
    /// Most bytes a file may have.
    pub max_bytes: f64,
}

/// One picture, a photograph or a crop, and the faces in it: by path, by bytes, or by pixels, which are read in no file.
#[napi(object)]
pub struct AttributeInput {
    /// Absolute path, as the operating system's bytes.
    pub path: Option<Buffer>,
    /// The encoded file itself.
    pub bytes: Option<Buffer>,
    /// RGB8, row-major, upright, `width × height × 3` bytes.
    pub pixels: Option<Buffer>,
    /// Width of `pixels`.
    pub width: Option<u32>,
    /// Height of `pixels`.
    pub height: Option<u32>,
    /// `[faces × 4]`: x, y, width, height of the face in pixels of this upright picture.
    pub boxes: Float32Array,
}

/// What became of one picture.
#[napi(object)]
pub struct AttributeOutcome {
    /// `described`: its faces have their rows.
    #[napi(ts_type = "'described' | 'skipped' | 'cancelled'")]
    pub status: String,
    /// Why it was skipped; stable.
    pub code: Option<String>,
    /// Why it was skipped, in words, without the path.
    pub message: Option<String>,
    /// Number of its rows: of its boxes, or 0. They follow those of the pictures before.
    pub faces: u32,
}

/// Outcomes in input order and the rows of the faces, picture by picture, in the order of their boxes.
#[napi(object, js_name = "AttributeBatch")]
pub struct AttributeResult {
    /// One an input.
    pub outcomes: Vec<AttributeOutcome>,
    /// `[faces × 136]`: x, y of 68 points in pixels of the picture; empty when not asked for.
    pub landmarks: Float32Array,
    /// `[faces]`, years; empty when not asked for.
    pub ages: Float32Array,
    /// `[faces]`, 0 = male … 1 = female; empty when not asked for.
    pub genders: Float32Array,
}

/// How far a job is.
#[napi(object)]
pub struct AttributeProgress {
    /// Inputs that have an outcome.
    pub done: f64,
    /// Faces described.
    pub faces: f64,
}

/// Landmarks, age and gender for faces known already; finds none. Holds networks until `close()`.
#[napi]
pub struct AttributeJob {
    inner: Arc<pipeline::AttributeJob>,
}

#[napi]
impl AttributeJob {
    /// Checks the options and starts the workers; models are opened by the first `run`.
    ///
    /// Errors: `ARGUMENT`, `THREADS`.
    #[napi(constructor, catch_unwind)]
    pub fn new(options: AttributeOptions) -> Result<Self> {
        let inner = guarded(|| {
            let spec = attribute_spec(options.landmarker, options.attributes)?;
            if spec.landmarker.is_none() && spec.age_gender.is_none() {
                return Err(JobError::argument(
                    "landmarker, attributes",
                    "at least one model",
                    "none",
                ));
            }
            let limits = limits(options.max_pixels, options.max_bytes)?;
            Ok(pipeline::AttributeJob::new(
                spec,
                options.threads as usize,
                limits,
            )?)
        })?;
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// Describes the faces of some pictures. Several runs may be in flight.
    ///
    /// Rejects with `ARGUMENT`, `RUNTIME_MISSING`, `MODEL_*`, `CLOSED`, `INTERNAL`; trouble with one picture is an outcome.
    #[napi(catch_unwind, ts_return_type = "Promise<AttributeBatch>")]
    pub fn run<'env>(&self, env: &'env Env, inputs: Vec<AttributeInput>) -> Result<Object<'env>> {
        let inputs = inputs
            .into_iter()
            .map(attribute_input)
            .collect::<std::result::Result<Vec<_>, JobError>>()?;
        let (work, cancel) = (Arc::clone(&self.inner), Arc::clone(&self.inner));
        spawn(
            env,
            move || cancel.cancel(),
            move || Ok(work.run(&inputs)?),
            |batch| Ok(attribute_result(batch)),
        )
    }

    /// Asks the job to stop: inputs not yet begun come back as `cancelled`.
    #[napi(catch_unwind)]
    pub fn cancel(&self) {
        self.inner.cancel();
    }

    /// How far the job is; cheap, to be polled.
    #[napi(catch_unwind)]
    pub fn progress(&self) -> AttributeProgress {
        let progress = self.inner.progress();
        AttributeProgress {
            done: progress.done as f64,
            faces: progress.faces as f64,
        }
    }

    /// Frees the networks. Runs in flight finish; later ones are refused with `CLOSED`.
    #[napi(catch_unwind)]
    pub fn close(&self) {
        self.inner.close();
    }
}

fn attribute_input(
    input: AttributeInput,
) -> std::result::Result<pipeline::AttributeInput, JobError> {
    let pixels = pixels(input.pixels.as_deref(), input.width, input.height)?;
    if input.path.is_none() && input.bytes.is_none() && pixels.is_none() {
        return Err(JobError::argument("input", "path, bytes or pixels", "none"));
    }
    let (boxes, rest) = input.boxes.as_chunks::<4>();
    if !rest.is_empty() || input.boxes.iter().any(|value| !value.is_finite()) {
        return Err(JobError::argument(
            "boxes",
            "faces × 4 finite numbers",
            format!("{} values", input.boxes.len()),
        ));
    }
    Ok(pipeline::AttributeInput {
        source: Source {
            path: input.path.as_deref().map(path).unwrap_or_default(),
            bytes: input.bytes.as_deref().map(<[u8]>::to_vec),
            pixels,
        },
        boxes: boxes
            .iter()
            .map(|&[x, y, width, height]| FaceBox {
                x,
                y,
                width,
                height,
            })
            .collect(),
    })
}

fn attribute_result(batch: AttributeBatch) -> AttributeResult {
    let outcomes = batch
        .outcomes
        .into_iter()
        .map(|outcome| {
            let of = |status: &str, faces| AttributeOutcome {
                status: status.into(),
                code: None,
                message: None,
                faces,
            };
            match outcome {
                pipeline::AttributeOutcome::Described { faces } => of("described", faces),
                pipeline::AttributeOutcome::Cancelled => of("cancelled", 0),
                pipeline::AttributeOutcome::Skipped { code, message } => AttributeOutcome {
                    code: Some(code.into()),
                    message: Some(message),
                    ..of("skipped", 0)
                },
            }
        })
        .collect();
    AttributeResult {
        outcomes,
        landmarks: Float32Array::new(batch.landmarks),
        ages: Float32Array::new(batch.ages),
        genders: Float32Array::new(batch.genders),
    }
}
