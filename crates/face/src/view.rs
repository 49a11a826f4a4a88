//! How the detector is shown a photograph: a part of it, reduced, turned, with a border, in planes padded to its stride.
//!
//! The picture keeps its proportions and is never enlarged; what is padded is
//! zero. A view remembers what it did, so that what is found in it can be sent
//! back to the upright photograph's pixels.

use faceweave_photo::Rgb;
use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};

use crate::centerface::{Detection, FaceBox};

/// CenterFace halves its input five times.
const STRIDE: u32 = 32;

/// Quarter turns of the picture, clockwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    Upright,
    Right,
    OnItsHead,
    Left,
}

/// A part of a photograph in whole pixels, inside of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Region {
    pub x: u32,
    pub y: u32,
    pub width: u32,
    pub height: u32,
}

impl Region {
    pub(crate) fn whole(photo: &Rgb) -> Self {
        Self {
            x: 0,
            y: 0,
            width: photo.width,
            height: photo.height,
        }
    }
}

/// What is shown, and how.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct View {
    pub region: Region,
    /// Size of the region in the input, before it is turned.
    pub inner: (u32, u32),
    pub turn: Turn,
    /// Zeros left of and above the picture, and at least as many right of and below it.
    pub border: u32,
}

/// The detector's input.
#[derive(Default)]
pub(crate) struct Canvas {
    /// Row-major `[3 × height × width]`, RGB planes, 0 … 255.
    pub planes: Vec<f32>,
    /// Width of the padded input, a multiple of 32.
    pub width: u32,
    /// Height of the padded input, a multiple of 32.
    pub height: u32,
}

/// Size of a picture whose long side is at most `long_side`, never enlarged.
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

impl View {
    /// The whole photograph, upright, its long side at most this long.
    pub(crate) fn whole(photo: &Rgb, long_side: u32) -> Self {
        Self {
            region: Region::whole(photo),
            inner: fitted_size(photo.width, photo.height, long_side),
            turn: Turn::Upright,
            border: 0,
        }
    }

    fn is_quarter_turn(&self) -> bool {
        matches!(self.turn, Turn::Right | Turn::Left)
    }

    /// Input pixels per photograph pixel along the input's x and y; divide by it to go back.
    pub(crate) fn scale(&self) -> [f32; 2] {
        let [x, y] = [
            self.inner.0 as f32 / self.region.width.max(1) as f32,
            self.inner.1 as f32 / self.region.height.max(1) as f32,
        ];
        if self.is_quarter_turn() {
            [y, x]
        } else {
            [x, y]
        }
    }

    /// A face found in this view, after division by [`View::scale`], in the upright photograph's pixels.
    pub(crate) fn back(&self, face: Detection) -> Detection {
        let is_plain = self.turn == Turn::Upright
            && self.border == 0
            && (self.region.x, self.region.y) == (0, 0);
        if is_plain {
            return face;
        }
        let FaceBox {
            x,
            y,
            width,
            height,
        } = face.bbox;
        let (a, b) = (self.point([x, y]), self.point([x + width, y + height]));
        Detection {
            bbox: FaceBox {
                x: a[0].min(b[0]),
                y: a[1].min(b[1]),
                width: (a[0] - b[0]).abs(),
                height: (a[1] - b[1]).abs(),
            },
            points: face.points.map(|point| self.point(point)),
            ..face
        }
    }

    fn point(&self, [u, v]: [f32; 2]) -> [f32; 2] {
        let scale = self.scale();
        let border = self.border as f32;
        let (u, v) = (u - border / scale[0], v - border / scale[1]);
        let (width, height) = (self.region.width as f32, self.region.height as f32);
        let [x, y] = match self.turn {
            Turn::Upright => [u, v],
            Turn::Right => [v, height - u],
            Turn::OnItsHead => [width - u, height - v],
            Turn::Left => [width - v, u],
        };
        [x + self.region.x as f32, y + self.region.y as f32]
    }

    /// Draws the view. Cost: one pass over the region, one over the input.
    pub(crate) fn draw(&self, photo: &Rgb, resizer: &mut Resizer, canvas: &mut Canvas) {
        let is_whole_size =
            self.region == Region::whole(photo) && self.inner == (photo.width, photo.height);
        let reduced = if is_whole_size {
            None
        } else {
            self.reduce(photo, resizer)
        };
        let pixels = reduced.as_deref().unwrap_or(&photo.data);
        let turned = turn(pixels, self.inner, self.turn);
        let pixels = turned.as_deref().unwrap_or(pixels);
        let (width, height) = if self.is_quarter_turn() {
            (self.inner.1, self.inner.0)
        } else {
            self.inner
        };
        canvas.fill(pixels, (width, height), self.border);
    }

    /// Bilinear with a support that grows with the reduction (antialiased). `None` when sizes disagree with the data.
    fn reduce(&self, photo: &Rgb, resizer: &mut Resizer) -> Option<Vec<u8>> {
        let source = ImageRef::new(photo.width, photo.height, &photo.data, PixelType::U8x3).ok()?;
        let mut target = Image::new(self.inner.0, self.inner.1, PixelType::U8x3);
        let mut options =
            ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear));
        if self.region != Region::whole(photo) {
            options = options.crop(
                f64::from(self.region.x),
                f64::from(self.region.y),
                f64::from(self.region.width),
                f64::from(self.region.height),
            );
        }
        resizer.resize(&source, &mut target, &options).ok()?;
        Some(target.into_vec())
    }
}

