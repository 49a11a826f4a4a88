//! Any bytes decode to a photograph within the limits or give an error.

#![no_main]

use faceweave_photo::{Limits, decode, fingerprint};
use libfuzzer_sys::fuzz_target;

const LIMITS: Limits = Limits {
    max_pixels: 1 << 18,
    max_bytes: 1 << 20,
};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(photo) = decode(bytes, &LIMITS) {
        let pixels = &photo.pixels;
        assert!(pixels.width > 0 && pixels.height > 0);
        assert_eq!(pixels.data.len(), pixels.width as usize * pixels.height as usize * 3);
        fingerprint(pixels);
    }
});
