//! Cutting the aligned chip of a face out of a photograph.
//!
//! A chip is the square input of an embedder: the face turned upright and
//! scaled so that its five points lie on the template's. Sampling is bilinear;
//! where the face is more than twice as large as the chip the photograph is
//! averaged down first, since bilinear sampling alone would skip pixels.

use faceweave_photo::Rgb;

use crate::similarity::{Points, Similarity};

/// A square RGB8 picture of one aligned face, row-major `[side × side × 3]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chip {
    /// Width and height in pixels.
    pub side: u32,
    /// Pixels, RGB.
    pub data: Vec<u8>,
}

/// A patch of the photograph, averaged down by a whole factor.
struct Patch {
    /// Photograph coordinates of the patch's first pixel.
    origin: [usize; 2],
    /// Photograph pixels per patch pixel.
    factor: usize,
    width: usize,
    height: usize,
    data: Vec<u8>,
}

/// Warps the face with these points onto the template. `None` when the points coincide.
///
/// What lies outside of the photograph is black, as in the reference alignment.
/// Cost: proportional to the face's area, at most once, and to the chip's.
pub(crate) fn cut(photo: &Rgb, points: &Points, template: &Points, side: u32) -> Option<Chip> {
    let to_chip = Similarity::between(points, template)?;
    let to_photo = to_chip.inverse();
    let factor = (1.0 / to_chip.scale()).floor().clamp(1.0, 4096.0) as usize;
    if factor == 1 {
        return Some(warp(
            &photo.data,
            [photo.width as usize, photo.height as usize],
            side,
            |x, y| to_photo.apply([x, y]),
        ));
    }
    let Some(patch) = average_down(photo, &to_photo, side, factor) else {
        return Some(Chip {
            side,
            data: vec![0; (side * side * 3) as usize],
        });
    };
    let shrink = 1.0 / patch.factor as f32;
    let origin = patch.origin.map(|value| value as f32);
    // A patch pixel's centre lies in the middle of the pixels it averages.
    Some(warp(
        &patch.data,
        [patch.width, patch.height],
        side,
        |x, y| {
            let [px, py] = to_photo.apply([x, y]);
            [
                (px - origin[0] + 0.5) * shrink - 0.5,
                (py - origin[1] + 0.5) * shrink - 0.5,
            ]
        },
    ))
}

fn warp(data: &[u8], size: [usize; 2], side: u32, back: impl Fn(f32, f32) -> [f32; 2]) -> Chip {
    let mut chip = vec![0_u8; (side * side * 3) as usize];
    for (row, line) in chip.chunks_exact_mut(side as usize * 3).enumerate() {
        for (column, pixel) in line.chunks_exact_mut(3).enumerate() {
            let [x, y] = back(column as f32, row as f32);
            sample(data, size, x, y, pixel);
        }
    }
    Chip { side, data: chip }
}

/// Bilinear sample with black beyond the border.
#[inline]
fn sample(data: &[u8], [width, height]: [usize; 2], x: f32, y: f32, pixel: &mut [u8]) {
    let (left, top) = (x.floor(), y.floor());
    if !(left >= -1.0 && top >= -1.0 && left < width as f32 && top < height as f32) {
        return;
    }
    let (right_share, low_share) = (x - left, y - top);
    let (left, top) = (left as isize, top as isize);
    let mut sum = [0.0_f32; 3];
    for (dy, weight_y) in [(0, 1.0 - low_share), (1, low_share)] {
        for (dx, weight_x) in [(0, 1.0 - right_share), (1, right_share)] {
            let (px, py) = (left + dx, top + dy);
            if px < 0 || py < 0 || px >= width as isize || py >= height as isize {
                continue;
            }
            let start = (py as usize * width + px as usize) * 3;
            let weight = weight_x * weight_y;
            for (total, value) in sum.iter_mut().zip(&data[start..start + 3]) {
                *total += weight * f32::from(*value);
            }
        }
    }
    for (target, total) in pixel.iter_mut().zip(sum) {
        *target = (total + 0.5) as u8;
    }
}

