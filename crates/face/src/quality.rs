//! How good the picture of a face is, in one number: whether it may speak for a person, join one, or only be listed.
//!
//! The components are those of the standard on face image quality (ISO/IEC
//! 29794-5: size, sharpness, pose, exposure) and the detector's own certainty.
//! Each is a share from 0 to 1. The score is certainty times the geometric mean
//! of the four others, so that one that fails cannot be bought by the rest:
//! certainty tells faces from drawings and statues, which may be sharp, large
//! and frontal; the others tell how much of a person can be seen. The form and several limits were chosen with
//! false faces and photographs of composed groups in view, so no figure on those is an independent
//! check; `bench/quality.ts` counts. Nothing of the photograph is looked at but the chip.

use crate::centerface::Detection;
use crate::chip::Chip;
use crate::similarity::Points;

/// What is known of the picture of one face.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Quality {
    /// Certainty times the geometric mean of size, sharpness, pose and exposure, 0 … 1.
    pub score: f32,
    /// Fine detail against contrast, 0 … 1; 0.5 where the Laplacian's variance is 3 % of the luminance's.
    pub sharpness: f32,
    /// Frontality by the five points: 0 = seen from the side, from above or below, 1 = from the front.
    pub pose: f32,
    /// Mean luminance of the face, 0 = black … 1 = white.
    pub brightness: f32,
    /// Short side of the box in pixels of the photograph.
    pub size_px: f32,
}

/// Detector scores: nothing below the first is a face for sure, nothing above the second is in doubt.
const CERTAINTY: [f32; 2] = [0.3, 0.85];
/// Short side of the box in pixels: below the first nobody is recognised, from the second on the chip is not enlarged much.
const SIZE_PX: [f32; 2] = [8.0, 48.0];
/// Variance of the Laplacian as a share of the luminance's at which sharpness is a half.
const HALF_SHARP: f32 = 0.03;
/// What a face seen from the side counts for: less than one from the front, but people are recognised by profiles too.
const PROFILE: f32 = 0.25;
/// The nose's distance from the line between the eyes' and the mouth's middle, in eye distances: frontal, from the side.
const YAW: [f32; 2] = [0.0, 0.8];
/// The nose lies this share of the way from the eyes down to the mouth.
const NOSE_SHARE: f32 = 0.55;
/// Distance of the nose from there: level, nodding.
const PITCH: [f32; 2] = [0.05, 0.3];
/// Mean luminance: too dark, dark, bright, too bright.
const LUMINANCE: [f32; 4] = [0.02, 0.2, 0.85, 1.0];
/// Standard deviation of luminance, 0 … 255: flat, with features.
const CONTRAST: [f32; 2] = [4.0, 20.0];
/// The face without hair, ears and background: shares of the chip's side (left, right, top, bottom).
const FACE: [f32; 4] = [0.15, 0.85, 0.2, 0.95];

/// Judges a face by its detection and its aligned chip. Cost: one pass over the chip.
#[must_use]
pub fn judge(face: &Detection, chip: &Chip) -> Quality {
    let Light {
        mean,
        deviation,
        detail,
    } = Light::of(chip);
    let size_px = face.bbox.width.min(face.bbox.height);
    let ratio = detail / (deviation * deviation).max(1.0);
    let sharpness = ratio / (ratio + HALF_SHARP);
    let pose = frontality(&face.points);
    let brightness = mean / 255.0;
    let [too_dark, dark, bright, too_bright] = LUMINANCE;
    let exposure = ramp(brightness, [too_dark, dark])
        * (1.0 - ramp(brightness, [bright, too_bright]))
        * ramp(deviation, CONTRAST);
    let turned = PROFILE + (1.0 - PROFILE) * pose;
    let parts = [ramp(size_px, SIZE_PX), sharpness, turned, exposure];
    let seen = parts.iter().product::<f32>().powf(1.0 / parts.len() as f32);
    Quality {
        score: ramp(face.score, CERTAINTY) * seen,
        sharpness,
        pose,
        brightness,
        size_px,
    }
}

/// 0 up to the first value, 1 from the second on, straight in between.
fn ramp(value: f32, [low, high]: [f32; 2]) -> f32 {
    ((value - low) / (high - low)).clamp(0.0, 1.0)
}

/// By where the nose is between the eyes and the mouth, whichever way the face is turned in the picture.
fn frontality(points: &Points) -> f32 {
    let middle = |a: [f32; 2], b: [f32; 2]| [f32::midpoint(a[0], b[0]), f32::midpoint(a[1], b[1])];
    let minus = |a: [f32; 2], b: [f32; 2]| [a[0] - b[0], a[1] - b[1]];
    let [left_eye, right_eye, nose, left_mouth, right_mouth] = *points;
    let eyes = middle(left_eye, right_eye);
    let (across, down, nose) = (
        minus(right_eye, left_eye),
        minus(middle(left_mouth, right_mouth), eyes),
        minus(nose, eyes),
    );
    // nose = yaw · across + share · down
    let area = across[0] * down[1] - across[1] * down[0];
    if area.is_nan() || area <= 1e-6 {
        return 0.0;
    }
    let yaw = (nose[0] * down[1] - nose[1] * down[0]) / area;
    let share = (across[0] * nose[1] - across[1] * nose[0]) / area;
    (1.0 - ramp(yaw.abs(), YAW)) * (1.0 - ramp((share - NOSE_SHARE).abs(), PITCH))
}

