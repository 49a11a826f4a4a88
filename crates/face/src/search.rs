//! Where a photograph is looked at, and how closely: what the first look tells of the next.
//!
//! The detector's cost grows with the area of its input, so a large photograph
//! is first looked at as a whole and small. Small faces are too small there to
//! pass the threshold, but not to leave a trace: only where there is one is the
//! photograph looked at closely, through windows. A photograph in which nothing
//! was found may be one face that fills the frame, or lie on its side; it gets
//! further looks. Pure decisions; the looks themselves are the detector's.

use faceweave_photo::Rgb;

use crate::centerface::{Detection, join};
use crate::view::{Region, Turn, View, fitted_size};

/// Short side of the smallest box that is found reliably, in pixels of the detector's input.
/// Source: `bench/detection.md`.
pub(crate) const SMALLEST_IN_INPUT: u32 = 16;

/// Photographs are never reduced below this long side for speed: a look then costs little more than the rest of the
/// work on a photograph, and points found in larger faces are finer.
const LEAST_LONG_SIDE: u32 = 224;

/// Long side of the first look at a photograph that needs a larger one for its smallest faces.
const FIRST_LONG_SIDE: u32 = 640;

/// A first look this near to the full size is the only one.
const WORTH_A_SECOND_LOOK: f32 = 1.25;

/// Heat above which a cell is the trace of a face that may be too small for this look.
const TRACE_HEAT: f32 = 0.1;

/// Larger boxes leave no mere trace: what is there would have been found. In pixels of the first look's input.
const LARGEST_TRACE: f32 = 18.0;

/// Side of a window, in pixels of the detector's input. Of 256, 160 and 128 the middle one finds the same faces as the
/// largest in half the time (`bench/detection.md`).
const WINDOW: u32 = 160;

/// Traces this near to a window's edge get a window of their own: beside them a face may be cut.
const WINDOW_EDGE: f32 = 40.0;

/// From here on one look at the whole costs less than windows that overlap.
const WINDOWS_OF_AREA: f32 = 0.6;

/// Long sides at which a photograph without a face is looked at again, for one that fills the frame.
const FRAME_LONG_SIDES: [u32; 2] = [192, 96];

/// Score of a face that leaves no doubt that the photograph is the right way up.
const SURELY_UPRIGHT: f32 = 0.85;

/// How large the detector sees a photograph; never enlarged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DetectionSize {
    /// Large enough for faces whose box's short side has this many pixels in the photograph.
    MinFace(u32),
    /// Once, with this long side.
    LongSide(u32),
}

impl DetectionSize {
    /// Long side at which the smallest faces wanted can be found.
    fn full(self, photo: &Rgb) -> u32 {
        let longest = photo.width.max(photo.height);
        match self {
            Self::LongSide(side) => side,
            Self::MinFace(face) => {
                let side = u64::from(longest) * u64::from(SMALLEST_IN_INPUT);
                let side = side.div_ceil(u64::from(face.max(1)));
                u32::try_from(side)
                    .unwrap_or(u32::MAX)
                    .clamp(LEAST_LONG_SIDE, longest.max(LEAST_LONG_SIDE))
            }
        }
    }

    /// Long side of the first look.
    pub(crate) fn first(self, photo: &Rgb) -> u32 {
        let full = self.full(photo);
        let is_worth_two = full as f32 > FIRST_LONG_SIDE as f32 * WORTH_A_SECOND_LOOK;
        match self {
            Self::MinFace(_) if is_worth_two => FIRST_LONG_SIDE,
            _ => full,
        }
    }

    /// Threshold of the first look: lower than that of faces, where traces are of use.
    pub(crate) fn first_threshold(self, photo: &Rgb, score_threshold: f32) -> f32 {
        if self.first(photo) < self.full(photo) {
            score_threshold.min(TRACE_HEAT)
        } else {
            score_threshold
        }
    }

    /// Closer looks at where the first one, everything over the lower threshold, left traces.
    pub(crate) fn closer(
        self,
        photo: &Rgb,
        found: &[Detection],
        score_threshold: f32,
    ) -> Vec<View> {
        let (first, full) = (self.first(photo), self.full(photo));
        if first >= full {
            return Vec::new();
        }
        let first_scale = View::whole(photo, first).scale()[0];
        let mut traces: Vec<&Detection> = found
            .iter()
            .filter(|face| {
                let short = face.bbox.width.min(face.bbox.height) * first_scale;
                let limit = if face.score > score_threshold {
                    SMALLEST_IN_INPUT as f32
                } else {
                    LARGEST_TRACE
                };
                short < limit
            })
            .collect();
        traces.sort_by(|a, b| b.score.total_cmp(&a.score));
        windows(photo, full, &traces)
    }
}

