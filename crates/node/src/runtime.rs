//! What this addon is, and loading ONNX Runtime.

use std::path::Path;

use napi_derive::napi;

use crate::error::JobError;
use crate::guard::guarded;

/// What this addon is.
#[napi(object)]
pub struct CoreInfo {
    /// Version of the addon; must equal the package's.
    pub version: String,
    /// Operating system and processor it was built for, such as `linux-x86_64`.
    pub target: String,
}

/// Tells version and platform; loads nothing.
#[napi(catch_unwind)]
#[must_use]
pub fn core_info() -> CoreInfo {
    CoreInfo {
        version: env!("CARGO_PKG_VERSION").into(),
        target: format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH),
    }
}

/// Loads ONNX Runtime, once for the process, from an absolute path; returns its build information.
///
/// Errors: `RUNTIME_MISSING`.
#[napi(catch_unwind)]
pub fn load_runtime(path: String) -> napi::Result<String> {
    Ok(guarded(|| {
        faceweave_face::load_runtime(Path::new(&path)).map_err(JobError::from)
    })?)
}
