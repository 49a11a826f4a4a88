//! Loading ONNX Runtime, once for the process, and opening sessions in it.
//!
//! The library is taken by absolute path only: a bare name would let the
//! system's search path decide which copy runs. The environment is a static
//! and therefore never dropped, on purpose: ONNX Runtime's own destructors at
//! process exit have a history of running in the wrong order.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock};

use ort::environment::Environment;
use ort::session::Session;
use ort::session::builder::GraphOptimizationLevel;

use crate::FaceError;

struct Loaded {
    environment: Environment,
    version: String,
}

static LOADED: OnceLock<Loaded> = OnceLock::new();
static LOADING: Mutex<()> = Mutex::new(());

/// Loads ONNX Runtime from an absolute path; later calls are free.
///
/// Returns the build information of the library that is in force. A second
/// call with another path keeps the first library: one process holds one.
///
/// # Errors
///
/// `RUNTIME_MISSING` when the path is relative, the file is missing or it is
/// not a usable ONNX Runtime.
pub fn load_runtime(path: &Path) -> Result<String, FaceError> {
    let missing = |reason: String| FaceError::RuntimeMissing {
        path: path.to_path_buf(),
        reason,
    };
    // A poisoned lock only means that an earlier attempt panicked; trying again is right.
    let _guard = LOADING
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(loaded) = LOADED.get() {
        return Ok(loaded.version.clone());
    }
    if !path.is_absolute() {
        return Err(missing("the path is not absolute".into()));
    }
    // Checked here because a dynamic loader's own message for a missing file is often misleading.
    if !path.is_file() {
        return Err(missing("there is no such file".into()));
    }
    forbid_telemetry();
    let environment = ort::init_from(path)
        .map_err(|error| missing(error.to_string()))?
        .with_name("faceweave")
        .with_telemetry(false)
        .build()
        .map_err(|error| missing(error.to_string()))?;
    let version = ort::info().to_owned();
    let loaded = LOADED.get_or_init(|| Loaded {
        environment,
        version,
    });
    Ok(loaded.version.clone())
}

/// Microsoft's builds from 1.29 on report home unless this variable is set before they start. The library we ship is
/// older and has no such code; this is for one that a user points to. `with_telemetry(false)` alone comes too late: it
/// needs the environment whose making is reported.
fn forbid_telemetry() {
    // SAFETY: changing the environment is unsound while another thread reads it. This happens once, under `LOADING`,
    // before ONNX Runtime has any thread, and on the JavaScript thread, which is the one that reads it in a Node process.
    unsafe { std::env::set_var("ORT_DISABLE_TELEMETRY", "1") };
}

/// Opens a model with one thread and no spinning.
///
/// Memory patterns are off: they are made for one input shape, and the
/// detector sees many.
pub(crate) fn open_session(path: &Path) -> Result<Session, FaceError> {
    let loaded = LOADED.get().ok_or_else(|| FaceError::RuntimeMissing {
        path: PathBuf::new(),
        reason: "it was not loaded before the first model was opened".into(),
    })?;
    let bytes = std::fs::read(path).map_err(|error| FaceError::ModelMissing {
        path: path.to_path_buf(),
        reason: error.to_string(),
    })?;
    let invalid = |reason: String| FaceError::ModelInvalid {
        path: path.to_path_buf(),
        reason,
    };
    let mut builder = Session::builder(&loaded.environment)
        .map_err(|error| invalid(error.to_string()))?
        .with_optimization_level(GraphOptimizationLevel::All)
        .map_err(|error| invalid(error.to_string()))?
        .with_intra_threads(1)
        .map_err(|error| invalid(error.to_string()))?
        .with_inter_threads(1)
        .map_err(|error| invalid(error.to_string()))?
        .with_intra_op_spinning(false)
        .map_err(|error| invalid(error.to_string()))?
        .with_memory_pattern(false)
        .map_err(|error| invalid(error.to_string()))?;
    builder
        .commit_from_memory(&bytes)
        .map_err(|error| invalid(error.to_string()))
}
