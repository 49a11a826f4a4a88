/**
 * The nouns that several modules pass to each other: photo, face, person, edge.
 * They live in `config`, the bottom of the import order, so that no module has
 * to import another one's internals to name a thing. Data only, no behaviour.
 */

/** `x, y, width, height` in pixels of the upright photograph, origin top-left; may reach past its borders. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What became of one path of the source. */
export type PathStatus = 'photo' | 'duplicate' | 'skipped';

/** A file that did not become a photograph, and why. */
export interface SkippedFile {
  /** Path relative to its source, forward slashes; bytes that are not UTF-8 as `\xNN`. */
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

/** One photograph: a distinct content, known by the BLAKE3 of its bytes. */
export interface Photo {
  /** First 32 hex digits of the BLAKE3 of the file's bytes. */
  readonly id: string;
  /** Its first path (in sort order), relative to its source. */
  readonly path: string;
  /** Every path that holds these bytes, sorted; `path` is the first. */
  readonly paths: readonly string[];
  /** Pixels of the upright photograph. */
  readonly width: number;
  readonly height: number;
  /** `YYYY-MM-DDTHH:MM:SS`, with offset when the file states one; null = unknown, never year 0. */
  readonly takenAt: string | null;
  readonly make: string | null;
  readonly model: string | null;
  readonly serial: string | null;
  /** Degrees, WGS 84; null = the file states no place. Both or neither. */
  readonly latitude: number | null;
  readonly longitude: number | null;
  /** 16 hex digits: 64-bit perceptual hash of the upright picture; null = extracted before there was one. */
  readonly fingerprint: string | null;
  /**
   * The id of the first photograph of its occasion: near-duplicates and bursts share one, a photograph alone is its
   * own; null until occasions were looked for.
   */
  readonly occasionId: string | null;
}

/** How well a face can be recognised; each part and the score from 0 (useless) to 1, but for `sizePx`. */
export interface FaceQuality {
  /** The one score that tiers are cut from; its formula is in `crates/face`. */
  readonly score: number;
  readonly sharpness: number;
  /** 1 = looks into the camera, upright; 0 = profile. */
  readonly pose: number;
  readonly brightness: number;
  /** Short side of the box, pixels of the photograph. */
  readonly sizePx: number;
}

/** One face in one photograph, without its vector. */
export interface Face {
  /** 16 hex digits, derived from the photograph's content and the box. */
  readonly id: string;
  readonly photoId: string;
  /** 1 for the first face of its photograph in reading order (left to right), and so on; `face<k>_` of the crop. */
  readonly ordinal: number;
  readonly box: Box;
  /** Detector score, 0 … 1. */
  readonly score: number;
  /** Left eye, right eye, nose, left and right mouth corner: x, y each, upright pixels. */
  readonly points: readonly number[];
  /** Crop, relative to the project folder, forward slashes; null when crops were not written. */
  readonly crop: string | null;
  /** null = extracted before quality was measured. */
  readonly quality: FaceQuality | null;
  /** `x, y, width, height` of the part of the photograph that the crop shows, whole pixels; null = not known. */
  readonly cropPart: readonly number[] | null;
  /** Years, by the age model; null = not asked for. */
  readonly age: number | null;
  /** 0 male … 1 female, by the model; null = not asked for. */
  readonly gender: number | null;
}

/** One face with the person it belongs to. */
export interface AssignedFace extends Face {
  /** null = belongs to no person (noise, not a person). */
  readonly personId: string | null;
  /** Cosine distance to the mean of the person's faces; null when it has no person. */
  readonly distance: number | null;
  /** 0 … 1: that the face belongs to its person; null when it has none, or for an embedder without a calibration. */
  readonly probability: number | null;
  /** A decision placed it. */
  readonly isDecided: boolean;
}

/** One person: a set of faces believed to be one human being. */
export interface Person {
  /** `p` + hex digits, stable across re-clustering. */
  readonly id: string;
  /** Name given by a decision; null until then. */
  readonly name: string | null;
  /** Face ids, best first (closest to the mean, then score, then id). */
  readonly faceIds: readonly string[];
  /** Number of distinct photographs. */
  readonly photos: number;
  /** Mean cosine of two different faces, −1 … 1; null = one face. */
  readonly cohesion: number | null;
  /** Why the person should be looked at; null = no reason known. */
  readonly doubt: string | null;
}

/** One source of a project, as the project remembers it. */
export interface SourceRecord {
  /** What the paths of this source begin with; '' for the single folder of a first run. No two sources share one. */
  readonly label: string;
  /** As the user wrote it. */
  readonly given: string;
  /** Every link resolved. */
  readonly absolute: string;
  /** Seen from the project folder, forward slashes: right also after both were moved together. */
  readonly relative: string;
  /** A folder is walked; so is an archive or a list, file though it is. */
  readonly isFolder: boolean;
}

/** Two persons who appear together, with the evidence. */
export interface Edge {
  /** Person ids; source < target. */
  readonly source: string;
  readonly target: string;
  /** Number of distinct photographs showing both. */
  readonly weight: number;
  /** Photo ids, sorted by path. */
  readonly photoIds: readonly string[];
}

/** Two faces of one photograph that fell into one person. */
export interface Conflict {
  readonly photoId: string;
  /** The face that kept the person (closer to its mean). */
  readonly keptFaceId: string;
  /** The face that was moved out. */
  readonly movedFaceId: string;
}
