//! From the bytes of a file to an upright photograph: looks at the content to choose a decoder, and
//! applies what EXIF says about the camera's orientation. It is the only door to the decoders, so the
//! promises (no panic, limits before memory) are kept in one place.

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::facts::{read_container, read_facts};
use crate::format::{recognise, resembles};
use crate::orient::upright;
use crate::{Facts, Format, Limits, PhotoError, Rgb, jpeg, plain, png, tiff, webp};

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

/// Decodes a photograph and turns it upright: JPEG, PNG, WebP, GIF, BMP or TIFF.
///
/// The format is told by the content, never by a name. Of an animation and of a file of several pages the
/// first picture is taken. Transparent pixels are laid over white; ink (CMYK) becomes RGB without a
/// press's colour profile, and other colour profiles are not applied. EXIF orientation 1–8 is applied; a
/// broken EXIF block gives no facts and no error.
///
/// # Errors
/// - `PHOTO_FORMAT`: none of these formats; says what it looks like. A raw file of a camera is not a TIFF
///   picture, although it is made like one.
/// - `PHOTO_UNDECODED`: a HEIC or AVIF picture; [`facts_of`] reads its facts.
/// - `PHOTO_TOO_LARGE`: the header states more pixels than the limit; found before memory is taken.
/// - `PHOTO_DECODE`: damaged, cut short, or a variant that is not supported. A picture cut short is
///   always an error, never half a picture; a JPEG that lacks only its end marker, or has something
///   behind it, is accepted.
///
/// # Cost
/// Three bytes a pixel, as much again to turn a picture that lies on its side, and while it is decoded
/// up to six more for a progressive JPEG, eight for 16 bits a sample or an animation's first picture.
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
    decode_into(bytes, limits, &mut Vec::new())
}

/// As [`decode`], into memory that was used before: the pixels of an earlier photograph, handed back when they are done
/// with. What it held is overwritten. Fresh memory of this size comes from the system page by page, which takes a third
/// of the time of decoding 12 megapixels (`examples/decoders.rs`). Only JPEG uses it; after an error it may be gone.
///
/// # Errors
/// As [`decode`].
pub fn decode_into(
    bytes: &[u8],
    limits: &Limits,
    spare: &mut Vec<u8>,
) -> Result<Photo, PhotoError> {
    if bytes.is_empty() {
        return Err(PhotoError::Empty);
    }
    let Some(format) = recognise(bytes) else {
        return Err(PhotoError::Format {
            found: resembles(bytes),
        });
    };
    let raw = contained(|| match format {
        Format::Jpeg => jpeg::decode(bytes, limits, spare),
        Format::Png => png::decode(bytes, limits),
        Format::WebP => webp::decode(bytes, limits),
        Format::Gif => plain::decode_gif(bytes, limits),
        Format::Bmp => plain::decode_bmp(bytes, limits),
        Format::Tiff => tiff::decode(bytes, limits),
        Format::Heic | Format::Avif => Err(PhotoError::Undecoded { format }),
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

/// What a file states about its photograph, without decoding pixels: for a picture whose pixels come from
/// another decoder. The orientation is given as stored, and nothing is turned.
///
/// # Errors
/// `FILE_EMPTY`, and `PHOTO_FORMAT` for a file of no known picture format. A file that is damaged beyond
/// what is read here is not noticed.
pub fn facts_of(bytes: &[u8]) -> Result<Facts, PhotoError> {
    if bytes.is_empty() {
        return Err(PhotoError::Empty);
    }
    let Some(format) = recognise(bytes) else {
        return Err(PhotoError::Format {
            found: resembles(bytes),
        });
    };
    let facts = contained(|| match format {
        Format::Jpeg => read_facts(format, jpeg::exif(bytes)),
        Format::Png => read_facts(format, png::exif(bytes)),
        Format::WebP => read_facts(format, webp::exif(bytes)),
        Format::Tiff => read_facts(format, Some(bytes)),
        Format::Gif | Format::Bmp => read_facts(format, None),
        Format::Heic | Format::Avif => read_container(format, bytes),
    });
    Ok(facts.unwrap_or_else(|| read_facts(format, None)))
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
