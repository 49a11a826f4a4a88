//! EXIF: what is read, what is refused, and that a broken block never costs the photograph.

mod common;

use common::{
    DIGITIZED, MAKE, MODEL, OFFSET_TAKEN, ORIENTATION, SERIAL, TAKEN, Value, ascii, chunks_of,
    exif, jpeg, png, png_of_chunks, scene, with_exif,
};
use faceweave_photo::{Facts, Format, Limits, Rgb, decode};

fn facts(fields: &[(u16, Value)]) -> Facts {
    let bytes = with_exif(&jpeg(16, 16), &exif(fields));
    decode(&bytes, &Limits::default())
        .expect("a photograph")
        .facts
}

#[test]
fn reads_the_camera_and_the_moment() {
    let found = facts(&[
        (MAKE, ascii("  NIKON CORPORATION ")),
        (MODEL, ascii("NIKON D70")),
        (TAKEN, ascii("1997:08:04 10:29:00")),
        (OFFSET_TAKEN, ascii("+02:00")),
        (SERIAL, ascii("2002345")),
    ]);
    assert_eq!(
        found,
        Facts {
            format: Format::Jpeg,
            orientation: 1,
            taken_at: Some("1997-08-04T10:29:00+02:00".to_owned()),
            make: Some("NIKON CORPORATION".to_owned()),
            model: Some("NIKON D70".to_owned()),
            serial: Some("2002345".to_owned()),
            latitude: None,
            longitude: None,
        }
    );
}

#[test]
fn states_nothing_where_the_file_states_nothing() {
    let found = decode(&jpeg(16, 16), &Limits::default()).unwrap().facts;
    assert_eq!(found, facts(&[]));
    assert_eq!(found.orientation, 1);
    assert_eq!((found.taken_at, found.make), (None, None));
}

#[test]
fn takes_the_digitized_moment_second() {
    let both = facts(&[
        (TAKEN, ascii("2001:01:01 01:01:01")),
        (DIGITIZED, ascii("2020:02:02 02:02:02")),
    ]);
    assert_eq!(both.taken_at.as_deref(), Some("2001-01-01T01:01:01"));
    let second = facts(&[
        (TAKEN, ascii("0000:00:00 00:00:00")),
        (DIGITIZED, ascii("2020:02:02 02:02:02")),
        (OFFSET_TAKEN, ascii("+05:00")),
    ]);
    assert_eq!(second.taken_at.as_deref(), Some("2020-02-02T02:02:02"));
}

#[test]
fn states_no_moment_that_cannot_have_been() {
    for stated in [
        "0000:00:00 00:00:00",
        "2023:02:30 10:00:00",
        "    :  :     :  :  ",
        "yesterday",
    ] {
        assert_eq!(facts(&[(TAKEN, ascii(stated))]).taken_at, None, "{stated}");
    }
    let found = facts(&[
        (TAKEN, ascii("2023:02:03 10:00:00")),
        (OFFSET_TAKEN, ascii("+99:00")),
    ]);
    assert_eq!(found.taken_at.as_deref(), Some("2023-02-03T10:00:00"));
}

#[test]
fn cleans_texts() {
    let long = "x".repeat(5000);
    let found = facts(&[
        (MAKE, ascii("\x1b[31mRed\r\n\u{202E}Eye\t")),
        (MODEL, ascii(&long)),
        (SERIAL, ascii("   ")),
    ]);
    assert_eq!(found.make.as_deref(), Some("[31mRedEye"));
    assert_eq!(found.model.map(|model| model.len()), Some(256));
    assert_eq!(found.serial, None);
    let found = facts(&[
        (MAKE, ascii("Фотоаппарат")),
        (MODEL, Value::Ascii(b"Caf\xE9".to_vec())),
    ]);
    assert_eq!(found.make.as_deref(), Some("Фотоаппарат"));
    assert_eq!(found.model.as_deref(), Some("Café"));
}

#[test]
fn ignores_fields_of_the_wrong_kind() {
    let found = facts(&[
        (MAKE, Value::Short(7)),
        (ORIENTATION, ascii("upside down")),
        (TAKEN, Value::Short(1997)),
    ]);
    assert_eq!((found.make, found.taken_at), (None, None));
    assert_eq!(found.orientation, 1);
    for stated in [0, 9, 65535] {
        let found = facts(&[(ORIENTATION, Value::Short(stated))]);
        assert_eq!(found.orientation, 1, "{stated}");
    }
}

/// A picture whose four corners differ, without loss.
fn corners() -> Rgb {
    let mut picture = Rgb::filled(5, 4, [255; 3]);
    for (x, y, grey) in [(0, 0, 10), (4, 0, 20), (0, 3, 30), (4, 3, 40)] {
        let at = (y * 5 + x) * 3;
        picture.data[at..at + 3].fill(grey);
    }
    picture
}

