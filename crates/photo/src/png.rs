//! PNG to RGB: every bit depth and colour type, transparency over white. Apart from the other
//! decoders because a PNG keeps its EXIF block in a chunk that may stand before or behind the pixels.

use std::borrow::Cow;
use std::io::Cursor;

use image::codecs::png::PngDecoder;

use crate::colours::{explain, memory_for, through_image};
use crate::decode::{Raw, check_pixels};
use crate::{Limits, PhotoError};

/// Length of the signature all PNG files begin with.
const SIGNATURE: usize = 8;
/// Largest EXIF chunk that is looked at; a JPEG segment holds 64 KB.
const MAX_EXIF: usize = 1 << 20;

/// Decodes a PNG; the orientation is not applied yet.
pub(crate) fn decode<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Raw<'a>, PhotoError> {
    let (width, height) = size(bytes)?;
    check_pixels(width, height, limits)?;
    let memory = memory_for(width, height, bytes.len());
    let decoder = PngDecoder::with_limits(Cursor::new(bytes), memory)
        .map_err(|error| PhotoError::decode(explain(&error)))?;
    Ok(Raw {
        pixels: through_image(decoder, limits)?,
        exif: exif(bytes).map(Cow::Borrowed),
    })
}

/// Width and height as the header chunk states them.
fn size(bytes: &[u8]) -> Result<(u32, u32), PhotoError> {
    let header = match chunk(bytes, SIGNATURE) {
        Some((b"IHDR", content)) => content.first_chunk::<8>(),
        _ => None,
    };
    let Some(&[w3, w2, w1, w0, h3, h2, h1, h0]) = header else {
        return Err(PhotoError::decode("its header is missing"));
    };
    let width = u32::from_be_bytes([w3, w2, w1, w0]);
    let height = u32::from_be_bytes([h3, h2, h1, h0]);
    if width == 0 || height == 0 {
        return Err(PhotoError::decode(
            "its header states no width or no height",
        ));
    }
    Ok((width, height))
}

/// The name and content of the chunk at `at`; `None` if it goes beyond the file.
fn chunk(bytes: &[u8], at: usize) -> Option<(&[u8; 4], &[u8])> {
    let (length, rest) = bytes.get(at..)?.split_first_chunk::<4>()?;
    let (name, rest) = rest.split_first_chunk::<4>()?;
    let content = rest.get(..usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
    Some((name, content))
}

/// The EXIF chunk, wherever it stands.
pub(crate) fn exif(bytes: &[u8]) -> Option<&[u8]> {
    let mut at = SIGNATURE;
    while let Some((name, content)) = chunk(bytes, at) {
        match name {
            b"eXIf" => return (content.len() <= MAX_EXIF).then_some(content),
            b"IEND" => return None,
            // Length, name and checksum are four bytes each.
            _ => at += content.len() + 12,
        }
    }
    None
}
