//! The extraction job: a pool of workers with an engine each, fed batch by batch.
//!
//! Memory is bounded by the number of workers, not of photographs: a worker
//! holds one photograph at a time, a batch holds file bytes only of small
//! files. Several batches may be in flight so that no worker idles at the end
//! of one; which of two equal files is the photograph is decided in call order.

use std::borrow::Cow;
use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use faceweave_face::{AttributeSpec, DetectorSpec, EmbedderSpec, FaceEngine};
use faceweave_photo::{Limits, PhotoError, content_hash, decode, read};
use rayon::ThreadPool;
use rayon::prelude::*;

use crate::batch::{Batch, FaceRows, Outcome, PhotoHash, PhotoInput};
use crate::error::PipelineError;
use crate::one_photo::{PhotoSettings, Photograph, Worker, extract_photo, skipped};
use crate::pool::worker_pool;
use crate::spares::Spares;
use crate::stages::{Stage, StageClock, StageSeconds};
use crate::turnstile::{Ticket, Turnstile};

/// Files up to this size are kept between hashing and decoding; larger ones are read again,
/// from the page cache, so that a batch of large scans does not fill memory.
const KEEP_BYTES: usize = 256 * 1024;

/// How a job works; the same for all its photographs.
#[derive(Debug, Clone, PartialEq)]
pub struct JobOptions {
    /// The detector.
    pub detector: DetectorSpec,
    /// The embedder.
    pub embedder: EmbedderSpec,
    /// Landmarks, age and gender; opened only when asked for.
    pub attributes: AttributeSpec,
    /// Worker threads; 0 = one a core.
    pub threads: usize,
    /// What one file may cost.
    pub limits: Limits,
    /// Share of the box's size added on each side of a crop.
    pub crop_margin: f32,
    /// Longest side of a crop in pixels.
    pub crop_max_side: u32,
}

/// How far a job is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Inputs that have an outcome.
    pub done: u64,
    /// Faces found.
    pub faces: u64,
}

/// A pool of workers that turns files into faces.
pub struct ExtractJob {
    options: JobOptions,
    settings: PhotoSettings,
    pool: ThreadPool,
    workers: Spares<Worker>,
    known: Mutex<HashSet<PhotoHash>>,
    turnstile: Arc<Turnstile>,
    cancelled: AtomicBool,
    closed: AtomicBool,
    done: AtomicU64,
    faces: AtomicU64,
    clock: StageClock,
}

/// One input after hashing.
struct Content {
    hash: PhotoHash,
    /// The bytes, when small enough to keep.
    bytes: Option<Vec<u8>>,
    size: u64,
    /// Its format, when neither we nor the caller can give its pixels.
    undecoded: Option<&'static str>,
}

/// What a batch decides about one input, in call order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Claim {
    /// A new content, or no content at all: to be looked at.
    Fresh,
    /// Claimed before.
    Known,
    /// Left unclaimed, so that it may come again with its pixels.
    Undecoded(&'static str),
}

impl ExtractJob {
    /// Prepares the workers; models are opened by the first [`ExtractJob::run`].
    ///
    /// # Errors
    ///
    /// `THREADS` when the worker threads cannot be started.
    pub fn new(options: JobOptions) -> Result<Self, PipelineError> {
        let settings = PhotoSettings {
            limits: options.limits,
            crop_margin: options.crop_margin,
            crop_max_side: options.crop_max_side,
        };
        Ok(Self {
            pool: worker_pool(options.threads)?,
            settings,
            options,
            workers: Spares::default(),
            known: Mutex::default(),
            turnstile: Arc::default(),
            cancelled: AtomicBool::new(false),
            closed: AtomicBool::new(false),
            done: AtomicU64::new(0),
            faces: AtomicU64::new(0),
            clock: StageClock::default(),
        })
    }

    /// Photographs that need not be looked at again, by the first 16 bytes of their BLAKE3.
    pub fn add_known(&self, hashes: impl IntoIterator<Item = [u8; 16]>) {
        self.known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(hashes);
    }

    /// Takes a place in the order of batches; to be called in the order the batches are meant to have.
    #[must_use]
    pub fn reserve(&self) -> Ticket {
        self.turnstile.issue()
    }

