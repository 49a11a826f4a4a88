/**
 * `Data/FaceDatabase.h5`, one row a face, for `pandas.read_hdf(path, "index")`:
 * the columns of face-network under its names, then those of our own tables, then
 * the vector. Apart from `tables.ts` because this file exists for programs that
 * were written for face-network's.
 */
import type { Photo } from '../config/domain.js';
import { compareText } from '../config/order.js';
import { FACE_COLUMNS, type FaceRow, type FaceTableInput, faceRows } from './face-columns.js';
import { type PandasColumn, pandasTable } from './pandas-table.js';

/** Vectors of one embedder as the store hands them out. */
export interface FaceVectors {
  readonly faceIds: readonly string[];
  /** Row-major `[faces × dims]`. */
  readonly vectors: Float32Array;
  readonly dims: number;
}

/** Key of the table, as face-network calls it. */
export const FACE_DATABASE_KEY = 'index';
/** The vector's columns in pandas: `encoding_0 …`. */
export const VECTOR_PREFIX = 'encoding_';

/**
 * The file in chunks. In pandas `faces.filter(like="encoding_").to_numpy()` are the vectors, in h5py
 * `file["index/table"]["values_block_0"]`; a face without a vector of this embedder has NaN.
 *
 * `cluster` numbers the persons from 1, most faces first, and is 0 where a face belongs to none, as face-network's
 * own steps expect (`cluster > 0`); `count` is the number of faces of that person.
 */
export function faceDatabase(input: FaceTableInput, vectors: FaceVectors): Generator<Uint8Array> {
  const rows = faceRows(input);
  const clusters = numberPersons(rows);
  return pandasTable<FaceRow>({
    key: FACE_DATABASE_KEY,
    title: 'Faces',
    columns: [...parityColumns(clusters), ...FACE_COLUMNS.filter(({ name }) => !PARITY_NAMES.has(name))],
    rows,
    block: { prefix: VECTOR_PREFIX, width: vectors.dims, values: vectorReader(vectors) },
  });
}

/** The vector of a row; null when the face has none. */
export function vectorReader({ faceIds, vectors, dims }: FaceVectors): (row: FaceRow) => Float32Array | null {
  const places = new Map(faceIds.map((id, place) => [id, place]));
  return ({ face }) => {
    const place = places.get(face.id);
    return place === undefined ? null : vectors.subarray(place * dims, (place + 1) * dims);
  };
}

/** Names that both tables have; they mean the same. */
const PARITY_NAMES: ReadonlySet<string> = new Set(['age', 'gender']);

function parityColumns(clusters: ReadonlyMap<string, Cluster>): readonly PandasColumn<FaceRow>[] {
  const text = (name: string, value: (row: FaceRow) => string | null): PandasColumn<FaceRow> => ({
    name,
    kind: 'text',
    value,
  });
  const own = FACE_COLUMNS.filter(({ name }) => PARITY_NAMES.has(name));
  const clusterOf = ({ face }: FaceRow): Cluster | undefined =>
    face.personId === null ? undefined : clusters.get(face.personId);
  return [
    text('img_path', ({ photo }) => photo?.path ?? null),
    text('img_name', ({ photo }) => imageName(photo)),
    text('face_name', ({ face, photo }) => baseName(face.crop) ?? `face${face.ordinal}_${imageName(photo) ?? ''}`),
    ...own,
    text('Make', ({ photo }) => photo?.make ?? null),
    text('Model', ({ photo }) => photo?.model ?? null),
    text('DateTimeOriginal', ({ photo }) => exifTime(photo?.takenAt ?? null)),
    text('BodySerialNumber', ({ photo }) => photo?.serial ?? null),
    { name: 'cluster', kind: 'whole', value: (row) => clusterOf(row)?.number ?? 0 },
    { name: 'count', kind: 'whole', value: (row) => clusterOf(row)?.faces ?? 0 },
  ];
}

function imageName(photo: Photo | null): string | null {
  return baseName(photo?.path ?? null);
}

function baseName(path: string | null): string | null {
  return path === null ? null : path.slice(path.lastIndexOf('/') + 1);
}

/** `YYYY:MM:DD HH:MM:SS`, as the tag itself says it. */
function exifTime(takenAt: string | null): string | null {
  const parts = takenAt === null ? null : /^(\d+)-(\d\d)-(\d\d)T(\d\d:\d\d:\d\d)/.exec(takenAt);
  return parts === null ? null : `${parts[1]}:${parts[2]}:${parts[3]} ${parts[4]}`;
}

interface Cluster {
  readonly number: number;
  readonly faces: number;
}

function numberPersons(rows: readonly FaceRow[]): ReadonlyMap<string, Cluster> {
  const counts = new Map<string, number>();
  for (const { face } of rows) {
    if (face.personId !== null) counts.set(face.personId, (counts.get(face.personId) ?? 0) + 1);
  }
  const sorted = [...counts].sort((a, b) => b[1] - a[1] || compareText(a[0], b[0]));
  return new Map(sorted.map(([id, faces], index) => [id, { number: index + 1, faces }]));
}
