//! What goes into a job and what comes out: one input and one outcome a photograph, faces as flat arrays.

use std::ffi::OsString;
use std::path::PathBuf;

use faceweave_face::Attributes;
use faceweave_photo::{Facts, Rgb};

/// Where the crops of one photograph go: `<folder>/face<k>_<name>`, k from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CropTarget {
    /// Absolute folder; made when needed, private to its owner.
    pub folder: PathBuf,
    /// File name behind `face<k>_`, with its extension.
    pub name: OsString,
}

/// Where a photograph comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Source {
    /// Absolute path; not read when the bytes are given.
    pub path: PathBuf,
    /// The encoded file itself, such as a member of an archive.
    pub bytes: Option<Vec<u8>>,
    /// Upright pixels that somebody else decoded; the file then only gives hash and facts.
    pub pixels: Option<Rgb>,
}

/// One file to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhotoInput {
    /// The file.
    pub source: Source,
    /// Where crops go; `None` writes none.
    pub crops: Option<CropTarget>,
}

/// First 16 bytes of the BLAKE3 of a file's bytes: what a photograph is known by.
pub(crate) type PhotoHash = [u8; 16];

/// A photograph that went all the way.
#[derive(Debug, Clone, PartialEq)]
pub struct Extracted {
    /// First 16 bytes of the BLAKE3 of the file's bytes.
    pub hash: [u8; 16],
    /// Size of the file.
    pub bytes: u64,
    /// Pixels of the upright photograph.
    pub width: u32,
    /// Pixels of the upright photograph.
    pub height: u32,
    /// What the file says of itself.
    pub facts: Facts,
    /// Perceptual hash of the upright picture.
    pub fingerprint: u64,
    /// Number of faces; their rows follow those of the photographs before.
    pub faces: u32,
}

/// What became of one input.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Looked at; its faces are in the batch's arrays.
    Extracted(Extracted),
    /// The same bytes as a photograph already known or handed in earlier.
    Known {
        /// Its hash.
        hash: [u8; 16],
        /// Size of the file.
        bytes: u64,
    },
    /// A picture whose pixels cannot be decoded here. It is not claimed: with its pixels it may be handed in again.
    Undecoded {
        /// Name of its format.
        format: &'static str,
        /// Its hash.
        hash: [u8; 16],
        /// Size of the file.
        bytes: u64,
    },
    /// Not usable, and why.
    Skipped {
        /// Stable code.
        code: &'static str,
        /// Cause in words, without the path.
        message: String,
        /// Its hash and size, when it could at least be read.
        content: Option<([u8; 16], u64)>,
    },
    /// Not looked at: the job was cancelled first.
    Cancelled,
}

/// Outcomes of one call, in the order of its inputs, and the faces found, photograph by photograph.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Batch {
    /// One a photograph.
    pub outcomes: Vec<Outcome>,
    /// `[faces × 4]`: x, y, width, height in pixels of the upright photograph.
    pub boxes: Vec<f32>,
    /// `[faces]`, 0 … 1.
    pub scores: Vec<f32>,
    /// `[faces × 10]`: x, y of left eye, right eye, nose, left and right mouth corner.
    pub points: Vec<f32>,
    /// `[faces × dims]`, each row of unit length.
    pub vectors: Vec<f32>,
    /// Length of a vector.
    pub dims: usize,
    /// `[faces × 5]`: score, sharpness, pose, brightness (0 … 1 each), short side of the box in pixels.
    pub qualities: Vec<f32>,
    /// `[faces × 4]`: x, y, width, height of the part of the photograph that a crop shows.
    pub crop_parts: Vec<u32>,
    /// `[faces × 136]`: x, y of 68 points in pixels of the photograph; empty when nobody asked.
    pub landmarks: Vec<f32>,
    /// `[faces]`, years; empty when nobody asked.
    pub ages: Vec<f32>,
    /// `[faces]`, 0 = male … 1 = female; empty when nobody asked.
    pub genders: Vec<f32>,
}

/// The faces of one photograph, before they are joined to the batch's arrays.
#[derive(Debug, Default)]
pub(crate) struct FaceRows {
    pub boxes: Vec<f32>,
    pub scores: Vec<f32>,
    pub points: Vec<f32>,
    pub vectors: Vec<f32>,
    pub qualities: Vec<f32>,
    pub crop_parts: Vec<u32>,
    pub attributes: AttributeRows,
}

/// What the attribute networks said of the faces of one photograph.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct AttributeRows {
    pub landmarks: Vec<f32>,
    pub ages: Vec<f32>,
    pub genders: Vec<f32>,
}

impl AttributeRows {
    pub(crate) fn push(&mut self, face: &Attributes) {
        self.landmarks.extend_from_slice(&face.landmarks);
        if let Some([age, gender]) = face.age_gender {
            self.ages.push(age);
            self.genders.push(gender);
        }
    }
}

impl Batch {
    /// Joins the photographs' rows in input order.
    pub(crate) fn join(parts: Vec<(Outcome, FaceRows)>, dims: usize) -> Self {
        let faces = parts
            .iter()
            .map(|(_, rows)| rows.scores.len())
            .sum::<usize>();
        let mut batch = Self {
            outcomes: Vec::with_capacity(parts.len()),
            boxes: Vec::with_capacity(faces * 4),
            scores: Vec::with_capacity(faces),
            points: Vec::with_capacity(faces * 10),
            vectors: Vec::with_capacity(faces * dims),
            qualities: Vec::with_capacity(faces * 5),
            crop_parts: Vec::with_capacity(faces * 4),
            dims,
            ..Self::default()
        };
        for (outcome, rows) in parts {
            batch.outcomes.push(outcome);
            batch.boxes.extend(rows.boxes);
            batch.scores.extend(rows.scores);
            batch.points.extend(rows.points);
            batch.vectors.extend(rows.vectors);
            batch.qualities.extend(rows.qualities);
            batch.crop_parts.extend(rows.crop_parts);
            batch.landmarks.extend(rows.attributes.landmarks);
            batch.ages.extend(rows.attributes.ages);
            batch.genders.extend(rows.attributes.genders);
        }
        batch
    }
}
