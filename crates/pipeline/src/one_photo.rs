//! The way of one photograph: bytes → pixels → faces → chips → vectors and crops.

use faceweave_face::{Chip, Detection, FaceEngine};
use faceweave_photo::{Limits, PhotoError, Rgb, crop, decode, encode_jpeg, write_private};

use crate::batch::{CropTarget, Extracted, FaceRows, Outcome, PhotoHash};
use crate::error::PipelineError;
use crate::stages::{Stage, StageClock};

/// JPEG quality of crops: above it files grow faster than the eye can tell.
const CROP_QUALITY: u8 = 88;

/// What is the same for all photographs of a job.
pub(crate) struct PhotoSettings {
    pub limits: Limits,
    /// Share of the box's size added on each side of a crop.
    pub crop_margin: f32,
    /// Longest side of a crop; larger ones are reduced.
    pub crop_max_side: u32,
}

pub(crate) fn skipped(error: &PhotoError, content: Option<(PhotoHash, u64)>) -> Outcome {
    Outcome::Skipped {
        code: error.code(),
        message: error.to_string(),
        content,
    }
}

/// Everything from the file's bytes on. An `Err` ends the job; trouble with this photograph is an outcome.
pub(crate) fn extract_photo(
    bytes: &[u8],
    hash: PhotoHash,
    crops: Option<&CropTarget>,
    engine: &mut FaceEngine,
    settings: &PhotoSettings,
    clock: &StageClock,
) -> Result<(Outcome, FaceRows), PipelineError> {
    let size = bytes.len() as u64;
    let photo = match clock.measure(Stage::Decode, || decode(bytes, &settings.limits)) {
        Ok(photo) => photo,
        Err(error) => return Ok((skipped(&error, Some((hash, size))), FaceRows::default())),
    };
    let faces = clock.measure(Stage::Detect, || engine.detect(&photo.pixels))?;
    let mut rows = FaceRows::default();
    for face in &faces {
        let chip = clock.measure(Stage::Align, || align(engine, &photo.pixels, face));
        let Some(vector) = clock.measure(Stage::Embed, || engine.embed(&chip))? else {
            let outcome = Outcome::Skipped {
                code: "FACE_EMBED",
                message: "the embedder gave a face no direction (all zero or not finite); is this the right model file?".into(),
                content: Some((hash, size)),
            };
            return Ok((outcome, FaceRows::default()));
        };
        let bbox = face.bbox;
        rows.boxes.extend([bbox.x, bbox.y, bbox.width, bbox.height]);
        rows.scores.push(face.score);
        rows.points.extend(face.points.iter().flatten());
        rows.vectors.extend(vector);
    }
    if let Some(target) = crops {
        clock.measure(Stage::Crop, || {
            write_crops(&photo.pixels, &faces, target, settings)
        })?;
    }
    let extracted = Extracted {
        hash,
        bytes: size,
        width: photo.pixels.width,
        height: photo.pixels.height,
        facts: photo.facts,
        faces: faces.len() as u32,
    };
    Ok((Outcome::Extracted(extracted), rows))
}

/// Five points that coincide say nothing of the pose: the face is then taken upright, from its box.
fn align(engine: &FaceEngine, pixels: &Rgb, face: &Detection) -> Chip {
    engine.align(pixels, face).unwrap_or_else(|| {
        let upright = Detection {
            points: face.bbox.upright_points(),
            ..*face
        };
        engine
            .align(pixels, &upright)
            .unwrap_or_else(|| engine.blank_chip())
    })
}

fn write_crops(
    pixels: &Rgb,
    faces: &[Detection],
    target: &CropTarget,
    settings: &PhotoSettings,
) -> Result<(), PipelineError> {
    for (index, face) in faces.iter().enumerate() {
        let bbox = [face.bbox.x, face.bbox.y, face.bbox.width, face.bbox.height];
        let picture = crop(pixels, bbox, settings.crop_margin, settings.crop_max_side);
        let jpeg = encode_jpeg(&picture, CROP_QUALITY);
        let mut name = std::ffi::OsString::from(format!("face{}_", index + 1));
        name.push(&target.name);
        let path = target.folder.join(name);
        write_private(&path, &jpeg).map_err(|error| PipelineError::CropWrite {
            path: path.display().to_string(),
            reason: error.to_string(),
        })?;
    }
    Ok(())
}