/// Averages the chip's footprint in the photograph over `factor × factor` squares. `None` when it lies outside.
fn average_down(photo: &Rgb, to_photo: &Similarity, side: u32, factor: usize) -> Option<Patch> {
    let end = side as f32;
    let corners =
        [[-1.0, -1.0], [end, -1.0], [-1.0, end], [end, end]].map(|corner| to_photo.apply(corner));
    let range = |axis: usize, limit: u32| {
        let low = corners
            .iter()
            .map(|corner| corner[axis])
            .fold(f32::INFINITY, f32::min)
            .floor()
            .max(0.0) as usize;
        let high = corners
            .iter()
            .map(|corner| corner[axis])
            .fold(f32::NEG_INFINITY, f32::max)
            .ceil();
        let high = (high.max(0.0) as usize + 1).min(limit as usize);
        (low, high)
    };
    let ((left, right), (top, bottom)) = (range(0, photo.width), range(1, photo.height));
    let width = right.checked_sub(left)? / factor;
    let height = bottom.checked_sub(top)? / factor;
    if width == 0 || height == 0 {
        return None;
    }
    let mut data = vec![0_u8; width * height * 3];
    let mut sums = vec![0_u32; width * 3];
    let area = (factor * factor) as u32;
    for (row, line) in data.chunks_exact_mut(width * 3).enumerate() {
        sums.fill(0);
        for inner in 0..factor {
            let start = ((top + row * factor + inner) * photo.width as usize + left) * 3;
            let source = &photo.data[start..start + width * factor * 3];
            for (sum, square) in sums
                .chunks_exact_mut(3)
                .zip(source.chunks_exact(factor * 3))
            {
                for pixel in square.chunks_exact(3) {
                    sum[0] += u32::from(pixel[0]);
                    sum[1] += u32::from(pixel[1]);
                    sum[2] += u32::from(pixel[2]);
                }
            }
        }
        for (target, sum) in line.iter_mut().zip(&sums) {
            *target = ((sum + area / 2) / area) as u8;
        }
    }
    Some(Patch {
        origin: [left, top],
        factor,
        width,
        height,
        data,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: Points = [
        [38.0, 52.0],
        [74.0, 52.0],
        [56.0, 72.0],
        [42.0, 92.0],
        [70.0, 92.0],
    ];

    /// Red grows to the right, green downwards, one step a pixel of the 112-pixel frame enlarged `zoom` times.
    fn ramp(zoom: u32) -> Rgb {
        let side = 112 * zoom;
        let data = (0..side)
            .flat_map(|y| (0..side).flat_map(move |x| [(x / zoom) as u8, (y / zoom) as u8, 50]))
            .collect();
        Rgb {
            width: side,
            height: side,
            data,
        }
    }

    #[test]
    fn an_aligned_face_is_copied_as_it_is() {
        let photo = ramp(1);
        let chip = cut(&photo, &TEMPLATE, &TEMPLATE, 112).expect("distinct points");
        assert_eq!(chip.data, photo.data);
    }

    #[test]
    fn a_large_face_is_averaged_not_skipped() {
        let zoom = 5;
        let photo = ramp(zoom);
        let middle = (zoom as f32 - 1.0) / 2.0;
        let points = TEMPLATE.map(|point| point.map(|value| value * zoom as f32 + middle));
        let chip = cut(&photo, &points, &TEMPLATE, 112).expect("distinct points");
        for (row, line) in chip
            .data
            .chunks_exact(112 * 3)
            .enumerate()
            .skip(1)
            .take(110)
        {
            for (column, pixel) in line.chunks_exact(3).enumerate().skip(1).take(110) {
                assert!(
                    pixel[0].abs_diff(column as u8) <= 1 && pixel[1].abs_diff(row as u8) <= 1,
                    "{row} {column} {pixel:?}"
                );
            }
        }
    }

    #[test]
    fn fine_stripes_of_a_large_face_become_grey() {
        // One-pixel stripes at five times the chip's scale: sampling alone would give black and white.
        let side = 560;
        let data = (0..side)
            .flat_map(|_| (0..side).flat_map(|x| [if x % 2 == 0 { 0 } else { 254 }; 3]))
            .collect();
        let photo = Rgb {
            width: side,
            height: side,
            data,
        };
        let points = TEMPLATE.map(|point| point.map(|value| value * 5.0 + 2.0));
        let chip = cut(&photo, &points, &TEMPLATE, 112).expect("distinct points");
        let middle = &chip.data[(56 * 112 + 20) * 3..(56 * 112 + 90) * 3];
        assert!(middle.iter().all(|value| (90..=165).contains(value)));
    }

    #[test]
    fn a_face_turned_on_its_side_comes_out_upright() {
        let photo = ramp(1);
        // Points of the same face after turning the picture a quarter clockwise: (x, y) → (111 − y, x).
        let turned: Vec<u8> = (0..112_usize)
            .flat_map(|y| {
                (0..112_usize).flat_map(move |x| {
                    let (from_x, from_y) = (y, 111 - x);
                    [from_x as u8, from_y as u8, 50]
                })
            })
            .collect();
        let points = TEMPLATE.map(|[x, y]| [111.0 - y, x]);
        let chip = cut(
            &Rgb {
                width: 112,
                height: 112,
                data: turned,
            },
            &points,
            &TEMPLATE,
            112,
        )
        .expect("distinct points");
        let differing = chip
            .data
            .iter()
            .zip(&photo.data)
            .filter(|(a, b)| a.abs_diff(**b) > 1)
            .count();
        // The outermost rows may fall on the border.
        assert!(differing < 112 * 3 * 4, "{differing}");
    }

    #[test]
    fn beyond_the_photograph_is_black() {
        let photo = Rgb {
            width: 10,
            height: 10,
            data: vec![255; 300],
        };
        for zoom in [1.0, 6.0] {
            let points = TEMPLATE.map(|point| point.map(|value| value * zoom + 5000.0));
            let chip = cut(&photo, &points, &TEMPLATE, 112).expect("distinct points");
            assert!(chip.data.iter().all(|value| *value == 0));
        }
    }
}
