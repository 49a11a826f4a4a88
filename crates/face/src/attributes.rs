//! Landmarks, age and gender of a face whose box is known.
//!
//! Both networks are face-api's: they take a square crop of the box, reduced or
//! enlarged to their own side. They are opened only where somebody asks for
//! what they tell, and need no detector: a face found long ago, or its crop,
//! will do.

use std::path::PathBuf;

use faceweave_photo::{Rgb, resize_exact};
use ort::session::Session;
use ort::value::TensorRef;

use crate::centerface::FaceBox;
use crate::error::FaceError;
use crate::runtime::open_session;

/// Points of a face in the order of the 300-W annotation, x and y each.
pub const LANDMARK_VALUES: usize = 136;

/// A network on square crops, as its card describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct SquareSpec {
    /// Name and hash.
    pub id: String,
    /// Absolute path of the ONNX file.
    pub path: PathBuf,
    /// Side of the network's input in pixels.
    pub size: u32,
    /// Subtracted from each channel, 0 … 255.
    pub mean: [f32; 3],
    /// Multiplies after the subtraction.
    pub scale: f32,
}

/// Which attributes are wanted, and from which networks.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AttributeSpec {
    /// 68 landmarks.
    pub landmarker: Option<SquareSpec>,
    /// Age and gender.
    pub age_gender: Option<SquareSpec>,
}

/// What the networks say of one face; empty or `None` where nobody asked.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Attributes {
    /// `[68 × 2]`: x, y in pixels of the photograph.
    pub landmarks: Vec<f32>,
    /// Years, and 0 = male … 1 = female.
    pub age_gender: Option<[f32; 2]>,
}

/// One network and its input.
struct Net {
    session: Session,
    spec: SquareSpec,
    name: &'static str,
}

/// The attribute networks of one worker thread.
#[derive(Default)]
pub struct AttributeNets {
    landmarker: Option<Net>,
    age_gender: Option<Net>,
    tensor: Vec<f32>,
}

impl AttributeNets {
    /// Opens what is asked for and tries it once, so that a wrong file is found before the first photograph.
    ///
    /// # Errors
    ///
    /// `RUNTIME_MISSING`, `MODEL_MISSING`, or `MODEL_INVALID` with what was expected and found.
    pub fn open(spec: &AttributeSpec) -> Result<Self, FaceError> {
        let open = |spec: &Option<SquareSpec>, name| -> Result<Option<Net>, FaceError> {
            let Some(spec) = spec.clone() else {
                return Ok(None);
            };
            let session = open_session(&spec.path)?;
            Ok(Some(Net {
                session,
                spec,
                name,
            }))
        };
        let mut nets = Self {
            landmarker: open(&spec.landmarker, "landmarker")?,
            age_gender: open(&spec.age_gender, "attributes")?,
            tensor: Vec::new(),
        };
        nets.try_out()?;
        Ok(nets)
    }

    fn try_out(&mut self) -> Result<(), FaceError> {
        if let Some(net) = &mut self.landmarker {
            net.try_out(&mut self.tensor, &LANDMARK_OUTPUTS)?;
        }
        if let Some(net) = &mut self.age_gender {
            net.try_out(&mut self.tensor, &AGE_GENDER_OUTPUTS)?;
        }
        Ok(())
    }

    /// Whether there is anything to ask.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.landmarker.is_none() && self.age_gender.is_none()
    }

    /// Asks the networks about the face in this box of an upright photograph.
    ///
    /// # Errors
    ///
    /// `MODEL_FAILED` when a network cannot run.
    pub fn describe(&mut self, photo: &Rgb, bbox: &FaceBox) -> Result<Attributes, FaceError> {
        let mut found = Attributes::default();
        if self.is_empty() {
            return Ok(found);
        }
        let square = Square::around(bbox);
        let pixels = square.cut(photo);
        if let Some(net) = &mut self.landmarker {
            let side = net.spec.size;
            let [shares] = net.run(
                &resize_exact(&pixels, side, side),
                &mut self.tensor,
                &LANDMARK_OUTPUTS,
            )?;
            found.landmarks = square.place(&shares);
        }
        if let Some(net) = &mut self.age_gender {
            let side = net.spec.size;
            let [age, gender] = net.run(
                &resize_exact(&pixels, side, side),
                &mut self.tensor,
                &AGE_GENDER_OUTPUTS,
            )?;
            // Two shares adding up to 1, male first.
            found.age_gender = Some([age[0], gender[1]]);
        }
        Ok(found)
    }
}

/// Names and lengths of the networks' outputs.
const LANDMARK_OUTPUTS: [(&str, usize); 1] = [("landmarks", LANDMARK_VALUES)];
const AGE_GENDER_OUTPUTS: [(&str, usize); 2] = [("age", 1), ("gender", 2)];

impl Net {
    fn try_out<const N: usize>(
        &mut self,
        tensor: &mut Vec<f32>,
        wanted: &[(&str, usize); N],
    ) -> Result<(), FaceError> {
        let side = self.spec.size;
        let grey = Rgb::filled(side, side, [128; 3]);
        self.run(&grey, tensor, wanted)
            .map(|_| ())
            .map_err(|error| FaceError::ModelInvalid {
                path: self.spec.path.clone(),
                reason: error.to_string(),
            })
    }

