//! How much CPU time each stage has taken, summed over the workers.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::clock::thread_time;

/// A step every photograph goes through.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Stage {
    Read,
    Hash,
    Decode,
    Fingerprint,
    Detect,
    Align,
    Quality,
    Embed,
    Attributes,
    Crop,
}

const STAGES: usize = 10;

/// Sums of nanoseconds, one a stage.
#[derive(Debug, Default)]
pub(crate) struct StageClock {
    nanos: [AtomicU64; STAGES],
}

impl StageClock {
    /// Runs one stage and adds its CPU time.
    pub(crate) fn measure<T>(&self, stage: Stage, work: impl FnOnce() -> T) -> T {
        let start = thread_time();
        let result = work();
        let spent = thread_time().saturating_sub(start).as_nanos() as u64;
        self.nanos[stage as usize].fetch_add(spent, Ordering::Relaxed);
        result
    }

    pub(crate) fn seconds(&self) -> StageSeconds {
        let of = |stage: Stage| self.nanos[stage as usize].load(Ordering::Relaxed) as f64 / 1e9;
        StageSeconds {
            read: of(Stage::Read),
            hash: of(Stage::Hash),
            decode: of(Stage::Decode),
            fingerprint: of(Stage::Fingerprint),
            detect: of(Stage::Detect),
            align: of(Stage::Align),
            quality: of(Stage::Quality),
            embed: of(Stage::Embed),
            attributes: of(Stage::Attributes),
            crop: of(Stage::Crop),
        }
    }
}

/// CPU seconds of each stage so far, all workers together.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct StageSeconds {
    /// Reading files.
    pub read: f64,
    /// BLAKE3 of their bytes.
    pub hash: f64,
    /// Decoding, turning upright, EXIF.
    pub decode: f64,
    /// The perceptual hash.
    pub fingerprint: f64,
    /// Reducing to the detector's size, the network, its post-processing.
    pub detect: f64,
    /// Cutting the aligned chips.
    pub align: f64,
    /// Judging the chips.
    pub quality: f64,
    /// The embedder.
    pub embed: f64,
    /// Landmarks, age and gender, where they are asked for.
    pub attributes: f64,
    /// Cutting, encoding and writing crops.
    pub crop: f64,
}
