//! One form for every error that crosses: the text is `CODE: message`, which `src/native` takes apart again.

use faceweave_cluster::ClusterError;
use faceweave_face::FaceError;
use faceweave_pipeline::PipelineError;

/// An error with its stable code.
pub(crate) struct JobError {
    pub code: &'static str,
    pub message: String,
}

impl JobError {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    /// A wrong argument: its name, what was expected, what was found.
    pub(crate) fn argument(name: &str, expected: &str, found: impl std::fmt::Display) -> Self {
        Self::new(
            "ARGUMENT",
            format!("{name}: expected {expected}, found {found}"),
        )
    }
}

impl From<JobError> for napi::Error {
    fn from(error: JobError) -> Self {
        Self::from_reason(format!("{}: {}", error.code, error.message))
    }
}

impl From<FaceError> for JobError {
    fn from(error: FaceError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}

impl From<PipelineError> for JobError {
    fn from(error: PipelineError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}

impl From<ClusterError> for JobError {
    fn from(error: ClusterError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}
