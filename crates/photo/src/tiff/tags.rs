//! What a TIFF's tags say before its pixels are decoded: whether it is a picture or a camera's raw file,
//! its palette, and whether all its parts are in the file. Apart from the pixels because nothing here may
//! trust a number: a part may lie anywhere, and a thousand parts may be one.

use std::io::Cursor;

use tiff::decoder::Decoder;
use tiff::tags::Tag;

use crate::PhotoError;
use crate::jpeg::structure;

use super::{CUT_SHORT, explain};

/// TIFF 6.0, tag 262.
const PHOTOMETRIC: u16 = 262;
const PALETTE: u32 = 3;
/// Filters of sensors (TIFF/EP) and linear raw (DNG).
const RAW_PHOTOMETRICS: [u32; 2] = [32803, 34892];
/// Only DNG raw files have it.
const DNG_VERSION: Tag = Tag::Unknown(0xC612);
const UNCOMPRESSED: u32 = 1;
const JPEG: u32 = 7;
/// JPEG pictures may be coded a few rows and columns larger than the part they fill.
const JPEG_PADDING: u32 = 64;

/// What is needed of the tags besides what the decoder knows.
pub(crate) struct Tags {
    pub compression: u32,
    pub palette: Option<Vec<[u8; 3]>>,
    /// The sample behind the colours is transparency …
    pub alpha: bool,
    /// … and the colours have been multiplied with it.
    pub premultiplied: bool,
}

type Open<'a> = Decoder<Cursor<&'a [u8]>>;

/// Reads the tags of the first page; a raw file is refused as not a picture.
pub(crate) fn read_tags(decoder: &mut Open<'_>) -> Result<Tags, PhotoError> {
    let mut number = |tag| decoder.find_tag_unsigned::<u32>(tag).map_err(explain);
    let photometric = number(Tag::PhotometricInterpretation)?.unwrap_or(u32::MAX);
    // Bit 0: a reduced version of another picture in the file. Raw files begin with their preview.
    let reduced = number(Tag::NewSubfileType)?.unwrap_or(0) & 1 == 1;
    let compression = number(Tag::Compression)?.unwrap_or(UNCOMPRESSED);
    let dng = decoder.find_tag(DNG_VERSION).map_err(explain)?.is_some();
    if dng || reduced || RAW_PHOTOMETRICS.contains(&photometric) {
        return Err(PhotoError::Format {
            found: "a raw picture",
        });
    }
    let extra = decoder
        .find_tag_unsigned_vec::<u16>(Tag::ExtraSamples)
        .map_err(explain)?
        .unwrap_or_default();
    let palette = if photometric == PALETTE {
        Some(read_palette(decoder)?)
    } else {
        None
    };
    Ok(Tags {
        compression,
        palette,
        alpha: matches!(extra.first(), Some(1 | 2)),
        premultiplied: extra.first() == Some(&1),
    })
}

fn read_palette(decoder: &mut Open<'_>) -> Result<Vec<[u8; 3]>, PhotoError> {
    let map = decoder
        .find_tag_unsigned_vec::<u16>(Tag::ColorMap)
        .map_err(explain)?
        .unwrap_or_default();
    let colours = map.len() / 3;
    if colours == 0 {
        return Err(PhotoError::decode("its palette is missing"));
    }
    // The standard has 16 bits a colour; some writers give 8.
    let wide = map.iter().any(|&value| value > 255);
    let byte = |value: u16| {
        if wide {
            (value >> 8) as u8
        } else {
            value as u8
        }
    };
    Ok((0..colours)
        .map(|at| [map[at], map[colours + at], map[2 * colours + at]].map(byte))
        .collect())
}

/// Whether the compressed parts are in the file, and what a JPEG part promises is what the tags say.
/// Uncompressed parts need no check: the decoder reads every byte of them, or fails.
pub(crate) fn check_parts(
    decoder: &mut Open<'_>,
    bytes: &[u8],
    tags: &Tags,
) -> Result<(), PhotoError> {
    if tags.compression == UNCOMPRESSED {
        return Ok(());
    }
    let mut list = |striped, tiled| -> Result<Vec<u64>, PhotoError> {
        let striped = decoder.find_tag_unsigned_vec(striped).map_err(explain)?;
        let tiled = decoder.find_tag_unsigned_vec(tiled).map_err(explain)?;
        Ok(striped.or(tiled).unwrap_or_default())
    };
    let offsets = list(Tag::StripOffsets, Tag::TileOffsets)?;
    let lengths = list(Tag::StripByteCounts, Tag::TileByteCounts)?;
    let (across, down) = decoder.chunk_dimensions();
    let mut total = 0_u64;
    for (&offset, &length) in offsets.iter().zip(&lengths) {
        // Parts that overlap would make much work of a small file.
        total = total.saturating_add(length);
        let part = usize::try_from(offset)
            .ok()
            .zip(usize::try_from(length).ok())
            .and_then(|(at, length)| bytes.get(at..at.checked_add(length)?))
            .ok_or_else(|| PhotoError::decode(CUT_SHORT))?;
        if total > bytes.len() as u64 {
            return Err(PhotoError::decode("it is damaged (its parts overlap)"));
        }
        if tags.compression == JPEG {
            let inner = structure(part)?;
            if inner.gap.is_some() || !inner.ends {
                return Err(PhotoError::decode(CUT_SHORT));
            }
            if inner.width > across.saturating_add(JPEG_PADDING)
                || inner.height > down.saturating_add(JPEG_PADDING)
            {
                return Err(PhotoError::decode(
                    "it is damaged (a part is larger than it states)",
                ));
            }
        }
    }
    Ok(())
}

/// The file with its palette's indices declared to be shades of grey; `None` for a `BigTIFF`.
pub(crate) fn as_grey(bytes: &[u8]) -> Option<Vec<u8>> {
    let little = bytes.starts_with(b"II*\0");
    if !little && !bytes.starts_with(b"MM\0*") {
        return None;
    }
    let short = |at: usize| {
        let two = *bytes.get(at..)?.first_chunk::<2>()?;
        Some(if little {
            u16::from_le_bytes(two)
        } else {
            u16::from_be_bytes(two)
        })
    };
    let start = *bytes.get(4..)?.first_chunk::<4>()?;
    let start = if little {
        u32::from_le_bytes(start)
    } else {
        u32::from_be_bytes(start)
    };
    let entries = start as usize + 2;
    let entry = (0..usize::from(short(start as usize)?))
        .map(|number| entries + number * 12)
        .find(|&at| short(at) == Some(PHOTOMETRIC))?;
    let mut copy = bytes.to_vec();
    // Black is zero. The value stands in the entry's last four bytes, the first two of which count.
    let grey: [u8; 2] = if little { [1, 0] } else { [0, 1] };
    copy.get_mut(entry + 8..entry + 10)?.copy_from_slice(&grey);
    Some(copy)
}
