/**
 * What the store shows of photographs, faces and vectors, always in one order:
 * by the photograph's first path, then the face's number in it. A photograph
 * that lost its last path is out of sight, and so are its faces; their rows stay.
 */
import type { AssignedFace, Face, FaceQuality, Photo } from '../config/domain.js';
import type { SqlRow } from './sqlite-open.js';
import {
  argumentError,
  copyFloats,
  readBytes,
  readNumber,
  readNumberOrNull,
  readText,
  readTextOrNull,
  type SqlSession,
} from './sqlite-session.js';
import type { FaceLandmarks, StoreCounts, VectorTable } from './store.js';

const FLOAT_BYTES = 4;

// Photographs in sight, each with its first path in the order of UTF-8 bytes.
const FIRST = `first AS (SELECT photo, min(path) AS path FROM path WHERE photo IS NOT NULL GROUP BY photo)`;
const PHOTOS = `SELECT path.path AS path, photo.*, first.content AS occasion_content
  FROM path JOIN photo ON photo.id = path.photo LEFT JOIN photo AS first ON first.id = photo.occasion
  ORDER BY path.path`;
const FACES = `WITH ${FIRST}
  SELECT face.*, content, person.name AS person, distance, probability, decided
  FROM first JOIN photo ON photo.id = first.photo
    JOIN face ON face.photo = first.photo AND NOT retired
    LEFT JOIN assignment ON assignment.face = face.id LEFT JOIN person ON person.id = assignment.person
  ORDER BY first.path, ordinal, face.name`;
const LANDMARKS = `WITH ${FIRST}
  SELECT face.name AS name, landmarks FROM first JOIN face ON face.photo = first.photo AND NOT retired
  WHERE landmarks IS NOT NULL ORDER BY first.path, ordinal, face.name`;
const ROWS_OF_MODEL = `WITH ${FIRST}
  SELECT face.id AS id, face.name AS name, face.photo AS photo, face.quality AS quality
  FROM first JOIN face ON face.photo = first.photo AND NOT retired
    JOIN vector ON vector.model = ? AND vector.face = face.id
  ORDER BY first.path, ordinal, face.name`;
// The sign keeps SQLite from going through the index: the table lies on the disk in the order it was written.
const VECTORS_OF_MODEL = 'SELECT face, numbers FROM vector WHERE +model = ?';
const COUNTS = `WITH ${FIRST},
    seen AS (SELECT face.id AS face, face.photo AS photo, person FROM first
      JOIN face ON face.photo = first.photo AND NOT retired LEFT JOIN assignment ON assignment.face = face.id)
  SELECT (SELECT count(*) FROM path) AS files,
    (SELECT count(*) FROM first) AS photos,
    (SELECT count(*) FROM path WHERE photo IS NULL) AS skipped,
    (SELECT count(*) FROM seen) AS faces,
    (SELECT count(DISTINCT photo) FROM seen) AS photos_with_faces,
    (SELECT count(DISTINCT person) FROM seen) AS persons,
    (SELECT count(*) FROM seen WHERE person IS NULL) AS unassigned`;

/** The methods of `Store` that show photographs and faces. */
export function photoQueries(session: SqlSession) {
  return {
    photos(): readonly Photo[] {
      const photos = new Map<string, Photo & { readonly paths: string[] }>();
      for (const row of session.sql(PHOTOS).iterate()) {
        const id = readText(row, 'content');
        const path = readText(row, 'path');
        const known = photos.get(id);
        if (known === undefined) photos.set(id, { ...readPhoto(row), path, paths: [path] });
        else known.paths.push(path);
      }
      return [...photos.values()];
    },

    faces(): readonly AssignedFace[] {
      const faces: AssignedFace[] = [];
      for (const row of session.sql(FACES).iterate()) {
        const face = readFace(row);
        faces.push({
          ...face,
          personId: readTextOrNull(row, 'person'),
          distance: readNumberOrNull(row, 'distance'),
          probability: readNumberOrNull(row, 'probability'),
          isDecided: row['decided'] === 1,
        });
      }
      return faces;
    },

    landmarks(): readonly FaceLandmarks[] {
      const found: FaceLandmarks[] = [];
      for (const row of session.sql(LANDMARKS).iterate()) {
        found.push({ faceId: readText(row, 'name'), landmarks: readFloats(row, 'landmarks') });
      }
      return found;
    },

    vectors: (embedderId: string): VectorTable => readVectors(session, embedderId),

    counts(): StoreCounts {
      const row = session.sql(COUNTS).get() ?? {};
      const files = readNumber(row, 'files');
      const photos = readNumber(row, 'photos');
      const skipped = readNumber(row, 'skipped');
      return {
        files,
        photos,
        duplicates: files - skipped - photos,
        skipped,
        faces: readNumber(row, 'faces'),
        photosWithoutFaces: photos - readNumber(row, 'photos_with_faces'),
        persons: readNumber(row, 'persons'),
        unassigned: readNumber(row, 'unassigned'),
      };
    },
  };
}

