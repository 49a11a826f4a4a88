/**
 * What extraction writes and asks: models, batches of photographs with their
 * faces and vectors, faces to be matched by overlap. One batch is one transaction.
 */
import type { Face } from '../config/domain.js';
import { writePaths } from './sqlite-paths.js';
import { readFace } from './sqlite-photos.js';
import {
  argumentError,
  floatsToBytes,
  readNumber,
  readNumberOrNull,
  readText,
  readTextOrNull,
  type SqlSession,
} from './sqlite-session.js';
import type { CropOwner, ExtractionBatch, FaceAttributes, NewFace, NewPhoto, StoredModel } from './store.js';

const POINT_NUMBERS = 10;
const CURRENT_EMBEDDER = 'embedder';

const SAVE_MODEL = `INSERT INTO model (name, job, dims, card) VALUES (?, ?, ?, ?)
  ON CONFLICT (name) DO UPDATE SET job = excluded.job, dims = excluded.dims, card = excluded.card`;
const SAVE_PHOTO = `INSERT INTO photo
    (content, width, height, size_bytes, format, orientation, taken_at, make, model, serial,
     latitude, longitude, fingerprint)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (content) DO UPDATE SET width = excluded.width, height = excluded.height,
    size_bytes = excluded.size_bytes, format = excluded.format, orientation = excluded.orientation,
    taken_at = excluded.taken_at, make = excluded.make, model = excluded.model, serial = excluded.serial,
    latitude = excluded.latitude, longitude = excluded.longitude, fingerprint = excluded.fingerprint
  RETURNING id`;
// A crop written once stays on the disk though a later extraction writes none.
// Landmarks, age and gender found once stay though a later extraction does not ask for them.
const SAVE_FACE = `INSERT INTO face (name, photo, ordinal, x, y, width, height, score, points, crop,
    quality, sharpness, pose, brightness, size_px, part, age, gender, landmarks)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (name) DO UPDATE SET ordinal = excluded.ordinal, x = excluded.x, y = excluded.y,
    width = excluded.width, height = excluded.height, score = excluded.score, points = excluded.points,
    crop = coalesce(excluded.crop, crop), part = iif(excluded.crop IS NULL AND crop IS NOT NULL, part, excluded.part),
    quality = excluded.quality, sharpness = excluded.sharpness, pose = excluded.pose,
    brightness = excluded.brightness, size_px = excluded.size_px, age = coalesce(excluded.age, age),
    gender = coalesce(excluded.gender, gender), landmarks = coalesce(excluded.landmarks, landmarks), retired = 0
    WHERE photo = excluded.photo
  RETURNING id`;
const SAVE_VECTOR = `INSERT INTO vector (model, face, numbers) VALUES (?, ?, ?)
  ON CONFLICT (model, face) DO UPDATE SET numbers = excluded.numbers`;
const SAVE_ATTRIBUTES = `UPDATE face SET landmarks = coalesce(?, landmarks), age = coalesce(?, age),
  gender = coalesce(?, gender) WHERE name = ?`;
const SAVE_OCCASION = `UPDATE photo SET occasion = (SELECT id FROM photo AS head WHERE head.content = ?)
  WHERE content = ?`;
const EXTRACTED = `SELECT content FROM extraction JOIN photo ON photo.id = extraction.photo
  WHERE detector = (SELECT id FROM model WHERE name = ?) AND embedder = (SELECT id FROM model WHERE name = ?)
  ORDER BY content`;
const FACES_OF_PHOTO = `SELECT face.*, content FROM photo JOIN face ON face.photo = photo.id
  WHERE content = ? ORDER BY ordinal, name`;
const CROPS = 'SELECT name, crop, content, retired FROM face JOIN photo ON photo.id = face.photo';

/** Row numbers of the models of a batch. */
interface ModelRows {
  readonly detector: number;
  readonly embedder: number;
}

const VISIBLE_FACES = 'SELECT name FROM face WHERE photo = ? AND retired = 0';

