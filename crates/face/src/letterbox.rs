//! Fitting a photograph of any size into the detector's input.
//!
//! The picture keeps its proportions; it is reduced until its long side is the
//! chosen size, never enlarged, and padded with zeros at the right and bottom
//! to multiples of the detector's coarsest stride.

use faceweave_photo::Rgb;
use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};

/// CenterFace halves its input five times.
const STRIDE: u32 = 32;

/// A photograph as the detector takes it.
pub(crate) struct Letterbox {
    /// Row-major `[3 × height × width]`, RGB planes, 0 … 255.
    pub planes: Vec<f32>,
    /// Width of the padded input, a multiple of 32.
    pub width: u32,
    /// Height of the padded input, a multiple of 32.
    pub height: u32,
    /// Input pixels per photograph pixel; divide coordinates by it to go back.
    pub scale: [f32; 2],
}

/// Size of the picture inside the letterbox: long side at most `long_side`, never enlarged.
pub(crate) fn fitted_size(width: u32, height: u32, long_side: u32) -> (u32, u32) {
    let longest = width.max(height);
    if longest <= long_side {
        return (width.max(1), height.max(1));
    }
    let fit = |side: u32| {
        let scaled =
            (u64::from(side) * u64::from(long_side) + u64::from(longest) / 2) / u64::from(longest);
        (scaled as u32).max(1)
    };
    (fit(width), fit(height))
}

/// Reduces and pads a photograph. Cost: one pass over the photograph, one over the input.
pub(crate) fn letterbox(photo: &Rgb, long_side: u32, resizer: &mut Resizer) -> Letterbox {
    let (inner_width, inner_height) = fitted_size(photo.width, photo.height, long_side);
    let reduced = if (inner_width, inner_height) == (photo.width, photo.height) {
        None
    } else {
        reduce(photo, inner_width, inner_height, resizer)
    };
    let pixels = reduced.as_deref().unwrap_or(&photo.data);
    let (width, height) = (
        inner_width.next_multiple_of(STRIDE),
        inner_height.next_multiple_of(STRIDE),
    );
    let plane = width as usize * height as usize;
    let mut planes = vec![0.0_f32; plane * 3];
    let (red, rest) = planes.split_at_mut(plane);
    let (green, blue) = rest.split_at_mut(plane);
    for (row, line) in pixels.chunks_exact(inner_width as usize * 3).enumerate() {
        let start = row * width as usize;
        let end = start + inner_width as usize;
        let targets = red[start..end]
            .iter_mut()
            .zip(&mut green[start..end])
            .zip(&mut blue[start..end]);
        for (pixel, ((r, g), b)) in line.chunks_exact(3).zip(targets) {
            *r = f32::from(pixel[0]);
            *g = f32::from(pixel[1]);
            *b = f32::from(pixel[2]);
        }
    }
    let scale = [
        inner_width as f32 / photo.width as f32,
        inner_height as f32 / photo.height as f32,
    ];
    Letterbox {
        planes,
        width,
        height,
        scale,
    }
}

/// Bilinear with a support that grows with the reduction (antialiased). `None` when sizes disagree with the data.
fn reduce(photo: &Rgb, width: u32, height: u32, resizer: &mut Resizer) -> Option<Vec<u8>> {
    let source = ImageRef::new(photo.width, photo.height, &photo.data, PixelType::U8x3).ok()?;
    let mut target = Image::new(width, height, PixelType::U8x3);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear));
    resizer.resize(&source, &mut target, &options).ok()?;
    Some(target.into_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flat(width: u32, height: u32, value: u8) -> Rgb {
        Rgb {
            width,
            height,
            data: vec![value; (width * height * 3) as usize],
        }
    }

    #[test]
    fn never_enlarges_and_pads_to_the_stride() {
        let boxed = letterbox(&flat(250, 250, 7), 640, &mut Resizer::new());
        assert_eq!((boxed.width, boxed.height), (256, 256));
        assert_eq!(boxed.scale, [1.0, 1.0]);
        assert_eq!(boxed.planes[249], 7.0);
        assert_eq!(boxed.planes[250], 0.0);
        assert_eq!(boxed.planes[250 * 256], 0.0);
    }

    #[test]
    fn reduces_the_long_side_and_keeps_proportions() {
        let boxed = letterbox(&flat(2048, 1365, 200), 640, &mut Resizer::new());
        assert_eq!(fitted_size(2048, 1365, 640), (640, 427));
        assert_eq!((boxed.width, boxed.height), (640, 448));
        assert!((boxed.planes[0] - 200.0).abs() <= 1.0);
        assert!((boxed.scale[0] - 0.3125).abs() < 1e-6);
    }

    #[test]
    fn survives_slivers() {
        assert_eq!(fitted_size(100_000, 1, 640), (640, 1));
        let boxed = letterbox(&flat(5000, 1, 3), 640, &mut Resizer::new());
        assert_eq!((boxed.width, boxed.height), (640, 32));
    }

    #[test]
    fn planes_keep_the_channel_order() {
        let photo = Rgb {
            width: 1,
            height: 1,
            data: vec![1, 2, 3],
        };
        let boxed = letterbox(&photo, 640, &mut Resizer::new());
        let plane = 32 * 32;
        assert_eq!(
            (
                boxed.planes[0],
                boxed.planes[plane],
                boxed.planes[2 * plane]
            ),
            (1.0, 2.0, 3.0)
        );
    }
}
