//! PNG to RGB: every bit depth and colour type, transparency over white. Apart from the other
//! decoders because a PNG keeps its EXIF block in a chunk that may stand before or behind the pixels.

use std::borrow::Cow;
use std::io::Cursor;

use image::codecs::png::PngDecoder;
use image::{ColorType, ImageDecoder};

use crate::decode::{Raw, check_pixels};
use crate::{Limits, PhotoError, Rgb};

/// Length of the signature all PNG files begin with.
const SIGNATURE: usize = 8;
/// Largest EXIF chunk that is looked at; a JPEG segment holds 64 KB.
const MAX_EXIF: usize = 1 << 20;
/// What the decoder may take besides pixels and the file's own size: rows, palette, inflate window.
const DECODER_MEMORY: u64 = 64 << 20;
/// Most bytes the decoder holds for a pixel: four channels of two bytes.
const BYTES_PER_PIXEL: u64 = 8;

/// Decodes a PNG; the orientation is not applied yet.
pub(crate) fn decode<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Raw<'a>, PhotoError> {
    let (width, height) = size(bytes)?;
    check_pixels(width, height, limits)?;
    let pixels = u64::from(width) * u64::from(height);
    let mut memory = image::Limits::no_limits();
    memory.max_alloc = Some(pixels * BYTES_PER_PIXEL + bytes.len() as u64 + DECODER_MEMORY);
    let damaged = |error: image::ImageError| PhotoError::decode(explain(&error));
    let decoder = PngDecoder::with_limits(Cursor::new(bytes), memory).map_err(damaged)?;
    let colours = decoder.color_type();
    let length = usize::try_from(decoder.total_bytes())
        .map_err(|_| PhotoError::decode("it needs more memory than this machine can address"))?;
    let mut data = vec![0; length];
    decoder.read_image(&mut data).map_err(damaged)?;
    Ok(Raw {
        pixels: Rgb {
            width,
            height,
            data: to_rgb(data, colours)?,
        },
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
fn exif(bytes: &[u8]) -> Option<&[u8]> {
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

fn explain(error: &image::ImageError) -> String {
    match error {
        image::ImageError::IoError(_) => "it is cut short".to_owned(),
        image::ImageError::Limits(_) => "it needs more memory than its size explains".to_owned(),
        other => {
            let text = other.to_string();
            if text.contains("nexpected end") || text.contains("EOF") {
                "it is cut short".to_owned()
            } else {
                format!("it is damaged ({text})")
            }
        }
    }
}

/// Reduces whatever the file holds to three bytes a pixel, in place where the result is smaller.
fn to_rgb(data: Vec<u8>, colours: ColorType) -> Result<Vec<u8>, PhotoError> {
    Ok(match colours {
        ColorType::Rgb8 => data,
        ColorType::L8 => grey::<1>(&data, |&[grey]| grey),
        ColorType::La8 => grey::<2>(&data, |&[grey, alpha]| over_white(grey, alpha)),
        ColorType::L16 => grey::<2>(&data, |&sample| high_byte(sample)),
        ColorType::La16 => grey::<4>(&data, |&[g1, g0, a1, a0]| {
            over_white(high_byte([g1, g0]), high_byte([a1, a0]))
        }),
        ColorType::Rgba8 => shrink::<4>(data, |&[r, g, b, alpha]| {
            [r, g, b].map(|colour| over_white(colour, alpha))
        }),
        ColorType::Rgb16 => shrink::<6>(data, |&[r1, r0, g1, g0, b1, b0]| {
            [[r1, r0], [g1, g0], [b1, b0]].map(high_byte)
        }),
        ColorType::Rgba16 => shrink::<8>(data, |&[r1, r0, g1, g0, b1, b0, a1, a0]| {
            let alpha = high_byte([a1, a0]);
            [[r1, r0], [g1, g0], [b1, b0]].map(|colour| over_white(high_byte(colour), alpha))
        }),
        other => {
            return Err(PhotoError::decode(format!(
                "its colours ({other:?}) are not supported"
            )));
        }
    })
}

fn grey<const N: usize>(data: &[u8], read: impl Fn(&[u8; N]) -> u8) -> Vec<u8> {
    let (samples, _) = data.as_chunks::<N>();
    let mut out = Vec::with_capacity(samples.len() * 3);
    for sample in samples {
        out.extend_from_slice(&[read(sample); 3]);
    }
    out
}

fn shrink<const N: usize>(mut data: Vec<u8>, read: impl Fn(&[u8; N]) -> [u8; 3]) -> Vec<u8> {
    let pixels = data.len() / N;
    for pixel in 0..pixels {
        let Some(sample) = data[pixel * N..].first_chunk::<N>() else {
            break;
        };
        let colours = read(sample);
        data[pixel * 3..pixel * 3 + 3].copy_from_slice(&colours);
    }
    data.truncate(pixels * 3);
    data
}

/// A 16-bit sample in the machine's byte order, as eight bits, rounded.
fn high_byte(sample: [u8; 2]) -> u8 {
    ((u32::from(u16::from_ne_bytes(sample)) + 128) / 257) as u8
}

/// A colour laid over white paper.
fn over_white(colour: u8, alpha: u8) -> u8 {
    let (colour, alpha) = (u32::from(colour), u32::from(alpha));
    ((colour * alpha + 255 * (255 - alpha) + 127) / 255) as u8
}