/** A row of `face` with its photograph's public id in `content`. */
export function readFace(row: SqlRow): Face {
  return {
    id: readText(row, 'name'),
    photoId: readText(row, 'content'),
    ordinal: readNumber(row, 'ordinal'),
    box: {
      x: readNumber(row, 'x'),
      y: readNumber(row, 'y'),
      width: readNumber(row, 'width'),
      height: readNumber(row, 'height'),
    },
    score: readNumber(row, 'score'),
    points: Array.from(readFloats(row, 'points')),
    crop: readTextOrNull(row, 'crop'),
    quality: readQuality(row),
    cropPart: row['part'] === null ? null : Array.from(readFloats(row, 'part')),
    age: readNumberOrNull(row, 'age'),
    gender: readNumberOrNull(row, 'gender'),
  };
}

function readQuality(row: SqlRow): FaceQuality | null {
  const score = readNumberOrNull(row, 'quality');
  if (score === null) return null;
  return {
    score,
    sharpness: readNumber(row, 'sharpness'),
    pose: readNumber(row, 'pose'),
    brightness: readNumber(row, 'brightness'),
    sizePx: readNumber(row, 'size_px'),
  };
}

/** A blob of little-endian f32. */
function readFloats(row: SqlRow, column: string): Float32Array {
  const bytes = readBytes(row, column);
  const numbers = new Float32Array(bytes.byteLength / FLOAT_BYTES);
  copyFloats(bytes, numbers, 0);
  return numbers;
}

function readPhoto(row: SqlRow): Omit<Photo, 'path' | 'paths'> {
  return {
    id: readText(row, 'content'),
    width: readNumber(row, 'width'),
    height: readNumber(row, 'height'),
    takenAt: readTextOrNull(row, 'taken_at'),
    make: readTextOrNull(row, 'make'),
    model: readTextOrNull(row, 'model'),
    serial: readTextOrNull(row, 'serial'),
    latitude: readNumberOrNull(row, 'latitude'),
    longitude: readNumberOrNull(row, 'longitude'),
    fingerprint: readTextOrNull(row, 'fingerprint'),
    occasionId: readTextOrNull(row, 'occasion_content'),
  };
}

/** All vectors of one model in one flat array: the order first, without touching a blob, then one pass over the blobs. */
function readVectors(session: SqlSession, embedderId: string): VectorTable {
  const model = session.sql('SELECT id, dims FROM model WHERE name = ?').get(embedderId);
  if (model === undefined) throw argumentError(`model ${embedderId} is not in the store`);
  const modelRow = readNumber(model, 'id');
  const places = new Map<number, number>();
  const photoNumbers = new Map<number, number>();
  const faceIds: string[] = [];
  const photos: number[] = [];
  const qualities: number[] = [];
  for (const row of session.sql(ROWS_OF_MODEL).iterate(modelRow)) {
    places.set(readNumber(row, 'id'), faceIds.length);
    faceIds.push(readText(row, 'name'));
    const photo = readNumber(row, 'photo');
    if (!photoNumbers.has(photo)) photoNumbers.set(photo, photoNumbers.size);
    photos.push(photoNumbers.get(photo) ?? 0);
    qualities.push(readNumberOrNull(row, 'quality') ?? Number.NaN);
  }
  let dims = readNumberOrNull(model, 'dims') ?? 0;
  let vectors = new Float32Array(faceIds.length * dims);
  for (const row of session.sql(VECTORS_OF_MODEL).iterate(modelRow)) {
    const place = places.get(readNumber(row, 'face'));
    if (place === undefined) continue;
    const numbers = readBytes(row, 'numbers');
    if (dims === 0) {
      dims = numbers.byteLength / FLOAT_BYTES;
      vectors = new Float32Array(faceIds.length * dims);
    }
    if (numbers.byteLength !== dims * FLOAT_BYTES) {
      throw argumentError(`model ${embedderId} has vectors of different lengths`);
    }
    copyFloats(numbers, vectors, place * dims);
  }
  return { faceIds, photos: Uint32Array.from(photos), qualities: Float32Array.from(qualities), vectors, dims };
}