impl Canvas {
    fn fill(&mut self, pixels: &[u8], (inner_width, inner_height): (u32, u32), border: u32) {
        self.width = (inner_width + 2 * border).next_multiple_of(STRIDE);
        self.height = (inner_height + 2 * border).next_multiple_of(STRIDE);
        let plane = self.width as usize * self.height as usize;
        self.planes.clear();
        self.planes.resize(plane * 3, 0.0);
        let (red, rest) = self.planes.split_at_mut(plane);
        let (green, blue) = rest.split_at_mut(plane);
        for (row, line) in pixels.chunks_exact(inner_width as usize * 3).enumerate() {
            let start = (row + border as usize) * self.width as usize + border as usize;
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
    }
}

/// The turned picture; `None` when it stays as it is.
fn turn(pixels: &[u8], (width, height): (u32, u32), turn: Turn) -> Option<Vec<u8>> {
    let (width, height) = (width as usize, height as usize);
    let (from, _) = pixels.as_chunks::<3>();
    let turned: Vec<[u8; 3]> = match turn {
        Turn::Upright => return None,
        Turn::OnItsHead => from.iter().rev().copied().collect(),
        // Row r of the turned picture is column r of the picture, read upwards.
        Turn::Right => (0..width)
            .flat_map(|column| (0..height).rev().map(move |row| row * width + column))
            .map(|at| from[at])
            .collect(),
        Turn::Left => (0..width)
            .rev()
            .flat_map(|column| (0..height).map(move |row| row * width + column))
            .map(|at| from[at])
            .collect(),
    };
    Some(turned.as_flattened().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flat(width: u32, height: u32, value: u8) -> Rgb {
        Rgb::filled(width, height, [value; 3])
    }

    fn drawn(view: &View, photo: &Rgb) -> Canvas {
        let mut canvas = Canvas::default();
        view.draw(photo, &mut Resizer::new(), &mut canvas);
        canvas
    }

    #[test]
    fn never_enlarges_and_pads_to_the_stride() {
        let photo = flat(250, 250, 7);
        let view = View::whole(&photo, 640);
        let canvas = drawn(&view, &photo);
        assert_eq!((canvas.width, canvas.height), (256, 256));
        assert_eq!(view.scale(), [1.0, 1.0]);
        assert_eq!(canvas.planes[249], 7.0);
        assert_eq!(canvas.planes[250], 0.0);
        assert_eq!(canvas.planes[250 * 256], 0.0);
    }

    #[test]
    fn reduces_the_long_side_and_keeps_proportions() {
        let photo = flat(2048, 1365, 200);
        let view = View::whole(&photo, 640);
        let canvas = drawn(&view, &photo);
        assert_eq!(fitted_size(2048, 1365, 640), (640, 427));
        assert_eq!((canvas.width, canvas.height), (640, 448));
        assert!((canvas.planes[0] - 200.0).abs() <= 1.0);
        assert!((view.scale()[0] - 0.3125).abs() < 1e-6);
    }

    #[test]
    fn survives_slivers() {
        assert_eq!(fitted_size(100_000, 1, 640), (640, 1));
        let photo = flat(5000, 1, 3);
        let canvas = drawn(&View::whole(&photo, 640), &photo);
        assert_eq!((canvas.width, canvas.height), (640, 32));
    }

    #[test]
    fn planes_keep_the_channel_order() {
        let photo = Rgb::filled(1, 1, [1, 2, 3]);
        let canvas = drawn(&View::whole(&photo, 640), &photo);
        let plane = 32 * 32;
        let first = [0, plane, 2 * plane].map(|at| canvas.planes[at]);
        assert_eq!(first, [1.0, 2.0, 3.0]);
    }

    /// One white pixel in a black picture is found again where it was, whatever the view.
    #[test]
    fn what_is_seen_in_a_view_goes_back_to_where_it_is() {
        let (width, height, at) = (40_u32, 24_u32, [29_u32, 5_u32]);
        let mut photo = flat(width, height, 0);
        let start = (at[1] * width + at[0]) as usize * 3;
        photo.data[start..start + 3].fill(255);
        let part = Region {
            x: 20,
            y: 2,
            width: 16,
            height: 20,
        };
        for turn in [Turn::Upright, Turn::Right, Turn::OnItsHead, Turn::Left] {
            for (region, border) in [
                (Region::whole(&photo), 0),
                (Region::whole(&photo), 9),
                (part, 3),
            ] {
                let view = View {
                    region,
                    inner: (region.width, region.height),
                    turn,
                    border,
                };
                let canvas = drawn(&view, &photo);
                let plane = (canvas.width * canvas.height) as usize;
                let lit = canvas.planes[..plane]
                    .iter()
                    .position(|value| *value > 200.0);
                let lit = lit.expect("the pixel is in the view") as u32;
                let middle =
                    [lit % canvas.width, lit / canvas.width].map(|value| value as f32 + 0.5);
                let back = view.point(middle);
                assert_eq!(
                    back,
                    at.map(|value| value as f32 + 0.5),
                    "{turn:?} {region:?} {border}"
                );
            }
        }
    }
}
