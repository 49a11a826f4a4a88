//! Errors that end a job. Trouble with one photograph is an outcome, never one of these.

use faceweave_face::FaceError;

/// Why a job cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum PipelineError {
    /// A model or ONNX Runtime cannot be used.
    #[error(transparent)]
    Face(#[from] FaceError),
    /// The worker threads cannot be started.
    #[error("worker threads cannot be started: {0}")]
    Threads(String),
    /// No crop can be written: the project folder is full, read-only or closed, so going on would lose
    /// faces. The text names the first crop and the operating system's reason.
    #[error("{0}")]
    CropWrite(String),
    /// The job was closed before this call.
    #[error("the job is closed")]
    Closed,
}

impl PipelineError {
    /// The stable code of this error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Face(error) => error.code(),
            Self::Threads(_) => "THREADS",
            Self::CropWrite(_) => "CROP_WRITE",
            Self::Closed => "CLOSED",
        }
    }
}
