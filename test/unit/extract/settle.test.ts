/** What each outcome of native code becomes in the store. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Memory, type PlannedFile, settle } from '../../../src/extract/settle.js';
import type { ExtractBatch, PhotoOutcome } from '../../../src/native/index.js';
import { FACE_UNKNOWNS } from '../../samples.js';

const A = 'a'.repeat(32);
const B = 'b'.repeat(32);

function planned(path: string): PlannedFile {
  return { path, sizeBytes: 10, mtimeNs: '1', cropOf: (k) => `Faces/face${k}_${path}` };
}

function batchOf(outcomes: readonly PhotoOutcome[]): ExtractBatch {
  const faces = outcomes.reduce((sum, outcome) => sum + outcome.faces, 0);
  const rows = Array.from({ length: faces }, (_, row) => row);
  return {
    outcomes: [...outcomes],
    boxes: new Float32Array(rows.flatMap((row) => [row * 100, 0, 50, 50])),
    scores: new Float32Array(rows.map(() => 0.5)),
    points: new Float32Array(faces * 10),
    vectors: new Float32Array(faces * 2),
    dims: 2,
    qualities: new Float32Array(faces * 5),
    cropParts: new Uint32Array(faces * 4),
    landmarks: new Float32Array(),
    ages: new Float32Array(),
    genders: new Float32Array(),
  };
}

const extracted = (hash: string, faces: number): PhotoOutcome => ({
  status: 'extracted',
  hash,
  faces,
  width: 300,
  height: 200,
});

function memory(recorded: readonly string[] = []): Memory {
  return { recorded: new Set(recorded), skippedContents: new Map() };
}

test('rows of the flat arrays go to their photographs in order', () => {
  const batch = batchOf([extracted(A, 1), { status: 'skipped', code: 'FILE_EMPTY', faces: 0 }, extracted(B, 2)]);
  const settled = settle([planned('a.jpg'), planned('e.jpg'), planned('b.jpg')], batch, new Map(), memory());
  assert.deepEqual(
    settled.photos.map(({ faces }) => faces.map(({ row, ordinal, box }) => [row, ordinal, box.x])),
    [
      [[0, 1, 0]],
      [
        [1, 1, 100],
        [2, 2, 200],
      ],
    ],
  );
  assert.deepEqual(
    settled.paths.map(({ photoId, code }) => [photoId, code]),
    [
      [A, null],
      [null, 'FILE_EMPTY'],
      [B, null],
    ],
  );
  assert.equal(settled.photos[1]?.faces[1]?.crop, 'Faces/face2_b.jpg');
});

test('a copy is one more path of the same photograph', () => {
  const batch = batchOf([extracted(A, 1), { status: 'known', hash: A, faces: 0 }]);
  const settled = settle([planned('a.jpg'), planned('copy.jpg')], batch, new Map(), memory());
  assert.equal(settled.photos.length, 1);
  assert.equal(settled.known, 1);
  assert.equal(settled.paths[1]?.photoId, A);
});

test('a copy of skipped content is skipped for the same reason', () => {
  const batch = batchOf([
    { status: 'skipped', hash: A, code: 'PHOTO_DECODE', message: 'cut off', faces: 0 },
    { status: 'known', hash: A, faces: 0 },
  ]);
  const settled = settle([planned('a.jpg'), planned('copy.jpg')], batch, new Map(), memory());
  assert.deepEqual(settled.skipped, [
    { path: 'a.jpg', code: 'PHOTO_DECODE', message: 'cut off' },
    { path: 'copy.jpg', code: 'PHOTO_DECODE', message: 'cut off' },
  ]);
});

test('cancelled files, and copies of them, leave no trace', () => {
  const batch = batchOf([
    { status: 'cancelled', faces: 0 },
    { status: 'known', hash: A, faces: 0 },
  ]);
  const settled = settle([planned('a.jpg'), planned('copy.jpg')], batch, new Map(), memory());
  assert.equal(settled.pending, 2);
  assert.deepEqual(settled.paths, []);
});

test('extracting again keeps the ids of faces that overlap', () => {
  const stored = new Map([
    [
      A,
      [
        {
          id: 'feedfeedfeedfeed',
          photoId: A,
          ordinal: 1,
          box: { x: 2, y: 2, width: 50, height: 50 },
          score: 1,
          points: [],
          crop: null,
          ...FACE_UNKNOWNS,
        },
      ],
    ],
  ]);
  const settled = settle([planned('a.jpg')], batchOf([extracted(A, 2)]), stored, memory([A]));
  assert.equal(settled.photos[0]?.faces[0]?.id, 'feedfeedfeedfeed');
  assert.notEqual(settled.photos[0]?.faces[1]?.id, 'feedfeedfeedfeed');
});

test('arrays that do not hold the counted faces are an internal error', () => {
  const batch = { ...batchOf([extracted(A, 1)]), boxes: new Float32Array(8) };
  assert.throws(() => settle([planned('a.jpg')], batch, new Map(), memory()), { code: 'INTERNAL' });
});
