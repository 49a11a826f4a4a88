//! The one error of this crate, with the stable codes the boundary passes on.

use std::path::PathBuf;

/// What can go wrong while faces are found or embedded.
#[derive(Debug, thiserror::Error)]
pub enum FaceError {
    /// ONNX Runtime could not be loaded from the given path, or was not loaded at all.
    #[error("ONNX Runtime cannot be loaded from {path}: {reason}", path = path.display())]
    RuntimeMissing {
        /// The absolute path that was tried; empty when none was given yet.
        path: PathBuf,
        /// The loader's own words.
        reason: String,
    },
    /// The model file cannot be read.
    #[error("model file {path} cannot be read: {reason}", path = path.display())]
    ModelMissing {
        /// The file that was tried.
        path: PathBuf,
        /// The operating system's words.
        reason: String,
    },
    /// The file is there but is not the network its card describes.
    #[error("model file {path} does not work as described by its card: {reason}", path = path.display())]
    ModelInvalid {
        /// The model file.
        path: PathBuf,
        /// What was expected and what was found.
        reason: String,
    },
    /// A network failed on one picture.
    #[error("model {model} failed: {reason}")]
    Inference {
        /// Which network: `detector` or `embedder`.
        model: &'static str,
        /// ONNX Runtime's words.
        reason: String,
    },
}

impl FaceError {
    /// The stable code of this error; public API, unlike the message.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::RuntimeMissing { .. } => "RUNTIME_MISSING",
            Self::ModelMissing { .. } => "MODEL_MISSING",
            Self::ModelInvalid { .. } => "MODEL_INVALID",
            Self::Inference { .. } => "MODEL_FAILED",
        }
    }
}
