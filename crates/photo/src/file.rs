//! Files in: limits, guarded reading, and the hash that names a photograph. An archive's folder may
//! hold anything under a picture's name, among them things that never end (a device) or never answer
//! (a pipe); only a regular file is ever opened for reading.

use std::fs::{self, File, FileType, Metadata, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

use crate::PhotoError;

/// How much one file may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most pixels a picture may have; default 268 435 456 (2²⁸, 805 MB of RGB).
    pub max_pixels: u64,
    /// Most bytes a file may have; default 1 073 741 824 (1 GiB).
    pub max_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_pixels: 1 << 28,
            max_bytes: 1 << 30,
        }
    }
}

/// Reads a regular file whole. The path is taken as it is, whatever its bytes.
///
/// Symbolic links are not followed: the caller decides what a link in an archive means.
///
/// # Errors
/// - `FILE_NOT_REGULAR`: a link, folder, pipe, device or socket; says which. Never blocks on one.
/// - `FILE_EMPTY`, `FILE_TOO_LARGE`: nothing was read.
/// - `FILE_READ`: the operating system refused; says why.
/// - `FILE_CHANGED`: the file's size or time changed while it was being read.
///
/// # Cost
/// The file's size in memory, checked against the limit before it is taken.
pub fn read(path: &Path, limits: &Limits) -> Result<Vec<u8>, PhotoError> {
    check(
        &fs::symlink_metadata(path).map_err(PhotoError::read)?,
        limits,
    )?;
    let mut file = open(path)?;
    // What was opened may be another thing than what was looked at a moment ago.
    let before = file.metadata().map_err(PhotoError::read)?;
    check(&before, limits)?;
    let expected = usize::try_from(before.len()).map_err(|_| PhotoError::FileTooLarge {
        bytes: before.len(),
        limit: usize::MAX as u64,
    })?;
    let mut bytes = Vec::new();
    bytes
        .try_reserve_exact(expected)
        .map_err(|_| PhotoError::read(io::ErrorKind::OutOfMemory.into()))?;
    // One byte more than expected is enough to see that the file has grown.
    (&mut file)
        .take(before.len() + 1)
        .read_to_end(&mut bytes)
        .map_err(PhotoError::read)?;
    let after = file.metadata().map_err(PhotoError::read)?;
    let same_time = before.modified().ok() == after.modified().ok();
    if bytes.len() != expected || after.len() != before.len() || !same_time {
        return Err(PhotoError::Changed {
            before: before.len(),
            after: after.len(),
        });
    }
    Ok(bytes)
}

/// The BLAKE3 hash of a file's bytes; its first 16 bytes name the photograph.
#[must_use]
pub fn content_hash(bytes: &[u8]) -> [u8; 32] {
    *blake3::hash(bytes).as_bytes()
}

fn check(metadata: &Metadata, limits: &Limits) -> Result<(), PhotoError> {
    if !metadata.is_file() {
        return Err(PhotoError::NotRegular {
            found: kind(metadata.file_type()),
        });
    }
    match metadata.len() {
        0 => Err(PhotoError::Empty),
        bytes if bytes > limits.max_bytes => Err(PhotoError::FileTooLarge {
            bytes,
            limit: limits.max_bytes,
        }),
        _ => Ok(()),
    }
}

#[cfg(unix)]
fn open(path: &Path) -> Result<File, PhotoError> {
    use std::os::unix::fs::OpenOptionsExt;

    // If the file was replaced since it was looked at: do not follow a link, do not wait for a pipe.
    let opened = OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK)
        .open(path);
    opened.map_err(|error| match error.raw_os_error() {
        Some(libc::ELOOP) => PhotoError::NotRegular {
            found: "a symbolic link",
        },
        _ => PhotoError::read(error),
    })
}

#[cfg(not(unix))]
fn open(path: &Path) -> Result<File, PhotoError> {
    OpenOptions::new()
        .read(true)
        .open(path)
        .map_err(PhotoError::read)
}

fn kind(file_type: FileType) -> &'static str {
    if file_type.is_symlink() {
        return "a symbolic link";
    }
    if file_type.is_dir() {
        return "a folder";
    }
    special(file_type)
}

#[cfg(unix)]
fn special(file_type: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;

    if file_type.is_fifo() {
        "a named pipe"
    } else if file_type.is_socket() {
        "a socket"
    } else if file_type.is_block_device() || file_type.is_char_device() {
        "a device"
    } else {
        "a special file"
    }
}

#[cfg(not(unix))]
fn special(_: FileType) -> &'static str {
    "a special file"
}
