/**
 * Small projects for the tests of the store: a scratch folder, an open store and
 * batches of photographs with faces whose every value derives from two numbers.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import {
  type Clustering,
  type ExtractionBatch,
  type KnownPath,
  type NewFace,
  type NewPhoto,
  openStore,
  type Store,
} from '../../../src/store/index.js';

export const DETECTOR = 'centerface-0123456789ab';
export const EMBEDDER = 'mobilefacenet-0123456789ab';
export const DIMS = 192;

/** A folder that is removed when the test ends. */
export function scratchFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'faceweave-store-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** An open store in a scratch folder, with both models saved. */
export async function scratchStore(context: TestContext): Promise<{ store: Store; folder: string }> {
  const folder = scratchFolder(context);
  const store = await openStore(folder, { create: true });
  context.after(() => store.close());
  await saveModels(store);
  return { store, folder };
}

export async function saveModels(store: Store): Promise<void> {
  await store.saveModel({ id: DETECTOR, job: 'detect', dims: null, card: '{}' });
  await store.saveModel({ id: EMBEDDER, job: 'embed', dims: DIMS, card: '{}' });
}

export function photoId(number: number): string {
  return number.toString(16).padStart(32, '0');
}

/** Face `ordinal` of photograph `number`. */
export function faceId(number: number, ordinal: number): string {
  return (number * 256 + ordinal).toString(16).padStart(16, '0');
}

/** The vector of a face, f32 exact. */
export function vectorOf(number: number, ordinal: number): Float32Array {
  return Float32Array.from({ length: DIMS }, (_, at) => Math.fround(Math.sin(number * 31 + ordinal * 7 + at)));
}

export function knownPath(path: string, photo: number | null): KnownPath {
  const isPhoto = photo !== null;
  return {
    path,
    sizeBytes: 1000,
    mtimeNs: '1700000000123456789',
    photoId: isPhoto ? photoId(photo) : null,
    code: isPhoto ? null : 'FILE_EMPTY',
    message: isPhoto ? null : 'the file is empty',
  };
}

/** A photograph of `faces` faces. */
export function newPhoto(number: number, faces: number, firstRow: number): NewPhoto {
  return {
    photo: {
      id: photoId(number),
      width: 640,
      height: 480,
      takenAt: '1997-08-04T10:29:00',
      make: 'Canon',
      model: null,
      serial: null,
      latitude: 48.5,
      longitude: -1.25,
      fingerprint: '00ff00ff00ff00ff',
      sizeBytes: 1000,
      format: 'jpeg',
      orientation: 1,
    },
    faces: Array.from({ length: faces }, (_, at) => newFace(number, at + 1, firstRow + at)),
  };
}

export function newFace(number: number, ordinal: number, row: number): NewFace {
  return {
    id: faceId(number, ordinal),
    photoId: photoId(number),
    ordinal,
    box: { x: ordinal * 10.5, y: -1.25, width: 50, height: 60.75 },
    score: Math.fround(0.9),
    points: Array.from({ length: 10 }, (_, at) => ordinal + at / 4),
    crop: `Faces/album/face${ordinal}_IMG_${number}.jpg`,
    quality: { score: 0.75, sharpness: 0.5, pose: 1, brightness: 0.25, sizePx: 40 },
    cropPart: [1, 2, 30, 40],
    age: 31.5,
    gender: 0.25,
    landmarks: null,
    row,
  };
}

/** A batch in which photograph `number` of `numbers` has `faces` faces and lies at `album/IMG_<number>.jpg`. */
export function batchOf(numbers: readonly number[], faces = 2, embedderId = EMBEDDER): ExtractionBatch {
  const vectors = new Float32Array(numbers.length * faces * DIMS);
  for (const [at, number] of numbers.entries()) {
    for (let ordinal = 1; ordinal <= faces; ordinal += 1) {
      vectors.set(vectorOf(number, ordinal), (at * faces + ordinal - 1) * DIMS);
    }
  }
  return {
    paths: numbers.map((number) => knownPath(`album/IMG_${number}.jpg`, number)),
    photos: numbers.map((number, at) => newPhoto(number, faces, at * faces)),
    detectorId: DETECTOR,
    embedderId,
    vectors,
    dims: DIMS,
  };
}

/** Saves a clustering and, as if nobody had decided anything, the persons it proposes. */
export async function saveWithPersons(store: Store, clustering: Clustering): Promise<void> {
  await store.saveClustering(clustering);
  const assignments = clustering.assignments.map((proposal) => ({ ...proposal, probability: null, isDecided: false }));
  await store.saveAssignments(assignments, []);
}
