//! PNG decoding: depths, palettes, transparency, and files that lie about their size or end early.

mod common;

use std::time::{Duration, Instant};

use common::{chunks_of, png, png_of_chunks, scene};
use faceweave_photo::{Limits, PhotoError, Rgb, decode};
use image::ExtendedColorType;

fn pixels(bytes: &[u8]) -> Result<Rgb, PhotoError> {
    decode(bytes, &Limits::default()).map(|photo| photo.pixels)
}

fn header(width: u32, height: u32, depth: u8, colours: u8) -> Vec<u8> {
    let mut out = width.to_be_bytes().to_vec();
    out.extend(height.to_be_bytes());
    out.extend([depth, colours, 0, 0, 0]);
    out
}

/// Rows as a zlib stream without compression.
fn stored(rows: &[u8]) -> Vec<u8> {
    let mut out = vec![0x78, 0x01, 0x01];
    out.extend((rows.len() as u16).to_le_bytes());
    out.extend((!(rows.len() as u16)).to_le_bytes());
    out.extend(rows);
    let (mut a, mut b) = (1_u32, 0_u32);
    for &byte in rows {
        a = (a + u32::from(byte)) % 65521;
        b = (b + a) % 65521;
    }
    out.extend(((b << 16) | a).to_be_bytes());
    out
}

#[test]
fn decodes_rgb_exactly() {
    let picture = scene(37, 23);
    let bytes = png(ExtendedColorType::Rgb8, 37, 23, &picture.data);
    assert_eq!(pixels(&bytes).unwrap(), picture);
}

#[test]
fn decodes_grey_and_sixteen_bits() {
    let bytes = png(ExtendedColorType::L8, 3, 1, &[0, 100, 255]);
    assert_eq!(
        pixels(&bytes).unwrap().data,
        [0, 0, 0, 100, 100, 100, 255, 255, 255]
    );
    let samples: Vec<u8> = [0_u16, 257 * 100 + 127, 65535, 128, 129, 257 * 7]
        .iter()
        .flat_map(|sample| sample.to_ne_bytes())
        .collect();
    let bytes = png(ExtendedColorType::Rgb16, 2, 1, &samples);
    assert_eq!(pixels(&bytes).unwrap().data, [0, 100, 255, 0, 1, 7]);
    let bytes = png(ExtendedColorType::L16, 2, 1, &samples[..4]);
    assert_eq!(pixels(&bytes).unwrap().data, [0, 0, 0, 100, 100, 100]);
}

#[test]
fn lays_transparency_over_white() {
    let bytes = png(
        ExtendedColorType::Rgba8,
        3,
        1,
        &[10, 20, 30, 255, 10, 20, 30, 0, 0, 100, 200, 128],
    );
    assert_eq!(
        pixels(&bytes).unwrap().data,
        [10, 20, 30, 255, 255, 255, 127, 177, 227]
    );
    let bytes = png(ExtendedColorType::La8, 2, 1, &[40, 255, 40, 0]);
    assert_eq!(pixels(&bytes).unwrap().data, [40, 40, 40, 255, 255, 255]);
    let samples: Vec<u8> = [0_u16, 0, 65535, 65535, 0, 0, 0, 0]
        .iter()
        .flat_map(|sample| sample.to_ne_bytes())
        .collect();
    let bytes = png(ExtendedColorType::Rgba16, 2, 1, &samples);
    assert_eq!(pixels(&bytes).unwrap().data, [0, 0, 255, 255, 255, 255]);
    let bytes = png(ExtendedColorType::La16, 2, 1, &samples[4..12]);
    assert_eq!(pixels(&bytes).unwrap().data, [255, 255, 255, 255, 255, 255]);
}

#[test]
fn decodes_palettes_with_transparent_entries() {
    let bytes = png_of_chunks(&[
        (b"IHDR", header(4, 1, 2, 3)),
        (b"PLTE", vec![255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9]),
        (b"tRNS", vec![255, 255, 255, 0]),
        (b"IDAT", stored(&[0, 0b0001_1011])),
        (b"IEND", vec![]),
    ]);
    assert_eq!(
        pixels(&bytes).unwrap().data,
        [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255]
    );
}

#[test]
fn decodes_one_bit_grey() {
    let bytes = png_of_chunks(&[
        (b"IHDR", header(8, 1, 1, 0)),
        (b"IDAT", stored(&[0, 0b1010_0000])),
        (b"IEND", vec![]),
    ]);
    assert_eq!(
        pixels(&bytes).unwrap().data[..12],
        [255, 255, 255, 0, 0, 0, 255, 255, 255, 0, 0, 0]
    );
}

#[test]
fn refuses_a_huge_picture_at_once() {
    let bytes = png_of_chunks(&[
        (b"IHDR", header(30_000, 30_000, 8, 2)),
        (b"IDAT", stored(&[0; 64])),
        (b"IEND", vec![]),
    ]);
    let start = Instant::now();
    let error = pixels(&bytes).unwrap_err();
    assert_eq!(error.code(), "PHOTO_TOO_LARGE");
    assert!(error.to_string().contains("30000 × 30000"), "{error}");
    // 2.7 GB of pixels would take far longer to touch than this.
    assert!(start.elapsed() < Duration::from_millis(500));
}

#[test]
fn refuses_a_picture_cut_short() {
    let picture = scene(60, 50);
    let bytes = png(ExtendedColorType::Rgb8, 60, 50, &picture.data);
    // What may be missing without harm is the end chunk (12 bytes) and the last checksums (8 bytes).
    for length in (20..bytes.len() - 24).step_by(11) {
        let error = pixels(&bytes[..length]).expect_err("cut short");
        assert_eq!(error.code(), "PHOTO_DECODE", "{length}");
    }
    for length in bytes.len() - 24..bytes.len() {
        if let Ok(decoded) = pixels(&bytes[..length]) {
            assert_eq!(decoded, picture, "{length}");
        }
    }
}

#[test]
fn refuses_damaged_data() {
    let picture = scene(60, 50);
    let mut bytes = png(ExtendedColorType::Rgb8, 60, 50, &picture.data);
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x55;
    assert_eq!(pixels(&bytes).unwrap_err().code(), "PHOTO_DECODE");
}

#[test]
fn accepts_chunks_it_does_not_know_and_broken_extras() {
    let picture = scene(20, 10);
    let bytes = png(ExtendedColorType::Rgb8, 20, 10, &picture.data);
    let mut chunks = chunks_of(&bytes);
    chunks.insert(1, (*b"zTXt", b"Comment\0\0broken".to_vec()));
    chunks.insert(1, (*b"iCCP", b"name\0\0broken".to_vec()));
    chunks.insert(1, (*b"eXIf", b"broken".to_vec()));
    chunks.insert(1, (*b"abCd", vec![1; 100]));
    let chunks: Vec<_> = chunks.iter().map(|(name, c)| (name, c.clone())).collect();
    assert_eq!(pixels(&png_of_chunks(&chunks)).unwrap(), picture);
}

#[test]
fn refuses_a_header_without_size() {
    for (width, height) in [(0, 5), (5, 0)] {
        let bytes = png_of_chunks(&[(b"IHDR", header(width, height, 8, 2))]);
        assert_eq!(pixels(&bytes).unwrap_err().code(), "PHOTO_DECODE");
    }
    assert_eq!(
        pixels(b"\x89PNG\r\n\x1A\n").unwrap_err().code(),
        "PHOTO_DECODE"
    );
}
