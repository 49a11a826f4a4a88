/**
 * Tables as Apache Parquet, a row group at a time so that memory stays bounded,
 * with the numbers of a face (its vector, its landmarks) as a list of floats. Apart
 * because it alone knows hyparquet-writer and Parquet's schema.
 */
import { ByteWriter, type ColumnSource, ParquetWriter, type SchemaElement } from 'hyparquet-writer';
import type { FaceColumn, FaceRow } from './face-columns.js';

/** A column of lists, one a face; null = the face has none. */
export interface ListColumn {
  readonly name: string;
  values(row: FaceRow): Float32Array | null;
}

/** Rows a group: some 1.5 MB of vectors, which the writer holds many times over as plain arrays. */
const GROUP_ROWS = 2000;
const CREATED_BY = 'faceweave';

/** The file in chunks. The same rows give the same bytes. */
export function* parquetTable(
  columns: readonly FaceColumn[],
  list: ListColumn,
  rows: readonly FaceRow[],
): Generator<Uint8Array> {
  const writer = new ByteWriter();
  const file = new ParquetWriter({
    writer,
    schema: schemaOf(columns, list),
    createdBy: CREATED_BY,
    // Least and greatest of a float of a vector say nothing.
    statistics: false,
  });
  const taken = (): Uint8Array => {
    const bytes = writer.getBytes().slice();
    writer.index = 0;
    return bytes;
  };
  for (let from = 0; from < rows.length; from += GROUP_ROWS) {
    const part = rows.slice(from, from + GROUP_ROWS);
    const columnData: ColumnSource[] = [
      ...columns.map((column) => ({
        name: column.name,
        data: part.map((row) => {
          const value = column.value(row);
          return column.kind === 'whole' ? Number(value) : value;
        }),
      })),
      // Floats of a vector do not repeat and do not shrink: no dictionary, no compression.
      {
        name: list.name,
        data: part.map((row) => plainList(list.values(row))),
        encoding: 'PLAIN',
        codec: 'UNCOMPRESSED',
      },
    ];
    // The writer gathers in memory, so nothing is left to wait for.
    void file.write({ columnData, rowGroupSize: GROUP_ROWS });
    yield taken();
  }
  void file.finish();
  yield taken();
}

/** The writer takes plain arrays for lists. */
function plainList(values: Float32Array | null): number[] | null {
  return values === null ? null : Array.from(values);
}

function schemaOf(columns: readonly FaceColumn[], list: ListColumn): SchemaElement[] {
  return [
    { name: 'root', num_children: columns.length + 1 },
    ...columns.map(({ name, kind }): SchemaElement => {
      if (kind === 'text') return { name, type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' };
      if (kind === 'whole') return { name, type: 'INT32', repetition_type: 'REQUIRED' };
      return { name, type: 'DOUBLE', repetition_type: 'OPTIONAL' };
    }),
    { name: list.name, repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', type: 'FLOAT', repetition_type: 'REQUIRED' },
  ];
}
