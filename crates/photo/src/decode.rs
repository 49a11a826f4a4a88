//! From the bytes of a file to an upright photograph: looks at the content to choose a decoder, and
//! applies what EXIF says about the camera's orientation. It is the only door to the decoders, so the
//! promises (no panic, limits before memory) are kept in one place.

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::facts::read_facts;
use crate::format::{recognise, resembles};
use crate::orient::upright;
use crate::{Facts, Format, Limits, PhotoError, Rgb, jpeg, png};

/// A decoded photograph.
#[derive(Debug, Clone, PartialEq)]
pub struct Photo {
    /// Upright pixels.
    pub pixels: Rgb,
    /// What the file states.
    pub facts: Facts,
}

/// What a decoder hands over: pixels as stored, and the EXIF block if there is one.
pub(crate) struct Raw<'a> {
    pub pixels: Rgb,
    pub exif: Option<Cow<'a, [u8]>>,
}

/// Decodes a photograph and turns it upright.
///
/// The format is told by the content, never by a name. Transparent PNG pixels are laid over white.
/// EXIF orientation 1–8 is applied; a broken EXIF block gives no facts and no error.
///
/// # Errors
/// - `PHOTO_FORMAT`: not a JPEG or PNG; says what it looks like.
/// - `PHOTO_TOO_LARGE`: the header states more pixels than the limit; found before memory is taken.
/// - `PHOTO_DECODE`: damaged, cut short, or a variant that is not supported. A picture cut short is
///   always an error, never half a picture; a JPEG that lacks only its end marker, or has something
///   behind it, is accepted.
///
/// # Cost
/// Three bytes a pixel, as much again to turn a picture that lies on its side, and up to six more
/// while a progressive JPEG or a 16-bit PNG is decoded.
///
/// ```
/// use faceweave_photo::{Limits, Rgb, decode, encode_jpeg};
///
/// let bytes = encode_jpeg(&Rgb::filled(8, 6, [200, 10, 10]), 90);
/// let photo = decode(&bytes, &Limits::default())?;
/// assert_eq!((photo.pixels.width, photo.pixels.height), (8, 6));
/// assert_eq!(photo.facts.orientation, 1);
/// # Ok::<(), faceweave_photo::PhotoError>(())
/// ```
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Photo, PhotoError> {
    if bytes.is_empty() {
        return Err(PhotoError::Empty);
    }
    let Some(format) = recognise(bytes) else {
        return Err(PhotoError::Format {
            found: resembles(bytes),
        });
    };
    let raw = contained(|| match format {
        Format::Heic => Err(PhotoError::Undecoded { format: "heic" }),
        Format::Jpeg => jpeg::decode(bytes, limits),
        Format::Png => png::decode(bytes, limits),
    })
    .unwrap_or_else(|| {
        Err(PhotoError::decode(
            "it is damaged in a way that confuses the decoder",
        ))
    })?;
    let exif = raw.exif;
    let facts = contained(|| read_facts(format, exif.as_deref()))
        .unwrap_or_else(|| read_facts(format, None));
    Ok(Photo {
        pixels: upright(raw.pixels, facts.orientation),
        facts,
    })
}

/// The facts alone, for a picture whose pixels come from elsewhere.
///
/// # Errors
/// `PHOTO_FORMAT`: not a picture of a known format.
pub fn facts_of(bytes: &[u8]) -> Result<Facts, PhotoError> {
    match recognise(bytes) {
        Some(format) => Ok(read_facts(format, None)),
        None => Err(PhotoError::Format {
            found: resembles(bytes),
        }),
    }
}

/// Checks the size a header states, before memory in proportion to it is taken.
pub(crate) fn check_pixels(width: u32, height: u32, limits: &Limits) -> Result<(), PhotoError> {
    if u64::from(width) * u64::from(height) > limits.max_pixels {
        return Err(PhotoError::TooManyPixels {
            width,
            height,
            limit: limits.max_pixels,
        });
    }
    Ok(())
}

/// Runs a decoder written by others; a panic in it costs this photograph, not the run.
fn contained<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}
