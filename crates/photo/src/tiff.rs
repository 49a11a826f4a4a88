//! TIFF to RGB: the first page, in the layouts that scanners and picture editors write. The decoder is
//! the `tiff` crate, the one inside `image`, used directly because palettes, ink and the camera makers'
//! raw files (which are TIFF files too, whose first page is only a small preview) are told by their tags.
//! Apart from the tags because those are about which files to accept, this is about pixels.
//!
//! Source: TIFF 6.0 (photometric interpretations, section 8; CMYK, 16; `YCbCr`, 21; JPEG: Technical
//! Note 2). Ink becomes RGB without a press's colour profile.

mod tags;

use std::borrow::Cow;
use std::io::{Cursor, ErrorKind};

use tiff::decoder::{BufferLayoutPreference, Decoder, DecodingResult};
use tiff::{ColorType, TiffError};

use crate::colours::{BYTES_PER_PIXEL, grey, ink, over_white, shrink};
use crate::decode::{Raw, check_pixels};
use crate::{Limits, PhotoError, Rgb};

use tags::{Tags, as_grey, check_parts, read_tags};

/// Compressed rows, tables.
const DECODER_MEMORY: usize = 16 << 20;
pub(crate) const CUT_SHORT: &str = "it is cut short";

/// Decodes the first page of a TIFF; the orientation is not applied yet.
pub(crate) fn decode<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Raw<'a>, PhotoError> {
    let mut decoder = open(bytes)?;
    let (width, height) = decoder.dimensions().map_err(explain)?;
    check_pixels(width, height, limits)?;
    if width == 0 || height == 0 {
        return Err(PhotoError::decode(
            "its header states no width or no height",
        ));
    }
    let tags = read_tags(&mut decoder)?;
    check_parts(&mut decoder, bytes, &tags)?;
    let data = if tags.palette.is_some() {
        // The decoder knows no palettes, but gives the same samples for grey.
        let indices = as_grey(bytes)
            .ok_or_else(|| PhotoError::decode("a palette in a BigTIFF is not supported"))?;
        pixels(open(&indices)?, width, height, &tags)?
    } else {
        pixels(decoder, width, height, &tags)?
    };
    if data.len() as u64 != u64::from(width) * u64::from(height) * 3 {
        return Err(PhotoError::decode(
            "it is damaged (it holds fewer pixels than it states)",
        ));
    }
    Ok(Raw {
        pixels: Rgb {
            width,
            height,
            data,
        },
        // The file is an EXIF block itself.
        exif: Some(Cow::Borrowed(bytes)),
    })
}

fn open(bytes: &[u8]) -> Result<Decoder<Cursor<&[u8]>>, PhotoError> {
    Decoder::new(Cursor::new(bytes)).map_err(explain)
}

fn pixels(
    decoder: Decoder<Cursor<&[u8]>>,
    width: u32,
    height: u32,
    tags: &Tags,
) -> Result<Vec<u8>, PhotoError> {
    let pixels = u64::from(width) * u64::from(height);
    let most = usize::try_from(pixels * BYTES_PER_PIXEL)
        .map_err(|_| PhotoError::decode("it needs more memory than this machine has"))?
        .saturating_add(DECODER_MEMORY);
    let mut memory = tiff::decoder::Limits::default();
    memory.decoding_buffer_size = most;
    memory.intermediate_buffer_size = most;
    let mut decoder = decoder.with_limits(memory);
    let colours = decoder.colortype().map_err(explain)?;
    if colours.bit_depth() > 16 {
        return Err(unsupported(colours));
    }
    let mut result = DecodingResult::U8(Vec::new());
    let layout = decoder.read_image_to_buffer(&mut result).map_err(explain)?;
    let samples = match result {
        DecodingResult::U8(samples) => samples,
        DecodingResult::U16(samples) => samples
            .iter()
            .map(|&sample| ((u32::from(sample) + 128) / 257) as u8)
            .collect(),
        _ => return Err(unsupported(colours)),
    };
    to_rgb(interleaved(samples, &layout), colours, width, &layout, tags)
}

/// Planes one behind the other as samples side by side.
fn interleaved(samples: Vec<u8>, layout: &BufferLayoutPreference) -> Vec<u8> {
    let planes = layout.planes;
    if planes < 2 {
        return samples;
    }
    let pixels = samples.len() / planes;
    let mut out = Vec::with_capacity(pixels * planes);
    for pixel in 0..pixels {
        out.extend((0..planes).map(|plane| samples[plane * pixels + pixel]));
    }
    out
}

