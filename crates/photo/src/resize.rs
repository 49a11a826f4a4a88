//! Resizing, whole pictures or a part of one, through `fast_image_resize`, which picks SIMD kernels at
//! run time. Apart so that one filter is chosen in one place: bilinear convolution, whose support
//! grows with the reduction, so every source pixel counts and nothing aliases (2 to 3 times as fast
//! as Lanczos, and no ringing around faces).

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8x3;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};

use crate::Rgb;

/// A part of a picture in whole pixels, inside the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Part {
    pub x: u32,
    pub y: u32,
    pub width: u32,
    pub height: u32,
}

impl Part {
    pub(crate) fn whole(src: &Rgb) -> Self {
        Self {
            x: 0,
            y: 0,
            width: src.width,
            height: src.height,
        }
    }
}

/// The picture reduced so that its long side is at most `max_side`; a smaller one is copied.
///
/// The sides keep their ratio to the nearest pixel and are at least 1.
#[must_use]
pub fn resize_to_fit(src: &Rgb, max_side: u32) -> Rgb {
    match fitted(src.width, src.height, max_side) {
        Some((width, height)) => resize_exact(src, width, height),
        None => src.clone(),
    }
}

/// The picture at exactly `width × height` pixels, enlarged or reduced, whatever its ratio.
#[must_use]
pub fn resize_exact(src: &Rgb, width: u32, height: u32) -> Rgb {
    resize_part(src, Part::whole(src), width, height)
}

/// The size that fits into `max_side`, or `None` if the given size does.
pub(crate) fn fitted(width: u32, height: u32, max_side: u32) -> Option<(u32, u32)> {
    let long = width.max(height);
    let max_side = max_side.max(1);
    if long <= max_side {
        return None;
    }
    let scale = f64::from(max_side) / f64::from(long);
    let side = |pixels: u32| ((f64::from(pixels) * scale).round() as u32).clamp(1, max_side);
    Some((side(width), side(height)))
}

/// A part of the picture at `width × height` pixels, without copying the part first.
pub(crate) fn resize_part(src: &Rgb, part: Part, width: u32, height: u32) -> Rgb {
    let mut out = Rgb::filled(width, height, [0; 3]);
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FilterType::Bilinear))
        .crop(
            f64::from(part.x),
            f64::from(part.y),
            f64::from(part.width),
            f64::from(part.height),
        );
    // These fail only for a picture whose bytes do not match its size, or an empty part; then the
    // result stays black.
    if let (Ok(from), Ok(mut to)) = (
        TypedImageRef::<U8x3>::from_buffer(src.width, src.height, &src.data),
        TypedImage::<U8x3>::from_buffer(width, height, &mut out.data),
    ) {
        let _ = Resizer::new().resize_typed(&from, &mut to, &options);
    }
    out
}
