//! Paths cross as bytes: a file name on Unix need not be UTF-8, and must survive both ways.

use std::ffi::OsString;
use std::path::PathBuf;

/// The operating system's name made of these bytes.
#[cfg(unix)]
pub(crate) fn os_string(bytes: &[u8]) -> OsString {
    use std::os::unix::ffi::OsStringExt;
    OsString::from_vec(bytes.to_vec())
}

/// Elsewhere names are Unicode; Node hands them over as UTF-8.
#[cfg(not(unix))]
pub(crate) fn os_string(bytes: &[u8]) -> OsString {
    OsString::from(String::from_utf8_lossy(bytes).into_owned())
}

/// The path made of these bytes.
pub(crate) fn path(bytes: &[u8]) -> PathBuf {
    PathBuf::from(os_string(bytes))
}
