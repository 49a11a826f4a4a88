//! Upright RGB8 pixels → faces: detect, align by five points, embed.
//!
//! This crate is the only one that knows ONNX Runtime. Everything around the
//! networks (letterbox, decoding of the detector's maps, suppression, the
//! similarity transform, the warp, normalisation) is a pure function with its
//! own tests; the networks themselves are driven by [`FaceEngine`], one per
//! worker thread, with one intra-op thread a session: parallelism is over
//! photographs, never inside one.

#![cfg_attr(
    test,
    allow(
        clippy::float_cmp,
        reason = "copied values must come through bit for bit"
    )
)]

mod centerface;
mod chip;
mod embedder;
mod engine;
mod error;
mod letterbox;
mod runtime;
mod similarity;

pub use centerface::{Detection, FaceBox};
pub use chip::Chip;
pub use embedder::{ChannelOrder, EmbedderSpec, TensorLayout, normalise};
pub use engine::{DetectorSpec, FaceEngine};
pub use error::FaceError;
pub use runtime::load_runtime;
pub use similarity::{Points, Similarity};
