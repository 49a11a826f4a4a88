//! GIF and BMP to RGB. Both are old formats whose files hold a size, a palette perhaps, and rows; neither
//! keeps EXIF. Of an animated GIF the first picture is shown, transparency over white.

use std::io::Cursor;

use image::codecs::bmp::BmpDecoder;
use image::codecs::gif::GifDecoder;
use image::{ImageDecoder, ImageError};

use crate::colours::{explain, memory_for, through_image};
use crate::decode::{Raw, check_pixels};
use crate::{Limits, PhotoError};

fn damaged(error: &ImageError) -> PhotoError {
    PhotoError::decode(explain(error))
}

/// Decodes the first picture of a GIF.
pub(crate) fn decode_gif<'a>(bytes: &[u8], limits: &Limits) -> Result<Raw<'a>, PhotoError> {
    let mut decoder = GifDecoder::new(Cursor::new(bytes)).map_err(|error| damaged(&error))?;
    let (width, height) = decoder.dimensions();
    check_pixels(width, height, limits)?;
    // A first picture larger than the screen it is shown on would otherwise escape the check above.
    decoder
        .set_limits(memory_for(width, height, bytes.len()))
        .map_err(|error| damaged(&error))?;
    Ok(Raw {
        pixels: through_image(decoder, limits)?,
        exif: None,
    })
}

/// Decodes a BMP.
pub(crate) fn decode_bmp<'a>(bytes: &[u8], limits: &Limits) -> Result<Raw<'a>, PhotoError> {
    let decoder = BmpDecoder::new(Cursor::new(bytes)).map_err(|error| damaged(&error))?;
    Ok(Raw {
        pixels: through_image(decoder, limits)?,
        exif: None,
    })
}