fn png_with_exif(picture: &Rgb, block: Vec<u8>, behind_pixels: bool) -> Vec<u8> {
    let plain = png(
        image::ExtendedColorType::Rgb8,
        picture.width,
        picture.height,
        &picture.data,
    );
    let mut chunks = chunks_of(&plain);
    let at = if behind_pixels { chunks.len() - 1 } else { 1 };
    chunks.insert(at, (*b"eXIf", block));
    let chunks: Vec<_> = chunks.iter().map(|(name, c)| (name, c.clone())).collect();
    png_of_chunks(&chunks)
}

#[test]
fn turns_photographs_upright_by_every_orientation() {
    // Top left, top right, bottom left, bottom right of the upright photograph.
    let expected = [
        (1, [10, 20, 30, 40]),
        (2, [20, 10, 40, 30]),
        (3, [40, 30, 20, 10]),
        (4, [30, 40, 10, 20]),
        (5, [10, 30, 20, 40]),
        (6, [30, 10, 40, 20]),
        (7, [40, 20, 30, 10]),
        (8, [20, 40, 10, 30]),
    ];
    for (orientation, corners_upright) in expected {
        let block = exif(&[(ORIENTATION, Value::Short(orientation))]);
        let bytes = png_with_exif(&corners(), block, orientation % 2 == 0);
        let photo = decode(&bytes, &Limits::default()).unwrap();
        assert_eq!(u16::from(photo.facts.orientation), orientation);
        let Rgb { width, height, .. } = photo.pixels;
        let size = if orientation < 5 { (5, 4) } else { (4, 5) };
        assert_eq!((width, height), size, "orientation {orientation}");
        let found = [
            (0, 0),
            (width - 1, 0),
            (0, height - 1),
            (width - 1, height - 1),
        ]
        .map(|(x, y)| photo.pixels.pixel(x, y).unwrap()[0]);
        assert_eq!(found, corners_upright, "orientation {orientation}");
    }
}

#[test]
fn turns_a_jpeg_upright() {
    let stored = jpeg(48, 32);
    let turned = with_exif(&stored, &exif(&[(ORIENTATION, Value::Short(6))]));
    let plain = decode(&stored, &Limits::default()).unwrap().pixels;
    let photo = decode(&turned, &Limits::default()).unwrap();
    assert_eq!((photo.pixels.width, photo.pixels.height), (32, 48));
    for (x, y) in [(0, 0), (47, 0), (13, 29)] {
        assert_eq!(plain.pixel(x, y), photo.pixels.pixel(31 - y, x));
    }
}

#[test]
fn reads_png_facts_before_and_behind_the_pixels() {
    let block = exif(&[(MODEL, ascii("Scanner 9000"))]);
    for behind in [false, true] {
        for block in [block.clone(), [b"Exif\0\0", &block[..]].concat()] {
            let bytes = png_with_exif(&scene(6, 6), block, behind);
            let facts = decode(&bytes, &Limits::default()).unwrap().facts;
            assert_eq!(facts.format, Format::Png);
            assert_eq!(facts.model.as_deref(), Some("Scanner 9000"));
        }
    }
}

#[test]
fn keeps_what_can_be_read_of_a_broken_block() {
    let mut block = exif(&[
        (MAKE, ascii("Good Maker")),
        (MODEL, ascii("A model whose place is wrong")),
    ]);
    // The second entry's offset.
    block[8 + 2 + 12 + 8..8 + 2 + 12 + 12].copy_from_slice(&u32::MAX.to_le_bytes());
    let bytes = with_exif(&jpeg(16, 16), &block);
    let facts = decode(&bytes, &Limits::default()).unwrap().facts;
    assert_eq!(facts.make.as_deref(), Some("Good Maker"));
    assert_eq!(facts.model, None);
}

#[test]
fn survives_hostile_blocks() {
    let picture = jpeg(16, 16);
    let plain = decode(&picture, &Limits::default()).unwrap().pixels;
    let whole = exif(&[(MAKE, ascii("Good Maker")), (ORIENTATION, Value::Short(1))]);
    // A directory whose successor is itself, and one that claims 65,535 entries of four gigabytes.
    let mut circle = b"II*\0\x08\0\0\0\0\0\x08\0\0\0".to_vec();
    circle.extend([0; 8]);
    let mut crowd = b"II*\0\x08\0\0\0\xFF\xFF".to_vec();
    for _ in 0..5000 {
        crowd.extend(b"\x0F\x01\x02\0\xFF\xFF\xFF\xFF\x08\0\0\0");
    }
    let mut blocks = vec![circle, crowd, vec![], vec![0xFF; 60_000]];
    blocks.extend((0..whole.len()).map(|length| whole[..length].to_vec()));
    for block in blocks {
        let photo = decode(&with_exif(&picture, &block), &Limits::default()).unwrap();
        assert_eq!(photo.pixels, plain);
    }
}
