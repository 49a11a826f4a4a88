//! TIFF decoding: colours, depths, compressions, pages, and files that are raw or cut short.

#![allow(
    clippy::unwrap_used,
    reason = "a fixture that cannot be made fails its test"
)]

mod common;

use common::tiffs::{
    COLOUR_MAP, COMPRESSION, DNG_VERSION, EXTRA_SAMPLES, NEW_SUBFILE_TYPE, PLANES, encoded, page,
    strip_of, tiff_of, tiff_with_strip_behind,
};
use common::{Variant, difference, jpeg_of, scene};
use faceweave_photo::{Format, Limits, PhotoError, Rgb, decode};
use tiff::encoder::{Compression, DeflateLevel};

fn pixels(bytes: &[u8]) -> Result<Rgb, PhotoError> {
    decode(bytes, &Limits::default()).map(|photo| {
        assert_eq!(photo.facts.format, Format::Tiff);
        photo.pixels
    })
}

/// Both byte orders.
fn colours(tags: &[(u16, Vec<u16>)], strips: &[&[u8]]) -> Vec<u8> {
    let little = pixels(&tiff_of(true, tags, strips)).unwrap().data;
    assert_eq!(pixels(&tiff_of(false, tags, strips)).unwrap().data, little);
    little
}

#[test]
fn decodes_every_compression_exactly() {
    let picture = scene(61, 45);
    for (name, compression) in [
        ("none", Compression::Uncompressed),
        ("LZW", Compression::Lzw),
        ("deflate", Compression::Deflate(DeflateLevel::Fast)),
        ("PackBits", Compression::Packbits),
    ] {
        let bytes = encoded(&[&picture], compression);
        assert_eq!(pixels(&bytes).unwrap(), picture, "{name}");
    }
}

#[test]
fn shows_the_first_page() {
    let (first, second) = (scene(20, 10), Rgb::filled(30, 30, [7; 3]));
    let bytes = encoded(&[&first, &second], Compression::Lzw);
    assert_eq!(pixels(&bytes).unwrap(), first);
}

#[test]
fn decodes_grey_of_every_depth_and_white_first() {
    let grey = |values: &[u8]| values.iter().flat_map(|&v| [v; 3]).collect::<Vec<u8>>();
    let white_first = page(3, 1, &[8], 0);
    assert_eq!(
        colours(&white_first, &[&[0, 100, 255]]),
        grey(&[255, 155, 0])
    );
    assert_eq!(
        colours(&page(3, 1, &[8], 1), &[&[0, 100, 255]]),
        grey(&[0, 100, 255])
    );
    // Rows begin at a byte.
    let bilevel = [0b1010_0000, 0b0110_0000];
    assert_eq!(
        colours(&page(3, 2, &[1], 1), &[&bilevel]),
        grey(&[255, 0, 255, 0, 255, 255])
    );
    assert_eq!(
        colours(&page(3, 2, &[1], 0), &[&bilevel]),
        grey(&[0, 255, 0, 255, 0, 0])
    );
    assert_eq!(colours(&page(2, 1, &[4], 1), &[&[0xF3]]), grey(&[255, 51]));
    assert_eq!(
        colours(&page(3, 1, &[2], 1), &[&[0b1101_1000]]),
        grey(&[255, 85, 170])
    );
    let deep: Vec<u8> = [0_u16, 257 * 100, 65535]
        .iter()
        .flat_map(|n| n.to_le_bytes())
        .collect();
    let bytes = tiff_of(true, &page(3, 1, &[16], 1), &[&deep]);
    assert_eq!(pixels(&bytes).unwrap().data, grey(&[0, 100, 255]));
}

#[test]
fn decodes_palettes() {
    let mut tags = page(4, 1, &[8], 3);
    let mut map = vec![0_u16; 768];
    for (index, colour) in [[255, 0, 0], [0, 255, 0], [10, 20, 30]].iter().enumerate() {
        for (channel, &value) in colour.iter().enumerate() {
            map[channel * 256 + index] = value * 257;
        }
    }
    tags.push((COLOUR_MAP, map));
    let expected = [255, 0, 0, 10, 20, 30, 0, 255, 0, 0, 0, 0];
    assert_eq!(colours(&tags, &[&[0, 2, 1, 200]]), expected);
    let mut tags = page(3, 1, &[1], 3);
    // Eight bits a colour, as some writers have it.
    tags.push((COLOUR_MAP, vec![9, 200, 8, 100, 7, 50]));
    assert_eq!(
        colours(&tags, &[&[0b0100_0000]]),
        [9, 8, 7, 200, 100, 50, 9, 8, 7]
    );
    assert_eq!(
        pixels(&tiff_of(true, &page(3, 1, &[8], 3), &[&[0; 3]]))
            .unwrap_err()
            .code(),
        "PHOTO_DECODE"
    );
}

