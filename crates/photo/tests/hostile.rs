//! Properties that hold for any bytes and any box: nothing panics, nothing leaves its bounds.

mod common;

use std::sync::LazyLock;

use common::{ORIENTATION, TAKEN, Value, ascii, exif, jpeg_of, png, scene, variants, with_exif};
use faceweave_photo::{Limits, Rgb, crop, decode};
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
    samples.push(png(image::ExtendedColorType::Rgb8, 41, 27, &picture.data));
    samples
});

/// Decodes and checks what must hold of every photograph.
fn check(bytes: &[u8]) {
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
        }
        Err(error) => assert!(error.code().starts_with("PHOTO_") || bytes.is_empty()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

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
        start in prop::sample::select(vec![&b""[..], b"\xFF\xD8\xFF", b"\x89PNG\r\n\x1A\n"]),
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
        prop_assert!((1..=width).contains(&cut.width) && (1..=height).contains(&cut.height));
        prop_assert!(cut.width <= side && cut.height <= side);
        prop_assert_eq!(cut.data.len(), (cut.width * cut.height * 3) as usize);
        let (pixels, _) = cut.data.as_chunks::<3>();
        for &[x, y, blue] in pixels {
            prop_assert!(u32::from(x) < width && u32::from(y) < height && blue == 200);
        }
    }
}
