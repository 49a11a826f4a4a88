//! Reading and writing files: what is refused and why, and what others may see of what is written.

mod common;

use std::path::Path;

use common::{Folder, jpeg};
use faceweave_photo::{Limits, PhotoError, content_hash, decode, read, write_private};

fn refused(path: &Path, limits: &Limits) -> PhotoError {
    read(path, limits).expect_err("refused")
}

#[test]
fn reads_a_file_whole() {
    let folder = Folder::new();
    let bytes = jpeg(20, 20);
    let path = folder.file("a.jpg", &bytes);
    assert_eq!(read(&path, &Limits::default()).unwrap(), bytes);
}

#[test]
fn refuses_an_empty_file() {
    let folder = Folder::new();
    let error = refused(&folder.file("empty.jpg", b""), &Limits::default());
    assert_eq!(error.code(), "FILE_EMPTY");
    assert_eq!(
        decode(b"", &Limits::default()).unwrap_err().code(),
        "FILE_EMPTY"
    );
}

#[test]
fn refuses_a_file_over_the_limit() {
    let folder = Folder::new();
    let path = folder.file("large.jpg", &[1; 101]);
    let limits = |max_bytes| Limits {
        max_bytes,
        ..Limits::default()
    };
    assert_eq!(refused(&path, &limits(100)).code(), "FILE_TOO_LARGE");
    assert!(read(&path, &limits(101)).is_ok());
}

#[test]
fn says_why_a_file_cannot_be_read() {
    let folder = Folder::new();
    let error = refused(&folder.path().join("none.jpg"), &Limits::default());
    assert_eq!(error.code(), "FILE_READ");
    assert_eq!(
        error.to_string(),
        "cannot be read: no such file or directory"
    );
}

#[test]
fn says_what_a_file_looks_like_that_is_no_picture() {
    for (bytes, kind) in [
        (&b"not a picture\n"[..], "a text file"),
        (b"\0\0\0\x18ftypisom", "an MP4 video"),
        (b"%PDF-1.4", "a PDF"),
    ] {
        let error = decode(bytes, &Limits::default()).unwrap_err();
        assert_eq!(error.code(), "PHOTO_FORMAT");
        let text = error.to_string();
        assert_eq!(
            text,
            format!("looks like {kind}; expected a JPEG, PNG, WebP, GIF, BMP or TIFF picture")
        );
    }
}

#[test]
fn hashes_with_blake3() {
    // BLAKE3's published test vector for no input.
    let hash = content_hash(b"");
    assert_eq!(hash[..4], [0xAF, 0x13, 0x49, 0xB9]);
    assert_ne!(content_hash(b"a"), content_hash(b"b"));
}

#[test]
fn replaces_a_file_and_leaves_nothing_else() {
    let folder = Folder::new();
    let path = folder.file("face.jpg", b"old");
    write_private(&path, b"new").unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), b"new");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn leaves_nothing_behind_when_it_cannot_write() {
    let folder = Folder::new();
    // A folder stands where the file should go.
    let path = folder.path().join("face.jpg");
    std::fs::create_dir_all(path.join("inside")).unwrap();
    let error = write_private(&path, b"new").unwrap_err();
    assert_eq!(error.code(), "FILE_WRITE");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn writes_from_many_threads_at_once() {
    let folder = Folder::new();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let root = folder.path().to_owned();
            scope.spawn(move || {
                for number in 0..50 {
                    let path = root.join(format!("a/b{}/face{thread}.jpg", number % 5));
                    write_private(&path, &[thread; 100]).unwrap();
                }
            });
        }
    });
    for number in 0..5 {
        let inside = folder.path().join(format!("a/b{number}"));
        assert_eq!(std::fs::read_dir(inside).unwrap().count(), 4);
    }
}

#[cfg(unix)]
mod unix {
    use std::ffi::OsStr;
    use std::fs;
    use std::io::Write;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::time::{Duration, Instant};

