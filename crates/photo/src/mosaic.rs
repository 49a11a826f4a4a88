//! Lays many crops out as one picture, so that a person's faces can be looked over at a glance. Apart
//! from encoding because it reads files: a crop that has gone missing must show as missing, and must
//! not cost the mosaic.

use std::path::{Path, PathBuf};

use crate::resize::{Part, resize_part};
use crate::{Limits, PhotoError, Rgb, decode, read};

/// Between tiles, in pixels.
const GAP: u32 = 2;
/// The largest tile; a crop is never larger.
const MAX_TILE: u32 = 1024;
/// The longest side of a mosaic: what a JPEG can state.
const MAX_SIDE: u32 = u16::MAX as u32;
/// Between tiles and where no tile is: as quiet on a dark page as on a light one.
const GROUND: [u8; 3] = [128; 3];
/// What stands for a tile that cannot be read.
const GREY: [u8; 3] = [176; 3];

/// A mosaic, and what it could not show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mosaic {
    /// The picture.
    pub pixels: Rgb,
    /// Tiles it has, grey ones included: at most `max_tiles`.
    pub tiles: usize,
    /// How many of them could not be read and are grey.
    pub missing: usize,
}

/// Lays out the first `max_tiles` pictures, left to right and top to bottom, as squares of `tile_side`
/// pixels (at most 1024) with grey gaps of two pixels, in as many columns as rows or one more.
///
/// A mosaic's sides are at most 65,535 pixels, what a JPEG can state: tiles beyond that are not shown.
/// Each picture is cut to its central square. One that cannot be read or decoded is a lighter grey tile and is
/// counted in [`Mosaic::missing`]. Without any picture the mosaic is one empty cell.
///
/// # Cost
/// One picture at a time besides the mosaic, which has about `max_tiles × tile_side²` pixels.
#[must_use]
pub fn mosaic(tiles: &[PathBuf], tile_side: u32, max_tiles: usize) -> Mosaic {
    let side = tile_side.clamp(1, MAX_TILE);
    let most_columns = ((MAX_SIDE + GAP) / (side + GAP)) as usize;
    let most = max_tiles.min(most_columns * most_columns);
    let shown = tiles.get(..most).unwrap_or(tiles);
    let (columns, rows) = grid(shown.len());
    let length = |count: u32| count * side + (count - 1) * GAP;
    let mut mosaic = Mosaic {
        pixels: Rgb::filled(length(columns), length(rows), GROUND),
        tiles: shown.len(),
        missing: 0,
    };
    for (number, path) in (0_u32..).zip(shown) {
        let tile = tile(path, side).unwrap_or_else(|_| {
            mosaic.missing += 1;
            Rgb::filled(side, side, GREY)
        });
        let (column, row) = (number % columns, number / columns);
        place(
            &mut mosaic.pixels,
            &tile,
            column * (side + GAP),
            row * (side + GAP),
        );
    }
    mosaic
}

/// Columns and rows for a number of tiles: the smallest grid that is square or one wider than high.
fn grid(tiles: usize) -> (u32, u32) {
    let tiles = u32::try_from(tiles).unwrap_or(u32::MAX).max(1);
    let columns = tiles.isqrt() + u32::from(tiles.isqrt().pow(2) < tiles);
    (columns, tiles.div_ceil(columns))
}

fn tile(path: &Path, side: u32) -> Result<Rgb, PhotoError> {
    let limits = Limits::default();
    let picture = decode(&read(path, &limits)?, &limits)?.pixels;
    let square = picture.width.min(picture.height);
    let part = Part {
        x: (picture.width - square) / 2,
        y: (picture.height - square) / 2,
        width: square,
        height: square,
    };
    Ok(resize_part(&picture, part, side, side))
}

fn place(canvas: &mut Rgb, tile: &Rgb, x: u32, y: u32) {
    let stride = canvas.width as usize * 3;
    for row in 0..tile.height {
        let pixels = tile.row(row);
        let start = (y + row) as usize * stride + x as usize * 3;
        if let Some(place) = canvas.data.get_mut(start..start + pixels.len()) {
            place.copy_from_slice(pixels);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::grid;

    #[test]
    fn makes_near_square_grids() {
        let cases = [
            (0, (1, 1)),
            (1, (1, 1)),
            (2, (2, 1)),
            (4, (2, 2)),
            (5, (3, 2)),
            (7, (3, 3)),
            (10, (4, 3)),
            (17, (5, 4)),
        ];
        for (tiles, expected) in cases {
            assert_eq!(grid(tiles), expected, "{tiles} tiles");
        }
    }
}
