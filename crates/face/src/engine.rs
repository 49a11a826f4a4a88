//! One worker's networks: a detector, an embedder and, where asked for, those for attributes.
//!
//! An engine belongs to one thread at a time; a pool of workers holds one
//! each. The same photograph gives the same faces whatever else runs: every
//! face is embedded alone, in a tensor of one fixed shape, so that neither its
//! neighbours nor the thread count can change a bit of its vector.

use faceweave_photo::Rgb;
use ort::session::Session;
use ort::value::TensorRef;

use crate::attributes::{AttributeNets, AttributeSpec, Attributes};
use crate::centerface::{Detection, FaceBox};
use crate::chip::{Chip, cut};
use crate::detector::{Detector, DetectorSpec};
use crate::embedder::{EmbedderSpec, normalise};
use crate::error::FaceError;
use crate::runtime::open_session;

/// Detector and embedder of one worker thread.
pub struct FaceEngine {
    detector: Detector,
    embedder: Session,
    embedder_spec: EmbedderSpec,
    attributes: AttributeNets,
    tensor: Vec<f32>,
}

impl FaceEngine {
    /// Opens the networks and tries each once, so that a wrong file is found before the first photograph.
    ///
    /// # Errors
    ///
    /// `RUNTIME_MISSING`, `MODEL_MISSING`, or `MODEL_INVALID` with what was expected and found.
    pub fn open(
        detector_spec: DetectorSpec,
        embedder_spec: EmbedderSpec,
        attribute_spec: &AttributeSpec,
    ) -> Result<Self, FaceError> {
        let mut engine = Self {
            detector: Detector::open(detector_spec)?,
            embedder: open_session(&embedder_spec.path)?,
            embedder_spec,
            attributes: AttributeNets::open(attribute_spec)?,
            tensor: Vec::new(),
        };
        engine.try_out()?;
        Ok(engine)
    }

    fn try_out(&mut self) -> Result<(), FaceError> {
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
        self.detector.detect(photo)
    }

    /// Whether attributes were asked for.
    #[must_use]
    pub fn tells_attributes(&self) -> bool {
        !self.attributes.is_empty()
    }

    /// Landmarks, age and gender of the face in this box, as far as they were asked for.
    ///
    /// # Errors
    ///
    /// `MODEL_FAILED` when a network cannot run.
    pub fn describe(&mut self, photo: &Rgb, bbox: &FaceBox) -> Result<Attributes, FaceError> {
        self.attributes.describe(photo, bbox)
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
