/**
 * The tables a project gives away: faces, edges, people, landmarks, in chunks,
 * and `Data/FaceDatabase.h5`. What the columns mean is written where they are
 * made, in `report`.
 */
import { join } from 'node:path';
import { DATA_FOLDER, type Options, usageError } from '../config/index.js';
import { personsOf, type TierThresholds, tierOf } from '../people/index.js';
import {
  columnsCsv,
  columnsJson,
  edgesCsv,
  edgesJson,
  FACE_COLUMNS,
  type FaceTableInput,
  type FaceVectors,
  faceDatabase,
  faceRows,
  facesCsv,
  facesJson,
  LANDMARK_KEYS,
  landmarkColumns,
  landmarkReader,
  parquetTable,
  peopleCsv,
  peopleJson,
  vectorReader,
} from '../report/index.js';
import { type Store, writePrivateFile } from '../store/index.js';
import { networkOf } from './build-network.js';

/** A table by name. */
export type TableName = 'faces' | 'edges' | 'people' | 'landmarks';
/**
 * How it is written: `spreadsheet` is CSV in which no text can be taken for a formula. `h5` (as pandas keeps
 * tables) is for faces, `parquet` for faces and landmarks.
 */
export type TableFormat = 'csv' | 'json' | 'spreadsheet' | 'h5' | 'parquet';

/** A table ready to be written. */
export interface Table {
  /** Rows without the head. */
  readonly rows: number;
  /** Text, but for `h5` and `parquet`: bytes. */
  readonly chunks: Iterable<string | Uint8Array>;
}

/** What decides what a table shows; `minWeight` and `minSize` hide edges and persons, never faces. */
export interface TableOptions extends Pick<Options, 'minWeight' | 'minSize'>, Pick<FaceTableInput, 'tierOf'> {}

/** File name under `Data/`. */
export const FACE_DATABASE = 'FaceDatabase.h5';

/** Which formats each table has. */
export const TABLE_FORMATS: Readonly<Record<TableName, readonly TableFormat[]>> = {
  faces: ['csv', 'json', 'spreadsheet', 'h5', 'parquet'],
  landmarks: ['csv', 'json', 'spreadsheet', 'parquet'],
  edges: ['csv', 'json', 'spreadsheet'],
  people: ['csv', 'json', 'spreadsheet'],
};

/** One table. *Errors*: `USAGE` for a format the table does not have; `STORE_*`. */
export async function tableOf(
  store: Store,
  name: TableName,
  format: TableFormat,
  options: TableOptions,
): Promise<Table> {
  if (!TABLE_FORMATS[name].includes(format)) {
    throw usageError('format', `one of ${TABLE_FORMATS[name].join(', ')} for ${name}`, format);
  }
  const style = { forSpreadsheets: format === 'spreadsheet' };
  if (name === 'faces') return faceTable(store, format, options.tierOf);
  if (name === 'landmarks') return landmarkTable(store, format);
  const { network, photos, faces } = await networkOf(store, options);
  if (name === 'edges') {
    const chunks = format === 'json' ? edgesJson(network, photos) : edgesCsv(network, photos, style);
    return { rows: network.edges.length, chunks };
  }
  const people = personsOf(faces, await store.persons());
  const chunks = format === 'json' ? peopleJson(network, people) : peopleCsv(network, people, style);
  return { rows: network.persons.length, chunks };
}

/**
 * Writes `Data/FaceDatabase.h5` anew, whole or not at all; returns its path and size.
 *
 * *Cost*: proportional to the faces, some 1.3 kB each. *Errors*: `STORE_*`, `PROJECT_WRITE`.
 */
export async function writeFaceDatabase(
  store: Store,
  projectDir: string,
  options: Pick<TableOptions, 'tierOf'> = {},
): Promise<{ readonly path: string; readonly rows: number; readonly bytes: number }> {
  const path = join(projectDir, DATA_FOLDER, FACE_DATABASE);
  const { rows, chunks } = await faceTable(store, 'h5', options.tierOf);
  const bytes = await writePrivateFile(path, chunks);
  return { path, rows, bytes };
}

async function faceInput(store: Store, tierOf: FaceTableInput['tierOf']): Promise<FaceTableInput> {
  const [photos, faces] = [await store.photos(), await store.faces()];
  const people = personsOf(faces, await store.persons());
  return { photos, faces, people, ...(tierOf === undefined ? {} : { tierOf }) };
}

/** The tier of a face under the options. */
export function tierOfFace(thresholds: TierThresholds): NonNullable<FaceTableInput['tierOf']> {
  return ({ quality }) => tierOf(quality, thresholds);
}

async function faceTable(store: Store, format: TableFormat, tierOf: FaceTableInput['tierOf']): Promise<Table> {
  const input = await faceInput(store, tierOf);
  const rows = input.faces.length;
  switch (format) {
    case 'json':
      return { rows, chunks: facesJson(input) };
    case 'h5':
      return { rows, chunks: faceDatabase(input, await currentVectors(store)) };
    case 'parquet': {
      const vectors = { name: 'encoding', values: vectorReader(await currentVectors(store)) };
      return { rows, chunks: parquetTable(FACE_COLUMNS, vectors, faceRows(input)) };
    }
    default:
      return { rows, chunks: facesCsv(input, { forSpreadsheets: format === 'spreadsheet' }) };
  }
}

async function landmarkTable(store: Store, format: TableFormat): Promise<Table> {
  const landmarks = await store.landmarks();
  const known = new Set(landmarks.map(({ faceId }) => faceId));
  const rows = faceRows(await faceInput(store, undefined)).filter(({ face }) => known.has(face.id));
  const chunksOf = (): Iterable<string | Uint8Array> => {
    if (format === 'parquet') {
      return parquetTable(LANDMARK_KEYS, { name: 'landmarks', values: landmarkReader(landmarks) }, rows);
    }
    const columns = landmarkColumns(landmarks);
    return format === 'json'
      ? columnsJson(columns, rows)
      : columnsCsv(columns, rows, { forSpreadsheets: format === 'spreadsheet' });
  };
  return { rows: rows.length, chunks: chunksOf() };
}

async function currentVectors(store: Store): Promise<FaceVectors> {
  const embedder = await store.currentEmbedder();
  return embedder === null ? { faceIds: [], vectors: new Float32Array(0), dims: 0 } : store.vectors(embedder);
}
