//! TIFF files assembled by hand, so that a test can state any tag.

use std::io::Cursor;

use faceweave_photo::Rgb;
use tiff::encoder::{Compression, TiffEncoder, colortype};

pub const NEW_SUBFILE_TYPE: u16 = 254;
pub const WIDTH: u16 = 256;
pub const HEIGHT: u16 = 257;
pub const BITS: u16 = 258;
pub const COMPRESSION: u16 = 259;
pub const PHOTOMETRIC: u16 = 262;
pub const STRIP_OFFSETS: u16 = 273;
pub const SAMPLES: u16 = 277;
pub const ROWS_PER_STRIP: u16 = 278;
pub const STRIP_LENGTHS: u16 = 279;
pub const PLANES: u16 = 284;
pub const COLOUR_MAP: u16 = 320;
pub const EXTRA_SAMPLES: u16 = 338;
pub const DNG_VERSION: u16 = 50706;

/// A file of one page with these tags (all of them 16-bit numbers) and strips, little- or big-endian.
pub fn tiff_of(little: bool, tags: &[(u16, Vec<u16>)], strips: &[&[u8]]) -> Vec<u8> {
    let two = |n: u16| {
        if little {
            n.to_le_bytes()
        } else {
            n.to_be_bytes()
        }
    };
    let four = |n: u32| {
        if little {
            n.to_le_bytes()
        } else {
            n.to_be_bytes()
        }
    };
    let mut out = if little {
        b"II".to_vec()
    } else {
        b"MM".to_vec()
    };
    out.extend(two(42));
    out.extend([0; 4]);
    let mut at = Vec::new();
    for strip in strips {
        at.push(out.len() as u32);
        out.extend(*strip);
    }
    let mut entries = Vec::new();
    let mut entry = |out: &mut Vec<u8>, tag: u16, kind: u16, count: usize, bytes: Vec<u8>| {
        let mut entry = [&two(tag)[..], &two(kind), &four(count as u32)].concat();
        let mut value = bytes;
        if value.len() > 4 {
            let place = out.len() as u32;
            out.extend(value);
            value = four(place).to_vec();
        }
        value.resize(4, 0);
        entry.extend(value);
        entries.push((tag, entry));
    };
    for (tag, values) in tags {
        let bytes = values.iter().flat_map(|&n| two(n)).collect();
        entry(&mut out, *tag, 3, values.len(), bytes);
    }
    let longs = |numbers: Vec<u32>| numbers.into_iter().flat_map(four).collect::<Vec<u8>>();
    let lengths = strips.iter().map(|strip| strip.len() as u32).collect();
    entry(&mut out, STRIP_OFFSETS, 4, strips.len(), longs(at));
    entry(&mut out, STRIP_LENGTHS, 4, strips.len(), longs(lengths));
    entries.sort_by_key(|(tag, _)| *tag);
    let place = out.len() as u32;
    out[4..8].copy_from_slice(&four(place));
    out.extend(two(entries.len() as u16));
    for (_, entry) in entries {
        out.extend(entry);
    }
    out.extend([0; 4]);
    out
}

/// The usual tags of one strip.
pub fn page(width: u16, height: u16, bits: &[u16], photometric: u16) -> Vec<(u16, Vec<u16>)> {
    vec![
        (WIDTH, vec![width]),
        (HEIGHT, vec![height]),
        (BITS, bits.to_vec()),
        (COMPRESSION, vec![1]),
        (PHOTOMETRIC, vec![photometric]),
        (SAMPLES, vec![bits.len() as u16]),
        (ROWS_PER_STRIP, vec![height]),
    ]
}

/// One page after the other, as the crate's encoder writes them.
pub fn encoded(pages: &[&Rgb], compression: Compression) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut out)
        .unwrap()
        .with_compression(compression);
    for page in pages {
        encoder
            .write_image::<colortype::RGB8>(page.width, page.height, &page.data)
            .unwrap();
    }
    out.into_inner()
}

/// A file of one strip whose directory stands in front of the strip.
pub fn tiff_with_strip_behind(tags: &[(u16, Vec<u16>)], strip: &[u8]) -> Vec<u8> {
    let mut out = tiff_of(true, tags, &[&[]]);
    let place = out.len() as u32;
    for (tag, value) in [(STRIP_OFFSETS, place), (STRIP_LENGTHS, strip.len() as u32)] {
        let [low, high] = tag.to_le_bytes();
        let entry = [low, high, 4, 0, 1, 0, 0, 0];
        let at = out.windows(8).position(|window| window == entry).unwrap() + 8;
        out[at..at + 4].copy_from_slice(&value.to_le_bytes());
    }
    out.extend(strip);
    out
}

/// The bytes of the only strip of a file.
pub fn strip_of(bytes: &[u8]) -> Vec<u8> {
    let mut decoder = tiff::decoder::Decoder::new(Cursor::new(bytes)).unwrap();
    let mut number = |tag| decoder.get_tag_u64_vec(tag).unwrap();
    let offsets = number(tiff::tags::Tag::StripOffsets);
    let lengths = number(tiff::tags::Tag::StripByteCounts);
    assert_eq!((offsets.len(), lengths.len()), (1, 1));
    bytes[offsets[0] as usize..(offsets[0] + lengths[0]) as usize].to_vec()
}