    /// Runs one batch and blocks until every input has an outcome.
    ///
    /// May be called from several threads at once; the workers are shared.
    /// Outcomes do not depend on the number of threads.
    ///
    /// # Errors
    ///
    /// When the models cannot be opened or run, a crop cannot be written, or the job is closed.
    pub fn run(&self, ticket: Ticket, inputs: &[PhotoInput]) -> Result<Batch, PipelineError> {
        if self.closed.load(Ordering::Relaxed) {
            return Err(PipelineError::Closed);
        }
        self.open_workers()?;
        let contents: Vec<Option<Result<Content, PhotoError>>> = self.pool.install(|| {
            inputs
                .par_iter()
                .with_max_len(1)
                .map(|input| self.hash(input))
                .collect()
        });
        ticket.wait();
        let claims = self.claim(&contents);
        drop(ticket);
        let parts: Result<Vec<_>, PipelineError> = self.pool.install(|| {
            inputs
                .par_iter()
                .zip(contents)
                .zip(claims)
                .with_max_len(1)
                .map(|((input, content), claim)| self.finish(input, content, claim))
                .collect()
        });
        if parts.is_err() {
            // Nothing of this batch will be stored: what it claimed must not pass for known.
            self.cancel();
        }
        Ok(Batch::join(parts?, self.options.embedder.dims))
    }

    /// Asks the job to stop: photographs not yet begun come back as cancelled.
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

    /// CPU seconds of each stage so far.
    #[must_use]
    pub fn stages(&self) -> StageSeconds {
        self.clock.seconds()
    }

