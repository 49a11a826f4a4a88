//! Where a photograph was taken, and the facts of each container: WebP, TIFF, HEIC, AVIF.

#![allow(
    clippy::unwrap_used,
    reason = "a fixture that cannot be made fails its test"
)]

mod common;

use std::io::Cursor;

use common::{jpeg, scene, with_exif};
use exif::experimental::Writer;
use exif::{Field, In, Rational, Tag, Value};
use faceweave_photo::{Facts, Format, Limits, decode, facts_of};
use image_webp::{ColorType, WebPEncoder};

type Parts = [(u32, u32); 3];

const NORTH: Parts = [(48, 1), (51, 1), (2970, 100)];
const EAST: Parts = [(2, 1), (17, 1), (4020, 100)];

fn field(tag: Tag, value: Value) -> Field {
    Field {
        tag,
        ifd_num: In::PRIMARY,
        value,
    }
}

fn ascii(tag: Tag, text: &str) -> Field {
    field(tag, Value::Ascii(vec![text.as_bytes().to_vec()]))
}

fn degrees(tag: Tag, parts: Parts) -> Field {
    let parts = parts.map(|(num, denom)| Rational { num, denom });
    field(tag, Value::Rational(parts.to_vec()))
}

fn block(fields: &[Field]) -> Vec<u8> {
    let mut writer = Writer::new();
    for field in fields {
        writer.push_field(field);
    }
    let mut out = Cursor::new(Vec::new());
    writer.write(&mut out, true).unwrap();
    out.into_inner()
}

fn place(north: (&str, Parts), east: (&str, Parts)) -> Vec<Field> {
    vec![
        ascii(Tag::GPSLatitudeRef, north.0),
        degrees(Tag::GPSLatitude, north.1),
        ascii(Tag::GPSLongitudeRef, east.0),
        degrees(Tag::GPSLongitude, east.1),
    ]
}

fn facts(fields: &[Field]) -> Facts {
    let bytes = with_exif(&jpeg(16, 16), &block(fields));
    let facts = decode(&bytes, &Limits::default()).unwrap().facts;
    assert_eq!(facts_of(&bytes).unwrap(), facts);
    facts
}

fn stated(fields: &[Field]) -> Option<(f64, f64)> {
    let facts = facts(fields);
    facts.latitude.zip(facts.longitude)
}

#[test]
fn reads_where_a_photograph_was_taken() {
    for (north, east, signs) in [
        ("N", "E", (1.0, 1.0)),
        ("S", "E", (-1.0, 1.0)),
        ("N", "W", (1.0, -1.0)),
        ("s", "W ", (-1.0, -1.0)),
    ] {
        let (latitude, longitude) = stated(&place((north, NORTH), (east, EAST))).unwrap();
        assert!((latitude - signs.0 * 48.858_25).abs() < 1e-9, "{latitude}");
        assert!((longitude - signs.1 * 2.294_5).abs() < 1e-9, "{longitude}");
    }
    let decimal = [(488_582_500, 10_000_000), (0, 1), (0, 1)];
    let (latitude, _) = stated(&place(("N", decimal), ("E", EAST))).unwrap();
    assert!((latitude - 48.858_25).abs() < 1e-9);
    // On the equator, but not at 0, 0.
    let zero = [(0, 1); 3];
    assert_eq!(
        stated(&place(("S", zero), ("W", [(78, 1), (30, 1), (0, 1)]))),
        Some((0.0, -78.5))
    );
}

#[test]
fn states_no_place_that_cannot_be_or_is_not_meant() {
    let zero = [(0, 1); 3];
    for (north, east) in [
        (("N", zero), ("E", zero)),
        (("N", [(48, 1), (51, 1), (0, 0)]), ("E", EAST)),
        (("N", [(48, 0), (51, 1), (0, 1)]), ("E", EAST)),
        (("N", [(90, 1), (0, 1), (1, 1)]), ("E", EAST)),
        (("N", [(4_000_000_000, 1), (0, 1), (0, 1)]), ("E", EAST)),
        (("N", NORTH), ("E", [(180, 1), (1, 1), (0, 1)])),
        (("N", [(48, 1), (60, 1), (0, 1)]), ("E", EAST)),
        (("", NORTH), ("E", EAST)),
        (("E", NORTH), ("N", EAST)),
        (("N", NORTH), ("X", EAST)),
    ] {
        assert_eq!(stated(&place(north, east)), None, "{north:?} {east:?}");
    }
    let whole = place(("N", NORTH), ("E", EAST));
    for missing in 0..whole.len() {
        let mut fields = whole.clone();
        fields.remove(missing);
        let facts = facts(&fields);
        assert_eq!((facts.latitude, facts.longitude), (None, None));
    }
    for (extra, known) in [
        (ascii(Tag::GPSStatus, "V"), false),
        (ascii(Tag::GPSStatus, "A"), true),
        (ascii(Tag::GPSMapDatum, "TOKYO"), false),
        (ascii(Tag::GPSMapDatum, "WGS-84"), true),
        (ascii(Tag::GPSMapDatum, "  "), true),
    ] {
        let fields = [whole.clone(), vec![extra.clone()]].concat();
        assert_eq!(stated(&fields).is_some(), known, "{extra:?}");
    }
}