#[test]
fn decodes_ink() {
    let inks = [55, 215, 165, 0, 55, 215, 165, 127, 0, 0, 0, 0, 0, 0, 0, 255];
    let data = colours(&page(4, 1, &[8; 4], 5), &[&inks]);
    assert_eq!(data, [200, 40, 90, 100, 20, 45, 255, 255, 255, 0, 0, 0]);
    let deep: Vec<u8> = inks.iter().flat_map(|&n| [n, n]).collect();
    let bytes = tiff_of(true, &page(4, 1, &[16; 4], 5), &[&deep]);
    assert_eq!(pixels(&bytes).unwrap().data, data);
}

#[test]
fn decodes_sixteen_bits_and_planes() {
    let deep: Vec<u8> = [257_u16 * 7, 0, 65535]
        .iter()
        .flat_map(|n| n.to_be_bytes())
        .collect();
    let bytes = tiff_of(false, &page(1, 1, &[16; 3], 2), &[&deep]);
    assert_eq!(pixels(&bytes).unwrap().data, [7, 0, 255]);
    let mut tags = page(2, 1, &[8; 3], 2);
    tags.push((PLANES, vec![2]));
    assert_eq!(
        colours(&tags, &[&[1, 2], &[3, 4], &[5, 6]]),
        [1, 3, 5, 2, 4, 6]
    );
}

#[test]
fn lays_transparency_over_white() {
    for (kind, expected) in [
        (2, [127, 177, 227]),
        (1, [127, 227, 255]),
        (0, [0, 100, 200]),
    ] {
        let mut tags = page(1, 1, &[8; 4], 2);
        tags.push((EXTRA_SAMPLES, vec![kind]));
        assert_eq!(
            colours(&tags, &[&[0, 100, 200, 128]]),
            expected,
            "kind {kind}"
        );
    }
    let mut tags = page(2, 1, &[8; 2], 1);
    tags.push((EXTRA_SAMPLES, vec![2]));
    assert_eq!(
        colours(&tags, &[&[40, 255, 40, 0]]),
        [40, 40, 40, 255, 255, 255]
    );
}

fn jpeg_page(height: u16) -> Vec<(u16, Vec<u16>)> {
    let mut tags = page(48, height, &[8; 3], 6);
    tags.iter_mut()
        .filter(|(tag, _)| *tag == COMPRESSION)
        .for_each(|(_, v)| *v = vec![7]);
    tags
}

#[test]
fn decodes_jpeg_inside() {
    let picture = scene(48, 32);
    let jpeg = jpeg_of(&picture, Variant::default());
    let decoded = pixels(&tiff_of(true, &jpeg_page(32), &[&jpeg])).unwrap();
    assert!(difference(&decoded, &picture) < 14.0);
    let plain = decode(&jpeg, &Limits::default()).unwrap().pixels;
    assert!(difference(&decoded, &plain) < 1.0);
    // Half of the JPEG, all but its end, and one far larger than the page.
    for bad in [&jpeg[..jpeg.len() / 2], &jpeg[..jpeg.len() - 2]] {
        let error = pixels(&tiff_of(true, &jpeg_page(32), &[bad])).unwrap_err();
        assert_eq!(error.code(), "PHOTO_DECODE");
    }
    let large = jpeg_of(&scene(400, 400), Variant::default());
    let error = pixels(&tiff_of(true, &jpeg_page(32), &[&large])).unwrap_err();
    assert!(error.to_string().contains("larger"), "{error}");
}

#[test]
fn refuses_raw_files_whose_first_page_is_a_preview() {
    for (tag, value) in [(NEW_SUBFILE_TYPE, 1), (DNG_VERSION, 1)] {
        let mut tags = page(1, 1, &[8; 3], 2);
        tags.push((tag, vec![value]));
        let error = pixels(&tiff_of(true, &tags, &[&[1, 2, 3]])).unwrap_err();
        assert_eq!(error.code(), "PHOTO_FORMAT");
        assert!(error.to_string().contains("a raw picture"), "{error}");
    }
}

