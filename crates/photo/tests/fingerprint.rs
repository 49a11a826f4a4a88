//! The perceptual hash: near for the same picture stored otherwise, far for another.

#![allow(
    clippy::unwrap_used,
    reason = "a fixture that cannot be made fails its test"
)]

mod common;

use std::path::Path;
use std::time::Instant;

use faceweave_photo::{
    Limits, NEAR_DUPLICATE, Rgb, decode, encode_jpeg, fingerprint, resize_exact,
};

/// Different pictures differ in at least so many bits, well over the limit.
const FAR: u32 = 14;

/// A picture of soft spots, as unlike another number's as two photographs are.
fn spots(number: u32) -> Rgb {
    let mut state = number.wrapping_mul(0x9E37_79B9) | 1;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        (state % 1000) as f32 / 1000.0
    };
    let spots: Vec<[f32; 5]> = (0..24)
        .map(|_| {
            [
                next() * 240.0,
                next() * 180.0,
                8.0 + next() * 50.0,
                next() * 300.0 - 150.0,
                next(),
            ]
        })
        .collect();
    let mut data = Vec::new();
    for y in 0..180 {
        for x in 0..240 {
            let mut colour = [110.0_f32; 3];
            for [left, top, size, height, tint] in &spots {
                let far = ((x as f32 - left).powi(2) + (y as f32 - top).powi(2)) / (size * size);
                let bump = height * (-far).exp();
                colour[0] += bump * tint;
                colour[1] += bump * 0.7;
                colour[2] += bump * (1.0 - tint);
            }
            data.extend(colour.map(|c| c.clamp(0.0, 255.0) as u8));
        }
    }
    Rgb::from_data(240, 180, data).unwrap()
}

fn photographs() -> Vec<(String, Rgb)> {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../node_modules/@vladmandic/face-api/demo");
    let mut all: Vec<_> = (1..=40).map(|n| (format!("spots {n}"), spots(n))).collect();
    for number in 1..=6 {
        // Not there where only the crates are built.
        if let Ok(bytes) = std::fs::read(folder.join(format!("sample{number}.jpg"))) {
            let photo = decode(&bytes, &Limits::default()).unwrap();
            all.push((format!("sample {number}"), photo.pixels));
        }
    }
    all
}

fn distance(a: &Rgb, b: &Rgb) -> u32 {
    (fingerprint(a) ^ fingerprint(b)).count_ones()
}

fn again(picture: &Rgb, quality: u8) -> Rgb {
    decode(&encode_jpeg(picture, quality), &Limits::default())
        .unwrap()
        .pixels
}

fn brighter(picture: &Rgb, factor: f32) -> Rgb {
    let data = picture
        .data
        .iter()
        .map(|&v| (f32::from(v) * factor).min(255.0) as u8)
        .collect();
    Rgb::from_data(picture.width, picture.height, data).unwrap()
}

#[test]
fn stays_near_for_the_same_picture_and_far_for_another() {
    let all = photographs();
    let mut nearest_same = 0;
    for (name, picture) in &all {
        let half = resize_exact(picture, picture.width / 2, picture.height / 2);
        let odd = resize_exact(picture, picture.width * 2 / 7, picture.height * 2 / 7);
        for (change, other) in [
            ("quality 50", again(picture, 50)),
            ("half", half.clone()),
            ("half at quality 50", again(&half, 50)),
            ("two sevenths", odd),
            ("brighter", brighter(picture, 1.1)),
            ("darker", brighter(picture, 0.85)),
        ] {
            let bits = distance(picture, &other);
            nearest_same = nearest_same.max(bits);
            assert!(bits <= NEAR_DUPLICATE, "{name}, {change}: {bits} bits");
        }
    }
    let mut least = 64;
    let mut sum = 0;
    let mut count = 0;
    for (at, (name, picture)) in all.iter().enumerate() {
        for (other_name, other) in &all[..at] {
            let bits = distance(picture, other);
            least = least.min(bits);
            sum += bits;
            count += 1;
            assert!(bits >= FAR, "{name} and {other_name}: {bits} bits");
        }
    }
    // The figures that NEAR_DUPLICATE's description states.
    let mean = sum / count;
    assert!(
        nearest_same <= 6 && least >= 18 && (30..=34).contains(&mean),
        "same: at most {nearest_same}; different: at least {least}, mean {mean}"
    );
}

#[test]
fn costs_little() {
    let picture = resize_exact(&spots(1), 1200, 900);
    let best = (0..20)
        .map(|_| {
            let start = Instant::now();
            std::hint::black_box(fingerprint(&picture));
            start.elapsed()
        })
        .min()
        .unwrap();
    // Far above what it takes (0.2 ms), so that a busy machine does not fail it; reading every pixel
    // several times would.
    assert!(best.as_millis() < 10, "{best:?}");
}
