//! A model as its card describes it, turned into what `crates/face` takes.

use std::path::PathBuf;

use faceweave_face::{ChannelOrder, DetectorSpec, EmbedderSpec, Points, TensorLayout};
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
    #[napi(ts_type = "'centerface' | 'aligned-embedder'")]
    pub kind: String,
    /// Side of the chip in pixels (embedder).
    pub size: Option<u32>,
    /// Order of the colours (embedder). @default 'rgb'
    #[napi(ts_type = "'rgb' | 'bgr'")]
    pub channels: Option<String>,
    /// Three values, subtracted from each channel (embedder).
    pub mean: Option<Vec<f64>>,
    /// Multiplies after the subtraction (embedder).
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

impl ModelSpec {
    pub(crate) fn detector(
        self,
        long_side: u32,
        score_threshold: f64,
    ) -> Result<DetectorSpec, JobError> {
        if self.kind != "centerface" {
            return Err(JobError::argument(
                "detector.kind",
                "'centerface'",
                self.kind,
            ));
        }
        if !(32..=16_384).contains(&long_side) {
            return Err(JobError::argument(
                "detectionSize",
                "32 to 16384 pixels",
                long_side,
            ));
        }
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
            long_side,
            score_threshold: score_threshold as f32,
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
        let size = within("embedder.size", self.size, MAX_SIDE)?;
        let dims = within("embedder.dims", self.dims, MAX_DIMS)?;
        let mean: [f64; 3] = values("embedder.mean", self.mean)?;
        let template: [f64; 10] = values("embedder.template", self.template)?;
        let scale = self
            .scale
            .filter(|scale| scale.is_finite() && *scale != 0.0);
        Ok(EmbedderSpec {
            id: self.id,
            path: PathBuf::from(self.path),
            size,
            template: points(&template),
            mean: mean.map(|value| value as f32),
            scale: scale.ok_or_else(|| {
                JobError::argument("embedder.scale", "a number other than 0", "none")
            })? as f32,
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
