/**
 * Reads `FaceDatabase.h5` and the Parquet of the faces with the real pandas,
 * PyTables, h5py and pyarrow (requirements.txt): names, values, missing values and
 * vectors must come back as they were written.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { AssignedFace, Photo } from '../../src/config/domain.js';
import { FACE_COLUMNS, faceDatabase, faceRows, facesJson, parquetTable, vectorReader } from '../../src/report/index.js';
import { ASSIGNED_UNKNOWNS, PHOTO_UNKNOWNS } from '../samples.js';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const PYTHON = process.env.FACEWEAVE_TEST_PYTHON ?? join(ROOT, '.venv', 'bin', 'python');
const DIMS = 192;
/** More than one chunk and one row group of either format. */
const FILLERS = 2100;

type Cells = Readonly<Record<string, string | number | null>>;
interface Reading {
  readonly columns: readonly string[];
  readonly dtypes: Readonly<Record<string, string>>;
  readonly rows: readonly Cells[];
  readonly vectors: readonly (readonly (number | null)[])[];
  readonly h5py_vectors_equal: boolean;
  readonly h5py_names: readonly string[];
  readonly h5py_columns: readonly string[];
  readonly selected: readonly Cells[];
  readonly default_key_reads: boolean;
  readonly parquet_rows: readonly Cells[];
  readonly parquet_vectors: readonly (readonly number[] | null)[];
}

function photo(id: string, path: string, facts: Partial<Photo> = {}): Photo {
  const unknown = { takenAt: null, make: null, model: null, serial: null, ...PHOTO_UNKNOWNS };
  return { id, path, paths: [path], width: 100, height: 100, ...unknown, ...facts };
}

function face(id: string, photoId: string, personId: string | null, facts: Partial<AssignedFace> = {}): AssignedFace {
  const box = { x: -1.25, y: 2, width: 30.5, height: 40 };
  const place = { ordinal: 1, box, score: 0.9, points: [], crop: null, ...ASSIGNED_UNKNOWNS };
  return { id, photoId, ...place, personId, distance: personId === null ? null : 0.125, ...facts };
}

const photos = [
  photo('aa', 'Zürich/Ω "nan".jpg', {
    takenAt: '1997-08-04T10:29:00+02:00',
    make: 'Canon',
    model: 'nan',
    serial: '=1+1',
    latitude: -33.8567844,
    longitude: 151.2152967,
    occasionId: 'aa',
  }),
  photo('bb', 'b.jpg'),
  photo('cc', 'z/many.jpg'),
];
const quality = { score: 0.5, sharpness: 0.25, pose: 0.75, brightness: 1, sizePx: 30.5 };
const faces = [
  face('f1', 'aa', 'p1', { crop: 'Faces/Zürich/face1_Ω.jpg', quality, age: 41.5, gender: 0.25 }),
  face('f2', 'bb', 'p2'),
  face('f3', 'bb', null, { ordinal: 2 }),
  ...Array.from({ length: FILLERS }, (_, k) => face(`g${String(k).padStart(5, '0')}`, 'cc', 'p2', { ordinal: k + 1 })),
];
const input = { photos, faces, people: [{ id: 'p1', name: 'Ana' }], tierOf: () => 2 as const };
// The last face has no vector of this model.
const faceIds = faces.slice(0, -1).map(({ id }) => id);
const vectors = Float32Array.from({ length: faceIds.length * DIMS }, (_, k) => Math.fround(Math.sin(k)));

let scratch = '';
let reading: Reading;
const written: Cells[] = JSON.parse([...facesJson(input)].join(''));
const h5 = (): Buffer => Buffer.concat([...faceDatabase(input, { faceIds, vectors, dims: DIMS })]);
const parquet = (): Buffer => {
  const list = { name: 'encoding', values: vectorReader({ faceIds, vectors, dims: DIMS }) };
  return Buffer.concat([...parquetTable(FACE_COLUMNS, list, faceRows(input))]);
};