/// Mean, standard deviation and fine detail of the face's luminance, 0 … 255.
struct Light {
    mean: f32,
    deviation: f32,
    /// Variance of the Laplacian (Pech-Pacheco et al., ICPR 2000).
    detail: f32,
}

impl Light {
    fn of(chip: &Chip) -> Self {
        let side = chip.side as usize;
        let luminance: Vec<f32> = chip
            .data
            .chunks_exact(3)
            .map(|p| 0.299 * f32::from(p[0]) + 0.587 * f32::from(p[1]) + 0.114 * f32::from(p[2]))
            .collect();
        let [left, right, top, bottom] = FACE.map(|share| (share * side as f32) as usize);
        let (mut light, mut laplacian) = (Moments::default(), Moments::default());
        for y in top.max(1)..bottom.min(side.saturating_sub(1)) {
            for x in left.max(1)..right.min(side.saturating_sub(1)) {
                let at = y * side + x;
                light.add(luminance[at]);
                let around = luminance[at - 1]
                    + luminance[at + 1]
                    + luminance[at - side]
                    + luminance[at + side];
                laplacian.add(around - 4.0 * luminance[at]);
            }
        }
        Self {
            mean: light.mean(),
            deviation: light.variance().sqrt(),
            detail: laplacian.variance(),
        }
    }
}

#[derive(Default)]
struct Moments {
    count: f64,
    sum: f64,
    squares: f64,
}

impl Moments {
    fn add(&mut self, value: f32) {
        let value = f64::from(value);
        self.count += 1.0;
        self.sum += value;
        self.squares += value * value;
    }

    fn mean(&self) -> f32 {
        (self.sum / self.count.max(1.0)) as f32
    }

    fn variance(&self) -> f32 {
        let mean = self.sum / self.count.max(1.0);
        (self.squares / self.count.max(1.0) - mean * mean).max(0.0) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::centerface::FaceBox;

    const FRONTAL: Points = [
        [38.0, 52.0],
        [74.0, 52.0],
        [56.0, 74.0],
        [42.0, 92.0],
        [70.0, 92.0],
    ];

    fn face(points: Points, side: f32, score: f32) -> Detection {
        Detection {
            bbox: FaceBox {
                x: 0.0,
                y: 0.0,
                width: side,
                height: side,
            },
            score,
            points,
        }
    }

    /// Squares of `step` pixels, dark and light in turn.
    fn board(step: usize, dark: u8, light: u8) -> Chip {
        let data = (0..112 * 112)
            .flat_map(|at| {
                let is_light = (at / 112 / step + at % 112 / step).is_multiple_of(2);
                [if is_light { light } else { dark }; 3]
            })
            .collect();
        Chip { side: 112, data }
    }

    #[test]
    fn each_thing_that_fails_lowers_the_score() {
        let good = judge(&face(FRONTAL, 100.0, 0.9), &board(8, 60, 180));
        assert!(good.score > 0.9, "{good:?}");
        let worse = [
            judge(&face(FRONTAL, 100.0, 0.5), &board(8, 60, 180)),
            judge(&face(FRONTAL, 16.0, 0.9), &board(8, 60, 180)),
            judge(&face(FRONTAL, 100.0, 0.9), &board(8, 0, 8)),
            judge(&face(FRONTAL, 100.0, 0.9), &board(8, 250, 255)),
        ];
        for quality in worse {
            assert!(quality.score < good.score - 0.1, "{quality:?}");
        }
    }

    #[test]
    fn coarse_squares_are_less_sharp_than_fine_ones_at_any_contrast() {
        let sharpness = |step, dark, light| {
            judge(&face(FRONTAL, 100.0, 0.9), &board(step, dark, light)).sharpness
        };
        assert!(sharpness(2, 60, 180) > sharpness(40, 60, 180));
        assert!((sharpness(8, 60, 180) - sharpness(8, 100, 140)).abs() < 1e-3);
    }

    #[test]
    fn pose_falls_as_the_nose_leaves_the_middle_and_does_not_depend_on_rotation() {
        let mut turned = FRONTAL;
        turned[2][0] += 14.0;
        let mut profile = FRONTAL;
        profile[2][0] += 30.0;
        let [a, b, c] = [FRONTAL, turned, profile].map(|points| frontality(&points));
        assert!(a > 0.99 && b < 0.6 && c < 0.01, "{a} {b} {c}");
        let on_its_side = turned.map(|[x, y]| [-y, x]);
        assert!((frontality(&on_its_side) - b).abs() < 1e-4);
        assert!(frontality(&[[5.0, 5.0]; 5]).abs() < 1e-9);
    }
}