/** The methods of `Store` that concern extraction. */
export function extractionQueries(session: SqlSession) {
  return {
    saveModel({ id, job, dims, card }: StoredModel): void {
      session.sql(SAVE_MODEL).run(id, job, dims, card);
    },

    models(): readonly StoredModel[] {
      const rows = session.sql('SELECT name, job, dims, card FROM model ORDER BY name').all();
      return rows.map((row) => ({
        id: readText(row, 'name'),
        job: readText(row, 'job') === 'detect' ? 'detect' : 'embed',
        dims: readNumberOrNull(row, 'dims'),
        card: readText(row, 'card'),
      }));
    },

    extractedPhotoIds(detectorId: string, embedderId: string): readonly string[] {
      return session
        .sql(EXTRACTED)
        .all(detectorId, embedderId)
        .map((row) => readText(row, 'content'));
    },

    saveBatch(batch: ExtractionBatch): void {
      session.transaction(() => {
        const models = {
          detector: modelRow(session, batch.detectorId),
          embedder: modelRow(session, batch.embedderId),
        };
        for (const photo of batch.photos) writePhoto(session, photo, batch, models);
        writePaths(session, batch.paths);
        session.sql('INSERT OR REPLACE INTO setting VALUES (?, ?)').run(CURRENT_EMBEDDER, batch.embedderId);
      });
    },

    facesOfPhotos(photoIds: readonly string[]): readonly Face[] {
      return photoIds.flatMap((id) => session.sql(FACES_OF_PHOTO).all(id).map(readFace));
    },

    saveAttributes(attributes: readonly FaceAttributes[]): void {
      session.transaction(() => {
        const update = session.sql(SAVE_ATTRIBUTES);
        for (const { faceId, landmarks, age, gender } of attributes) {
          const bytes = landmarks === null ? null : floatsToBytes(landmarks);
          if (Number(update.run(bytes, age, gender, faceId).changes) === 0) {
            throw argumentError(`face ${faceId} is not in the store`);
          }
        }
      });
    },

    saveOccasions(occasions: ReadonlyMap<string, string>): void {
      session.transaction(() => {
        const update = session.sql(SAVE_OCCASION);
        for (const [photoId, firstId] of occasions) update.run(firstId, photoId);
      });
    },

    crops(): readonly CropOwner[] {
      const owners: CropOwner[] = [];
      for (const row of session.sql(CROPS).iterate()) {
        owners.push({
          faceId: readText(row, 'name'),
          crop: readTextOrNull(row, 'crop'),
          photoId: readText(row, 'content'),
          isRetired: readNumber(row, 'retired') === 1,
        });
      }
      return owners;
    },

    currentEmbedder(): string | null {
      const row = session.sql('SELECT value FROM setting WHERE key = ?').get(CURRENT_EMBEDDER);
      return row === undefined ? null : readText(row, 'value');
    },
  };
}

function modelRow(session: SqlSession, id: string): number {
  const row = session.sql('SELECT id FROM model WHERE name = ?').get(id);
  if (row === undefined) throw argumentError(`model ${id} is not in the store: save it before its results`);
  return readNumber(row, 'id');
}

function writePhoto(session: SqlSession, { photo, faces }: NewPhoto, batch: ExtractionBatch, models: ModelRows): void {
  const { id, width, height, sizeBytes, format, orientation, takenAt, make, model, serial } = photo;
  const { latitude, longitude, fingerprint } = photo;
  const saved = session
    .sql(SAVE_PHOTO)
    .get(
      ...[id, width, height, sizeBytes, format, orientation, takenAt, make, model, serial],
      ...[latitude, longitude, fingerprint],
    );
  if (saved === undefined) throw argumentError(`photograph ${id} was not saved`);
  const row = readNumber(saved, 'id');
  const before = session
    .sql(VISIBLE_FACES)
    .all(row)
    .map((face) => readText(face, 'name'));
  // Faces that are found again come back in writeFace; the others keep their rows, out of sight.
  session.sql('UPDATE face SET retired = 1 WHERE photo = ?').run(row);
  for (const face of faces) writeFace(session, face, row, batch, models.embedder);
  // Other models have described the faces of before: where those are others now, their work is not done any more.
  const now = new Set(faces.map(({ id: face }) => face));
  const isSame = before.length === now.size && before.every((face) => now.has(face));
  if (!isSame) session.sql('DELETE FROM extraction WHERE photo = ?').run(row);
  session.sql('INSERT OR IGNORE INTO extraction VALUES (?, ?, ?)').run(row, models.detector, models.embedder);
}

function writeFace(
  session: SqlSession,
  face: NewFace,
  photo: number,
  { vectors, dims }: ExtractionBatch,
  embedder: number,
): void {
  const { x, y, width, height } = face.box;
  if (face.points.length !== POINT_NUMBERS) {
    throw argumentError(`face ${face.id} has ${face.points.length} point coordinates, not ${POINT_NUMBERS}`);
  }
  const vector = vectors.subarray(face.row * dims, (face.row + 1) * dims);
  if (dims < 1 || vector.length !== dims) {
    throw argumentError(`face ${face.id} has no vector: row ${face.row} of ${vectors.length} numbers by ${dims}`);
  }
  const { quality, cropPart, landmarks } = face;
  const points = floatsToBytes(Float32Array.from(face.points));
  const saved = session
    .sql(SAVE_FACE)
    .get(
      ...[face.id, photo, face.ordinal, x, y, width, height, face.score, points, face.crop],
      ...(quality === null
        ? [null, null, null, null, null]
        : [quality.score, quality.sharpness, quality.pose, quality.brightness, quality.sizePx]),
      cropPart === null ? null : floatsToBytes(Float32Array.from(cropPart)),
      ...[face.age, face.gender, landmarks === null ? null : floatsToBytes(landmarks)],
    );
  if (saved === undefined) throw argumentError(`face ${face.id} belongs to another photograph already`);
  const row = readNumber(saved, 'id');
  // Zeros: the embedder could not describe this face. It has a place on no sphere, and belongs to no person.
  if (vector.some((number) => number !== 0)) session.sql(SAVE_VECTOR).run(embedder, row, floatsToBytes(vector));
  else session.sql('DELETE FROM vector WHERE model = ? AND face = ?').run(embedder, row);
}
