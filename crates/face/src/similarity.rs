//! The similarity (rotation, uniform scale, shift) that sends five points
//! nearest to five others in the least-squares sense.
//!
//! Source: Umeyama, "Least-squares estimation of transformation parameters
//! between two point patterns", IEEE TPAMI 13 (1991). In the plane and without
//! reflection it has the closed form used here.

/// Left eye, right eye, nose, left and right mouth corner, `[x, y]` each.
pub type Points = [[f32; 2]; 5];

/// `x' = a·x − b·y + tx`, `y' = b·x + a·y + ty`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Similarity {
    /// Scale times cosine of the rotation.
    pub a: f32,
    /// Scale times sine of the rotation.
    pub b: f32,
    /// Shift in x.
    pub tx: f32,
    /// Shift in y.
    pub ty: f32,
}

impl Similarity {
    /// The similarity that sends `from` nearest to `to`; `None` when the points of `from` coincide.
    #[must_use]
    pub fn between(from: &Points, to: &Points) -> Option<Self> {
        let centre = |points: &Points| {
            let sum = points.iter().fold([0.0_f64; 2], |sum, p| {
                [sum[0] + f64::from(p[0]), sum[1] + f64::from(p[1])]
            });
            sum.map(|value| value / points.len() as f64)
        };
        let (from_centre, to_centre) = (centre(from), centre(to));
        let (mut dot, mut cross, mut spread) = (0.0_f64, 0.0_f64, 0.0_f64);
        for (p, q) in from.iter().zip(to) {
            let (px, py) = (
                f64::from(p[0]) - from_centre[0],
                f64::from(p[1]) - from_centre[1],
            );
            let (qx, qy) = (
                f64::from(q[0]) - to_centre[0],
                f64::from(q[1]) - to_centre[1],
            );
            dot += px * qx + py * qy;
            cross += px * qy - py * qx;
            spread += px * px + py * py;
        }
        // Points closer than a thousandth of a pixel carry no direction.
        if spread.is_nan() || spread < 1e-6 {
            return None;
        }
        let (a, b) = (dot / spread, cross / spread);
        if a == 0.0 && b == 0.0 {
            return None;
        }
        Some(Self {
            a: a as f32,
            b: b as f32,
            tx: (to_centre[0] - a * from_centre[0] + b * from_centre[1]) as f32,
            ty: (to_centre[1] - b * from_centre[0] - a * from_centre[1]) as f32,
        })
    }

    /// Pixels of the target per pixel of the source.
    #[must_use]
    pub fn scale(&self) -> f32 {
        self.a.hypot(self.b)
    }

    /// Sends a point through.
    #[must_use]
    pub fn apply(&self, [x, y]: [f32; 2]) -> [f32; 2] {
        [
            self.a * x - self.b * y + self.tx,
            self.b * x + self.a * y + self.ty,
        ]
    }

    /// The way back.
    #[must_use]
    pub fn inverse(&self) -> Self {
        let square = self.a * self.a + self.b * self.b;
        let (a, b) = (self.a / square, -self.b / square);
        Self {
            a,
            b,
            tx: -(a * self.tx - b * self.ty),
            ty: -(b * self.tx + a * self.ty),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FACE: Points = [
        [38.3, 51.7],
        [73.5, 51.5],
        [56.0, 71.7],
        [41.5, 92.4],
        [70.7, 92.2],
    ];

    proptest! {
        #[test]
        fn recovers_any_similarity(angle in -3.1_f32..3.1, scale in 0.05_f32..20.0, tx in -500.0_f32..500.0, ty in -500.0_f32..500.0) {
            let truth = Similarity { a: scale * angle.cos(), b: scale * angle.sin(), tx, ty };
            let moved = FACE.map(|point| truth.apply(point));
            let found = Similarity::between(&FACE, &moved).expect("distinct points");
            for point in FACE {
                let (want, got) = (truth.apply(point), found.apply(point));
                prop_assert!((want[0] - got[0]).abs() < 0.05 && (want[1] - got[1]).abs() < 0.05);
                let back = found.inverse().apply(got);
                prop_assert!((back[0] - point[0]).abs() < 0.05 && (back[1] - point[1]).abs() < 0.05);
            }
        }
    }

    #[test]
    fn coinciding_points_have_no_similarity() {
        assert_eq!(Similarity::between(&[[5.0, 5.0]; 5], &FACE), None);
    }

    #[test]
    fn is_the_least_squares_solution_by_hand() {
        // One point displaced: the optimum has zero gradient, checked by nudging each parameter.
        let mut moved = FACE;
        moved[2] = [60.0, 70.0];
        let found = Similarity::between(&FACE, &moved).expect("distinct points");
        let cost = |s: &Similarity| -> f64 {
            FACE.iter()
                .zip(&moved)
                .map(|(p, q)| {
                    let r = s.apply(*p);
                    f64::from((r[0] - q[0]).powi(2) + (r[1] - q[1]).powi(2))
                })
                .sum()
        };
        let best = cost(&found);
        for (da, db, dx, dy) in [
            (0.01, 0.0, 0.0, 0.0),
            (-0.01, 0.0, 0.0, 0.0),
            (0.0, 0.01, 0.0, 0.0),
            (0.0, 0.0, 0.2, 0.0),
            (0.0, 0.0, 0.0, -0.2),
        ] {
            let nudged = Similarity {
                a: found.a + da,
                b: found.b + db,
                tx: found.tx + dx,
                ty: found.ty + dy,
            };
            assert!(cost(&nudged) > best);
        }
    }
}
