//! Decoding CenterFace's four maps into faces, and suppressing doubles.
//!
//! Source: Xu et al., "CenterFace: Joint Face Detection and Alignment Using
//! Face as Point" (2019), arXiv 1911.03599; maps and constants as in the MIT
//! reference of the ONNX file. Pure functions, no network in here.

/// Maps have one cell for four input pixels.
const MAP_STRIDE: f32 = 4.0;

/// Intersection over union above which the weaker of two boxes goes; the reference's value.
const SUPPRESSION_IOU: f32 = 0.3;

/// Cells above the threshold that are looked at, best first: a picture of noise must not cost quadratic time without end.
const MAX_CANDIDATES: usize = 20_000;

/// `x, y, width, height` in pixels, origin top-left; may reach past the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FaceBox {
    /// Left border.
    pub x: f32,
    /// Upper border.
    pub y: f32,
    /// Width, positive.
    pub width: f32,
    /// Height, positive.
    pub height: f32,
}

impl FaceBox {
    /// Where the five points of an upright frontal face would be in this box: the average over detections, roughly.
    #[must_use]
    pub fn upright_points(&self) -> [[f32; 2]; 5] {
        const SHARES: [[f32; 2]; 5] = [
            [0.30, 0.38],
            [0.70, 0.38],
            [0.50, 0.58],
            [0.34, 0.78],
            [0.66, 0.78],
        ];
        SHARES.map(|[x, y]| [self.x + x * self.width, self.y + y * self.height])
    }
}

/// One face as the detector sees it, in pixels of the upright photograph.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Detection {
    /// The face's box.
    pub bbox: FaceBox,
    /// Heat of the face's centre, 0 … 1.
    pub score: f32,
    /// Left eye, right eye, nose, left and right mouth corner (left in the picture), `[x, y]` each.
    pub points: [[f32; 2]; 5],
}

/// The detector's outputs for one picture, `[channels × rows × columns]` each.
pub(crate) struct Maps<'a> {
    /// Heat, one channel.
    pub heat: &'a [f32],
    /// Logarithm of height and width, two channels, in cells.
    pub size: &'a [f32],
    /// Offset of the centre in its cell: y, x.
    pub offset: &'a [f32],
    /// Five points relative to the box, y and x in turn, in shares of its sides.
    pub landmarks: &'a [f32],
    /// Rows of each map.
    pub rows: usize,
    /// Columns of each map.
    pub columns: usize,
}

/// Faces over the threshold, doubles suppressed, in pixels of the photograph, sorted by x, then y.
///
/// `scale` is input pixels per photograph pixel in x and y.
pub(crate) fn decode(maps: &Maps<'_>, threshold: f32, scale: [f32; 2]) -> Vec<Detection> {
    let cells = maps.rows * maps.columns;
    let mut candidates: Vec<usize> = (0..cells)
        .filter(|&cell| maps.heat[cell] > threshold)
        .collect();
    // Ties are broken by position: the result must not depend on the sort's whims.
    candidates.sort_unstable_by(|&a, &b| maps.heat[b].total_cmp(&maps.heat[a]).then(a.cmp(&b)));
    candidates.truncate(MAX_CANDIDATES);
    let boxed = candidates
        .into_iter()
        .map(|cell| decode_cell(maps, cell, scale));
    in_order(suppress(boxed.filter(is_sound)))
}

/// Faces of several looks at one photograph: doubles suppressed, sorted by x, then y.
pub(crate) fn join(mut faces: Vec<Detection>) -> Vec<Detection> {
    // Stable: of equal scores the earlier look's comes first.
    faces.sort_by(|a, b| b.score.total_cmp(&a.score));
    in_order(suppress(faces.into_iter()))
}

fn in_order(mut faces: Vec<Detection>) -> Vec<Detection> {
    faces.sort_by(|a, b| {
        a.bbox
            .x
            .total_cmp(&b.bbox.x)
            .then(a.bbox.y.total_cmp(&b.bbox.y))
    });
    faces
}

fn decode_cell(maps: &Maps<'_>, cell: usize, scale: [f32; 2]) -> Detection {
    let cells = maps.rows * maps.columns;
    let (row, column) = (cell / maps.columns, cell % maps.columns);
    let height = MAP_STRIDE * maps.size[cell].exp();
    let width = MAP_STRIDE * maps.size[cells + cell].exp();
    let x = MAP_STRIDE * (column as f32 + maps.offset[cells + cell] + 0.5) - width / 2.0;
    let y = MAP_STRIDE * (row as f32 + maps.offset[cell] + 0.5) - height / 2.0;
    let points = std::array::from_fn(|point| {
        let share_y = maps.landmarks[2 * point * cells + cell];
        let share_x = maps.landmarks[(2 * point + 1) * cells + cell];
        [
            (share_x * width + x) / scale[0],
            (share_y * height + y) / scale[1],
        ]
    });
    Detection {
        bbox: FaceBox {
            x: x / scale[0],
            y: y / scale[1],
            width: width / scale[0],
            height: height / scale[1],
        },
        score: maps.heat[cell].min(1.0),
        points,
    }
}