fn to_rgb(
    data: Vec<u8>,
    colours: ColorType,
    width: u32,
    layout: &BufferLayoutPreference,
    tags: &Tags,
) -> Result<Vec<u8>, PhotoError> {
    let laid = |colour: u8, alpha: u8| {
        if tags.premultiplied {
            colour.saturating_add(255 - alpha)
        } else {
            over_white(colour, alpha)
        }
    };
    Ok(match colours {
        ColorType::Gray(bits @ (1 | 2 | 4)) => {
            let row = layout.row_stride.map_or(usize::MAX, Into::into);
            let most = (1_u16 << bits) - 1;
            let indices = unpacked(&data, row, width as usize, bits);
            match &tags.palette {
                Some(palette) => coloured(&indices, palette),
                None => grey::<1>(&indices, |&[v]| (u16::from(v) * 255 / most) as u8),
            }
        }
        ColorType::Gray(8 | 16) => match &tags.palette {
            Some(palette) => coloured(&data, palette),
            None => grey::<1>(&data, |&[grey]| grey),
        },
        ColorType::Multiband {
            bit_depth: 8 | 16,
            num_samples: 2,
        } => grey::<2>(
            &data,
            |&[grey, alpha]| {
                if tags.alpha { laid(grey, alpha) } else { grey }
            },
        ),
        ColorType::RGB(8 | 16) => data,
        ColorType::RGBA(8 | 16) => shrink::<4>(data, |&[r, g, b, alpha]| {
            [r, g, b].map(|colour| {
                if tags.alpha {
                    laid(colour, alpha)
                } else {
                    colour
                }
            })
        }),
        ColorType::CMYK(8 | 16) => shrink::<4>(data, |&inks| ink(inks)),
        ColorType::CMYKA(8 | 16) => shrink::<5>(data, |&[c, m, y, k, _]| ink([c, m, y, k])),
        ColorType::YCbCr(8) => shrink::<3>(data, |&sample| from_ycc(sample)),
        other => return Err(unsupported(other)),
    })
}

/// Samples of less than a byte, each row beginning at a byte, as a byte each.
fn unpacked(data: &[u8], row_bytes: usize, width: usize, bits: u8) -> Vec<u8> {
    let (bits, per_byte) = (usize::from(bits), usize::from(8 / bits));
    let row_bytes = row_bytes.min(width.div_ceil(per_byte)).max(1);
    let mask = (1_u8 << bits) - 1;
    let mut out = Vec::with_capacity(data.len() * per_byte);
    for row in data.chunks(row_bytes) {
        out.extend((0..width).map_while(|x| {
            let shift = 8 - bits * (x % per_byte + 1);
            Some(row.get(x / per_byte)? >> shift & mask)
        }));
    }
    out
}

fn coloured(indices: &[u8], palette: &[[u8; 3]]) -> Vec<u8> {
    let black = [0; 3];
    indices
        .iter()
        .flat_map(|&index| *palette.get(usize::from(index)).unwrap_or(&black))
        .collect()
}

/// Full-range BT.601, as JPEG has it.
fn from_ycc([luma, blue, red]: [u8; 3]) -> [u8; 3] {
    let (luma, blue, red) = (
        f32::from(luma),
        f32::from(blue) - 128.0,
        f32::from(red) - 128.0,
    );
    [
        luma + 1.402 * red,
        luma - 0.344_136 * blue - 0.714_136 * red,
        luma + 1.772 * blue,
    ]
    .map(|colour| colour.round().clamp(0.0, 255.0) as u8)
}

fn unsupported(colours: ColorType) -> PhotoError {
    PhotoError::decode(format!("a TIFF of {colours:?} samples is not supported"))
}

pub(crate) fn explain(error: TiffError) -> PhotoError {
    match error {
        TiffError::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => {
            PhotoError::decode(CUT_SHORT)
        }
        TiffError::UnsupportedError(kind) => {
            PhotoError::decode(format!("a TIFF of this kind is not supported ({kind})"))
        }
        TiffError::LimitsExceeded => {
            PhotoError::decode("it needs more memory than its size explains")
        }
        other => PhotoError::decode(format!("it is damaged ({other})")),
    }
}