/// Windows of the photograph at its full look's scale, such that each trace lies well inside of one.
fn windows(photo: &Rgb, full: u32, traces: &[&Detection]) -> Vec<View> {
    let (width, height) = fitted_size(photo.width, photo.height, full);
    let scale = width as f32 / photo.width as f32;
    let side = ((WINDOW as f32 / scale).round() as u32).max(1);
    let edge = WINDOW_EDGE / scale;
    let mut regions: Vec<Region> = Vec::new();
    for face in traces {
        let (x, y) = (
            face.bbox.x + face.bbox.width / 2.0,
            face.bbox.y + face.bbox.height / 2.0,
        );
        let is_seen = regions.iter().any(|region| {
            is_well_inside(x, region.x, region.width, photo.width, edge)
                && is_well_inside(y, region.y, region.height, photo.height, edge)
        });
        if is_seen {
            continue;
        }
        let (left, span_x) = around(x, side, photo.width);
        let (top, span_y) = around(y, side, photo.height);
        regions.push(Region {
            x: left,
            y: top,
            width: span_x,
            height: span_y,
        });
        let area = (regions.len() as u32 * WINDOW * WINDOW) as f32;
        if area > WINDOWS_OF_AREA * width as f32 * height as f32 {
            return vec![View::whole(photo, full)];
        }
    }
    let shown = |span: u32| ((span as f32 * scale).round() as u32).max(1);
    regions
        .into_iter()
        .map(|region| View {
            region,
            inner: (shown(region.width), shown(region.height)),
            turn: Turn::Upright,
            border: 0,
        })
        .collect()
}

/// Whether a point is far from both ends of a span, or from those ends that are not the photograph's own.
fn is_well_inside(at: f32, start: u32, span: u32, limit: u32, edge: f32) -> bool {
    let (low, high) = (start as f32, (start + span) as f32);
    let is_past_low = start == 0 || at >= low + edge;
    let is_before_high = start + span == limit || at <= high - edge;
    at >= low && at <= high && is_past_low && is_before_high
}

/// Start and length of a span of `side` pixels around a point, moved into the photograph.
fn around(at: f32, side: u32, limit: u32) -> (u32, u32) {
    let side = side.min(limit);
    let start = (at - side as f32 / 2.0).round().max(0.0) as u32;
    (start.min(limit - side), side)
}

/// A face of a window that may be only the part of one that the window's edge left.
pub(crate) fn is_cut(face: &Detection, view: &View, photo: &Rgb) -> bool {
    let (left, top) = (view.region.x as f32, view.region.y as f32);
    let right = left + view.region.width as f32;
    let bottom = top + view.region.height as f32;
    let b = face.bbox;
    view.region.x > 0 && b.x < left
        || view.region.y > 0 && b.y < top
        || view.region.x + view.region.width < photo.width && b.x + b.width > right
        || view.region.y + view.region.height < photo.height && b.y + b.height > bottom
}

/// Looks for a face that fills the frame: the photograph small, in a border as wide as half of it.
pub(crate) fn frame_views(photo: &Rgb) -> impl Iterator<Item = View> {
    FRAME_LONG_SIDES.into_iter().map(|side| View {
        border: side / 2,
        ..View::whole(photo, side)
    })
}

/// Looks at the photograph lying on its sides and on its head.
pub(crate) fn turned_views(photo: &Rgb, long_side: u32) -> impl Iterator<Item = View> {
    [Turn::Right, Turn::OnItsHead, Turn::Left]
        .into_iter()
        .map(move |turn| View {
            turn,
            ..View::whole(photo, long_side)
        })
}

/// Whether the faces found upright leave open that the photograph lies on its side. The detector is as sure of some lying
/// faces as of upright ones; where their mouths lie tells them apart.
pub(crate) fn may_lie(found: &[Detection]) -> bool {
    found
        .iter()
        .all(|face| face.score < SURELY_UPRIGHT || !stands(face, Turn::Upright))
}

/// How much a look has found: of the four ways up, the one with the most faces that stand in it is the photograph's.
pub(crate) fn certainty(found: &[Detection], turn: Turn) -> f32 {
    found
        .iter()
        .filter(|face| stands(face, turn))
        .map(|face| face.score)
        .sum()
}

/// Whether a face's mouth lies below its eyes, to within 45°, once the photograph is turned.
fn stands(face: &Detection, turn: Turn) -> bool {
    let [left_eye, right_eye, _, left_mouth, right_mouth] = face.points;
    let down =
        [0, 1].map(|axis| left_mouth[axis] + right_mouth[axis] - left_eye[axis] - right_eye[axis]);
    // What is down in the turned picture, in the photograph's own directions.
    let [x, y] = match turn {
        Turn::Upright => [0.0, 1.0],
        Turn::Right => [1.0, 0.0],
        Turn::OnItsHead => [0.0, -1.0],
        Turn::Left => [-1.0, 0.0],
    };
    let along = down[0] * x + down[1] * y;
    let across = down[0] * y - down[1] * x;
    along > across.abs()
}

/// What all looks found, doubles suppressed.
pub(crate) fn all_of(looks: Vec<Vec<Detection>>) -> Vec<Detection> {
    join(looks.into_iter().flatten().collect())
}
