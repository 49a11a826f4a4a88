//! Pictures out: JPEG encoding and thumbnails. Apart from cropping because the same encoder serves
//! crops, thumbnails and mosaics, with SIMD chosen at run time.

use jpeg_encoder::{ColorType, Encoder};

use crate::resize::{fitted, resize_exact};
use crate::{Limits, PhotoError, Rgb, decode, resize_to_fit};

/// The largest side a JPEG can state.
const MAX_SIDE: u32 = u16::MAX as u32;

/// The picture as a baseline JPEG; `quality` from 1 to 100.
///
/// Below quality 90 colours are stored at half resolution. A side longer than 65,535 pixels, which
/// JPEG cannot state, is reduced to that. An empty picture, or one whose bytes do not match its size,
/// gives no bytes.
#[must_use]
pub fn encode_jpeg(src: &Rgb, quality: u8) -> Vec<u8> {
    if let Some((width, height)) = fitted(src.width, src.height, MAX_SIDE) {
        return encode_jpeg(&resize_exact(src, width, height), quality);
    }
    let (Ok(width), Ok(height)) = (u16::try_from(src.width), u16::try_from(src.height)) else {
        return Vec::new();
    };
    // A quarter of a byte a pixel is usual at quality 85; more grows once or twice.
    let mut out = Vec::with_capacity(1024 + src.data.len() / 12);
    let encoder = Encoder::new(&mut out, quality.clamp(1, 100));
    match encoder.encode(&src.data, width, height, ColorType::Rgb) {
        Ok(()) => out,
        // Writing to memory cannot fail: the picture's size and bytes disagree.
        Err(_) => Vec::new(),
    }
}

/// A JPEG of the photograph, upright, its long side at most `max_side` pixels. Smaller photographs
/// keep their size. The result has no EXIF block.
///
/// # Errors
/// Those of [`decode`](crate::decode).
pub fn thumbnail(
    bytes: &[u8],
    max_side: u32,
    quality: u8,
    limits: &Limits,
) -> Result<Vec<u8>, PhotoError> {
    let photo = decode(bytes, limits)?;
    Ok(encode_jpeg(
        &resize_to_fit(&photo.pixels, max_side),
        quality,
    ))
}