/// A network fed with nonsense may answer with nonsense; nothing infinite leaves this module.
fn is_sound(face: &Detection) -> bool {
    let FaceBox {
        x,
        y,
        width,
        height,
    } = face.bbox;
    let finite = [x, y, width, height, face.score]
        .iter()
        .all(|value| value.is_finite())
        && face.points.iter().flatten().all(|value| value.is_finite());
    finite && width >= 1.0 && height >= 1.0
}

/// Greedy non-maximum suppression; `faces` come best first.
fn suppress(faces: impl Iterator<Item = Detection>) -> Vec<Detection> {
    let mut kept: Vec<Detection> = Vec::new();
    for face in faces {
        if kept
            .iter()
            .all(|other| intersection_over_union(&face.bbox, &other.bbox) <= SUPPRESSION_IOU)
        {
            kept.push(face);
        }
    }
    kept
}

fn intersection_over_union(a: &FaceBox, b: &FaceBox) -> f32 {
    let across = (a.x + a.width).min(b.x + b.width) - a.x.max(b.x);
    let down = (a.y + a.height).min(b.y + b.height) - a.y.max(b.y);
    let shared = across.max(0.0) * down.max(0.0);
    shared / (a.width * a.height + b.width * b.height - shared)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Owned {
        heat: Vec<f32>,
        size: Vec<f32>,
        offset: Vec<f32>,
        landmarks: Vec<f32>,
    }

    fn empty(cells: usize) -> Owned {
        Owned {
            heat: vec![0.0; cells],
            size: vec![0.0; 2 * cells],
            offset: vec![0.0; 2 * cells],
            landmarks: vec![0.5; 10 * cells],
        }
    }

    fn maps(owned: &Owned, rows: usize, columns: usize) -> Maps<'_> {
        Maps {
            heat: &owned.heat,
            size: &owned.size,
            offset: &owned.offset,
            landmarks: &owned.landmarks,
            rows,
            columns,
        }
    }

    #[test]
    fn decodes_one_cell_by_the_published_formulas() {
        let mut owned = empty(64);
        let cell = 3 * 8 + 5;
        owned.heat[cell] = 0.9;
        owned.size[cell] = 10.0_f32.ln();
        owned.size[64 + cell] = 5.0_f32.ln();
        owned.offset[cell] = 0.25;
        owned.offset[64 + cell] = -0.25;
        owned.landmarks[cell] = 0.3; // y of the left eye
        owned.landmarks[64 + cell] = 0.2; // x of the left eye
        let faces = decode(&maps(&owned, 8, 8), 0.5, [0.5, 0.5]);
        assert_eq!(faces.len(), 1);
        let face = faces[0];
        // height 40, width 20; x = 4·(5 − 0.25 + 0.5) − 10 = 11, y = 4·(3 + 0.25 + 0.5) − 20 = −5; doubled by the scale.
        let close = |a: f32, b: f32| (a - b).abs() < 1e-4;
        assert!(close(face.bbox.x, 22.0) && close(face.bbox.y, -10.0));
        assert!(close(face.bbox.width, 40.0) && close(face.bbox.height, 80.0));
        assert!(close(face.points[0][0], 30.0) && close(face.points[0][1], 14.0));
    }

    #[test]
    fn keeps_the_better_of_two_overlapping_and_both_of_two_apart() {
        let mut owned = empty(64);
        for (cell, heat) in [(0, 0.7), (1, 0.9), (60, 0.6)] {
            owned.heat[cell] = heat;
            owned.size[cell] = 3.0_f32.ln();
            owned.size[64 + cell] = 3.0_f32.ln();
        }
        let faces = decode(&maps(&owned, 8, 8), 0.5, [1.0, 1.0]);
        let scores: Vec<f32> = faces.iter().map(|face| face.score).collect();
        assert_eq!(scores, [0.9, 0.6]);
    }

    #[test]
    fn leaves_out_what_is_not_finite() {
        let mut owned = empty(16);
        owned.heat[3] = 0.9;
        owned.size[3] = f32::INFINITY;
        assert!(decode(&maps(&owned, 4, 4), 0.5, [1.0, 1.0]).is_empty());
    }

    #[test]
    fn the_threshold_is_exclusive() {
        let mut owned = empty(16);
        owned.heat[3] = 0.5;
        assert!(decode(&maps(&owned, 4, 4), 0.5, [1.0, 1.0]).is_empty());
    }
}