fn everything() -> Vec<Field> {
    let mut fields = place(("N", NORTH), ("E", EAST));
    fields.extend([
        ascii(Tag::Make, "Maker"),
        ascii(Tag::DateTimeOriginal, "1997:08:04 10:29:00"),
        field(Tag::Orientation, Value::Short(vec![6])),
    ]);
    fields
}

fn check(facts: &Facts, format: Format) {
    assert_eq!(facts.format, format);
    assert_eq!(facts.make.as_deref(), Some("Maker"));
    assert_eq!(facts.taken_at.as_deref(), Some("1997-08-04T10:29:00"));
    assert_eq!(facts.orientation, 6);
    assert!(
        facts
            .latitude
            .is_some_and(|latitude| (latitude - 48.858_25).abs() < 1e-9)
    );
}

#[test]
fn reads_facts_of_a_webp_and_turns_it() {
    let picture = scene(20, 10);
    let mut bytes = Vec::new();
    let mut encoder = WebPEncoder::new(&mut bytes);
    encoder.set_exif_metadata(block(&everything()));
    encoder
        .encode(&picture.data, 20, 10, ColorType::Rgb8)
        .unwrap();
    let photo = decode(&bytes, &Limits::default()).unwrap();
    check(&photo.facts, Format::WebP);
    assert_eq!(facts_of(&bytes).unwrap(), photo.facts);
    assert_eq!((photo.pixels.width, photo.pixels.height), (10, 20));
}

#[test]
fn reads_facts_of_a_tiff_and_turns_it() {
    let pixels = [1_u8, 2, 3, 4, 5, 6];
    let strips: [&[u8]; 1] = [&pixels];
    let mut fields = everything();
    for (tag, values) in [
        (Tag::ImageWidth, vec![2]),
        (Tag::ImageLength, vec![1]),
        (Tag::BitsPerSample, vec![8, 8, 8]),
        (Tag::Compression, vec![1]),
        (Tag::PhotometricInterpretation, vec![2]),
        (Tag::SamplesPerPixel, vec![3]),
        (Tag::RowsPerStrip, vec![1]),
    ] {
        fields.push(field(tag, Value::Short(values)));
    }
    let mut writer = Writer::new();
    for field in &fields {
        writer.push_field(field);
    }
    writer.set_strips(&strips, In::PRIMARY);
    let mut out = Cursor::new(Vec::new());
    writer.write(&mut out, false).unwrap();
    let bytes = out.into_inner();
    let photo = decode(&bytes, &Limits::default()).unwrap();
    check(&photo.facts, Format::Tiff);
    assert_eq!(facts_of(&bytes).unwrap(), photo.facts);
    assert_eq!((photo.pixels.width, photo.pixels.height), (1, 2));
    assert_eq!(photo.pixels.data, pixels);
}

fn boxed(name: [u8; 4], content: &[u8]) -> Vec<u8> {
    let length = (content.len() as u32 + 8).to_be_bytes();
    [&length[..], &name, content].concat()
}

/// A HEIF file that holds nothing but an EXIF block.
fn heif(brand: [u8; 4], block: &[u8]) -> Vec<u8> {
    let brands = [&brand[..], b"\0\0\0\0mif1", &brand].concat();
    let entry = boxed(*b"infe", b"\x02\0\0\0\0\x01\0\0Exif");
    let items = boxed(*b"iinf", &[b"\0\0\0\0\0\x01", &entry[..]].concat());
    let places = boxed(*b"iloc", b"\x01\0\0\0\0\0\0\x01\0\x01\0\x01\0\0\0\x01");
    let data = boxed(*b"idat", &[&[0; 4], block].concat());
    let meta = [&[0; 4][..], &places, &items, &data].concat();
    [boxed(*b"ftyp", &brands), boxed(*b"meta", &meta)].concat()
}

#[test]
fn reads_facts_of_heic_and_avif() {
    for (brand, format) in [
        (b"heic", Format::Heic),
        (b"avif", Format::Avif),
        (b"mif1", Format::Heic),
    ] {
        let bytes = heif(*brand, &block(&everything()));
        check(&facts_of(&bytes).unwrap(), format);
        assert_eq!(
            decode(&bytes, &Limits::default()).unwrap_err().code(),
            "PHOTO_UNDECODED"
        );
        // Cut anywhere, it states less, and does not fail.
        for length in 12..bytes.len() {
            assert_eq!(facts_of(&bytes[..length]).unwrap().format, format);
        }
    }
}
