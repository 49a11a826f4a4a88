//! Many photographs in, one outcome each out.
//!
//! This crate is where the steps of one photograph (read, hash, decode,
//! detect, align, embed, crop) are strung together and run on all cores. It
//! knows threads, memory, cancelling and progress; it knows neither Node nor
//! a database, so that it can be driven from Rust alone.

mod attribute_job;
mod batch;
mod clock;
mod error;
mod images;
mod job;
mod one_photo;
mod pool;
mod spares;
mod stages;
mod turnstile;

pub use attribute_job::{AttributeBatch, AttributeInput, AttributeJob, AttributeOutcome};
pub use batch::{Batch, CropTarget, Extracted, Outcome, PhotoInput, Source};
pub use error::PipelineError;
pub use images::{ImageError, MosaicJob, MosaicOptions, ThumbnailOptions, mosaics, thumbnails};
pub use job::{ExtractJob, JobOptions, Progress};
pub use pool::worker_pool;
pub use stages::StageSeconds;
pub use turnstile::Ticket;