function read(h5File: Buffer): Reading {
  writeFileSync(join(scratch, 'FaceDatabase.h5'), h5File);
  writeFileSync(join(scratch, 'faces.parquet'), parquet());
  const script = join(ROOT, 'test', 'reference', 'read_formats.py');
  const run = spawnSync(PYTHON, [script, join(scratch, 'FaceDatabase.h5'), join(scratch, 'faces.parquet')], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  assert.equal(run.status, 0, run.stderr);
  return JSON.parse(run.stdout);
}

before(() => {
  assert.ok(existsSync(PYTHON), `${PYTHON} is missing; make test makes it`);
  scratch = mkdtempSync(join(tmpdir(), 'faceweave-formats-'));
  reading = read(h5());
});

after(() => rmSync(scratch, { recursive: true, force: true }));

const vectorOf = (id: unknown): readonly number[] | null => {
  const place = faceIds.indexOf(String(id));
  return place < 0 ? null : Array.from(vectors.subarray(place * DIMS, (place + 1) * DIMS));
};

test("pandas reads face-network's columns first, then those of the CSV, with numbers as numbers", () => {
  const parity =
    'img_path,img_name,face_name,age,gender,Make,Model,DateTimeOriginal,BodySerialNumber,cluster,count'.split(',');
  const ours = FACE_COLUMNS.map(({ name }) => name).filter((name) => !parity.includes(name));
  assert.deepEqual(reading.columns, [...parity, ...ours]);
  assert.deepEqual(
    ['img_path', 'cluster', 'score', 'age', 'encoding_0'].map((name) => reading.dtypes[name]),
    ['object', 'int64', 'float64', 'float64', 'float32'],
  );
});

test('every cell comes back as the JSON has it, missing ones as missing', () => {
  assert.equal(reading.rows.length, faces.length);
  for (const [index, row] of written.entries()) {
    for (const [name, value] of Object.entries(row)) {
      assert.deepEqual(reading.rows[index]?.[name], value, `${name} of row ${index} in HDF5`);
      assert.deepEqual(reading.parquet_rows[index]?.[name], value, `${name} of row ${index} in Parquet`);
    }
  }
});

test("face-network's names hold what its own steps read", () => {
  const first = reading.rows.find((row) => row.face === 'f1');
  assert.deepEqual(
    [first?.img_path, first?.img_name, first?.face_name, first?.DateTimeOriginal, first?.Model],
    ['Zürich/Ω "nan".jpg', 'Ω "nan".jpg', 'face1_Ω.jpg', '1997:08:04 10:29:00', 'nan'],
  );
  // The person with most faces is number 1; a face of nobody is in cluster 0.
  assert.deepEqual([first?.cluster, first?.count], [2, 1]);
  const nobody = reading.rows.find((row) => row.face === 'f3');
  assert.deepEqual([nobody?.cluster, nobody?.count, nobody?.face_name], [0, 0, 'face2_b.jpg']);
  assert.equal(reading.selected.length, faces.length - 1);
});

test('vectors are equal to the last bit in pandas, h5py and Parquet', () => {
  for (const [index, row] of written.entries()) {
    const expected = vectorOf(row.face);
    assert.deepEqual(reading.parquet_vectors[index], expected);
    assert.deepEqual(reading.vectors[index], expected ?? new Array(DIMS).fill(null));
  }
  assert.ok(reading.h5py_vectors_equal);
});

test('h5py sees every column under its name, and pandas needs no key', () => {
  assert.deepEqual(reading.h5py_columns.slice(0, 4), ['index', 'values_block_0', 'img_path', 'img_name']);
  assert.deepEqual(
    reading.h5py_names,
    written.map((row) => row.photo),
  );
  assert.ok(reading.default_key_reads);
});

test('the same faces give the same bytes', () => {
  assert.ok(h5().equals(h5()));
  assert.ok(parquet().equals(parquet()));
});

test('a project without faces gives a table without rows', () => {
  const none = { photos: [], faces: [], people: [] };
  for (const dims of [0, DIMS]) {
    const empty = { faceIds: [], vectors: new Float32Array(0), dims };
    assert.deepEqual(read(Buffer.concat([...faceDatabase(none, empty)])).rows, []);
  }
});
