//! Properties that hold for any bytes and any box: nothing panics, nothing leaves its bounds.

#![allow(
    clippy::unwrap_used,
    reason = "a fixture that cannot be made fails its test"
)]

mod common;

use std::path::Path;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use common::tiffs::{encoded, page, tiff_of};
use common::webps::{LOSSY, LOSSY_WITH_ALPHA};
use common::{ORIENTATION, TAKEN, Value, ascii, exif, jpeg_of, png, scene, variants, with_exif};
use faceweave_photo::{Limits, Rgb, crop, crop_part, decode, facts_of};
use image::ExtendedColorType;
use image::codecs::{bmp::BmpEncoder, gif::GifEncoder};
use image_webp::{ColorType, WebPEncoder};
use proptest::prelude::*;

/// Small limits keep a mutated header from asking for much memory.
const LIMITS: Limits = Limits {
    max_pixels: 1 << 18,
    max_bytes: 1 << 20,
};

static SAMPLES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let block = exif(&[
        (ORIENTATION, Value::Short(6)),
        (TAKEN, ascii("1997:08:04 10:29:00")),
    ]);
    let picture = scene(41, 27);
    let mut samples: Vec<_> = variants()
        .iter()
        .map(|(_, variant)| with_exif(&jpeg_of(&picture, *variant), &block))
        .collect();
    samples.push(png(ExtendedColorType::Rgb8, 41, 27, &picture.data));
    samples.extend(others(&picture));
    samples
});

/// One file of every other format and layout.
fn others(picture: &Rgb) -> Vec<Vec<u8>> {
    use tiff::encoder::{Compression, DeflateLevel};

    let mut samples = vec![LOSSY.to_vec(), LOSSY_WITH_ALPHA.to_vec()];
    let mut out = Vec::new();
    WebPEncoder::new(&mut out)
        .encode(&picture.data, 41, 27, ColorType::Rgb8)
        .unwrap();
    samples.push(out);
    let mut out = Vec::new();
    GifEncoder::new(&mut out)
        .encode(&picture.data, 41, 27, ExtendedColorType::Rgb8)
        .unwrap();
    samples.push(out);
    let mut out = Vec::new();
    BmpEncoder::new(&mut out)
        .encode(&picture.data, 41, 27, ExtendedColorType::Rgb8)
        .unwrap();
    samples.push(out);
    for compression in [
        Compression::Uncompressed,
        Compression::Lzw,
        Compression::Deflate(DeflateLevel::Fast),
        Compression::Packbits,
    ] {
        samples.push(encoded(&[picture], compression));
    }
    let jpeg = jpeg_of(picture, common::Variant::default());
    let mut tags = page(41, 27, &[8; 3], 6);
    tags.iter_mut()
        .filter(|(tag, _)| *tag == 259)
        .for_each(|(_, value)| *value = vec![7]);
    samples.push(tiff_of(false, &tags, &[&jpeg]));
    let mut tags = page(3, 1, &[1], 3);
    tags.push((320, vec![9, 200, 8, 100, 7, 50]));
    samples.push(tiff_of(true, &tags, &[&[0b0100_0000]]));
    samples.push(tiff_of(true, &page(4, 1, &[8; 4], 5), &[&[55; 16]]));
    samples
}

/// Longest time for one of these small files, on a busy machine and without optimisation.
const LONGEST: Duration = Duration::from_secs(5);

/// Decodes and checks what must hold of every photograph.
fn check(bytes: &[u8]) {
    let start = Instant::now();
    let facts = facts_of(bytes);
    match decode(bytes, &LIMITS) {
        Ok(photo) => {
            let Rgb {
                width,
                height,
                data,
            } = photo.pixels;
            assert!(width > 0 && height > 0);
            assert!(u64::from(width) * u64::from(height) <= LIMITS.max_pixels);
            assert_eq!(data.len(), width as usize * height as usize * 3);
            assert!((1..=8).contains(&photo.facts.orientation));
            assert_eq!(facts.unwrap(), photo.facts);
        }
        Err(error) => assert!(error.code().starts_with("PHOTO_") || bytes.is_empty()),
    }
    assert!(start.elapsed() < LONGEST, "{:?}", start.elapsed());
}

