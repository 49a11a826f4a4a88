//! The way of one photograph: bytes → pixels → faces → chips → vectors and crops.

use std::borrow::Cow;
use std::fs;
use std::io::ErrorKind;

use faceweave_face::{Chip, Detection, FaceEngine, judge};
use faceweave_photo::{
    Facts, Limits, PhotoError, Rgb, crop, crop_part, decode_into, encode_jpeg, facts_of,
    fingerprint, write_private,
};

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

/// The pixels of a photograph, decoded here (into the spare memory) or handed in, and its facts.
///
/// *Errors*: `PHOTO_*`, as [`decode`] gives them; handed-in pixels count against the limit like any others.
pub(crate) fn open<'a>(
    bytes: &[u8],
    pixels: Option<&'a Rgb>,
    limits: &Limits,
    spare: &mut Vec<u8>,
) -> Result<(Cow<'a, Rgb>, Facts), PhotoError> {
    let Some(pixels) = pixels else {
        let photo = decode_into(bytes, limits, spare)?;
        return Ok((Cow::Owned(photo.pixels), photo.facts));
    };
    check_pixels(pixels, limits)?;
    Ok((Cow::Borrowed(pixels), facts_of(bytes)?))
}

/// Handed-in pixels count against the limit like any others.
pub(crate) fn check_pixels(pixels: &Rgb, limits: &Limits) -> Result<(), PhotoError> {
    let (width, height) = (pixels.width, pixels.height);
    if u64::from(width) * u64::from(height) > limits.max_pixels {
        return Err(PhotoError::TooManyPixels {
            width,
            height,
            limit: limits.max_pixels,
        });
    }
    Ok(())
}

/// What one thread works with, from photograph to photograph.
pub(crate) struct Worker {
    pub engine: FaceEngine,
    /// Memory for the pixels of the next photograph.
    pub spare: Vec<u8>,
}

impl Worker {
    /// Memory that is kept from one photograph to the next; what a larger one took is given back to the system.
    const KEPT_BYTES: usize = 128 << 20;

    fn keep(&mut self, pixels: Cow<'_, Rgb>) {
        if let Cow::Owned(Rgb { data, .. }) = pixels
            && data.capacity() <= Self::KEPT_BYTES
        {
            self.spare = data;
        }
    }
}

/// One photograph, read and hashed.
pub(crate) struct Photograph<'a> {
    pub bytes: &'a [u8],
    pub pixels: Option<&'a Rgb>,
    pub hash: PhotoHash,
    pub crops: Option<&'a CropTarget>,
}

/// Everything from the file's bytes on. An `Err` ends the job; trouble with this photograph is an outcome.
pub(crate) fn extract_photo(
    photo: &Photograph<'_>,
    worker: &mut Worker,
    settings: &PhotoSettings,
    clock: &StageClock,
) -> Result<(Outcome, FaceRows), PipelineError> {
    let (hash, size) = (photo.hash, photo.bytes.len() as u64);
    let Worker { engine, spare } = &mut *worker;
    let opened = clock.measure(Stage::Decode, || {
        open(photo.bytes, photo.pixels, &settings.limits, spare)
    });
    let (pixels, facts) = match opened {
        Ok(opened) => opened,
        Err(error) => return Ok((skipped(&error, Some((hash, size))), FaceRows::default())),
    };
    let fingerprint = clock.measure(Stage::Fingerprint, || fingerprint(&pixels));
    let faces = clock.measure(Stage::Detect, || engine.detect(&pixels))?;
    let mut rows = FaceRows::default();
    for face in &faces {
        let chip = clock.measure(Stage::Align, || align(engine, &pixels, face));
        let quality = clock.measure(Stage::Quality, || judge(face, &chip));
        // A face without a direction is still a face: its row is all zeros, and the others keep theirs.
        let vector = clock
            .measure(Stage::Embed, || engine.embed(&chip))?
            .unwrap_or_else(|| vec![0.0; engine.embedder().dims]);
        let bbox = face.bbox;
        rows.boxes.extend([bbox.x, bbox.y, bbox.width, bbox.height]);
        rows.scores.push(face.score);
        rows.points.extend(face.points.iter().flatten());
        rows.vectors.extend(vector);
        rows.qualities.extend([
            quality.score,
            quality.sharpness,
            quality.pose,
            quality.brightness,
            quality.size_px,
        ]);
        rows.crop_parts.extend(crop_part(
            pixels.width,
            pixels.height,
            [bbox.x, bbox.y, bbox.width, bbox.height],
            settings.crop_margin,
        ));
        if engine.tells_attributes() {
            let attributes =
                clock.measure(Stage::Attributes, || engine.describe(&pixels, &bbox))?;
            rows.attributes.push(&attributes);
        }
    }
    if let Some(target) = photo.crops {
        let written = clock.measure(Stage::Crop, || {
            write_crops(&pixels, &faces, target, settings)
        });
        match written {
            Ok(()) => {}
            Err(error) if error.is_of_this_photo => {
                let outcome = Outcome::Skipped {
                    code: "CROP_NAME",
                    message: error.message,
                    content: Some((hash, size)),
                };
                return Ok((outcome, FaceRows::default()));
            }
            Err(error) => return Err(PipelineError::CropWrite(error.message)),
        }
    }
    let extracted = Extracted {
        hash,
        bytes: size,
        width: pixels.width,
        height: pixels.height,
        facts,
        fingerprint,
        faces: faces.len() as u32,
    };
    worker.keep(pixels);
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

/// Why the crops of a photograph could not be written.
struct CropError {
    message: String,
    /// Only this photograph's names are the trouble; the disk takes the others' crops.
    is_of_this_photo: bool,
}

/// Writes all crops of a photograph or, when one fails, leaves none of those it wrote.
fn write_crops(
    pixels: &Rgb,
    faces: &[Detection],
    target: &CropTarget,
    settings: &PhotoSettings,
) -> Result<(), CropError> {
    let mut written = Vec::with_capacity(faces.len());
    for (index, face) in faces.iter().enumerate() {
        let bbox = [face.bbox.x, face.bbox.y, face.bbox.width, face.bbox.height];
        let picture = crop(pixels, bbox, settings.crop_margin, settings.crop_max_side);
        let jpeg = encode_jpeg(&picture, CROP_QUALITY);
        let mut name = std::ffi::OsString::from(format!("face{}_", index + 1));
        name.push(&target.name);
        let path = target.folder.join(name);
        if let Err(error) = write_private(&path, &jpeg) {
            for earlier in written {
                // Best effort: a crop without its face is only in the way.
                let _ = fs::remove_file(earlier);
            }
            return Err(CropError {
                message: format!("its crop {} {error}", path.display()),
                is_of_this_photo: is_about_the_name(&error),
            });
        }
        written.push(path);
    }
    Ok(())
}

/// Whether a crop failed for its name or for what lies in its place, rather than for the disk (full,
/// read-only, failing) or its rights, which no other crop would escape.
fn is_about_the_name(error: &PhotoError) -> bool {
    let PhotoError::Write { source, .. } = error else {
        return false;
    };
    matches!(
        source.kind(),
        ErrorKind::NotADirectory
            | ErrorKind::IsADirectory
            | ErrorKind::DirectoryNotEmpty
            | ErrorKind::AlreadyExists
            | ErrorKind::InvalidFilename
            | ErrorKind::InvalidInput
    )
}
