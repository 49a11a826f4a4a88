//! The detector's network, and the looks it takes at a photograph.

use std::path::PathBuf;

use faceweave_photo::Rgb;
use fast_image_resize::Resizer;
use ort::session::Session;
use ort::value::TensorRef;

use crate::centerface::{Detection, Maps, decode};
use crate::error::FaceError;
use crate::runtime::open_session;
use crate::search::{DetectionSize, all_of, certainty, frame_views, is_cut, may_lie, turned_views};
use crate::view::{Canvas, Turn, View};

/// The detector and how it is used.
#[derive(Debug, Clone, PartialEq)]
pub struct DetectorSpec {
    /// Name and hash.
    pub id: String,
    /// Absolute path of the ONNX file.
    pub path: PathBuf,
    /// How large photographs are looked at.
    pub size: DetectionSize,
    /// Faces need a score above this, 0 … 1.
    pub score_threshold: f32,
    /// A photograph without a good face is looked at lying on its sides and on its head too.
    pub try_rotations: bool,
}

/// One session with the buffers it needs.
pub(crate) struct Detector {
    session: Session,
    spec: DetectorSpec,
    resizer: Resizer,
    canvas: Canvas,
}

impl Detector {
    /// Opens the network and tries it once.
    pub(crate) fn open(spec: DetectorSpec) -> Result<Self, FaceError> {
        let mut detector = Self {
            session: open_session(&spec.path)?,
            spec,
            resizer: Resizer::new(),
            canvas: Canvas::default(),
        };
        let blank = Rgb::filled(32, 32, [0; 3]);
        detector
            .look(&blank, &View::whole(&blank, 32), 0.5)
            .map_err(|error| FaceError::ModelInvalid {
                path: detector.spec.path.clone(),
                reason: error.to_string(),
            })?;
        Ok(detector)
    }

    /// All faces of an upright photograph, sorted by x, then y.
    pub(crate) fn detect(&mut self, photo: &Rgb) -> Result<Vec<Detection>, FaceError> {
        if photo.width == 0 || photo.height == 0 {
            return Ok(Vec::new());
        }
        let (size, threshold) = (self.spec.size, self.spec.score_threshold);
        let first_threshold = size.first_threshold(photo, threshold);
        let first = View::whole(photo, size.first(photo));
        let mut found = self.look(photo, &first, first_threshold)?;
        let closer = size.closer(photo, &found, threshold);
        found.retain(|face| face.score > threshold);
        if !closer.is_empty() {
            let mut looks = vec![found];
            for view in closer {
                let mut seen = self.look(photo, &view, threshold)?;
                seen.retain(|face| !is_cut(face, &view, photo));
                looks.push(seen);
            }
            found = all_of(looks);
        }
        if found.is_empty() {
            found = self.look_at_frame(photo)?;
        }
        if self.spec.try_rotations && may_lie(&found) {
            let mut most = certainty(&found, Turn::Upright);
            for view in turned_views(photo, size.first(photo)) {
                let seen = self.look(photo, &view, threshold)?;
                let sure = certainty(&seen, view.turn);
                if sure > most {
                    most = sure;
                    found = all_of(vec![seen]);
                }
            }
        }
        Ok(found)
    }

    /// A face that fills the frame is too large for the network, or lacks the surroundings it knows faces by.
    fn look_at_frame(&mut self, photo: &Rgb) -> Result<Vec<Detection>, FaceError> {
        for view in frame_views(photo) {
            let found = self.look(photo, &view, self.spec.score_threshold)?;
            if !found.is_empty() {
                return Ok(found);
            }
        }
        Ok(Vec::new())
    }

    /// One look: faces over the threshold, in the photograph's pixels.
    fn look(
        &mut self,
        photo: &Rgb,
        view: &View,
        threshold: f32,
    ) -> Result<Vec<Detection>, FaceError> {
        let failed = |reason: String| FaceError::Inference {
            model: "detector",
            reason,
        };
        view.draw(photo, &mut self.resizer, &mut self.canvas);
        let (width, height) = (self.canvas.width as usize, self.canvas.height as usize);
        let shape = [1_usize, 3, height, width];
        let tensor = TensorRef::from_array_view((shape, self.canvas.planes.as_slice()))
            .map_err(|error| failed(error.to_string()))?;
        let outputs = self
            .session
            .run(ort::inputs![tensor])
            .map_err(|error| failed(error.to_string()))?;
        let (rows, columns) = (height / 4, width / 4);
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
        let found = decode(&maps, threshold, view.scale());
        Ok(found.into_iter().map(|face| view.back(face)).collect())
    }
}