    /// One face through the network: its outputs of these names, checked for their lengths.
    fn run<const N: usize>(
        &mut self,
        square: &Rgb,
        tensor: &mut Vec<f32>,
        wanted: &[(&str, usize); N],
    ) -> Result<[Vec<f32>; N], FaceError> {
        let name = self.name;
        let failed = |reason: String| FaceError::Inference {
            model: name,
            reason,
        };
        let side = self.spec.size as usize;
        fill(square, &self.spec, tensor);
        let input = TensorRef::from_array_view(([1, 3, side, side], tensor.as_slice()))
            .map_err(|error| failed(error.to_string()))?;
        let outputs = self
            .session
            .run(ort::inputs![input])
            .map_err(|error| failed(error.to_string()))?;
        let mut found = [const { Vec::new() }; N];
        for (values, (name, length)) in found.iter_mut().zip(wanted) {
            let output = outputs
                .get(name)
                .ok_or_else(|| failed(format!("expected an output \"{name}\", found none")))?;
            let (shape, data) = output
                .try_extract_tensor::<f32>()
                .map_err(|error| failed(error.to_string()))?;
            if data.len() != *length {
                return Err(failed(format!(
                    "output {name}: expected [1, {length}], found {shape:?}"
                )));
            }
            *values = data.to_vec();
        }
        Ok(found)
    }
}

/// `[3 × side × side]`, `(value − mean) · scale`.
fn fill(square: &Rgb, spec: &SquareSpec, tensor: &mut Vec<f32>) {
    let plane = square.data.len() / 3;
    tensor.clear();
    tensor.resize(plane * 3, 0.0);
    for (channel, target) in tensor.chunks_exact_mut(plane.max(1)).enumerate() {
        let values = square.data.iter().skip(channel).step_by(3);
        for (to, from) in target.iter_mut().zip(values) {
            *to = (f32::from(*from) - spec.mean[channel]) * spec.scale;
        }
    }
}

/// The square that the networks are shown, in whole pixels of the photograph; may reach past it.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Square {
    left: i64,
    top: i64,
    side: u32,
}

/// Longest side of a square that is cut: far beyond any photograph's face, so that a box that cannot be costs no memory.
const MAX_SQUARE: f32 = 16_384.0;

impl Square {
    /// Around the box's centre, as long as its longer side.
    fn around(bbox: &FaceBox) -> Self {
        let half = (bbox.width.max(bbox.height) / 2.0).clamp(0.5, MAX_SQUARE / 2.0);
        let (x, y) = (bbox.x + bbox.width / 2.0, bbox.y + bbox.height / 2.0);
        let (left, right) = ((x - half).round() as i64, (x + half).round() as i64);
        Self {
            left,
            top: (y - half).round() as i64,
            side: (right - left).clamp(1, MAX_SQUARE as i64) as u32,
        }
    }

    /// Its pixels; what lies outside of the photograph is black.
    fn cut(&self, photo: &Rgb) -> Rgb {
        let mut pixels = Rgb::filled(self.side, self.side, [0; 3]);
        let side = i64::from(self.side);
        let first = self.left.clamp(0, i64::from(photo.width));
        let last = (self.left + side).clamp(first, i64::from(photo.width));
        let length = (last - first) as usize * 3;
        if length == 0 {
            return pixels;
        }
        for (row, line) in pixels
            .data
            .chunks_exact_mut(self.side as usize * 3)
            .enumerate()
        {
            let Ok(y) = u32::try_from(self.top + row as i64) else {
                continue;
            };
            let source = photo.row(y);
            if source.is_empty() {
                continue;
            }
            let (from, to) = (first as usize * 3, (first - self.left) as usize * 3);
            line[to..to + length].copy_from_slice(&source[from..from + length]);
        }
        pixels
    }

    /// Shares of the square's side as pixels of the photograph.
    fn place(&self, shares: &[f32]) -> Vec<f32> {
        let side = self.side as f32;
        shares
            .chunks_exact(2)
            .flat_map(|point| {
                [
                    self.left as f32 + point[0] * side,
                    self.top as f32 + point[1] * side,
                ]
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered() -> Rgb {
        let data = (0..6)
            .flat_map(|y| (0..8).flat_map(move |x| [10 * y + x, 0, 0]))
            .collect();
        Rgb::from_data(8, 6, data).unwrap()
    }

    #[test]
    fn the_square_is_as_long_as_the_longer_side_and_black_outside() {
        let bbox = FaceBox {
            x: 5.0,
            y: 2.0,
            width: 2.0,
            height: 6.0,
        };
        let square = Square::around(&bbox);
        assert_eq!(
            square,
            Square {
                left: 3,
                top: 2,
                side: 6
            }
        );
        let cut = square.cut(&numbered());
        assert_eq!(cut.pixel(0, 0), Some([23, 0, 0]));
        assert_eq!(cut.pixel(4, 3), Some([57, 0, 0]));
        assert_eq!(cut.pixel(5, 0), Some([0; 3]));
        assert_eq!(cut.pixel(0, 4), Some([0; 3]));
        assert_eq!(square.place(&[0.5, 0.0]), [6.0, 2.0]);
    }

    #[test]
    fn a_box_left_above_or_far_away_is_cut_all_the_same() {
        let at = |x, y| FaceBox {
            x,
            y,
            width: 4.0,
            height: 4.0,
        };
        let cut = Square::around(&at(-2.0, -2.0)).cut(&numbered());
        assert_eq!(cut.pixel(2, 2), Some([0, 0, 0]));
        assert_eq!(cut.pixel(3, 3), Some([11, 0, 0]));
        for bbox in [at(500.0, 0.0), at(0.0, -500.0)] {
            assert_eq!(Square::around(&bbox).cut(&numbered()).width, 4);
        }
        assert_eq!(Square::around(&at(f32::NAN, 0.0)).cut(&numbered()).width, 1);
    }
}
