//! Thumbnails and mosaics: many small pictures made side by side from files that already exist.

use std::path::PathBuf;

use faceweave_photo::{Limits, PhotoError, encode_jpeg, mosaic, read, thumbnail, write_private};
use rayon::ThreadPool;
use rayon::prelude::*;

/// JPEG quality of mosaics.
const MOSAIC_QUALITY: u8 = 85;

/// Why one picture could not be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageError {
    /// Stable code.
    pub code: &'static str,
    /// Cause in words.
    pub message: String,
}

impl From<PhotoError> for ImageError {
    fn from(error: PhotoError) -> Self {
        Self {
            code: error.code(),
            message: error.to_string(),
        }
    }
}

/// How thumbnails are made.
#[derive(Debug, Clone, Copy)]
pub struct ThumbnailOptions {
    /// Longest side in pixels.
    pub max_side: u32,
    /// JPEG quality, 1 … 100.
    pub quality: u8,
    /// What one file may cost.
    pub limits: Limits,
}

/// JPEG thumbnails, upright, one outcome a path, in order.
#[must_use]
pub fn thumbnails(
    paths: &[PathBuf],
    options: ThumbnailOptions,
    pool: &ThreadPool,
) -> Vec<Result<Vec<u8>, ImageError>> {
    let make = |path: &PathBuf| {
        let bytes = read(path, &options.limits)?;
        Ok(thumbnail(
            &bytes,
            options.max_side,
            options.quality,
            &options.limits,
        )?)
    };
    pool.install(|| paths.par_iter().with_max_len(1).map(make).collect())
}

/// One mosaic to write.
#[derive(Debug, Clone)]
pub struct MosaicJob {
    /// The file to write, private to its owner.
    pub output: PathBuf,
    /// Crops, best first.
    pub tiles: Vec<PathBuf>,
}

/// How mosaics are laid out.
#[derive(Debug, Clone, Copy)]
pub struct MosaicOptions {
    /// Side of a tile in pixels.
    pub tile_side: u32,
    /// Most tiles in one mosaic.
    pub max_tiles: usize,
}

/// Writes mosaics; one outcome a job, in order. The value is the number of tiles that could not be read (grey).
#[must_use]
pub fn mosaics(
    jobs: &[MosaicJob],
    options: MosaicOptions,
    pool: &ThreadPool,
) -> Vec<Result<usize, ImageError>> {
    let make = |job: &MosaicJob| {
        let made = mosaic(&job.tiles, options.tile_side, options.max_tiles);
        write_private(&job.output, &encode_jpeg(&made.pixels, MOSAIC_QUALITY))?;
        Ok(made.missing)
    };
    pool.install(|| jobs.par_iter().with_max_len(1).map(make).collect())
}
