/**
 * A table as pandas' HDFStore keeps it (`format="table"` with data columns), so
 * that `pandas.read_hdf(path, key)` gives a DataFrame and h5py a plain compound
 * dataset. Apart from `hdf5.ts` because this is pandas' convention over PyTables',
 * not HDF5. pandas insists on some attributes being Python pickles; they are lists
 * and dictionaries of column names, written here in pickle's text protocol 0.
 * Checked against the real pandas, PyTables and h5py by test/reference.
 */
import { type H5Attribute, type H5Field, type H5Type, h5Head, rowBytes, sizeOf } from './hdf5.js';

/** A column of its own, which pandas can also select by. */
export interface PandasColumn<Row> {
  readonly name: string;
  /** Missing text is empty in the file, missing numbers NaN; both are NaN in pandas. A `whole` column misses nothing. */
  readonly kind: 'text' | 'whole' | 'real';
  value(row: Row): string | number | null;
}

/** What becomes a table. `rows` is gone through twice: once for the lengths of the texts, once to write. */
export interface PandasTable<Row> {
  readonly key: string;
  readonly title: string;
  readonly columns: readonly PandasColumn<Row>[];
  readonly rows: readonly Row[];
  /** Values of one kind side by side: columns `<prefix>0 …` in pandas, one array in h5py. */
  readonly block: { readonly prefix: string; readonly width: number; values(row: Row): Float32Array | null };
}

/** Rows a chunk; about a megabyte. */
const CHUNK_ROWS = 1000;
const BLOCK_FIELD = 'values_block_0';
const INDEX_FIELD = 'index';

/** The whole file in chunks. The same table gives the same bytes. */
export function* pandasTable<Row>(table: PandasTable<Row>): Generator<Uint8Array> {
  const { columns, rows, block } = table;
  const fields = fieldsOf(table);
  yield h5Head({
    rootAttributes: group(''),
    group: table.key,
    groupAttributes: [...group(table.title), ...storerAttributes(table)],
    table: 'table',
    tableAttributes: tableAttributes(table, fields),
    fields,
    rows: rows.length,
  });
  const bytes = rowBytes(fields);
  const missing = new Float32Array(block.width).fill(Number.NaN);
  const types = fields.slice(fields.length - columns.length).map(({ type }) => type);
  for (let from = 0; from < rows.length; from += CHUNK_ROWS) {
    const part = rows.slice(from, from + CHUNK_ROWS);
    const chunk = Buffer.alloc(part.length * bytes);
    let at = 0;
    for (const [index, row] of part.entries()) {
      at = chunk.writeBigInt64LE(BigInt(from + index), at);
      if (block.width > 0) {
        const values = block.values(row) ?? missing;
        // Every platform we ship for is little-endian, as the file is.
        chunk.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
        at += values.byteLength;
      }
      for (const [k, column] of columns.entries()) {
        const type = types[k] as H5Type;
        const value = column.value(row);
        if (type.is === 'text') chunk.write(value === null ? '' : String(value), at, type.bytes, 'utf8');
        else if (type.is === 'int64') chunk.writeBigInt64LE(BigInt(value ?? 0), at);
        else chunk.writeDoubleLE(value === null ? Number.NaN : Number(value), at);
        at += sizeOf(type);
      }
    }
    yield chunk;
  }
}

function fieldsOf<Row>({ columns, rows, block }: PandasTable<Row>): readonly H5Field[] {
  // HDF5 has no text of no bytes.
  const lengths = columns.map(() => 1);
  for (const row of rows) {
    for (const [k, column] of columns.entries()) {
      if (column.kind !== 'text') continue;
      const text = column.value(row);
      if (text !== null) lengths[k] = Math.max(lengths[k] ?? 1, Buffer.byteLength(String(text)));
    }
  }
  const typeOf = (kind: PandasColumn<Row>['kind'], k: number): H5Type => {
    if (kind === 'text') return { is: 'text', bytes: lengths[k] ?? 1 };
    return { is: kind === 'whole' ? 'int64' : 'float64' };
  };
  const vectors: readonly H5Field[] =
    block.width === 0 ? [] : [{ name: BLOCK_FIELD, type: { is: 'array', of: { is: 'float32' }, length: block.width } }];
  return [
    { name: INDEX_FIELD, type: { is: 'int64' } },
    ...vectors,
    ...columns.map(({ name, kind }, k) => ({ name, type: typeOf(kind, k) })),
  ];
}

