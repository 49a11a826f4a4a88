//! Thumbnails and mosaics across the boundary: conversions only, the pictures are made in `pipeline`.

use faceweave_photo::Limits;
use faceweave_pipeline::{self as pipeline, ImageError, worker_pool};
use napi::bindgen_prelude::{Buffer, Object};
use napi::{Env, Result};
use napi_derive::napi;

use crate::error::JobError;
use crate::guard::spawn;
use crate::paths::path;

/// Why one picture could not be made; both absent when it was.
#[napi(object)]
pub struct ImageOutcome {
    /// Stable code.
    pub code: Option<String>,
    /// Cause in words, without the path.
    pub message: Option<String>,
    /// Mosaics: tiles that could not be read and are grey; absent when none.
    pub missing: Option<u32>,
}

/// Thumbnails in the order of their paths.
#[napi(object)]
pub struct ThumbnailBatch {
    /// JPEG bytes; empty where it failed.
    pub images: Vec<Buffer>,
    /// One a path.
    pub outcomes: Vec<ImageOutcome>,
}

/// One mosaic to write.
#[napi(object)]
pub struct MosaicJob {
    /// The file to write, absolute, private to its owner.
    pub output: Buffer,
    /// Crops, absolute, best first.
    pub tiles: Vec<Buffer>,
}

/// How mosaics are laid out.
#[napi(object)]
pub struct MosaicOptions {
    /// Side of a tile in pixels.
    pub tile_side: u32,
    /// Most tiles in one mosaic.
    pub max_tiles: u32,
    /// Worker threads; 0 = one a core.
    pub threads: u32,
}

/// JPEG thumbnails, upright, longest side at most `maxSide` pixels, quality 1 … 100.
#[napi(catch_unwind, ts_return_type = "Promise<ThumbnailBatch>")]
pub fn thumbnails(
    env: &Env,
    paths: Vec<Buffer>,
    max_side: u32,
    quality: u32,
    threads: u32,
) -> Result<Object<'_>> {
    if max_side == 0 || !(1..=100).contains(&quality) {
        let found = format!("{max_side}, {quality}");
        return Err(
            JobError::argument("maxSide, quality", "at least 1, and 1 to 100", found).into(),
        );
    }
    let paths: Vec<_> = paths.iter().map(|bytes| path(bytes)).collect();
    let options = pipeline::ThumbnailOptions {
        max_side,
        quality: quality as u8,
        limits: Limits::default(),
    };
    spawn(
        env,
        || (),
        move || {
            Ok(pipeline::thumbnails(
                &paths,
                options,
                &worker_pool(threads as usize)?,
            ))
        },
        |results| {
            let mut batch = ThumbnailBatch {
                images: Vec::new(),
                outcomes: Vec::new(),
            };
            for result in results {
                let (image, outcome) = match result {
                    Ok(image) => (image, done()),
                    Err(error) => (Vec::new(), failed(error)),
                };
                batch.images.push(Buffer::from(image));
                batch.outcomes.push(outcome);
            }
            Ok(batch)
        },
    )
}

/// Writes one mosaic a job; outcomes in order.
#[napi(catch_unwind, ts_return_type = "Promise<ImageOutcome[]>")]
pub fn mosaics(env: &Env, jobs: Vec<MosaicJob>, options: MosaicOptions) -> Result<Object<'_>> {
    if options.tile_side == 0 || options.max_tiles == 0 {
        let found = format!("{}, {}", options.tile_side, options.max_tiles);
        return Err(JobError::argument("tileSide, maxTiles", "at least 1", found).into());
    }
    let jobs: Vec<_> = jobs
        .iter()
        .map(|job| pipeline::MosaicJob {
            output: path(&job.output),
            tiles: job.tiles.iter().map(|bytes| path(bytes)).collect(),
        })
        .collect();
    let settings = pipeline::MosaicOptions {
        tile_side: options.tile_side,
        max_tiles: options.max_tiles as usize,
    };
    spawn(
        env,
        || (),
        move || {
            Ok(pipeline::mosaics(
                &jobs,
                settings,
                &worker_pool(options.threads as usize)?,
            ))
        },
        |results| {
            Ok(results
                .into_iter()
                .map(|result| result.map_or_else(failed, written))
                .collect::<Vec<_>>())
        },
    )
}

fn done() -> ImageOutcome {
    ImageOutcome {
        code: None,
        message: None,
        missing: None,
    }
}

fn written(missing: usize) -> ImageOutcome {
    ImageOutcome {
        missing: (missing > 0).then(|| u32::try_from(missing).unwrap_or(u32::MAX)),
        ..done()
    }
}

fn failed(error: ImageError) -> ImageOutcome {
    ImageOutcome {
        code: Some(error.code.into()),
        message: Some(error.message),
        missing: None,
    }
}
