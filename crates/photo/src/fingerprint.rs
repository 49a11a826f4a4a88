//! A 64-bit fingerprint of how a picture looks, so that copies can be told although their bytes differ.

use crate::{Rgb, resize_exact};

/// One bit for each pair of neighbours in nine columns and eight rows of mean luminance: is the left one darker?
/// (dHash, Krawetz 2013.)
#[must_use]
pub fn fingerprint(picture: &Rgb) -> u64 {
    let small = resize_exact(picture, 9, 8);
    let luminance = |pixel: &[u8]| {
        299 * u32::from(pixel[0]) + 587 * u32::from(pixel[1]) + 114 * u32::from(pixel[2])
    };
    let mut bits = 0;
    for row in small.data.chunks_exact(27) {
        for pair in row.windows(6).step_by(3) {
            bits = bits << 1 | u64::from(luminance(&pair[..3]) < luminance(&pair[3..]));
        }
    }
    bits
}
