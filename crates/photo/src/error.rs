//! The one error of this crate. Codes are public and stable; the texts may change. Paths are not in
//! the texts, because whoever reports the error knows the path and prints it in front.

use std::io;

use crate::Format;

/// Why a file could not be used as a photograph, or a picture could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PhotoError {
    /// The operating system refused to open or read the file.
    #[error("cannot be read: {reason}")]
    Read {
        /// The operating system's reason, in words.
        reason: String,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// The path names something other than a regular file.
    #[error("is {found}, not a regular file")]
    NotRegular {
        /// What it is: "a symbolic link", "a folder", "a named pipe", …
        found: &'static str,
    },
    /// The file has no bytes.
    #[error("is empty (0 bytes)")]
    Empty,
    /// The file has more bytes than the limit.
    #[error("has {bytes} bytes, more than the limit of {limit}")]
    FileTooLarge {
        /// Size of the file (at least).
        bytes: u64,
        /// The limit that was set.
        limit: u64,
    },
    /// The bytes are not a picture of a format that can be read.
    #[error("looks like {found}; expected a JPEG, PNG, WebP, GIF, BMP or TIFF picture")]
    Format {
        /// What the first bytes look like, with its article: "a PDF".
        found: &'static str,
    },
    /// The file is a picture of a format that is known but not decoded here; its facts can be read, and
    /// its pixels may come from another decoder.
    #[error("is {}, which cannot be decoded here", format.with_article())]
    Undecoded {
        /// The format by content.
        format: Format,
    },
    /// The picture has more pixels than the limit.
    #[error("has {width} × {height} pixels, more than the limit of {limit} pixels")]
    TooManyPixels {
        /// Width stated in the header.
        width: u32,
        /// Height stated in the header.
        height: u32,
        /// The limit that was set, in pixels.
        limit: u64,
    },
    /// The picture is damaged, cut short, or uses a variant that cannot be decoded.
    #[error("cannot be decoded: {reason}")]
    Decode {
        /// What went wrong.
        reason: String,
    },
    /// The file changed while it was being read.
    #[error("changed while it was being read ({before} bytes, then {after}); run again")]
    Changed {
        /// Bytes the file had when it was opened.
        before: u64,
        /// Bytes that could be read.
        after: u64,
    },
    /// A picture could not be written.
    #[error("cannot be written: {reason}")]
    Write {
        /// The operating system's reason, in words.
        reason: String,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
}

impl PhotoError {
    /// The stable code of this error, such as `PHOTO_DECODE`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Read { .. } => "FILE_READ",
            Self::NotRegular { .. } => "FILE_NOT_REGULAR",
            Self::Empty => "FILE_EMPTY",
            Self::FileTooLarge { .. } => "FILE_TOO_LARGE",
            Self::Format { .. } => "PHOTO_FORMAT",
            Self::Undecoded { .. } => "PHOTO_UNDECODED",
            Self::TooManyPixels { .. } => "PHOTO_TOO_LARGE",
            Self::Decode { .. } => "PHOTO_DECODE",
            Self::Changed { .. } => "FILE_CHANGED",
            Self::Write { .. } => "FILE_WRITE",
        }
    }

    pub(crate) fn read(source: io::Error) -> Self {
        Self::Read {
            reason: reason(&source),
            source,
        }
    }

    pub(crate) fn write(source: io::Error) -> Self {
        Self::Write {
            reason: reason(&source),
            source,
        }
    }

    pub(crate) fn decode(reason: impl Into<String>) -> Self {
        Self::Decode {
            reason: reason.into(),
        }
    }
}

/// The operating system's words without Rust's "(os error 13)", lower-case as our messages are.
fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => "unknown reason".to_owned(),
    }
}