#[test]
fn refuses_what_it_cannot_show() {
    for tags in [
        page(1, 1, &[32; 3], 2),
        page(1, 1, &[8; 3], 8),
        page(0, 1, &[8], 1),
    ] {
        let error = pixels(&tiff_of(true, &tags, &[&[0; 12]])).unwrap_err();
        assert_eq!(error.code(), "PHOTO_DECODE");
    }
}

#[test]
fn checks_the_pixel_limit_before_decoding() {
    let bytes = tiff_of(true, &page(60_000, 60_000, &[8; 3], 2), &[&[0; 64]]);
    assert_eq!(pixels(&bytes).unwrap_err().code(), "PHOTO_TOO_LARGE");
}

#[test]
fn refuses_parts_that_overlap() {
    // Two strips of the file's whole length each.
    let mut tags = page(8, 2, &[8; 3], 2);
    tags.retain(|(tag, _)| *tag != COMPRESSION && *tag != 278);
    tags.extend([(COMPRESSION, vec![5]), (278, vec![1])]);
    let strip = [0_u8; 200];
    let mut bytes = tiff_of(true, &tags, &[&strip, &strip]);
    let second = bytes
        .windows(8)
        .position(|w| w == [8, 0, 0, 0, 208, 0, 0, 0])
        .unwrap();
    bytes[second + 4] = 8;
    let lengths = bytes
        .windows(8)
        .position(|w| w == [200, 0, 0, 0, 200, 0, 0, 0])
        .unwrap();
    let long = (bytes.len() as u32 - 8).to_le_bytes();
    bytes[lengths..lengths + 4].copy_from_slice(&long);
    bytes[lengths + 4..lengths + 8].copy_from_slice(&long);
    let error = pixels(&bytes).unwrap_err();
    assert!(error.to_string().contains("overlap"), "{error}");
}

#[test]
fn refuses_a_picture_cut_short() {
    let picture = scene(40, 30);
    for (name, compression) in [
        ("none", Compression::Uncompressed),
        ("LZW", Compression::Lzw),
        ("PackBits", Compression::Packbits),
    ] {
        let bytes = encoded(&[&picture], compression);
        for length in (9..bytes.len() - 8).step_by(31) {
            if let Ok(decoded) = pixels(&bytes[..length]) {
                assert_eq!(decoded, picture, "{name}, {length}");
            }
        }
    }
    // A strip that says it lies, partly or wholly, behind the end.
    for compression in [1, 5, 32773, 8] {
        let mut tags = page(20, 20, &[8; 3], 2);
        tags.iter_mut()
            .filter(|(tag, _)| *tag == COMPRESSION)
            .for_each(|(_, v)| *v = vec![compression]);
        let error = pixels(&tiff_of(true, &tags, &[&[1; 100]])).unwrap_err();
        assert_eq!(error.code(), "PHOTO_DECODE", "{compression}");
    }
}

#[test]
fn refuses_a_strip_cut_anywhere() {
    let picture = scene(300, 1);
    let jpeg = jpeg_of(&picture, Variant::default());
    let lzw = strip_of(&encoded(&[&picture], Compression::Lzw));
    let deflate = Compression::Deflate(DeflateLevel::Fast);
    let deflate = strip_of(&encoded(&[&picture], deflate));
    let packed = strip_of(&encoded(&[&picture], Compression::Packbits));
    for (compression, photometric, strip) in [
        (1, 2, &picture.data),
        (5, 2, &lzw),
        (7, 6, &jpeg),
        (8, 2, &deflate),
        (32773, 2, &packed),
    ] {
        let mut tags = page(300, 1, &[8; 3], photometric);
        for (tag, value) in &mut tags {
            if *tag == COMPRESSION {
                *value = vec![compression];
            }
        }
        let bytes = tiff_with_strip_behind(&tags, strip);
        assert!(pixels(&bytes).is_ok(), "compression {compression}");
        for length in bytes.len() - strip.len()..bytes.len() {
            let error = pixels(&bytes[..length]).expect_err("cut short");
            assert_eq!(
                error.code(),
                "PHOTO_DECODE",
                "compression {compression}, {length}"
            );
        }
    }
}