    use super::{Folder, Limits, jpeg, read, refused, write_private};

    fn mode(path: &std::path::Path) -> u32 {
        fs::metadata(path).expect("written").permissions().mode() & 0o777
    }

    #[test]
    fn refuses_what_is_no_regular_file() {
        let folder = Folder::new();
        let target = folder.file("target.jpg", &jpeg(8, 8));
        let link = folder.path().join("link.jpg");
        symlink(&target, &link).unwrap();
        let dangling = folder.path().join("dangling.jpg");
        symlink("nowhere", &dangling).unwrap();
        let socket = folder.path().join("socket.jpg");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        for (path, kind) in [
            (link.as_path(), "a symbolic link"),
            (&dangling, "a symbolic link"),
            (&socket, "a socket"),
            (folder.path(), "a folder"),
            (std::path::Path::new("/dev/null"), "a device"),
        ] {
            let error = refused(path, &Limits::default());
            assert_eq!(error.code(), "FILE_NOT_REGULAR", "{kind}");
            assert_eq!(error.to_string(), format!("is {kind}, not a regular file"));
        }
    }

    #[test]
    fn does_not_wait_for_a_named_pipe() {
        let folder = Folder::new();
        let pipe = folder.path().join("pipe.jpg");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        let start = Instant::now();
        let error = refused(&pipe, &Limits::default());
        assert_eq!(error.to_string(), "is a named pipe, not a regular file");
        assert!(start.elapsed() < Duration::from_secs(1));
    }

    #[test]
    fn reads_names_that_are_not_utf8() {
        let folder = Folder::new();
        let path = folder.path().join(OsStr::from_bytes(b"caf\xE9.jpg"));
        fs::write(&path, b"bytes").unwrap();
        assert_eq!(read(&path, &Limits::default()).unwrap(), b"bytes");
        let written = folder.path().join(OsStr::from_bytes(b"face1_caf\xE9.jpg"));
        write_private(&written, b"face").unwrap();
        assert_eq!(fs::read(&written).unwrap(), b"face");
    }

    #[test]
    fn says_that_permission_is_denied() {
        let folder = Folder::new();
        let path = folder.file("closed.jpg", b"bytes");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
        match read(&path, &Limits::default()) {
            Err(error) => {
                assert_eq!(error.code(), "FILE_READ");
                assert_eq!(error.to_string(), "cannot be read: permission denied");
            }
            // The superuser may read everything.
            Ok(bytes) => assert_eq!(bytes, b"bytes"),
        }
    }

    #[test]
    fn writes_files_and_folders_for_their_owner_alone() {
        let folder = Folder::new();
        let path = folder.path().join("Faces/1997/face1_a.jpg");
        write_private(&path, b"face").unwrap();
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(&folder.path().join("Faces")), 0o700);
        assert_eq!(mode(&folder.path().join("Faces/1997")), 0o700);
    }

    #[test]
    fn makes_an_open_file_private_when_it_replaces_it() {
        let folder = Folder::new();
        let path = folder.file("face.jpg", b"old");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        write_private(&path, b"new").unwrap();
        assert_eq!(mode(&path), 0o600);
    }

    #[test]
    fn notices_a_file_that_changes_while_it_is_read() {
        let folder = Folder::new();
        let path = folder.file("growing.jpg", &vec![1; 8 << 20]);
        let stop = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
                while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                    file.write_all(b"more").unwrap();
                }
            });
            // The writer appends all the time; some read must meet it.
            let deadline = Instant::now() + Duration::from_secs(20);
            let code = loop {
                match read(&path, &Limits::default()) {
                    Err(error) => break error.code(),
                    Ok(_) if Instant::now() > deadline => break "never",
                    Ok(_) => {}
                }
            };
            stop.store(true, std::sync::atomic::Ordering::Relaxed);
            assert_eq!(code, "FILE_CHANGED");
        });
    }
}
