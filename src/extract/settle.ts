/**
 * Turns what native code says about a batch of photographs into what the store
 * keeps: paths, photographs, faces with ids, and the files that were skipped.
 * Pure, and the one place that decides what an outcome means.
 */
import type { Box, Face, FaceQuality, SkippedFile } from '../config/index.js';
import { FaceweaveError } from '../config/index.js';
import type { ExtractBatch, PhotoOutcome } from '../native/index.js';
import type { KnownPath, NewFace, NewPhoto } from '../store/store.js';
import { identify } from './faces.js';

/** Numbers a face in `qualities`: score, sharpness, pose, brightness, size in pixels. */
const QUALITY_PARTS = 5;
/** Numbers a face in `landmarks`: 68 points. */
const LANDMARK_NUMBERS = 136;

/** One file handed to native code, with what the store will want to know of it. */
export interface PlannedFile {
  /** Path as text, see `KnownPath.path`. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly mtimeNs: string;
  /** Crop of face k, relative to the project folder; null when no crops are written. */
  readonly cropOf: ((ordinal: number) => string) | null;
}

/** What earlier batches and runs left behind; `settle` reads it, `remember` adds to it. */
export interface Memory {
  /** Photographs the store holds (or will, by the batches settled before). */
  readonly recorded: Set<string>;
  /** Contents that were skipped in this run: their copies are skipped for the same reason. */
  readonly skippedContents: Map<string, { readonly code: string; readonly message: string }>;
}

/** What one batch came to. */
export interface SettledBatch {
  readonly paths: readonly KnownPath[];
  readonly photos: readonly NewPhoto[];
  readonly vectors: Float32Array;
  readonly dims: number;
  readonly skipped: readonly SkippedFile[];
  /** Paths whose content was known before: copies and moved files. */
  readonly known: number;
  /** Paths that were not come to; nothing is recorded of them. */
  readonly pending: number;
}

/** Rows of a batch's flat arrays that belong to one photograph. */
interface Rows {
  readonly from: number;
  readonly to: number;
}

function need<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new FaceweaveError(`the addon gave no ${what}`, { code: 'INTERNAL' });
  return value;
}

/** Where each photograph's rows lie; checks that the arrays have the lengths the counts promise. */
function rowsOf(batch: ExtractBatch): readonly Rows[] {
  let from = 0;
  const rows = batch.outcomes.map((outcome) => {
    const own = { from, to: from + outcome.faces };
    from = own.to;
    return own;
  });
  const isWhole =
    batch.boxes.length === from * 4 &&
    batch.scores.length === from &&
    batch.points.length === from * 10 &&
    batch.vectors.length === from * batch.dims &&
    batch.qualities.length === from * QUALITY_PARTS &&
    batch.cropParts.length === from * 4 &&
    [batch.landmarks.length / LANDMARK_NUMBERS, batch.ages.length, batch.genders.length].every(
      (rows) => rows === 0 || rows === from,
    );
  if (!isWhole) {
    throw new FaceweaveError(`the addon counted ${from} faces but its arrays hold another number`, {
      code: 'INTERNAL',
    });
  }
  return rows;
}

function boxAt(boxes: Float32Array, row: number): Box {
  const at = (offset: number): number => need(boxes[row * 4 + offset], 'box');
  return { x: at(0), y: at(1), width: at(2), height: at(3) };
}

/** As native code orders them; what could not be measured is NaN, and then there is no quality. */
function qualityAt(qualities: Float32Array, row: number): FaceQuality | null {
  const part = (offset: number): number => need(qualities[row * QUALITY_PARTS + offset], 'quality');
  const quality = { score: part(0), sharpness: part(1), pose: part(2), brightness: part(3), sizePx: part(4) };
  return Object.values(quality).every(Number.isFinite) ? quality : null;
}

/** A number of an array that is empty when it was not asked for. */
function numberAt(numbers: Float32Array, row: number): number | null {
  const value = numbers[row];
  return value === undefined || Number.isNaN(value) ? null : value;
}

function landmarksAt(landmarks: Float32Array, row: number): Float32Array | null {
  if (landmarks.length === 0) return null;
  const own = landmarks.slice(row * LANDMARK_NUMBERS, (row + 1) * LANDMARK_NUMBERS);
  return own.some(Number.isNaN) ? null : own;
}

