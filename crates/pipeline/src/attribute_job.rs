//! The attribute job: landmarks, age and gender of faces that are known already, from photographs or from their crops.
//!
//! It is apart from extraction because it finds nothing and claims nothing: boxes come in, rows go out, and the same
//! file may come as often as somebody asks.

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use faceweave_face::{AttributeNets, AttributeSpec, FaceBox};
use faceweave_photo::{Limits, PhotoError, Rgb, decode, read};
use rayon::ThreadPool;
use rayon::prelude::*;

use crate::batch::{AttributeRows, Source};
use crate::error::PipelineError;
use crate::job::Progress;
use crate::one_photo::check_pixels;
use crate::pool::worker_pool;
use crate::spares::Spares;

/// One picture, and where the faces in it are.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AttributeInput {
    /// A photograph or a crop. Given pixels are taken as they are; the file is then not read.
    pub source: Source,
    /// In pixels of the upright picture; may reach past it.
    pub boxes: Vec<FaceBox>,
}

/// What became of one picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttributeOutcome {
    /// All its faces have a row.
    Described {
        /// Their number.
        faces: u32,
    },
    /// Not usable: its faces have no rows.
    Skipped {
        /// Stable code.
        code: &'static str,
        /// Cause in words, without the path.
        message: String,
    },
    /// Not looked at: the job was cancelled first.
    Cancelled,
}

/// Outcomes of one call, in the order of its inputs, and the rows of the faces, picture by picture.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AttributeBatch {
    /// One a picture.
    pub outcomes: Vec<AttributeOutcome>,
    /// `[faces × 136]`: x, y of 68 points in pixels of the picture; empty when nobody asked.
    pub landmarks: Vec<f32>,
    /// `[faces]`, years; empty when nobody asked.
    pub ages: Vec<f32>,
    /// `[faces]`, 0 = male … 1 = female; empty when nobody asked.
    pub genders: Vec<f32>,
}

/// A pool of workers that describes known faces.
pub struct AttributeJob {
    spec: AttributeSpec,
    limits: Limits,
    pool: ThreadPool,
    nets: Spares<AttributeNets>,
    cancelled: AtomicBool,
    closed: AtomicBool,
    done: AtomicU64,
    faces: AtomicU64,
}

type Part = (AttributeOutcome, AttributeRows);

impl AttributeJob {
    /// Prepares the workers; 0 threads = one a core. Models are opened by the first [`AttributeJob::run`].
    ///
    /// # Errors
    ///
    /// `THREADS` when the worker threads cannot be started.
    pub fn new(spec: AttributeSpec, threads: usize, limits: Limits) -> Result<Self, PipelineError> {
        Ok(Self {
            spec,
            limits,
            pool: worker_pool(threads)?,
            nets: Spares::default(),
            cancelled: AtomicBool::new(false),
            closed: AtomicBool::new(false),
            done: AtomicU64::new(0),
            faces: AtomicU64::new(0),
        })
    }

    /// Describes the faces of some pictures and blocks until each has an outcome.
    ///
    /// # Errors
    ///
    /// When the models cannot be opened or run, or the job is closed.
    pub fn run(&self, inputs: &[AttributeInput]) -> Result<AttributeBatch, PipelineError> {
        if self.closed.load(Ordering::Relaxed) {
            return Err(PipelineError::Closed);
        }
        // The first alone: a wrong model is then reported once, and quickly.
        self.nets.fill(|| self.open())?;
        let parts: Result<Vec<Part>, PipelineError> = self.pool.install(|| {
            inputs
                .par_iter()
                .with_max_len(1)
                .map(|input| self.finish(input))
                .collect()
        });
        let mut batch = AttributeBatch::default();
        for (outcome, rows) in parts? {
            batch.outcomes.push(outcome);
            batch.landmarks.extend(rows.landmarks);
            batch.ages.extend(rows.ages);
            batch.genders.extend(rows.genders);
        }
        Ok(batch)
    }

    /// Asks the job to stop: pictures not yet begun come back as cancelled.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// How far the job is. Cheap; to be polled.
    #[must_use]
    pub fn progress(&self) -> Progress {
        Progress {
            done: self.done.load(Ordering::Relaxed),
            faces: self.faces.load(Ordering::Relaxed),
        }
    }

    /// Frees the networks. Batches in flight finish; later ones are refused.
    pub fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
        self.nets.close();
    }

    fn open(&self) -> Result<AttributeNets, PipelineError> {
        Ok(AttributeNets::open(&self.spec)?)
    }

    fn finish(&self, input: &AttributeInput) -> Result<Part, PipelineError> {
        if self.cancelled.load(Ordering::Relaxed) {
            return Ok((AttributeOutcome::Cancelled, AttributeRows::default()));
        }
        let mut nets = self.nets.take(|| self.open())?;
        let attempt = catch_unwind(AssertUnwindSafe(|| self.describe(input, &mut nets)));
        self.done.fetch_add(1, Ordering::Relaxed);
        // After a panic the networks' state is unknown: they are dropped, new ones will be opened.
        let Ok(result) = attempt else {
            let message =
                "a defect in faceweave was met while this picture was looked at; please report it";
            return Ok(skipped("INTERNAL", message.into()));
        };
        self.nets.put(nets);
        let rows = match result? {
            Ok(rows) => rows,
            Err(error) => return Ok(skipped(error.code(), error.to_string())),
        };
        let faces = input.boxes.len() as u32;
        self.faces.fetch_add(u64::from(faces), Ordering::Relaxed);
        Ok((AttributeOutcome::Described { faces }, rows))
    }

    fn describe(
        &self,
        input: &AttributeInput,
        nets: &mut AttributeNets,
    ) -> Result<Result<AttributeRows, PhotoError>, PipelineError> {
        let pixels = match pixels_of(&input.source, &self.limits) {
            Ok(pixels) => pixels,
            Err(error) => return Ok(Err(error)),
        };
        let mut rows = AttributeRows::default();
        for bbox in &input.boxes {
            rows.push(&nets.describe(&pixels, bbox)?);
        }
        Ok(Ok(rows))
    }
}

fn skipped(code: &'static str, message: String) -> Part {
    (
        AttributeOutcome::Skipped { code, message },
        AttributeRows::default(),
    )
}

fn pixels_of<'a>(source: &'a Source, limits: &Limits) -> Result<Cow<'a, Rgb>, PhotoError> {
    if let Some(pixels) = &source.pixels {
        check_pixels(pixels, limits)?;
        return Ok(Cow::Borrowed(pixels));
    }
    let photo = match &source.bytes {
        Some(bytes) => decode(bytes, limits)?,
        None => decode(&read(&source.path, limits)?, limits)?,
    };
    Ok(Cow::Owned(photo.pixels))
}