    /// Frees the networks. Batches in flight finish; later ones are refused.
    pub fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
        self.workers.close();
    }

    /// One engine a worker, opened side by side, once.
    fn open_workers(&self) -> Result<(), PipelineError> {
        if self.done.load(Ordering::Relaxed) > 0 {
            return Ok(());
        }
        // The first alone: a wrong model is then reported once, and quickly.
        self.workers.fill(|| self.open_worker())
    }

    fn open_worker(&self) -> Result<Worker, PipelineError> {
        let engine = FaceEngine::open(
            self.options.detector.clone(),
            self.options.embedder.clone(),
            &self.options.attributes,
        )?;
        Ok(Worker {
            engine,
            spare: Vec::new(),
        })
    }

    fn hash(&self, input: &PhotoInput) -> Option<Result<Content, PhotoError>> {
        if self.cancelled.load(Ordering::Relaxed) {
            return None;
        }
        let given = input.source.bytes.as_deref();
        let bytes = match self.clock.measure(Stage::Read, || self.bytes_of(input)) {
            Ok(bytes) => bytes,
            Err(error) => return Some(Err(error)),
        };
        let hash = self.clock.measure(Stage::Hash, || short_hash(&bytes));
        let size = bytes.len() as u64;
        let undecoded = if input.source.pixels.is_some() {
            None
        } else {
            undecoded_format(&bytes)
        };
        let keep = given.is_none() && bytes.len() <= KEEP_BYTES;
        Some(Ok(Content {
            hash,
            bytes: keep.then(|| bytes.into_owned()),
            size,
            undecoded,
        }))
    }

    /// The file's bytes, from the caller or from the disk.
    fn bytes_of<'a>(&self, input: &'a PhotoInput) -> Result<Cow<'a, [u8]>, PhotoError> {
        let limits = &self.settings.limits;
        match input.source.bytes.as_deref() {
            Some([]) => Err(PhotoError::Empty),
            Some(bytes) if bytes.len() as u64 > limits.max_bytes => Err(PhotoError::FileTooLarge {
                bytes: bytes.len() as u64,
                limit: limits.max_bytes,
            }),
            Some(bytes) => Ok(Cow::Borrowed(bytes)),
            None => Ok(Cow::Owned(read(&input.source.path, limits)?)),
        }
    }

    /// Which inputs are new contents, in input order.
    fn claim(&self, contents: &[Option<Result<Content, PhotoError>>]) -> Vec<Claim> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        contents
            .iter()
            .map(|content| match content {
                Some(Ok(content)) => match content.undecoded {
                    Some(format) if !known.contains(&content.hash) => Claim::Undecoded(format),
                    _ if known.insert(content.hash) => Claim::Fresh,
                    _ => Claim::Known,
                },
                _ => Claim::Fresh,
            })
            .collect()
    }

    fn finish(
        &self,
        input: &PhotoInput,
        content: Option<Result<Content, PhotoError>>,
        claim: Claim,
    ) -> Result<(Outcome, FaceRows), PipelineError> {
        let none = FaceRows::default;
        let content = match content {
            None => return Ok((Outcome::Cancelled, none())),
            Some(Err(error)) => {
                self.done.fetch_add(1, Ordering::Relaxed);
                return Ok((skipped(&error, None), none()));
            }
            Some(Ok(content)) => content,
        };
        let (hash, bytes) = (content.hash, content.size);
        let result = match claim {
            Claim::Known => Ok((Outcome::Known { hash, bytes }, none())),
            Claim::Undecoded(format) => Ok((
                Outcome::Undecoded {
                    format,
                    hash,
                    bytes,
                },
                none(),
            )),
            Claim::Fresh if self.cancelled.load(Ordering::Relaxed) => {
                return Ok((Outcome::Cancelled, none()));
            }
            Claim::Fresh => self.look_at(input, content),
        };
        if let Ok((_, rows)) = &result {
            self.faces
                .fetch_add(rows.scores.len() as u64, Ordering::Relaxed);
            self.done.fetch_add(1, Ordering::Relaxed);
        }
        result
    }

    fn look_at(
        &self,
        input: &PhotoInput,
        content: Content,
    ) -> Result<(Outcome, FaceRows), PipelineError> {
        let identity = Some((content.hash, content.size));
        let bytes: Cow<'_, [u8]> = match (input.source.bytes.as_deref(), content.bytes) {
            (Some(given), _) => Cow::Borrowed(given),
            (None, Some(kept)) => Cow::Owned(kept),
            (None, None) => match self.read_again(input, content.hash, content.size) {
                Ok(bytes) => Cow::Owned(bytes),
                Err(error) => return Ok((skipped(&error, identity), FaceRows::default())),
            },
        };
        let photo = Photograph {
            bytes: &bytes,
            pixels: input.source.pixels.as_ref(),
            hash: content.hash,
            crops: input.crops.as_ref(),
        };
        let mut worker = self.workers.take(|| self.open_worker())?;
        let attempt = catch_unwind(AssertUnwindSafe(|| {
            extract_photo(&photo, &mut worker, &self.settings, &self.clock)
        }));
        // After a panic the engine's state is unknown: it is dropped, a new one will be opened.
        let Ok(result) = attempt else {
            let outcome = Outcome::Skipped {
                code: "INTERNAL",
                message: "a defect in faceweave was met while this photograph was looked at; please report it".into(),
                content: identity,
            };
            return Ok((outcome, FaceRows::default()));
        };
        self.workers.put(worker);
        result
    }

    /// Reads a large file once more, and makes sure that it is still the same.
    fn read_again(
        &self,
        input: &PhotoInput,
        hash: PhotoHash,
        size: u64,
    ) -> Result<Vec<u8>, PhotoError> {
        let bytes = self.clock.measure(Stage::Read, || {
            read(&input.source.path, &self.settings.limits)
        })?;
        let now = self.clock.measure(Stage::Hash, || short_hash(&bytes));
        if now == hash {
            Ok(bytes)
        } else {
            Err(PhotoError::Changed {
                before: size,
                after: bytes.len() as u64,
            })
        }
    }
}

/// Formats whose pixels may be left to others all come in this container.
fn undecoded_format(bytes: &[u8]) -> Option<&'static str> {
    if bytes.get(4..8) != Some(b"ftyp") {
        return None;
    }
    // The decoder itself is asked, with no room for a single pixel: it answers from the header.
    let no_pixels = Limits {
        max_pixels: 0,
        ..Limits::default()
    };
    match decode(bytes, &no_pixels) {
        Err(PhotoError::Undecoded { format }) => Some(format.name()),
        _ => None,
    }
}

fn short_hash(bytes: &[u8]) -> PhotoHash {
    let mut short = PhotoHash::default();
    short.copy_from_slice(&content_hash(bytes)[..16]);
    short
}