/** What PyTables wants of every group. */
function group(title: string): readonly H5Attribute[] {
  return [
    { name: 'CLASS', text: 'GROUP' },
    { name: 'PYTABLES_FORMAT_VERSION', text: '2.1' },
    { name: 'TITLE', text: title },
    { name: 'VERSION', text: '1.0' },
  ];
}

function blockNames<Row>({ block }: PandasTable<Row>): readonly string[] {
  return Array.from({ length: block.width }, (_, k) => `${block.prefix}${k}`);
}

/** What pandas wants of the group: which columns there are, and where. */
function storerAttributes<Row>(table: PandasTable<Row>): readonly H5Attribute[] {
  const names = table.columns.map(({ name }) => name);
  const members = [...(table.block.width === 0 ? [] : [BLOCK_FIELD]), ...names];
  const info = [
    `I1\n(d${picklePair('names', '(lNa')}${picklePair('type', pickledText('Index'))}s`,
    ...[INDEX_FIELD, ...members].map((name) => `${pickledText(name)}(ds`),
  ];
  return [
    { name: 'data_columns', pickle: `${pickledList(names.map(pickledText))}.` },
    { name: 'encoding', text: 'UTF-8' },
    { name: 'errors', text: 'strict' },
    { name: 'index_cols', pickle: `${pickledList([`(I0\n${pickledText(INDEX_FIELD)}t`])}.` },
    { name: 'info', pickle: `(d${info.join('')}.` },
    { name: 'levels', int64: 1 },
    // Empty text is missing text: no name or path can be taken for it.
    { name: 'nan_rep', text: '' },
    {
      name: 'non_index_axes',
      pickle: `${pickledList([`(I1\n${pickledList([...blockNames(table), ...names].map(pickledText))}t`])}.`,
    },
    { name: 'pandas_type', text: 'frame_table' },
    { name: 'pandas_version', text: '0.15.2' },
    { name: 'table_type', text: 'appendable_frame' },
    { name: 'values_cols', pickle: `${pickledList(members.map(pickledText))}.` },
  ];
}

/** What PyTables and pandas want of the dataset. */
function tableAttributes<Row>(table: PandasTable<Row>, fields: readonly H5Field[]): readonly H5Attribute[] {
  const described = fields.flatMap(({ name, type }, k): readonly H5Attribute[] => [
    { name: `FIELD_${k}_FILL`, zero: type.is === 'array' ? type.of : type },
    { name: `FIELD_${k}_NAME`, text: name },
  ]);
  const kinds = fields.slice(1).flatMap(({ name, type }): readonly H5Attribute[] => {
    const names = type.is === 'array' ? blockNames(table) : [name];
    return [
      { name: `${name}_dtype`, text: dtypeOf(type) },
      { name: `${name}_kind`, pickle: `${pickledList(names.map(pickledText))}.` },
      { name: `${name}_meta`, pickle: 'N.' },
    ];
  });
  return [
    { name: 'CLASS', text: 'TABLE' },
    ...described,
    { name: 'NROWS', int64: table.rows.length },
    { name: 'TITLE', text: '' },
    { name: 'VERSION', text: '2.7' },
    { name: 'index_kind', text: 'integer' },
    ...kinds,
  ];
}

/** NumPy's name of the type, as pandas notes it; of text it counts the bits. */
function dtypeOf(type: H5Type): string {
  if (type.is === 'array') return dtypeOf(type.of);
  return type.is === 'text' ? `bytes${type.bytes * 8}` : type.is;
}

// Pickle, protocol 0, without the final stop: `(l…a` a list, `(d…s` a dictionary, `(…t` a tuple, `V` text, `I` a number.

function pickledText(text: string): string {
  if (!/^\w+$/.test(text)) throw new RangeError(`${JSON.stringify(text)} is no column name`);
  return `V${text}\n`;
}

function pickledList(items: readonly string[]): string {
  return `(l${items.map((item) => `${item}a`).join('')}`;
}

function picklePair(key: string, value: string): string {
  return `${pickledText(key)}${value}s`;
}