#[test]
fn survives_what_fuzzing_found() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/found");
    for file in std::fs::read_dir(folder).unwrap() {
        check(&std::fs::read(file.unwrap().path()).unwrap());
    }
}

/// Not a test: gives the fuzz targets the samples to start from.
#[test]
#[ignore = "writes files for fuzzing"]
fn writes_seeds() {
    for target in ["decode", "facts"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("fuzz/corpus")
            .join(target);
        std::fs::create_dir_all(&folder).unwrap();
        for (number, sample) in SAMPLES.iter().enumerate() {
            std::fs::write(folder.join(format!("seed-{number}")), sample).unwrap();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30_000))]

    #[test]
    fn survives_changed_bytes(
        sample in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        header_only in any::<bool>(),
    ) {
        let mut bytes = sample.get(&SAMPLES).clone();
        let reach = if header_only { 700.min(bytes.len()) } else { bytes.len() };
        for (at, byte) in changes {
            bytes[at.index(reach)] = byte;
        }
        check(&bytes);
    }

    #[test]
    fn survives_missing_and_doubled_stretches(
        sample in any::<prop::sample::Index>(),
        cuts in [any::<prop::sample::Index>(), any::<prop::sample::Index>()],
        doubled in any::<bool>(),
    ) {
        let bytes = sample.get(&SAMPLES);
        let [a, b] = cuts.map(|cut| cut.index(bytes.len()));
        let (a, b) = (a.min(b), a.max(b));
        let (first, second) = if doubled { (b, a) } else { (a, b) };
        check(&[&bytes[..first], &bytes[second..]].concat());
    }

    #[test]
    fn survives_any_bytes(
        start in prop::sample::select(vec![
            &b""[..], b"\xFF\xD8\xFF", b"\x89PNG\r\n\x1A\n", b"GIF89a", b"RIFF\x40\0\0\0WEBPVP8L",
            b"RIFF\x40\0\0\0WEBPVP8X\x0A\0\0\0", b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08", b"II+\0\x08\0\0\0",
            b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic\0\0\0\x80meta\0\0\0\0",
        ]),
        rest in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        check(&[start, &rest].concat());
    }

    #[test]
    fn survives_any_exif(block in prop::collection::vec(any::<u8>(), 0..300), tiff in any::<bool>()) {
        let start: &[u8] = if tiff { b"II*\0\x08\0\0\0" } else { b"" };
        let bytes = with_exif(&SAMPLES[0][..], &[start, &block].concat());
        prop_assert!(decode(&bytes, &LIMITS).is_ok());
    }

    #[test]
    fn cuts_inside_the_picture(
        size in (1_u32..80, 1_u32..80),
        bbox in [-100_f32..180.0, -100_f32..180.0, -10_f32..150.0, -10_f32..150.0],
        margin in 0_f32..2.0,
        side in 1_u32..100,
    ) {
        let (width, height) = size;
        // Every pixel says where it is.
        let data = (0..height).flat_map(|y| (0..width).flat_map(move |x| [x as u8, y as u8, 200])).collect();
        let src = Rgb::from_data(width, height, data).unwrap();
        let cut = crop(&src, bbox, margin, side);
        let [left, top, across, down] = crop_part(width, height, bbox, margin);
        prop_assert!(across > 0 && left + across <= width && down > 0 && top + down <= height);
        prop_assert!(cut.width <= across && cut.height <= down);
        prop_assert!((1..=width).contains(&cut.width) && (1..=height).contains(&cut.height));
        prop_assert!(cut.width <= side && cut.height <= side);
        prop_assert_eq!(cut.data.len(), (cut.width * cut.height * 3) as usize);
        let (pixels, _) = cut.data.as_chunks::<3>();
        for &[x, y, blue] in pixels {
            prop_assert!(u32::from(x) < width && u32::from(y) < height && blue == 200);
        }
    }
}
