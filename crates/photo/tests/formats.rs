//! WebP, GIF and BMP, and the formats that are known but not decoded.

#![allow(
    clippy::unwrap_used,
    reason = "a fixture that cannot be made fails its test"
)]

mod common;

use common::webps::{LOSSY, LOSSY_WITH_ALPHA};
use common::{difference, scene};
use faceweave_photo::{Format, Limits, PhotoError, Rgb, decode, facts_of};
use image::codecs::{bmp::BmpEncoder, gif::GifEncoder};
use image::{ExtendedColorType, ImageEncoder};
use image_webp::{ColorType, WebPEncoder};

fn pixels(bytes: &[u8]) -> Result<Rgb, PhotoError> {
    decode(bytes, &Limits::default()).map(|photo| photo.pixels)
}

fn webp(picture: &Rgb) -> Vec<u8> {
    let mut out = Vec::new();
    WebPEncoder::new(&mut out)
        .encode(
            &picture.data,
            picture.width,
            picture.height,
            ColorType::Rgb8,
        )
        .unwrap();
    out
}

fn bmp(picture: &Rgb) -> Vec<u8> {
    let mut out = Vec::new();
    BmpEncoder::new(&mut out)
        .encode(
            &picture.data,
            picture.width,
            picture.height,
            ExtendedColorType::Rgb8,
        )
        .unwrap();
    out
}

fn gif(pictures: &[Rgb]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = GifEncoder::new(&mut out);
    for picture in pictures {
        encoder
            .encode(
                &picture.data,
                picture.width,
                picture.height,
                ExtendedColorType::Rgb8,
            )
            .unwrap();
    }
    drop(encoder);
    out
}

/// Few colours, which a palette holds exactly.
fn blocks(width: u32, height: u32) -> Rgb {
    let data = (0..height)
        .flat_map(|y| (0..width).flat_map(move |x| [(x / 8 * 40) as u8, (y / 8 * 40) as u8, 77]))
        .collect();
    Rgb::from_data(width, height, data).unwrap()
}

fn chunk(name: [u8; 4], content: &[u8]) -> Vec<u8> {
    let mut out = name.to_vec();
    out.extend((content.len() as u32).to_le_bytes());
    out.extend(content);
    out.extend(vec![0; content.len() & 1]);
    out
}

fn riff(chunks: &[Vec<u8>]) -> Vec<u8> {
    let body = [b"WEBP".to_vec(), chunks.concat()].concat();
    chunk(*b"RIFF", &body)
}

fn three(number: u32) -> [u8; 3] {
    let [a, b, c, _] = number.to_le_bytes();
    [a, b, c]
}

fn extended(flags: u8, width: u32, height: u32) -> Vec<u8> {
    let content = [&[flags, 0, 0, 0][..], &three(width - 1), &three(height - 1)].concat();
    chunk(*b"VP8X", &content)
}

/// An animation whose first picture covers a part of the canvas.
fn animation(canvas: (u32, u32), picture: &Rgb, left: u32) -> Vec<u8> {
    let still = webp(picture);
    let mut frame = [
        three(left / 2),
        three(0),
        three(picture.width - 1),
        three(picture.height - 1),
    ]
    .concat();
    frame.extend(three(100));
    frame.push(0);
    frame.extend(&still[12..]);
    riff(&[
        extended(0b10, canvas.0, canvas.1),
        chunk(*b"ANIM", &[0; 6]),
        chunk(*b"ANMF", &frame),
        chunk(*b"ANMF", &frame),
    ])
}

#[test]
fn decodes_lossless_webp_exactly() {
    let picture = scene(37, 23);
    assert_eq!(pixels(&webp(&picture)).unwrap(), picture);
    let mut clear = Vec::new();
    WebPEncoder::new(&mut clear)
        .encode(&[10, 20, 30, 255, 10, 20, 30, 0], 2, 1, ColorType::Rgba8)
        .unwrap();
    assert_eq!(pixels(&clear).unwrap().data, [10, 20, 30, 255, 255, 255]);
}

#[test]
fn decodes_lossy_webp() {
    let decoded = pixels(&LOSSY).unwrap();
    assert_eq!((decoded.width, decoded.height), (32, 24));
    let [r, g, b] = decoded.pixel(3, 3).unwrap();
    assert!(
        r.abs_diff(188) < 25 && g.abs_diff(40) < 25 && b.abs_diff(90) < 25,
        "{r} {g} {b}"
    );
    let clear = pixels(&LOSSY_WITH_ALPHA).unwrap();
    assert_eq!(clear.pixel(3, 3), Some([255; 3]));
    assert_ne!(clear.pixel(28, 3), Some([255; 3]));
}

#[test]
fn shows_the_first_picture_of_an_animation() {
    let picture = blocks(16, 16);
    // The decoder lays even opaque pictures over a canvas, and loses half a level.
    let decoded = pixels(&animation((16, 16), &picture, 0)).unwrap();
    assert!(difference(&decoded, &picture) <= 1.0);
    let part = pixels(&animation((32, 16), &picture, 16)).unwrap();
    assert_eq!((part.width, part.height), (32, 16));
    let [red, green, blue] = part.pixel(16 + 9, 9).unwrap();
    assert!(red.abs_diff(40) < 2 && green.abs_diff(40) < 2 && blue.abs_diff(77) < 2);
    let gif = pixels(&gif(&[picture.clone(), Rgb::filled(16, 16, [9; 3])])).unwrap();
    assert_eq!(gif, picture);
}

