//! Turns stored pixels upright by EXIF orientation (TIFF 6.0, tag 274). Apart from decoding because
//! it is pure geometry, and the same for every format.

use crate::Rgb;

/// Side of the squares in which pictures are turned on their side. A square is first gathered into a
/// buffer of 12 KB, which stays in the first-level cache, so that memory is read and written in runs of
/// 192 bytes; 32, 96 and 128 measured slower.
const TILE: usize = 64;

/// The picture as the photographer held it. Orientations outside 2–8 leave it as it is.
pub(crate) fn upright(mut picture: Rgb, orientation: u8) -> Rgb {
    match orientation {
        2 => mirror(&mut picture),
        3 => half_turn(&mut picture),
        4 => flip(&mut picture),
        // Stored pixel x, y goes to row x, column y; in 6 and 7 columns count from the right, in 7 and
        // 8 rows count from the bottom.
        5 => return transpose(&picture, false, false),
        6 => return transpose(&picture, true, false),
        7 => return transpose(&picture, true, true),
        8 => return transpose(&picture, false, true),
        _ => {}
    }
    picture
}

fn mirror(picture: &mut Rgb) {
    let stride = picture.width as usize * 3;
    if stride == 0 {
        return;
    }
    for row in picture.data.chunks_exact_mut(stride) {
        reverse_pixels(row);
    }
}

fn half_turn(picture: &mut Rgb) {
    reverse_pixels(&mut picture.data);
}

fn flip(picture: &mut Rgb) {
    let stride = picture.width as usize * 3;
    let height = picture.height as usize;
    for y in 0..height / 2 {
        let (above, below) = picture.data.split_at_mut((height - 1 - y) * stride);
        above[y * stride..(y + 1) * stride].swap_with_slice(&mut below[..stride]);
    }
}

fn reverse_pixels(bytes: &mut [u8]) {
    let (pixels, _) = bytes.as_chunks_mut::<3>();
    pixels.reverse();
}

fn transpose(picture: &Rgb, columns_from_right: bool, rows_from_bottom: bool) -> Rgb {
    let (width, height) = (picture.width as usize, picture.height as usize);
    let mut turned = Rgb::filled(picture.height, picture.width, [0; 3]);
    let (from, _) = picture.data.as_chunks::<3>();
    let (to, _) = turned.data.as_chunks_mut::<3>();
    let mut tile = [[0_u8; 3]; TILE * TILE];
    for top in (0..height).step_by(TILE) {
        let rows = TILE.min(height - top);
        let first_column = if columns_from_right {
            height - top - rows
        } else {
            top
        };
        for left in (0..width).step_by(TILE) {
            let columns = TILE.min(width - left);
            for (y, line) in tile.chunks_exact_mut(TILE).take(rows).enumerate() {
                let start = (top + y) * width + left;
                line[..columns].copy_from_slice(&from[start..start + columns]);
            }
            for x in 0..columns {
                let row = if rows_from_bottom {
                    width - 1 - left - x
                } else {
                    left + x
                };
                let start = row * height + first_column;
                let line = &mut to[start..start + rows];
                let column = tile[x..].iter().step_by(TILE);
                if columns_from_right {
                    line.iter_mut()
                        .rev()
                        .zip(column)
                        .for_each(|(to, from)| *to = *from);
                } else {
                    line.iter_mut()
                        .zip(column)
                        .for_each(|(to, from)| *to = *from);
                }
            }
        }
    }
    turned
}

#[cfg(test)]
mod tests {
    use super::upright;
    use crate::Rgb;

    /// Two columns, three rows; each pixel is named by its red value.
    fn named(width: u32, height: u32, names: &[u8]) -> Rgb {
        let data = names.iter().flat_map(|&name| [name, 0, 0]).collect();
        Rgb::from_data(width, height, data).unwrap()
    }

    #[test]
    fn turns_every_orientation_upright() {
        let stored = named(2, 3, &[1, 2, 3, 4, 5, 6]);
        let expected: [(u8, u32, u32, [u8; 6]); 8] = [
            (1, 2, 3, [1, 2, 3, 4, 5, 6]),
            (2, 2, 3, [2, 1, 4, 3, 6, 5]),
            (3, 2, 3, [6, 5, 4, 3, 2, 1]),
            (4, 2, 3, [5, 6, 3, 4, 1, 2]),
            (5, 3, 2, [1, 3, 5, 2, 4, 6]),
            (6, 3, 2, [5, 3, 1, 6, 4, 2]),
            (7, 3, 2, [6, 4, 2, 5, 3, 1]),
            (8, 3, 2, [2, 4, 6, 1, 3, 5]),
        ];
        for (orientation, width, height, names) in expected {
            assert_eq!(
                upright(stored.clone(), orientation),
                named(width, height, &names),
                "orientation {orientation}"
            );
        }
    }

    #[test]
    fn turns_pictures_larger_than_a_tile() {
        let (width, height) = (70_u32, 45_u32);
        let data = (0..width * height)
            .flat_map(|i| [(i % 251) as u8, (i / 251) as u8, 7])
            .collect();
        let stored = Rgb::from_data(width, height, data).unwrap();
        let turned = upright(stored.clone(), 6);
        assert_eq!((turned.width, turned.height), (height, width));
        for (x, y) in [(0, 0), (69, 0), (0, 44), (69, 44), (33, 31)] {
            assert_eq!(stored.pixel(x, y), turned.pixel(height - 1 - y, x));
        }
        assert_eq!(upright(turned, 8), stored);
    }
}
