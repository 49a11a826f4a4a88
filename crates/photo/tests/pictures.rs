//! Resizing, encoding, thumbnails and mosaics.

mod common;

use common::{Folder, Value, difference, exif, jpeg, scene, with_exif};
use faceweave_photo::{
    Limits, Rgb, decode, encode_jpeg, mosaic, resize_exact, resize_to_fit, thumbnail,
};

fn decoded(bytes: &[u8]) -> Rgb {
    decode(bytes, &Limits::default()).expect("a picture").pixels
}

#[test]
fn fits_pictures_into_a_side() {
    for ((width, height), side, expected) in [
        ((200, 100), 50, (50, 25)),
        ((100, 200), 50, (25, 50)),
        ((200, 100), 200, (200, 100)),
        ((200, 100), 999, (200, 100)),
        ((3000, 2), 100, (100, 1)),
        ((7, 7), 0, (1, 1)),
    ] {
        let fitted = resize_to_fit(&Rgb::filled(width, height, [9; 3]), side);
        assert_eq!((fitted.width, fitted.height), expected);
        assert!(fitted.data.iter().all(|&byte| byte == 9));
    }
}

#[test]
fn reduces_without_aliasing() {
    // Black and white columns one pixel wide are grey from afar.
    let data = (0..256 * 64)
        .flat_map(|i| [(i % 2 * 255) as u8; 3])
        .collect();
    let stripes = Rgb::from_data(256, 64, data).unwrap();
    let small = resize_exact(&stripes, 32, 8);
    let inner = &small.row(4)[6..90];
    assert!(
        inner.iter().all(|&byte| byte.abs_diff(127) < 12),
        "{inner:?}"
    );
}

#[test]
fn keeps_left_right_top_and_bottom() {
    let mut picture = Rgb::filled(40, 40, [0; 3]);
    for y in 0..20 {
        for x in 20..40 {
            picture.data[(y * 40 + x) * 3..(y * 40 + x) * 3 + 3].copy_from_slice(&[250, 10, 10]);
        }
    }
    let small = resize_exact(&picture, 10, 10);
    assert_eq!(small.pixel(8, 1), Some([250, 10, 10]));
    assert_eq!(small.pixel(1, 1), Some([0; 3]));
    assert_eq!(small.pixel(8, 8), Some([0; 3]));
}

#[test]
fn encodes_what_decodes_to_the_same_picture() {
    let picture = scene(65, 43);
    assert!(difference(&picture, &decoded(&encode_jpeg(&picture, 95))) < 4.0);
    let small = encode_jpeg(&picture, 30);
    assert!(small.len() < encode_jpeg(&picture, 95).len());
    assert!(!encode_jpeg(&picture, 0).is_empty() && !encode_jpeg(&picture, 255).is_empty());
}

#[test]
fn encodes_pictures_too_long_for_a_jpeg_at_the_longest_side() {
    let long = decoded(&encode_jpeg(&Rgb::filled(70_000, 2, [7; 3]), 80));
    assert_eq!((long.width, long.height), (65_535, 2));
}

#[test]
fn encodes_nothing_as_nothing() {
    assert!(encode_jpeg(&Rgb::filled(0, 0, [0; 3]), 80).is_empty());
    let wrong = Rgb {
        width: 9,
        height: 9,
        data: vec![0; 5],
    };
    assert!(encode_jpeg(&wrong, 80).is_empty());
}

#[test]
fn makes_upright_thumbnails() {
    let turned = with_exif(&jpeg(400, 200), &exif(&[(0x0112, Value::Short(6))]));
    let small = decoded(&thumbnail(&turned, 100, 80, &Limits::default()).unwrap());
    assert_eq!((small.width, small.height), (50, 100));
    let kept = decoded(&thumbnail(&jpeg(40, 20), 100, 80, &Limits::default()).unwrap());
    assert_eq!((kept.width, kept.height), (40, 20));
    let error = thumbnail(b"no picture", 100, 80, &Limits::default()).unwrap_err();
    assert_eq!(error.code(), "PHOTO_FORMAT");
}

#[test]
fn lays_tiles_out_left_to_right_and_top_to_bottom() {
    let folder = Folder::new();
    let tiles: Vec<_> = (0..5_u8)
        .map(|number| {
            let grey = Rgb::filled(60, 40, [number * 40; 3]);
            folder.file(&format!("{number}.jpg"), &encode_jpeg(&grey, 95))
        })
        .collect();
    let made = mosaic(&tiles, 20, 100);
    assert_eq!((made.tiles, made.missing), (5, 0));
    assert_eq!((made.pixels.width, made.pixels.height), (64, 42));
    for (number, (x, y)) in (0..5_u8).zip([(10, 10), (32, 10), (54, 10), (10, 32), (32, 32)]) {
        let [grey, _, _] = made.pixels.pixel(x, y).unwrap();
        assert!(grey.abs_diff(number * 40) < 4, "tile {number}: {grey}");
    }
    // The gaps, and the place no tile takes, are a grey that glares on no page.
    for (x, y) in [(20, 10), (21, 10), (10, 20), (10, 21), (54, 32)] {
        assert_eq!(made.pixels.pixel(x, y), Some([128; 3]), "{x}, {y}");
    }
}

#[test]
fn cuts_tiles_to_their_central_square() {
    let folder = Folder::new();
    let mut wide = Rgb::filled(96, 32, [0; 3]);
    for y in 0..32 {
        wide.data[(y * 96 + 32) * 3..(y * 96 + 64) * 3].fill(200);
    }
    let tile = folder.file("wide.jpg", &encode_jpeg(&wide, 100));
    let made = mosaic(&[tile], 16, 10).pixels;
    assert_eq!((made.width, made.height), (16, 16));
    for (x, y) in [(1, 1), (8, 8), (14, 14)] {
        let [grey, _, _] = made.pixel(x, y).unwrap();
        assert!(grey.abs_diff(200) < 12, "{x}, {y}: {grey}");
    }
}

#[test]
fn shows_missing_tiles_in_grey_and_counts_them() {
    let folder = Folder::new();
    let good = folder.file("good.jpg", &encode_jpeg(&Rgb::filled(9, 9, [0; 3]), 90));
    let bad = folder.file("bad.jpg", b"no picture");
    let gone = folder.path().join("gone.jpg");
    let made = mosaic(&[good, bad, gone], 10, 10);
    assert_eq!((made.tiles, made.missing), (3, 2));
    assert_eq!(made.pixels.pixel(17, 5), Some([176; 3]));
}

#[test]
fn shows_at_most_so_many_tiles() {
    let folder = Folder::new();
    let tile = folder.file("a.jpg", &encode_jpeg(&Rgb::filled(9, 9, [0; 3]), 90));
    let made = mosaic(&vec![tile.clone(); 30], 10, 4);
    assert_eq!((made.tiles, made.pixels.width), (4, 22));
    assert_eq!(mosaic(&[], 10, 4).pixels, Rgb::filled(10, 10, [128; 3]));
    let large = mosaic(&[tile], u32::MAX, 4).pixels;
    assert_eq!((large.width, large.height), (1024, 1024));
}
