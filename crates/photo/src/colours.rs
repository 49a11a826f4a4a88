//! From what the decoders hand over to three bytes a pixel: grey, 16 bits a sample, transparency, ink.
//! Apart from the decoders because the same few conversions serve every format, and because the picture
//! crate's decoders (PNG, GIF, BMP) are all driven in one way.

use image::{ColorType, ImageDecoder};

use crate::decode::check_pixels;
use crate::{Limits, PhotoError, Rgb};

/// What a decoder may take besides pixels and the file's own size: rows, palette, inflate window.
const DECODER_MEMORY: u64 = 64 << 20;
/// Most bytes a decoder holds for a pixel: four channels of two bytes.
pub(crate) const BYTES_PER_PIXEL: u64 = 8;

/// The memory a decoder may take for a picture of this size.
pub(crate) fn memory_for(width: u32, height: u32, file_bytes: usize) -> image::Limits {
    let pixels = u64::from(width) * u64::from(height);
    let mut memory = image::Limits::no_limits();
    memory.max_alloc = Some(pixels * BYTES_PER_PIXEL + file_bytes as u64 + DECODER_MEMORY);
    memory
}

/// Decodes with one of the picture crate's decoders, whose header has been read already.
pub(crate) fn through_image(
    decoder: impl ImageDecoder,
    limits: &Limits,
) -> Result<Rgb, PhotoError> {
    let (width, height) = decoder.dimensions();
    check_pixels(width, height, limits)?;
    if width == 0 || height == 0 {
        return Err(PhotoError::decode(
            "its header states no width or no height",
        ));
    }
    let colours = decoder.color_type();
    let mut data = zeros(decoder.total_bytes())?;
    decoder
        .read_image(&mut data)
        .map_err(|error| PhotoError::decode(explain(&error)))?;
    Ok(Rgb {
        width,
        height,
        data: to_rgb(data, colours)?,
    })
}

/// A buffer of zeros, or an error if this machine cannot address or give so much.
pub(crate) fn zeros(bytes: u64) -> Result<Vec<u8>, PhotoError> {
    let too_much = || PhotoError::decode("it needs more memory than this machine has");
    let length = usize::try_from(bytes).map_err(|_| too_much())?;
    // `vec![0; n]` gets zeroed pages from the system without touching them, but aborts if there are
    // none; asking first turns that into an error.
    let mut data: Vec<u8> = Vec::new();
    data.try_reserve_exact(length).map_err(|_| too_much())?;
    drop(data);
    Ok(vec![0; length])
}

/// What went wrong, in words for the photograph's owner.
pub(crate) fn explain(error: &image::ImageError) -> String {
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

pub(crate) fn grey<const N: usize>(data: &[u8], read: impl Fn(&[u8; N]) -> u8) -> Vec<u8> {
    let (samples, _) = data.as_chunks::<N>();
    let mut out = Vec::with_capacity(samples.len() * 3);
    for sample in samples {
        out.extend_from_slice(&[read(sample); 3]);
    }
    out
}

pub(crate) fn shrink<const N: usize>(
    mut data: Vec<u8>,
    read: impl Fn(&[u8; N]) -> [u8; 3],
) -> Vec<u8> {
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
pub(crate) fn high_byte(sample: [u8; 2]) -> u8 {
    ((u32::from(u16::from_ne_bytes(sample)) + 128) / 257) as u8
}

/// A colour laid over white paper.
pub(crate) fn over_white(colour: u8, alpha: u8) -> u8 {
    let (colour, alpha) = (u32::from(colour), u32::from(alpha));
    ((colour * alpha + 255 * (255 - alpha) + 127) / 255) as u8
}

/// Ink on white paper, 0 = none; the naive conversion, without a press's colour profile.
pub(crate) fn ink([cyan, magenta, yellow, black]: [u8; 4]) -> [u8; 3] {
    let paper = 255 - u32::from(black);
    [cyan, magenta, yellow].map(|ink| ((255 - u32::from(ink)) * paper / 255) as u8)
}
