//! Writes files that only their owner can read, each whole or not at all. Faces are biometric data,
//! and a run may be killed at any moment; both concern every picture this project writes.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::PhotoError;

/// Numbers this process's unfinished files, so that threads never meet.
static UNFINISHED: AtomicU64 = AtomicU64::new(0);

/// Writes a file with mode 0600, replacing one of that name, and makes missing folders with mode 0700.
///
/// The bytes go to an unfinished file in the same folder first, which is then renamed: a reader never
/// sees half a file. They are not forced to the disk; after a power cut the file may have to be made
/// again. Folders that exist keep their mode, and cost nothing: they are looked for only when the
/// file cannot be made.
///
/// # Errors
/// `FILE_WRITE`: the operating system refused; says why. No unfinished file is left behind.
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<(), PhotoError> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let (mut file, unfinished) = create_unfinished(folder).map_err(PhotoError::write)?;
    let written = file
        .write_all(bytes)
        .and_then(|()| fs::rename(&unfinished, path));
    drop(file);
    written.map_err(|error| {
        // Best effort: what matters to the caller is the first error.
        let _ = fs::remove_file(&unfinished);
        PhotoError::write(error)
    })
}

fn create_unfinished(folder: &Path) -> io::Result<(File, PathBuf)> {
    let mut folder_made = false;
    loop {
        let number = UNFINISHED.fetch_add(1, Ordering::Relaxed);
        let path = folder.join(format!(".unfinished-{:x}-{number:x}", process::id()));
        match private_options().open(&path) {
            Ok(file) => return Ok((file, path)),
            // Left by a process of that number that was killed; take the next.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound && !folder_made => {
                make_folders(folder)?;
                folder_made = true;
            }
            Err(error) => return Err(error),
        }
    }
}

fn private_options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn make_folders(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
