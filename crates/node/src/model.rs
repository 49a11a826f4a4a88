//! A model as its card describes it, turned into what `crates/face` takes.

use std::path::PathBuf;

use faceweave_face::{
    AttributeSpec, ChannelOrder, DetectionSize, DetectorSpec, EmbedderSpec, Points, SquareSpec,
    TensorLayout,
};
use napi_derive::napi;

use crate::error::JobError;

/// What the core needs of a model's card.
#[napi(object)]
pub struct ModelSpec {
    /// Name, protocol and hash; vectors of two ids are never mixed.
    pub id: String,
    /// Absolute path of the ONNX file.
    pub path: String,
    /// What the network is.
    #[napi(ts_type = "'centerface' | 'aligned-embedder' | 'landmark68' | 'age-gender'")]
    pub kind: String,
    /// Side of the input in pixels (all but the detector).
    pub size: Option<u32>,
    /// Order of the colours (embedder). @default 'rgb'
    #[napi(ts_type = "'rgb' | 'bgr'")]
    pub channels: Option<String>,
    /// Three values, subtracted from each channel (all but the detector).
    pub mean: Option<Vec<f64>>,
    /// Multiplies after the subtraction (all but the detector).
    pub scale: Option<f64>,
    /// Order of the axes (embedder). @default 'nchw'
    #[napi(ts_type = "'nchw' | 'nhwc'")]
    pub layout: Option<String>,
    /// Ten values: x, y of left eye, right eye, nose, left and right mouth corner in chip pixels (embedder).
    pub template: Option<Vec<f64>>,
    /// Length of the vector (embedder).
    pub dims: Option<u32>,
    /// Also embed the mirrored chip and add both (embedder). @default false
    pub mirror: Option<bool>,
}

/// Largest chip and vector taken from a card: far above any face model, far below what would fill memory.
const MAX_SIDE: u32 = 1024;
const MAX_DIMS: u32 = 16_384;
/// Longest side the detector takes.
const MAX_FACE: u32 = 16_384;

/// The networks that a job is asked to open beside detector and embedder.
pub(crate) fn attribute_spec(
    landmarker: Option<ModelSpec>,
    attributes: Option<ModelSpec>,
) -> Result<AttributeSpec, JobError> {
    let square = |name: &str, kind: &str, model: Option<ModelSpec>| {
        model.map(|model| model.square(name, kind)).transpose()
    };
    Ok(AttributeSpec {
        landmarker: square("landmarker", "landmark68", landmarker)?,
        age_gender: square("attributes", "age-gender", attributes)?,
    })
}

impl ModelSpec {
    pub(crate) fn detector(
        self,
        min_face: u32,
        detection_size: Option<u32>,
        score_threshold: f64,
        try_rotations: bool,
    ) -> Result<DetectorSpec, JobError> {
        if self.kind != "centerface" {
            return Err(JobError::argument(
                "detector.kind",
                "'centerface'",
                self.kind,
            ));
        }
        if !(1..=MAX_FACE).contains(&min_face) {
            return Err(JobError::argument(
                "minFace",
                &format!("1 to {MAX_FACE} pixels"),
                min_face,
            ));
        }
        let size = match detection_size {
            None => DetectionSize::MinFace(min_face),
            Some(side) if (32..=16_384).contains(&side) => DetectionSize::LongSide(side),
            Some(side) => {
                return Err(JobError::argument(
                    "detectionSize",
                    "32 to 16384 pixels",
                    side,
                ));
            }
        };
        if !(0.0..1.0).contains(&score_threshold) {
            return Err(JobError::argument(
                "scoreThreshold",
                "0 to below 1",
                score_threshold,
            ));
        }
        let path = PathBuf::from(self.path);
        Ok(DetectorSpec {
            id: self.id,
            path,
            size,
            score_threshold: score_threshold as f32,
            try_rotations,
        })
    }

    pub(crate) fn embedder(self) -> Result<EmbedderSpec, JobError> {
        if self.kind != "aligned-embedder" {
            return Err(JobError::argument(
                "embedder.kind",
                "'aligned-embedder'",
                self.kind,
            ));
        }
        let (size, mean, scale) = self.input("embedder")?;
        let dims = within("embedder.dims", self.dims, MAX_DIMS)?;
        let template: [f64; 10] = values("embedder.template", self.template)?;
        Ok(EmbedderSpec {
            id: self.id,
            path: PathBuf::from(self.path),
            size,
            template: points(&template),
            mean,
            scale,
            channels: match self.channels.as_deref() {
                None | Some("rgb") => ChannelOrder::Rgb,
                Some("bgr") => ChannelOrder::Bgr,
                Some(other) => {
                    return Err(JobError::argument(
                        "embedder.channels",
                        "'rgb' or 'bgr'",
                        other,
                    ));
                }
            },
            layout: match self.layout.as_deref() {
                None | Some("nchw") => TensorLayout::Nchw,
                Some("nhwc") => TensorLayout::Nhwc,
                Some(other) => {
                    return Err(JobError::argument(
                        "embedder.layout",
                        "'nchw' or 'nhwc'",
                        other,
                    ));
                }
            },
            dims: dims as usize,
            mirror: self.mirror.unwrap_or(false),
        })
    }

    fn square(self, name: &str, kind: &str) -> Result<SquareSpec, JobError> {
        if self.kind != kind {
            return Err(JobError::argument(
                &format!("{name}.kind"),
                &format!("'{kind}'"),
                self.kind,
            ));
        }
        let (size, mean, scale) = self.input(name)?;
        Ok(SquareSpec {
            id: self.id,
            path: PathBuf::from(self.path),
            size,
            mean,
            scale,
        })
    }

    /// Side, mean and scale of a network's input.
    fn input(&self, name: &str) -> Result<(u32, [f32; 3], f32), JobError> {
        let size = within(&format!("{name}.size"), self.size, MAX_SIDE)?;
        let mean: [f64; 3] = values(&format!("{name}.mean"), self.mean.clone())?;
        let scale = self
            .scale
            .filter(|scale| scale.is_finite() && *scale != 0.0)
            .ok_or_else(|| {
                JobError::argument(&format!("{name}.scale"), "a number other than 0", "none")
            })?;
        Ok((size, mean.map(|value| value as f32), scale as f32))
    }
}

fn within(name: &str, value: Option<u32>, limit: u32) -> Result<u32, JobError> {
    match value {
        Some(value) if (1..=limit).contains(&value) => Ok(value),
        Some(value) => Err(JobError::argument(name, &format!("1 to {limit}"), value)),
        None => Err(JobError::argument(name, &format!("1 to {limit}"), "none")),
    }
}

fn values<const N: usize>(name: &str, value: Option<Vec<f64>>) -> Result<[f64; N], JobError> {
    let value = value.unwrap_or_default();
    let found = value.len();
    match <[f64; N]>::try_from(value) {
        Ok(value) if value.iter().all(|number| number.is_finite()) => Ok(value),
        _ => Err(JobError::argument(
            name,
            &format!("{N} finite numbers"),
            format!("{found} values"),
        )),
    }
}

fn points(template: &[f64; 10]) -> Points {
    std::array::from_fn(|point| [template[2 * point] as f32, template[2 * point + 1] as f32])
}
