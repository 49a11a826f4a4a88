//! Photographs in, faces out: the boundary of `faceweave_pipeline::ExtractJob`.

mod objects;

use std::sync::Arc;

use faceweave_pipeline::{self as pipeline, Batch, CropTarget, JobOptions, Outcome, Source};
use napi::bindgen_prelude::{Float32Array, Object, Uint32Array};
use napi::{Env, Result};
use napi_derive::napi;

use crate::error::JobError;
use crate::guard::{guarded, spawn};
use crate::model::attribute_spec;
use crate::paths::{os_string, path};
use crate::pictures::{limits, pixels};
pub use objects::{
    ExtractBatch, ExtractOptions, ExtractProgress, PhotoInput, PhotoOutcome, StageSeconds,
};

/// A pool of workers that turns files into faces. Holds networks until `close()`.
#[napi]
pub struct ExtractJob {
    inner: Arc<pipeline::ExtractJob>,
}

#[napi]
impl ExtractJob {
    /// Checks the options and starts the workers; models are opened by the first `run`.
    ///
    /// Errors: `ARGUMENT`, `THREADS`.
    #[napi(constructor, catch_unwind)]
    pub fn new(options: ExtractOptions) -> Result<Self> {
        let inner = guarded(|| {
            let settings = job_options(options)?;
            Ok(Arc::new(pipeline::ExtractJob::new(settings)?))
        })?;
        Ok(Self { inner })
    }

    /// Photographs that need not be looked at again: n × 16 bytes of BLAKE3.
    #[napi(catch_unwind)]
    pub fn add_known(&self, hashes: &[u8]) -> Result<()> {
        if !hashes.len().is_multiple_of(16) {
            return Err(
                JobError::argument("hashes", "a multiple of 16 bytes", hashes.len()).into(),
            );
        }
        self.inner.add_known(hashes.chunks_exact(16).map(|chunk| {
            let mut hash = [0; 16];
            hash.copy_from_slice(chunk);
            hash
        }));
        Ok(())
    }

    /// Runs one batch on the job's workers. Several may be in flight; equal files are told apart in call order.
    ///
    /// Rejects with `RUNTIME_MISSING`, `MODEL_*`, `CROP_WRITE`, `CLOSED`, `INTERNAL`; trouble with one
    /// photograph is an outcome.
    #[napi(catch_unwind, ts_return_type = "Promise<ExtractBatch>")]
    pub fn run<'env>(&self, env: &'env Env, inputs: Vec<PhotoInput>) -> Result<Object<'env>> {
        let inputs = inputs
            .into_iter()
            .map(photo_input)
            .collect::<std::result::Result<Vec<_>, JobError>>()?;
        let ticket = self.inner.reserve();
        let (work, cancel) = (Arc::clone(&self.inner), Arc::clone(&self.inner));
        spawn(
            env,
            move || cancel.cancel(),
            move || Ok(work.run(ticket, &inputs)?),
            |batch| Ok(extract_batch(batch)),
        )
    }

    /// Asks the job to stop: inputs not yet begun come back as `cancelled`.
    #[napi(catch_unwind)]
    pub fn cancel(&self) {
        self.inner.cancel();
    }

    /// How far the job is; cheap, to be polled.
    #[napi(catch_unwind)]
    pub fn progress(&self) -> ExtractProgress {
        let progress = self.inner.progress();
        ExtractProgress {
            done: progress.done as f64,
            faces: progress.faces as f64,
        }
    }

    /// CPU seconds of each stage so far.
    #[napi(catch_unwind)]
    pub fn stages(&self) -> StageSeconds {
        let seconds = self.inner.stages();
        StageSeconds {
            read: seconds.read,
            hash: seconds.hash,
            decode: seconds.decode,
            fingerprint: seconds.fingerprint,
            detect: seconds.detect,
            align: seconds.align,
            quality: seconds.quality,
            embed: seconds.embed,
            attributes: seconds.attributes,
            crop: seconds.crop,
        }
    }

    /// Frees the networks. Batches in flight finish; later ones are refused with `CLOSED`.
    #[napi(catch_unwind)]
    pub fn close(&self) {
        self.inner.close();
    }
}