function facesOf(
  photoId: string,
  batch: ExtractBatch,
  rows: Rows,
  file: PlannedFile,
  stored: readonly Face[],
): readonly NewFace[] {
  const numbers = Array.from({ length: rows.to - rows.from }, (_, i) => rows.from + i);
  const boxes = numbers.map((row) => boxAt(batch.boxes, row));
  const ids = identify(photoId, boxes, stored);
  return numbers.map((row, i) => ({
    id: need(ids[i], 'face id'),
    photoId,
    ordinal: i + 1,
    box: need(boxes[i], 'box'),
    score: need(batch.scores[row], 'score'),
    points: [...batch.points.subarray(row * 10, row * 10 + 10)],
    crop: file.cropOf === null ? null : file.cropOf(i + 1),
    quality: qualityAt(batch.qualities, row),
    cropPart: [...batch.cropParts.subarray(row * 4, row * 4 + 4)],
    age: numberAt(batch.ages, row),
    gender: numberAt(batch.genders, row),
    landmarks: landmarksAt(batch.landmarks, row),
    row,
  }));
}

function newPhoto(photoId: string, outcome: PhotoOutcome, file: PlannedFile, faces: readonly NewFace[]): NewPhoto {
  return {
    photo: {
      id: photoId,
      width: need(outcome.width, 'width'),
      height: need(outcome.height, 'height'),
      takenAt: outcome.takenAt ?? null,
      make: outcome.make ?? null,
      model: outcome.model ?? null,
      serial: outcome.serial ?? null,
      latitude: outcome.latitude ?? null,
      longitude: outcome.longitude ?? null,
      fingerprint: outcome.fingerprint ?? null,
      sizeBytes: outcome.bytes ?? file.sizeBytes,
      format: outcome.format ?? 'unknown',
      orientation: outcome.orientation ?? 1,
    },
    faces,
  };
}

/** Faces that the embedder gave no direction: rows of zeros. */
export function undescribedFaces({ vectors, dims }: Pick<ExtractBatch, 'vectors' | 'dims'>): number {
  let faces = 0;
  for (let at = 0; dims > 0 && at < vectors.length; at += dims) {
    if (vectors.subarray(at, at + dims).every((number) => number === 0)) faces += 1;
  }
  return faces;
}

/** Photographs of a batch that the store holds already, extracted with other models perhaps. */
export function photosToMatch(batch: ExtractBatch, memory: Memory): readonly string[] {
  return batch.outcomes.flatMap(({ status, hash }) =>
    status === 'extracted' && hash !== undefined && memory.recorded.has(hash) ? [hash] : [],
  );
}

/**
 * What a batch came to. `stored`: faces the store holds of `photosToMatch`.
 * Adds to `memory`, so batches are settled in the order they were planned.
 */
export function settle(
  planned: readonly PlannedFile[],
  batch: ExtractBatch,
  stored: ReadonlyMap<string, readonly Face[]>,
  memory: Memory,
): SettledBatch {
  if (batch.outcomes.length !== planned.length) {
    throw new FaceweaveError(`the addon gave ${batch.outcomes.length} outcomes for ${planned.length} photographs`, {
      code: 'INTERNAL',
    });
  }
  const rows = rowsOf(batch);
  const paths: KnownPath[] = [];
  const photos: NewPhoto[] = [];
  const skipped: SkippedFile[] = [];
  let known = 0;
  let pending = 0;
  const skip = (file: PlannedFile, code: string, message: string): void => {
    const { path, sizeBytes, mtimeNs } = file;
    paths.push({ path, sizeBytes, mtimeNs, photoId: null, code, message });
    skipped.push({ path, code, message });
  };
  const hold = (file: PlannedFile, photoId: string): void => {
    const { path, sizeBytes, mtimeNs } = file;
    paths.push({ path, sizeBytes, mtimeNs, photoId, code: null, message: null });
  };
  for (const [index, file] of planned.entries()) {
    const outcome = need(batch.outcomes[index], 'outcome');
    const { status, hash } = outcome;
    switch (status) {
      case 'extracted': {
        const photoId = need(hash, 'content hash');
        const faces = facesOf(photoId, batch, need(rows[index], 'rows'), file, stored.get(photoId) ?? []);
        photos.push(newPhoto(photoId, outcome, file, faces));
        hold(file, photoId);
        memory.recorded.add(photoId);
        break;
      }
      case 'known': {
        const photoId = need(hash, 'content hash');
        const reason = memory.skippedContents.get(photoId);
        if (reason !== undefined) {
          skip(file, reason.code, reason.message);
        } else if (memory.recorded.has(photoId)) {
          hold(file, photoId);
          known += 1;
        } else {
          // The copy that was to be extracted was cancelled: this one waits with it.
          pending += 1;
        }
        break;
      }
      case 'skipped': {
        const reason = { code: outcome.code ?? 'INTERNAL', message: outcome.message ?? 'no reason was given' };
        if (hash !== undefined) memory.skippedContents.set(hash, reason);
        skip(file, reason.code, reason.message);
        break;
      }
      default:
        // Cancelled, or to be handed in again with its pixels.
        pending += 1;
    }
  }
  return { paths, photos, vectors: batch.vectors, dims: batch.dims, skipped, known, pending };
}