#[test]
fn decodes_gif_and_bmp_exactly() {
    let picture = blocks(45, 31);
    assert_eq!(
        pixels(&gif(std::slice::from_ref(&picture))).unwrap(),
        picture
    );
    let picture = scene(37, 23);
    let bytes = bmp(&picture);
    assert_eq!(pixels(&bytes).unwrap(), picture);
    let facts = facts_of(&bytes).unwrap();
    assert_eq!(
        (facts.format, facts.orientation, facts.make),
        (Format::Bmp, 1, None)
    );
    let mut grey = Vec::new();
    BmpEncoder::new(&mut grey)
        .write_image(&[0, 99, 255], 3, 1, ExtendedColorType::L8)
        .unwrap();
    assert_eq!(
        pixels(&grey).unwrap().data,
        [0, 0, 0, 99, 99, 99, 255, 255, 255]
    );
}

#[test]
fn lays_a_transparent_gif_over_white() {
    let mut out = Vec::new();
    GifEncoder::new(&mut out)
        .encode(
            &[10, 20, 30, 255, 0, 0, 0, 0],
            2,
            1,
            ExtendedColorType::Rgba8,
        )
        .unwrap();
    assert_eq!(pixels(&out).unwrap().data, [10, 20, 30, 255, 255, 255]);
}

#[test]
fn refuses_every_format_cut_short() {
    let picture = scene(60, 50);
    let files = [
        ("webp", webp(&picture)),
        ("lossy webp", LOSSY.to_vec()),
        ("clear webp", LOSSY_WITH_ALPHA.to_vec()),
        ("animation", animation((16, 16), &blocks(16, 16), 0)),
        ("gif", gif(std::slice::from_ref(&picture))),
        ("bmp", bmp(&picture)),
    ];
    for (name, bytes) in files {
        let whole = pixels(&bytes).unwrap();
        for length in 20..bytes.len() - 8 {
            match pixels(&bytes[..length]) {
                // Of an animation only the first picture is needed.
                Ok(decoded) => assert_eq!(decoded, whole, "{name}, {length} of {}", bytes.len()),
                Err(error) => assert_eq!(error.code(), "PHOTO_DECODE", "{name}, {length}: {error}"),
            }
        }
        let half = pixels(&bytes[..bytes.len() / 2]).unwrap_err();
        assert_eq!(half.code(), "PHOTO_DECODE", "{name}");
    }
}

#[test]
fn refuses_a_webp_whose_picture_is_cut_but_whose_lengths_agree() {
    let whole = &LOSSY[20..];
    for length in [40, whole.len() / 2, whole.len() - 30] {
        let bytes = riff(&[chunk(*b"VP8 ", &whole[..length])]);
        assert_eq!(
            pixels(&bytes).unwrap_err().code(),
            "PHOTO_DECODE",
            "{length}"
        );
    }
}

#[test]
fn checks_the_pixel_limit_before_decoding() {
    let limits = Limits {
        max_pixels: 60 * 50 - 1,
        ..Limits::default()
    };
    let picture = scene(60, 50);
    for bytes in [
        webp(&picture),
        gif(std::slice::from_ref(&picture)),
        bmp(&picture),
    ] {
        assert_eq!(
            decode(&bytes, &limits).unwrap_err().code(),
            "PHOTO_TOO_LARGE"
        );
    }
    let lying = riff(&[extended(0, 8, 8), LOSSY[12..].to_vec()]);
    assert_eq!(pixels(&lying).unwrap_err().code(), "PHOTO_DECODE");
    // A picture larger than its animation's canvas.
    let lying = animation((8, 8), &blocks(16, 16), 0);
    assert_eq!(pixels(&lying).unwrap_err().code(), "PHOTO_DECODE");
}

#[test]
fn says_which_formats_it_knows_but_does_not_decode() {
    for (brand, format, text) in [
        (
            b"heic",
            Format::Heic,
            "is a HEIC picture, which cannot be decoded here",
        ),
        (
            b"avif",
            Format::Avif,
            "is an AVIF picture, which cannot be decoded here",
        ),
    ] {
        let bytes = [b"\0\0\0\x18ftyp", &brand[..], b"\0\0\0\0mif1miaf"].concat();
        let error = decode(&bytes, &Limits::default()).unwrap_err();
        assert_eq!(error.code(), "PHOTO_UNDECODED");
        assert_eq!(error.to_string(), text);
        assert!(matches!(error, PhotoError::Undecoded { format: found } if found == format));
        let facts = facts_of(&bytes).unwrap();
        assert_eq!((facts.format, facts.orientation), (format, 1));
    }
    assert_eq!(facts_of(b"").unwrap_err().code(), "FILE_EMPTY");
    assert_eq!(facts_of(b"text").unwrap_err().code(), "PHOTO_FORMAT");
}

#[test]
fn keeps_pictures_apart_that_only_look_alike() {
    // The measure used above can tell: noise against blocks.
    assert!(difference(&scene(16, 16), &blocks(16, 16)) > 20.0);
}
