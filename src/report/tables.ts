/**
 * The tables of `export` as CSV (RFC 4180 quoting, lines end in a line feed,
 * UTF-8) and as JSON arrays of the same records. Numbers have a fixed precision
 * and rows a fixed order, so that the same project gives the same bytes. Tables
 * come in chunks: an archive's faces do not fit into one string.
 */
import { stringify } from 'csv-stringify/sync';
import type { Edge, Person, Photo } from '../config/domain.js';
import type { Network } from '../network/index.js';
import { FACE_COLUMNS, type FaceColumn, type FaceRow, type FaceTableInput, faceRows } from './face-columns.js';

type Cell = string | number | null;
type Row = Readonly<Record<string, Cell>>;

/** Rows a chunk; keeps one chunk near 100 kB. */
const CHUNK_ROWS = 1000;

const EDGE_COLUMNS = ['source', 'target', 'weight', 'photos'] as const;
const PEOPLE_COLUMNS = ['person', 'name', 'photos', 'faces', 'connections', 'strength', 'best_face'] as const;

/** How a CSV is written. */
export interface CsvStyle {
  /**
   * Text that a spreadsheet would take for a formula (it begins with = + - @, a tab or a carriage return) begins
   * with an apostrophe instead: the table is then safe to open there, and no longer exact.
   */
  readonly forSpreadsheets?: boolean;
}

/** All faces, under the names of `FACE_COLUMNS` and in their order; rows sorted by photograph, then place in it. */
export function facesCsv(input: FaceTableInput, style: CsvStyle = {}): Iterable<string> {
  return columnsCsv(FACE_COLUMNS, faceRows(input), style);
}

/** The records of `facesCsv` as a JSON array; `null` where the CSV has an empty cell. */
export function facesJson(input: FaceTableInput): Iterable<string> {
  return columnsJson(FACE_COLUMNS, faceRows(input));
}

/** The rows under any columns, as CSV. */
export function columnsCsv(
  columns: readonly FaceColumn[],
  rows: readonly FaceRow[],
  style: CsvStyle = {},
): Iterable<string> {
  return csvChunks(
    columns.map(({ name }) => name),
    faceRecords(columns, rows),
    style,
  );
}

/** The records of `columnsCsv` as a JSON array. */
export function columnsJson(columns: readonly FaceColumn[], rows: readonly FaceRow[]): Iterable<string> {
  return jsonChunks(faceRecords(columns, rows));
}

/**
 * The edges: source,target,weight,photos, where `photos` is a JSON array of the
 * photographs' paths. In the order of the network.
 */
export function edgesCsv(network: Network, photos: readonly Photo[], style: CsvStyle = {}): Iterable<string> {
  const rows = edgeRows(network.edges, photos);
  return csvChunks(
    EDGE_COLUMNS,
    mapRows(rows, (edge) => ({ ...edge, photos: JSON.stringify(edge.photos) })),
    style,
  );
}

/** The records of `edgesCsv` as a JSON array; `photos` is an array there. */
export function edgesJson(network: Network, photos: readonly Photo[]): Iterable<string> {
  return jsonChunks(edgeRows(network.edges, photos));
}

/** The shown persons: person,name,photos,faces,connections,strength,best_face (a face id). Sorted by id. */
export function peopleCsv(network: Network, people: readonly Person[], style: CsvStyle = {}): Iterable<string> {
  return csvChunks(PEOPLE_COLUMNS, peopleRows(network, people), style);
}

/** The records of `peopleCsv` as a JSON array. */
export function peopleJson(network: Network, people: readonly Person[]): Iterable<string> {
  return jsonChunks(peopleRows(network, people));
}

function* faceRecords(columns: readonly FaceColumn[], rows: readonly FaceRow[]): Generator<Row> {
  for (const row of rows) {
    const record: Record<string, Cell> = {};
    for (const column of columns) record[column.name] = column.value(row);
    yield record;
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

/** What spreadsheets take for a formula: OWASP, "CSV Injection". Numbers are never text here, so they stay. */
const FORMULA = /^[=+\-@\t\r]/;

/** Rows under these columns as CSV, in chunks. */
export function csvOf(columns: readonly string[], rows: Iterable<object>): Iterable<string> {
  return csvChunks(columns, rows, {});
}

function* csvChunks(columns: readonly string[], rows: Iterable<object>, style: CsvStyle): Generator<string> {
  yield `${columns.join(',')}\n`;
  const cast =
    style.forSpreadsheets === true ? { string: (cell: string) => (FORMULA.test(cell) ? `'${cell}` : cell) } : {};
  for (const chunk of chunked(rows)) {
    // A lone carriage return ends a line for many readers, so it is quoted too.
    yield stringify(chunk, { columns: [...columns], record_delimiter: '\n', quoted_match: /[\r\n]/, cast });
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
