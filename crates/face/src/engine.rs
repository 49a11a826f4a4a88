//! One worker's networks: a detector session and an embedder session.
//!
//! An engine belongs to one thread at a time; a pool of workers holds one
//! each. The same photograph gives the same faces whatever else runs: every
//! face is embedded alone, in a tensor of one fixed shape, so that neither its
//! neighbours nor the thread count can change a bit of its vector.

use std::path::PathBuf;

use faceweave_photo::Rgb;
use fast_image_resize::Resizer;
use ort::session::Session;
use ort::value::TensorRef;

use crate::centerface::{Detection, Maps, decode};
use crate::chip::{Chip, cut};
use crate::embedder::{EmbedderSpec, normalise};
use crate::error::FaceError;
use crate::letterbox::letterbox;
use crate::runtime::open_session;

/// The detector and how it is used.
#[derive(Debug, Clone, PartialEq)]
pub struct DetectorSpec {
    /// Name and hash.
    pub id: String,
    /// Absolute path of the ONNX file.
    pub path: PathBuf,
    /// Photographs are reduced until their long side has this many pixels; never enlarged.
    pub long_side: u32,
    /// Faces need a score above this, 0 … 1.
    pub score_threshold: f32,
}

/// Detector and embedder of one worker thread.
pub struct FaceEngine {
    detector: Session,
    embedder: Session,
    detector_spec: DetectorSpec,
    embedder_spec: EmbedderSpec,
    resizer: Resizer,
    tensor: Vec<f32>,
}

impl FaceEngine {
    /// Opens both networks and tries each once, so that a wrong file is found before the first photograph.
    ///
    /// # Errors
    ///
    /// `RUNTIME_MISSING`, `MODEL_MISSING`, or `MODEL_INVALID` with what was expected and found.
    pub fn open(
        detector_spec: DetectorSpec,
        embedder_spec: EmbedderSpec,
    ) -> Result<Self, FaceError> {
        let mut engine = Self {
            detector: open_session(&detector_spec.path)?,
            embedder: open_session(&embedder_spec.path)?,
            detector_spec,
            embedder_spec,
            resizer: Resizer::new(),
            tensor: Vec::new(),
        };
        engine.try_out()?;
        Ok(engine)
    }

    fn try_out(&mut self) -> Result<(), FaceError> {
        let blank = Rgb {
            width: 32,
            height: 32,
            data: vec![0; 32 * 32 * 3],
        };
        self.detect(&blank)
            .map_err(|error| FaceError::ModelInvalid {
                path: self.detector_spec.path.clone(),
                reason: error.to_string(),
            })?;
        let grey = self.blank_chip();
        self.embed(&grey).map_err(|error| FaceError::ModelInvalid {
            path: self.embedder_spec.path.clone(),
            reason: error.to_string(),
        })?;
        Ok(())
    }

    /// The embedder in use.
    #[must_use]
    pub fn embedder(&self) -> &EmbedderSpec {
        &self.embedder_spec
    }

    /// Finds the faces of an upright photograph, sorted by x, then y. Coordinates are the photograph's pixels.
    ///
    /// # Errors
    ///
    /// `MODEL_FAILED` when the network cannot run.
    pub fn detect(&mut self, photo: &Rgb) -> Result<Vec<Detection>, FaceError> {
        let failed = |reason: String| FaceError::Inference {
            model: "detector",
            reason,
        };
        let input = letterbox(photo, self.detector_spec.long_side, &mut self.resizer);
        let shape = [1_usize, 3, input.height as usize, input.width as usize];
        let tensor = TensorRef::from_array_view((shape, input.planes.as_slice()))
            .map_err(|error| failed(error.to_string()))?;
        let outputs = self
            .detector
            .run(ort::inputs![tensor])
            .map_err(|error| failed(error.to_string()))?;
        let (rows, columns) = (input.height as usize / 4, input.width as usize / 4);
        if outputs.len() < 4 {
            return Err(failed(format!(
                "expected 4 outputs (heat, size, offset, landmarks), found {}",
                outputs.len()
            )));
        }
        let mut maps: [&[f32]; 4] = [&[]; 4];
        for ((index, map), channels) in maps.iter_mut().enumerate().zip([1_usize, 2, 2, 10]) {
            let (shape, data) = outputs[index]
                .try_extract_tensor::<f32>()
                .map_err(|error| failed(error.to_string()))?;
            if data.len() != channels * rows * columns {
                return Err(failed(format!(
                    "output {index}: expected [1, {channels}, {rows}, {columns}], found {shape:?}"
                )));
            }
            *map = data;
        }
        let [heat, size, offset, landmarks] = maps;
        let maps = Maps {
            heat,
            size,
            offset,
            landmarks,
            rows,
            columns,
        };
        Ok(decode(
            &maps,
            self.detector_spec.score_threshold,
            input.scale,
        ))
    }

    /// Cuts the aligned chip of a face; `None` when its five points coincide.
    #[must_use]
    pub fn align(&self, photo: &Rgb, face: &Detection) -> Option<Chip> {
        cut(
            photo,
            &face.points,
            &self.embedder_spec.template,
            self.embedder_spec.size,
        )
    }

    /// A grey chip, for a face whose place in the picture cannot be told.
    #[must_use]
    pub fn blank_chip(&self) -> Chip {
        let side = self.embedder_spec.size;
        // Grey, not black: a network without biases answers black with a zero vector.
        Chip {
            side,
            data: vec![128; (side * side * 3) as usize],
        }
    }

    /// Embeds one chip: `dims` values of unit length; `None` when the network's answer has no direction.
    ///
    /// # Errors
    ///
    /// `MODEL_FAILED` when the network cannot run or its output has another shape than its card says.
    pub fn embed(&mut self, chip: &Chip) -> Result<Option<Vec<f32>>, FaceError> {
        let failed = |reason: String| FaceError::Inference {
            model: "embedder",
            reason,
        };
        let spec = &self.embedder_spec;
        spec.fill(chip, &mut self.tensor);
        let tensor = TensorRef::from_array_view((spec.input_shape(), self.tensor.as_slice()))
            .map_err(|error| failed(error.to_string()))?;
        let outputs = self
            .embedder
            .run(ort::inputs![tensor])
            .map_err(|error| failed(error.to_string()))?;
        if outputs.len() == 0 {
            return Err(failed("expected one output, found none".into()));
        }
        let (shape, rows) = outputs[0]
            .try_extract_tensor::<f32>()
            .map_err(|error| failed(error.to_string()))?;
        let expected = spec.views() * spec.dims;
        if rows.len() != expected {
            return Err(failed(format!(
                "expected {} rows of {} values, found an output of shape {shape:?}",
                spec.views(),
                spec.dims
            )));
        }
        Ok(normalise(rows, spec.dims))
    }
}
