//! Photographs made on the spot for the tests: every file is encoded or assembled here, so nothing is
//! committed and each test shows what its file holds.

#![allow(dead_code, reason = "each test file uses some of these")]
#![allow(
    clippy::unwrap_used,
    reason = "a fixture that cannot be made fails its test"
)]

pub mod tiffs;
pub mod webps;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use faceweave_photo::Rgb;
use jpeg_encoder::{ColorType, Encoder};

/// A picture with detail everywhere: a gradient, blocks and a cheap noise that does not repeat.
pub fn scene(width: u32, height: u32) -> Rgb {
    let mut state = 0x2545_F491_u32;
    let mut data = Vec::with_capacity((width * height * 3) as usize);
    for y in 0..height {
        for x in 0..width {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            let block = if (x / 16 + y / 16) % 2 == 0 { 60 } else { 0 };
            let noise = (state >> 27) as u8;
            data.push((x * 150 / width.max(1)) as u8 + block / 2 + noise);
            data.push((y * 150 / height.max(1)) as u8 + block + noise);
            data.push(90 + block / 2 + noise);
        }
    }
    Rgb::from_data(width, height, data).unwrap()
}

/// What an encoder is asked for.
#[derive(Clone, Copy, Default)]
pub struct Variant {
    pub progressive: bool,
    pub restarts: u16,
    pub sampled: bool,
}

pub fn jpeg_of(picture: &Rgb, variant: Variant) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, 88);
    encoder.set_progressive(variant.progressive);
    encoder.set_restart_interval(variant.restarts);
    encoder.set_sampling_factor(if variant.sampled {
        jpeg_encoder::SamplingFactor::F_2_2
    } else {
        jpeg_encoder::SamplingFactor::F_1_1
    });
    let (width, height) = (picture.width as u16, picture.height as u16);
    encoder
        .encode(&picture.data, width, height, ColorType::Rgb)
        .unwrap();
    out
}

pub fn jpeg(width: u32, height: u32) -> Vec<u8> {
    jpeg_of(&scene(width, height), Variant::default())
}

/// All the ways a JPEG is laid out that the tests go through.
pub fn variants() -> Vec<(String, Variant)> {
    let mut all = Vec::new();
    for progressive in [false, true] {
        for restarts in [0, 3] {
            for sampled in [false, true] {
                all.push((
                    format!("progressive {progressive}, restarts {restarts}, sampled {sampled}"),
                    Variant {
                        progressive,
                        restarts,
                        sampled,
                    },
                ));
            }
        }
    }
    all
}

pub fn png(colours: image::ExtendedColorType, width: u32, height: u32, data: &[u8]) -> Vec<u8> {
    use image::ImageEncoder;
    let mut out = Vec::new();
    image::codecs::png::PngEncoder::new(&mut out)
        .write_image(data, width, height, colours)
        .unwrap();
    out
}

/// A PNG from chunks given by hand, with right checksums.
pub fn png_of_chunks(chunks: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let mut out = b"\x89PNG\r\n\x1A\n".to_vec();
    for (name, content) in chunks {
        out.extend((content.len() as u32).to_be_bytes());
        let start = out.len();
        out.extend(*name);
        out.extend(content);
        let checksum = crc32(&out[start..]);
        out.extend(checksum.to_be_bytes());
    }
    out
}

/// The chunks of a PNG: name and content.
pub fn chunks_of(png: &[u8]) -> Vec<([u8; 4], Vec<u8>)> {
    let mut rest = &png[8..];
    let mut chunks = Vec::new();
    while rest.len() >= 12 {
        let length = u32::from_be_bytes(rest[..4].try_into().unwrap()) as usize;
        chunks.push((rest[4..8].try_into().unwrap(), rest[8..8 + length].to_vec()));
        rest = &rest[12 + length..];
    }
    chunks
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for &byte in bytes {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg());
        }
    }
    !crc
}

/// Puts a segment right behind a JPEG's first marker.
pub fn with_segment(jpeg: &[u8], marker: u8, content: &[u8]) -> Vec<u8> {
    let mut out = jpeg[..2].to_vec();
    out.extend([0xFF, marker]);
    out.extend(((content.len() + 2) as u16).to_be_bytes());
    out.extend(content);
    out.extend(&jpeg[2..]);
    out
}

pub fn with_exif(jpeg: &[u8], block: &[u8]) -> Vec<u8> {
    with_segment(jpeg, 0xE1, &[b"Exif\0\0", block].concat())
}

/// A value of an EXIF field.
#[derive(Clone)]
pub enum Value {
    Short(u16),
    Ascii(Vec<u8>),
}

/// Tags used in the tests.
pub const MAKE: u16 = 0x010F;
pub const MODEL: u16 = 0x0110;
pub const ORIENTATION: u16 = 0x0112;
pub const TAKEN: u16 = 0x9003;
pub const DIGITIZED: u16 = 0x9004;
pub const OFFSET_TAKEN: u16 = 0x9011;
pub const SERIAL: u16 = 0xA431;
const EXIF_POINTER: u16 = 0x8769;

/// A little-endian TIFF structure with a first directory and an EXIF directory.
pub fn exif(fields: &[(u16, Value)]) -> Vec<u8> {
    let (inner, mut outer): (Vec<_>, Vec<_>) =
        fields.iter().cloned().partition(|(tag, _)| *tag >= 0x9000);
    let outer_count = outer.len() + 1;
    let inner_at = 8 + 2 + outer_count * 12 + 4;
    let mut texts_at = inner_at + 2 + inner.len() * 12 + 4;
    let mut texts = Vec::new();
    let mut out = b"II*\0\x08\0\0\0".to_vec();
    outer.sort_by_key(|(tag, _)| *tag);
    for (directory, pointer) in [(&outer, Some(inner_at)), (&inner, None)] {
        let count = directory.len() + usize::from(pointer.is_some());
        out.extend((count as u16).to_le_bytes());
        for (tag, value) in directory {
            out.extend(tag.to_le_bytes());
            match value {
                Value::Short(number) => {
                    out.extend([3, 0, 1, 0, 0, 0]);
                    out.extend(number.to_le_bytes());
                    out.extend([0, 0]);
                }
                Value::Ascii(text) => {
                    let mut text = text.clone();
                    text.push(0);
                    out.extend([2, 0]);
                    out.extend((text.len() as u32).to_le_bytes());
                    if text.len() <= 4 {
                        text.resize(4, 0);
                        out.extend(text);
                    } else {
                        out.extend((texts_at as u32).to_le_bytes());
                        texts_at += text.len();
                        texts.extend(text);
                    }
                }
            }
        }
        if let Some(at) = pointer {
            out.extend(EXIF_POINTER.to_le_bytes());
            out.extend([4, 0, 1, 0, 0, 0]);
            out.extend((at as u32).to_le_bytes());
        }
        out.extend([0; 4]);
    }
    out.extend(texts);
    out
}

pub fn ascii(text: &str) -> Value {
    Value::Ascii(text.as_bytes().to_vec())
}

/// The mean difference of two pictures' bytes.
pub fn difference(a: &Rgb, b: &Rgb) -> f64 {
    assert_eq!((a.width, a.height), (b.width, b.height));
    let sum: u64 = a
        .data
        .iter()
        .zip(&b.data)
        .map(|(a, b)| u64::from(a.abs_diff(*b)))
        .sum();
    sum as f64 / a.data.len() as f64
}

/// A folder of its own for a test, removed with it.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("faceweave-photo-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
