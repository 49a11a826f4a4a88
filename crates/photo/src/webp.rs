//! WebP to RGB: lossy, lossless, with transparency (over white), and of an animation the first picture.
//! The decoder is `image-webp`, the one inside `image`. Apart because the file's chunks are walked
//! first: a picture inside may state another size than the file does, and the decoder would take memory
//! for it before it compares the two.
//!
//! Source: RFC 9649 (container, section 2.7; VP8L header, section 3.4), RFC 6386 (VP8 header, 9.1).

use std::borrow::Cow;
use std::io::Cursor;

use image_webp::{DecodingError, WebPDecoder};

use crate::colours::{over_white, shrink, zeros};
use crate::decode::{Raw, check_pixels};
use crate::{Limits, PhotoError, Rgb};

/// `RIFF`, the length of what follows, `WEBP`.
const FILE_HEADER: usize = 12;
/// Place, size, duration and flags of an animation's picture, before its own chunks.
const FRAME_HEADER: usize = 16;
const CUT_SHORT: &str = "it is cut short";

/// Decodes a WebP; the orientation is not applied yet.
pub(crate) fn decode<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Raw<'a>, PhotoError> {
    let layout = layout(bytes)?;
    let (width, height) = layout.size;
    check_pixels(width, height, limits)?;
    let mut decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(explain)?;
    if decoder.dimensions() != layout.size {
        return Err(damaged());
    }
    let channels: u64 = if decoder.has_alpha() { 4 } else { 3 };
    let mut data = zeros(u64::from(width) * u64::from(height) * channels)?;
    decoder.read_image(&mut data).map_err(explain)?;
    if channels == 4 {
        data = shrink::<4>(data, |&[r, g, b, alpha]| {
            [r, g, b].map(|colour| over_white(colour, alpha))
        });
    }
    Ok(Raw {
        pixels: Rgb {
            width,
            height,
            data,
        },
        exif: layout.exif.map(Cow::Borrowed),
    })
}

/// The EXIF block, without decoding.
pub(crate) fn exif(bytes: &[u8]) -> Option<&[u8]> {
    let chunks = Chunks(bytes.get(FILE_HEADER..)?);
    chunks
        .filter(|(name, _)| name == b"EXIF")
        .map(|(_, content)| content)
        .next()
}

struct Layout<'a> {
    /// Width and height of the picture shown.
    size: (u32, u32),
    exif: Option<&'a [u8]>,
}

/// Walks the chunks, and refuses a file that is shorter than it says or holds a picture larger than it
/// says.
fn layout(bytes: &[u8]) -> Result<Layout<'_>, PhotoError> {
    let stated = bytes.get(4..8).and_then(|length| length.first_chunk::<4>());
    let stated = stated.map_or(0, |length| u32::from_le_bytes(*length) as usize);
    let body = bytes
        .get(FILE_HEADER..stated.saturating_add(8))
        .ok_or_else(|| PhotoError::decode(CUT_SHORT))?;
    let mut size = None;
    let mut exif = None;
    for (name, content) in Chunks(body) {
        match &name {
            b"VP8X" => size = size.or(Some(canvas(content).ok_or_else(damaged)?)),
            b"VP8 " | b"VP8L" => {
                let own = picture_size(name, content).ok_or_else(damaged)?;
                if *size.get_or_insert(own) != own {
                    return Err(damaged());
                }
            }
            b"ANMF" => {
                let (width, height) = size.ok_or_else(damaged)?;
                for (name, content) in Chunks(content.get(FRAME_HEADER..).ok_or_else(damaged)?) {
                    if matches!(&name, b"VP8 " | b"VP8L")
                        && picture_size(name, content)
                            .is_none_or(|(across, down)| across > width || down > height)
                    {
                        return Err(damaged());
                    }
                }
            }
            b"EXIF" => exif = exif.or(Some(content)),
            _ => {}
        }
    }
    match size {
        Some(size) if size.0 > 0 && size.1 > 0 => Ok(Layout { size, exif }),
        _ => Err(damaged()),
    }
}

/// The size of the whole picture, as the extended header states it.
fn canvas(header: &[u8]) -> Option<(u32, u32)> {
    let side = |at: usize| {
        let three = header.get(at..at + 3)?.first_chunk::<3>()?;
        Some(1 + u32::from_le_bytes([three[0], three[1], three[2], 0]))
    };
    Some((side(4)?, side(7)?))
}

/// The size that one coded picture states of itself.
fn picture_size(name: [u8; 4], content: &[u8]) -> Option<(u32, u32)> {
    if name == *b"VP8L" {
        let bits = content.strip_prefix(b"\x2F")?.first_chunk::<4>()?;
        let bits = u32::from_le_bytes(*bits);
        return Some((1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)));
    }
    let &[w0, w1, h0, h1] = content
        .get(3..)?
        .strip_prefix(b"\x9D\x01\x2A")?
        .first_chunk::<4>()?;
    let side = |low, high| u32::from(u16::from_le_bytes([low, high])) & 0x3FFF;
    Some((side(w0, w1), side(h0, h1)))
}

/// Name and content of one chunk after the other; ends at one that goes beyond its surroundings.
struct Chunks<'a>(&'a [u8]);

impl<'a> Iterator for Chunks<'a> {
    type Item = ([u8; 4], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (name, rest) = self.0.split_first_chunk::<4>()?;
        let (length, rest) = rest.split_first_chunk::<4>()?;
        let length = u32::from_le_bytes(*length) as usize;
        let content = rest.get(..length)?;
        // Chunks begin at even places; the last one's padding is often forgotten.
        self.0 = rest.get(length + (length & 1)..).unwrap_or(&[]);
        Some((*name, content))
    }
}

fn damaged() -> PhotoError {
    PhotoError::decode("it is damaged")
}

fn explain(error: DecodingError) -> PhotoError {
    match error {
        DecodingError::IoError(_) | DecodingError::BitStreamError => PhotoError::decode(CUT_SHORT),
        other => PhotoError::decode(format!("it is damaged ({other})")),
    }
}