fn job_options(options: ExtractOptions) -> std::result::Result<JobOptions, JobError> {
    if !(0.0..=10.0).contains(&options.crop_margin) {
        return Err(JobError::argument(
            "cropMargin",
            "0 to 10",
            options.crop_margin,
        ));
    }
    if options.crop_max_side == 0 {
        return Err(JobError::argument("cropMaxSide", "at least 1", 0));
    }
    Ok(JobOptions {
        limits: limits(options.max_pixels, options.max_bytes)?,
        detector: options.detector.detector(
            options.min_face,
            options.detection_size,
            options.score_threshold,
            options.try_rotations,
        )?,
        embedder: options.embedder.embedder()?,
        attributes: attribute_spec(options.landmarker, options.attributes)?,
        threads: options.threads as usize,
        crop_margin: options.crop_margin as f32,
        crop_max_side: options.crop_max_side,
    })
}

fn photo_input(input: PhotoInput) -> std::result::Result<pipeline::PhotoInput, JobError> {
    let crops = match (input.crop_dir, input.crop_name) {
        (Some(folder), Some(name)) => Some(CropTarget {
            folder: path(&folder),
            name: os_string(&name),
        }),
        _ => None,
    };
    let pixels = pixels(input.pixels.as_deref(), input.width, input.height)?;
    let source = Source {
        path: path(&input.path),
        bytes: input.bytes.map(|bytes| bytes.to_vec()),
        pixels,
    };
    Ok(pipeline::PhotoInput { source, crops })
}

fn extract_batch(batch: Batch) -> ExtractBatch {
    ExtractBatch {
        outcomes: batch.outcomes.into_iter().map(photo_outcome).collect(),
        boxes: Float32Array::new(batch.boxes),
        scores: Float32Array::new(batch.scores),
        points: Float32Array::new(batch.points),
        vectors: Float32Array::new(batch.vectors),
        dims: batch.dims as u32,
        qualities: Float32Array::new(batch.qualities),
        crop_parts: Uint32Array::new(batch.crop_parts),
        landmarks: Float32Array::new(batch.landmarks),
        ages: Float32Array::new(batch.ages),
        genders: Float32Array::new(batch.genders),
    }
}

fn photo_outcome(outcome: Outcome) -> PhotoOutcome {
    let empty = |status: &str| PhotoOutcome {
        status: status.into(),
        code: None,
        message: None,
        hash: None,
        bytes: None,
        width: None,
        height: None,
        format: None,
        orientation: None,
        taken_at: None,
        make: None,
        model: None,
        serial: None,
        latitude: None,
        longitude: None,
        fingerprint: None,
        faces: 0,
    };
    match outcome {
        Outcome::Extracted(photo) => PhotoOutcome {
            hash: Some(hex(photo.hash)),
            bytes: Some(photo.bytes as f64),
            width: Some(photo.width),
            height: Some(photo.height),
            format: Some(photo.facts.format.name().into()),
            orientation: Some(u32::from(photo.facts.orientation)),
            taken_at: photo.facts.taken_at,
            make: photo.facts.make,
            model: photo.facts.model,
            serial: photo.facts.serial,
            latitude: photo.facts.latitude,
            longitude: photo.facts.longitude,
            fingerprint: Some(format!("{:016x}", photo.fingerprint)),
            faces: photo.faces,
            ..empty("extracted")
        },
        Outcome::Known { hash, bytes } => PhotoOutcome {
            hash: Some(hex(hash)),
            bytes: Some(bytes as f64),
            ..empty("known")
        },
        Outcome::Undecoded {
            format,
            hash,
            bytes,
        } => PhotoOutcome {
            format: Some(format.into()),
            hash: Some(hex(hash)),
            bytes: Some(bytes as f64),
            ..empty("undecoded")
        },
        Outcome::Skipped {
            code,
            message,
            content,
        } => PhotoOutcome {
            code: Some(code.into()),
            message: Some(message),
            hash: content.map(|(hash, _)| hex(hash)),
            bytes: content.map(|(_, bytes)| bytes as f64),
            ..empty("skipped")
        },
        Outcome::Cancelled => empty("cancelled"),
    }
}

fn hex(hash: [u8; 16]) -> String {
    format!("{:032x}", u128::from_be_bytes(hash))
}
