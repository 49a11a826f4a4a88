//! JPEG to RGB, with one promise beyond decoding: a picture cut short is an error, never a picture
//! whose lower part is grey. The decoder is `zune-jpeg`, the one inside `image`, used directly because
//! `image` always asks it to tolerate damage.
//!
//! What counts as whole: all entropy-coded data the frame needs is there. A missing end marker alone,
//! or anything behind the picture (a second picture, a video, garbage), is no fault. What cannot be
//! seen: up to 63 missing bits when an end marker follows them, and damage that decodes to wrong but
//! lawful coefficients; JPEG has no checksums.

mod source;
mod structure;

use std::cell::Cell;

use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

use crate::colours::ink;
use crate::decode::{Raw, check_pixels};
use crate::{Limits, PhotoError, Rgb};

use source::{FETCHED_AHEAD, Source};
pub(crate) use structure::structure;
use structure::{Adobe, Structure};

/// Two fills for missing data that decode differently.
const FILLS: [u8; 2] = [0x00, 0xAA];
const CUT_SHORT: &str = "it is cut short: the lower part of the picture is missing";

/// Decodes a JPEG, into the spare memory if that suffices; the orientation is not applied yet.
pub(crate) fn decode<'a>(
    bytes: &'a [u8],
    limits: &Limits,
    spare: &mut Vec<u8>,
) -> Result<Raw<'a>, PhotoError> {
    let structure = structure(bytes)?;
    check_pixels(structure.width, structure.height, limits)?;
    if let Some(gap) = structure.gap {
        return Err(PhotoError::decode(gap));
    }
    let reduced = structure.reduced();
    let (data, missing) = run(&reduced, &structure, FILLS[0], std::mem::take(spare))?;
    // Without an end marker, even what the bit buffer fetched ahead may be missing: if another fill
    // gives another picture, it is.
    if missing > 0 && !structure.ends {
        let again = run(&reduced, &structure, FILLS[1], Vec::new());
        if !again.is_ok_and(|(other, _)| other == data) {
            return Err(PhotoError::decode(CUT_SHORT));
        }
    }
    Ok(Raw {
        pixels: Rgb {
            width: structure.width,
            height: structure.height,
            data: to_rgb(data, &structure),
        },
        exif: structure.exif.map(Into::into),
    })
}

/// Decodes once, and tells how many bytes beyond the end the decoder asked for.
fn run(
    reduced: &[u8],
    structure: &Structure<'_>,
    fill: u8,
    mut data: Vec<u8>,
) -> Result<(Vec<u8>, u32), PhotoError> {
    let missing = Cell::new(0);
    let source = Source {
        bytes: reduced,
        at: 0,
        fill,
        missing: &missing,
    };
    let options = DecoderOptions::default()
        .set_strict_mode(true)
        .set_max_width(usize::from(u16::MAX))
        .set_max_height(usize::from(u16::MAX))
        .jpeg_set_out_colorspace(wanted(structure));
    let mut decoder = JpegDecoder::new_with_options(source, options);
    let result = decoder.decode_headers().and_then(|()| {
        // Zeroed, so that no pixel of an earlier photograph can show through.
        data.clear();
        data.resize(decoder.output_buffer_size().unwrap_or_default(), 0);
        decoder.decode_into(&mut data)
    });
    if missing.get() > FETCHED_AHEAD {
        return Err(PhotoError::decode(CUT_SHORT));
    }
    match result {
        Ok(()) => Ok((data, missing.get())),
        Err(error) => Err(PhotoError::decode(format!("it is damaged ({error})"))),
    }
}

/// The colours to ask for: RGB, or the stored components where the decoder's idea of them differs.
fn wanted(structure: &Structure<'_>) -> ColorSpace {
    match (structure.components, structure.adobe) {
        // Stored RGB: "convert" YCbCr to YCbCr, that is, leave the components alone.
        (3, Adobe::Plain) => ColorSpace::YCbCr,
        (4, Adobe::Absent) => ColorSpace::CMYK,
        _ => ColorSpace::RGB,
    }
}

/// Adobe stores CMYK inverted, which the decoder expects; without Adobe's segment 0 means no ink.
fn to_rgb(mut data: Vec<u8>, structure: &Structure<'_>) -> Vec<u8> {
    if wanted(structure) != ColorSpace::CMYK {
        return data;
    }
    let pixels = data.len() / 4;
    for pixel in 0..pixels {
        let Some(&inks) = data[pixel * 4..].first_chunk::<4>() else {
            break;
        };
        data[pixel * 3..pixel * 3 + 3].copy_from_slice(&ink(inks));
    }
    data.truncate(pixels * 3);
    data
}

/// The EXIF block, without decoding; nothing for a file whose markers cannot be walked.
pub(crate) fn exif(bytes: &[u8]) -> Option<&[u8]> {
    structure(bytes).ok()?.exif
}
