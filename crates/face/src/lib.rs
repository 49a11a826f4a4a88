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

mod attributes;
mod centerface;
mod chip;
mod detector;
mod embedder;
mod engine;
mod error;
mod quality;
mod runtime;
mod search;
mod similarity;
mod view;

pub use attributes::{AttributeNets, AttributeSpec, Attributes, LANDMARK_VALUES, SquareSpec};
pub use centerface::{Detection, FaceBox};
pub use chip::Chip;
pub use detector::DetectorSpec;
pub use embedder::{ChannelOrder, EmbedderSpec, TensorLayout, normalise};
pub use engine::FaceEngine;
pub use error::FaceError;
pub use quality::{Quality, judge};
pub use runtime::load_runtime;
pub use search::DetectionSize;
pub use similarity::{Points, Similarity};
