//! The plain objects that extraction takes and gives, as they appear in `index.d.ts`. Apart from the job so that each
//! file says one thing: shapes here, conversions there.

use napi::bindgen_prelude::{Buffer, Float32Array, Uint32Array};
use napi_derive::napi;

use crate::model::ModelSpec;

/// How a job works; the same for all its photographs.
#[napi(object)]
pub struct ExtractOptions {
    /// The detector, kind `centerface`.
    pub detector: ModelSpec,
    /// The embedder, kind `aligned-embedder`.
    pub embedder: ModelSpec,
    /// Worker threads; 0 = one a core.
    pub threads: u32,
    /// Short side in pixels, in the photograph, of the smallest face box wanted: tells how large a photograph is looked at.
    pub min_face: u32,
    /// In place of it: photographs are looked at once, reduced until their long side has this many pixels.
    pub detection_size: Option<u32>,
    /// A photograph in which no good face is found is looked at lying on its sides and on its head too.
    pub try_rotations: bool,
    /// 68 landmarks a face, kind `landmark68`.
    pub landmarker: Option<ModelSpec>,
    /// Age and gender a face, kind `age-gender`.
    pub attributes: Option<ModelSpec>,
    /// Faces need a score above this, 0 … 1.
    pub score_threshold: f64,
    /// Most pixels a photograph may have.
    pub max_pixels: f64,
    /// Most bytes a file may have.
    pub max_bytes: f64,
    /// Share of the box's size added on each side of a crop.
    pub crop_margin: f64,
    /// Longest side of a crop in pixels.
    pub crop_max_side: u32,
}

/// One file to look at.
#[napi(object)]
pub struct PhotoInput {
    /// Absolute path, as the operating system's bytes; not read when `bytes` is given.
    pub path: Buffer,
    /// The encoded file itself, such as a member of an archive.
    pub bytes: Option<Buffer>,
    /// Decoded elsewhere: RGB8, row-major, upright, `width × height × 3` bytes. The file still gives hash and facts.
    pub pixels: Option<Buffer>,
    /// Width of `pixels`.
    pub width: Option<u32>,
    /// Height of `pixels`.
    pub height: Option<u32>,
    /// Absolute folder for the crops; none are written without it.
    pub crop_dir: Option<Buffer>,
    /// File name behind `face<k>_`.
    pub crop_name: Option<Buffer>,
}

/// What became of one input.
#[napi(object)]
pub struct PhotoOutcome {
    /// `known`: the same bytes as a photograph known before or handed in earlier. `undecoded`: a picture of `format`, which
    /// this addon cannot decode; it does not become known and may be handed in again with its `pixels`.
    #[napi(ts_type = "'extracted' | 'known' | 'undecoded' | 'skipped' | 'cancelled'")]
    pub status: String,
    /// Why it was skipped; stable.
    pub code: Option<String>,
    /// Why it was skipped, in words, without the path.
    pub message: Option<String>,
    /// First 16 bytes of the BLAKE3 of the file's bytes, as 32 hex digits.
    pub hash: Option<String>,
    /// Size of the file.
    pub bytes: Option<f64>,
    /// Pixels of the upright photograph.
    pub width: Option<u32>,
    /// Pixels of the upright photograph.
    pub height: Option<u32>,
    /// Format by content, such as `jpeg`.
    pub format: Option<String>,
    /// EXIF orientation, 1 … 8; already applied.
    pub orientation: Option<u32>,
    /// Time taken, ISO 8601, with offset when the file states one.
    pub taken_at: Option<String>,
    /// Maker of the camera.
    pub make: Option<String>,
    /// Model of the camera.
    pub model: Option<String>,
    /// Serial number of the camera's body.
    pub serial: Option<String>,
    /// Where it was taken, degrees north, WGS 84.
    pub latitude: Option<f64>,
    /// Where it was taken, degrees east, WGS 84.
    pub longitude: Option<f64>,
    /// Perceptual hash of the upright picture, as 16 hex digits.
    pub fingerprint: Option<String>,
    /// Number of its faces; their rows follow those of the inputs before.
    pub faces: u32,
}

/// Outcomes in input order and the faces found, photograph by photograph, left to right.
#[napi(object)]
pub struct ExtractBatch {
    /// One an input.
    pub outcomes: Vec<PhotoOutcome>,
    /// `[faces × 4]`: x, y, width, height in pixels of the upright photograph.
    pub boxes: Float32Array,
    /// `[faces]`, 0 … 1.
    pub scores: Float32Array,
    /// `[faces × 10]`: x, y of left eye, right eye, nose, left and right mouth corner.
    pub points: Float32Array,
    /// `[faces × dims]`, rows of unit length.
    pub vectors: Float32Array,
    /// Length of a vector.
    pub dims: u32,
    /// `[faces × 5]`: score, sharpness, pose, brightness (0 … 1 each), short side of the box in pixels of the photograph.
    pub qualities: Float32Array,
    /// `[faces × 4]`: x, y, width, height of the part of the photograph that a crop shows, written or not.
    pub crop_parts: Uint32Array,
    /// `[faces × 136]`: x, y of 68 points in pixels of the upright photograph; empty when not asked for.
    pub landmarks: Float32Array,
    /// `[faces]`, years; empty when not asked for.
    pub ages: Float32Array,
    /// `[faces]`, 0 = male … 1 = female; empty when not asked for.
    pub genders: Float32Array,
}

/// How far a job is.
#[napi(object)]
pub struct ExtractProgress {
    /// Inputs that have an outcome.
    pub done: f64,
    /// Faces found.
    pub faces: f64,
}

/// CPU seconds of each stage so far, all workers together.
#[napi(object)]
pub struct StageSeconds {
    /// Reading files.
    pub read: f64,
    /// BLAKE3 of their bytes.
    pub hash: f64,
    /// Decoding, turning upright, EXIF.
    pub decode: f64,
    /// The perceptual hash.
    pub fingerprint: f64,
    /// Reducing to the detector's size, the network, its post-processing.
    pub detect: f64,
    /// Cutting the aligned chips.
    pub align: f64,
    /// Judging the chips.
    pub quality: f64,
    /// The embedder.
    pub embed: f64,
    /// Landmarks, age and gender, where they are asked for.
    pub attributes: f64,
    /// Cutting, encoding and writing crops.
    pub crop: f64,
}
