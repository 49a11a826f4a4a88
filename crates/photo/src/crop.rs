//! Cuts a face out of its photograph, with room around it for a person to recognise it by hair and
//! surroundings. Apart because boxes come from a detector: they may exceed the picture, and may in
//! principle be anything.

use crate::Rgb;
use crate::resize::{Part, fitted, resize_part};

/// The part of the picture around a box, reduced so that its long side is at most `max_side`.
///
/// *Coordinates*: `bbox` = `x, y, width, height` in pixels, origin top-left, may exceed the picture.
/// It grows by `margin` times its width on the left and on the right, and by `margin` times its height
/// above and below (0.4: 1.8 times as wide and high), and what exceeds the picture is cut off.
///
/// A box outside the picture, or one that is not a number, gives the nearest pixel: never an empty
/// picture, unless `src` is.
#[must_use]
pub fn crop(src: &Rgb, bbox: [f32; 4], margin: f32, max_side: u32) -> Rgb {
    let part = part(src.width, src.height, bbox, margin);
    match fitted(part.width, part.height, max_side) {
        Some((width, height)) => resize_part(src, part, width, height),
        None => copy(src, part),
    }
}

/// The part of a picture of `width × height` pixels that [`crop`] shows for this box and margin, as
/// `x, y, width, height` in whole pixels of the picture.
#[must_use]
pub fn crop_part(width: u32, height: u32, bbox: [f32; 4], margin: f32) -> [u32; 4] {
    let part = part(width, height, bbox, margin);
    [part.x, part.y, part.width, part.height]
}

fn part(across: u32, down: u32, [x, y, width, height]: [f32; 4], margin: f32) -> Part {
    let (left, right) = span(x, width, margin, across);
    let (top, bottom) = span(y, height, margin, down);
    Part {
        x: left,
        y: top,
        width: right - left,
        height: bottom - top,
    }
}

/// First pixel and the one after the last of one axis; at least one pixel if the picture has any.
fn span(start: f32, length: f32, margin: f32, limit: u32) -> (u32, u32) {
    let (start, length, margin) = (f64::from(start), f64::from(length), f64::from(margin));
    let room = length * margin;
    // A cast from a float saturates, and makes 0 of what is not a number.
    let first = ((start - room).round() as u32).min(limit.saturating_sub(1));
    let last = ((start + length + room).round() as u32).min(limit);
    (first, last.max((first + 1).min(limit)))
}

fn copy(src: &Rgb, part: Part) -> Rgb {
    let row_bytes = part.width as usize * 3;
    let mut data = Vec::with_capacity(row_bytes * part.height as usize);
    let start = part.x as usize * 3;
    for y in part.y..part.y + part.height {
        data.extend_from_slice(&src.row(y)[start..start + row_bytes]);
    }
    Rgb {
        width: part.width,
        height: part.height,
        data,
    }
}

#[cfg(test)]
mod tests {
    use super::{crop, crop_part, part};
    use crate::Rgb;
    use crate::resize::Part;

    fn numbered(width: u32, height: u32) -> Rgb {
        let data = (0..height)
            .flat_map(|y| (0..width).flat_map(move |x| [x as u8, y as u8, 9]))
            .collect();
        Rgb::from_data(width, height, data).unwrap()
    }

    #[test]
    fn grows_the_box_on_every_side() {
        let src = numbered(100, 80);
        let expected = Part {
            x: 32,
            y: 12,
            width: 36,
            height: 36,
        };
        let bbox = [40.0, 20.0, 20.0, 20.0];
        assert_eq!(part(100, 80, bbox, 0.4), expected);
        assert_eq!(crop_part(100, 80, bbox, 0.4), [32, 12, 36, 36]);
        let cut = crop(&src, [40.0, 20.0, 20.0, 20.0], 0.4, 200);
        assert_eq!((cut.width, cut.height), (36, 36));
        assert_eq!(cut.pixel(0, 0), Some([32, 12, 9]));
        assert_eq!(cut.pixel(35, 35), Some([67, 47, 9]));
    }

    #[test]
    fn stays_inside_the_picture() {
        let src = numbered(50, 40);
        let cut = crop(&src, [-10.0, -5.0, 30.0, 20.0], 0.4, 200);
        assert_eq!((cut.width, cut.height), (32, 23));
        assert_eq!(cut.pixel(0, 0), Some([0, 0, 9]));
        let cut = crop(&src, [40.0, 30.0, 30.0, 30.0], 0.0, 200);
        assert_eq!((cut.width, cut.height), (10, 10));
    }

    #[test]
    fn gives_a_pixel_for_a_box_that_cannot_be() {
        let src = numbered(50, 40);
        for bbox in [
            [f32::NAN; 4],
            [f32::INFINITY; 4],
            [500.0, 500.0, 10.0, 10.0],
            [-500.0, -500.0, 10.0, 10.0],
            [20.0, 20.0, -10.0, -10.0],
        ] {
            let cut = crop(&src, bbox, 0.4, 64);
            assert!(cut.width >= 1 && cut.height >= 1, "{bbox:?}");
            assert_eq!(cut.data.len(), (cut.width * cut.height * 3) as usize);
        }
    }

    #[test]
    fn reduces_what_is_larger_than_the_limit() {
        let cut = crop(&numbered(200, 100), [50.0, 25.0, 100.0, 50.0], 0.0, 64);
        assert_eq!((cut.width, cut.height), (64, 32));
        // The reduced part shows its own pixels, not its neighbours': the left edge is near column 50.
        let [x, y, _] = cut.pixel(0, 0).unwrap();
        assert!((50..=52).contains(&x) && (25..=27).contains(&y), "{x},{y}");
    }
}
