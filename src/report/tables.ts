/**
 * The tables of `export` as CSV (RFC 4180 quoting, lines end in a line feed,
 * UTF-8) and as JSON arrays of the same records. Numbers have a fixed precision
 * and rows a fixed order, so that the same project gives the same bytes. Tables
 * come in chunks: an archive's faces do not fit into one string.
 */
import { stringify } from 'csv-stringify/sync';
import type { AssignedFace, Edge, Person, Photo } from '../config/domain.js';
import { compareText } from '../config/order.js';
import type { Network } from '../network/index.js';

/** Id and name of a person; `null` until somebody gave a name. */
export type NamedPerson = Pick<Person, 'id' | 'name'>;

/** What the table of faces is made of; order does not matter. */
export interface FaceTableInput {
  readonly photos: readonly Photo[];
  readonly faces: readonly AssignedFace[];
  readonly people: readonly NamedPerson[];
}

type Cell = string | number | null;
type Row = Readonly<Record<string, Cell>>;

/** Rows a chunk; keeps one chunk near 100 kB. */
const CHUNK_ROWS = 1000;

const FACE_COLUMNS = [
  'photo',
  'face',
  'x',
  'y',
  'width',
  'height',
  'score',
  'person',
  'distance',
  'taken_at',
  'make',
  'model',
  'name',
  'photo_id',
  'crop',
] as const;
const EDGE_COLUMNS = ['source', 'target', 'weight', 'photos'] as const;
const PEOPLE_COLUMNS = ['person', 'name', 'photos', 'faces', 'connections', 'strength', 'best_face'] as const;

/**
 * All faces: photo,face,x,y,width,height,score,person,distance,taken_at,make,model,name,photo_id,crop.
 *
 * `face` is the face's id, `person` empty when it belongs to none. Boxes in
 * pixels of the upright photograph, to a hundredth; score and cosine distance
 * to six decimals. Sorted by photograph path, then by the face's place in it.
 */
export function facesCsv(input: FaceTableInput): Iterable<string> {
  return csvChunks(FACE_COLUMNS, faceRows(input));
}

/** The records of `facesCsv` as a JSON array; `null` where the CSV has an empty cell. */
export function facesJson(input: FaceTableInput): Iterable<string> {
  return jsonChunks(faceRows(input));
}

/**
 * The edges: source,target,weight,photos, where `photos` is a JSON array of the
 * photographs' paths. In the order of the network.
 */
export function edgesCsv(network: Network, photos: readonly Photo[]): Iterable<string> {
  const rows = edgeRows(network.edges, photos);
  return csvChunks(
    EDGE_COLUMNS,
    mapRows(rows, (edge) => ({ ...edge, photos: JSON.stringify(edge.photos) })),
  );
}

/** The records of `edgesCsv` as a JSON array; `photos` is an array there. */
export function edgesJson(network: Network, photos: readonly Photo[]): Iterable<string> {
  return jsonChunks(edgeRows(network.edges, photos));
}

/** The shown persons: person,name,photos,faces,connections,strength,best_face (a face id). Sorted by id. */
export function peopleCsv(network: Network, people: readonly Person[]): Iterable<string> {
  return csvChunks(PEOPLE_COLUMNS, peopleRows(network, people));
}

/** The records of `peopleCsv` as a JSON array. */
export function peopleJson(network: Network, people: readonly Person[]): Iterable<string> {
  return jsonChunks(peopleRows(network, people));
}

function* faceRows(input: FaceTableInput): Generator<Row> {
  const photos = new Map(input.photos.map((photo) => [photo.id, photo]));
  const names = new Map(input.people.map((person) => [person.id, person.name]));
  const sorted = input.faces
    .map((face) => ({ face, photo: photos.get(face.photoId) }))
    .sort(
      (a, b) =>
        compareText(a.photo?.path ?? '', b.photo?.path ?? '') ||
        a.face.ordinal - b.face.ordinal ||
        compareText(a.face.id, b.face.id),
    );
  for (const { face, photo } of sorted) {
    yield {
      photo: photo?.path ?? null,
      face: face.id,
      x: rounded(face.box.x, 2),
      y: rounded(face.box.y, 2),
      width: rounded(face.box.width, 2),
      height: rounded(face.box.height, 2),
      score: rounded(face.score, 6),
      person: face.personId,
      distance: face.distance === null ? null : rounded(face.distance, 6),
      taken_at: photo?.takenAt ?? null,
      make: photo?.make ?? null,
      model: photo?.model ?? null,
      name: face.personId === null ? null : (names.get(face.personId) ?? null),
      photo_id: face.photoId,
      crop: face.crop,
    };
  }
}

interface EdgeRow {
  readonly source: string;
  readonly target: string;
  readonly weight: number;
  readonly photos: readonly string[];
}

function* edgeRows(edges: readonly Edge[], photos: readonly Photo[]): Generator<EdgeRow> {
  const paths = new Map(photos.map((photo) => [photo.id, photo.path]));
  for (const { source, target, weight, photoIds } of edges) {
    yield { source, target, weight, photos: photoIds.map((id) => paths.get(id) ?? id) };
  }
}

function* peopleRows(network: Network, people: readonly Person[]): Generator<Row> {
  const known = new Map(people.map((person) => [person.id, person]));
  for (const node of network.persons) {
    const person = known.get(node.id);
    yield {
      person: node.id,
      name: person?.name ?? null,
      photos: node.photos,
      faces: node.faces,
      connections: node.degree,
      strength: node.strength,
      best_face: person?.faceIds[0] ?? null,
    };
  }
}

/** Rounds half away from zero; never `-0`, never an exponent within the sizes that occur. */
function rounded(value: number, decimals: number): number {
  const result = Number(value.toFixed(decimals));
  return result === 0 ? 0 : result;
}

function* mapRows<From, To>(rows: Iterable<From>, map: (row: From) => To): Generator<To> {
  for (const row of rows) yield map(row);
}

function* chunked<T>(rows: Iterable<T>): Generator<T[]> {
  let chunk: T[] = [];
  for (const row of rows) {
    chunk.push(row);
    if (chunk.length === CHUNK_ROWS) {
      yield chunk;
      chunk = [];
    }
  }
  if (chunk.length > 0) yield chunk;
}

function* csvChunks(columns: readonly string[], rows: Iterable<object>): Generator<string> {
  yield `${columns.join(',')}\n`;
  for (const chunk of chunked(rows)) {
    // A lone carriage return ends a line for many readers, so it is quoted too.
    yield stringify(chunk, { columns: [...columns], record_delimiter: '\n', quoted_match: /[\r\n]/ });
  }
}

function* jsonChunks(rows: Iterable<object>): Generator<string> {
  let separator = '[\n';
  for (const chunk of chunked(rows)) {
    const records = chunk.map((row) => JSON.stringify(row, null, 2).replaceAll(/^/gm, '  '));
    yield separator + records.join(',\n');
    separator = ',\n';
  }
  yield separator === '[\n' ? '[]\n' : '\n]\n';
}
