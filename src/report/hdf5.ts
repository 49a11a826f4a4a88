/**
 * The part of HDF5 that one table in one group needs, written byte for byte:
 * superblock 2, object headers 2, one contiguous compound dataset. Apart because
 * it knows the file format and nothing of faces. Written here and not by the
 * HDF5 library (h5wasm) because that stamps every object with the time, so that
 * no two files are equal, holds the columns twice in memory, and takes 15 MB.
 * Source: HDF5 File Format Specification 3.0, sections II.A, IV.A.1.b and IV.A.2.
 */

/** A type of HDF5. Text has a fixed number of bytes, filled with zeros. */
export type H5Type =
  | { readonly is: 'int64' }
  | { readonly is: 'float32' }
  | { readonly is: 'float64' }
  | { readonly is: 'text'; readonly bytes: number; readonly isAscii?: boolean }
  | { readonly is: 'array'; readonly of: H5Type; readonly length: number };

/** One member of the rows. */
export interface H5Field {
  readonly name: string;
  readonly type: H5Type;
}

/** A fact about a group or a table. PyTables takes ASCII for bytes, which may be a Python pickle, and UTF-8 for text. */
export type H5Attribute =
  | { readonly name: string; readonly text: string }
  | { readonly name: string; readonly pickle: string }
  | { readonly name: string; readonly int64: number }
  | { readonly name: string; readonly zero: H5Type };

/** A file with one table, at `/<group>/<table>`. */
export interface H5TableFile {
  readonly rootAttributes: readonly H5Attribute[];
  readonly group: string;
  readonly groupAttributes: readonly H5Attribute[];
  readonly table: string;
  readonly tableAttributes: readonly H5Attribute[];
  readonly fields: readonly H5Field[];
  readonly rows: number;
}

const NOWHERE = 0xffff_ffff_ffff_ffffn;
const SUPERBLOCK_BYTES = 48;
/** Rows begin at a multiple of this, so that a mapped file has aligned values. */
const ALIGNMENT = 512;
const MESSAGE = { dataspace: 1, linkInfo: 2, datatype: 3, fill: 5, link: 6, layout: 8, groupInfo: 10, attribute: 12 };
/** A message says its size in 16 bits. */
const MAX_MESSAGE_BYTES = 0xffff;

/** Bytes of a value of the type. */
export function sizeOf(type: H5Type): number {
  if (type.is === 'array') return type.length * sizeOf(type.of);
  if (type.is === 'text') return type.bytes;
  return type.is === 'float32' ? 4 : 8;
}

/** Bytes of a row, its members one after the other. */
export function rowBytes(fields: readonly H5Field[]): number {
  return fields.reduce((sum, { type }) => sum + sizeOf(type), 0);
}

/** All bytes of the file before its rows; the rows follow, `rowBytes` each, little-endian, and nothing else. */
export function h5Head(file: H5TableFile): Buffer {
  // Addresses have a fixed width: a draft tells where everything comes to lie.
  const draft = headers(file, 0n, 0n, 0n);
  const groupAt = SUPERBLOCK_BYTES + draft.root.length;
  const tableAt = groupAt + draft.group.length;
  const dataAt = Math.ceil((tableAt + draft.table.length) / ALIGNMENT) * ALIGNMENT;
  const { root, group, table } = headers(file, BigInt(groupAt), BigInt(tableAt), BigInt(dataAt));
  const end = dataAt + file.rows * rowBytes(file.fields);
  const head = Buffer.alloc(dataAt);
  head.set(Buffer.concat([superblock(BigInt(end)), root, group, table]));
  return head;
}

function headers(file: H5TableFile, groupAt: bigint, tableAt: bigint, dataAt: bigint) {
  return {
    root: groupHeader(file.rootAttributes, file.group, groupAt),
    group: groupHeader(file.groupAttributes, file.table, tableAt),
    table: tableHeader(file, dataAt),
  };
}

function superblock(end: bigint): Buffer {
  const signature = Buffer.from('\x89HDF\r\n\x1a\n', 'latin1');
  const versionAndWidths = Buffer.from([2, 8, 8, 0]);
  return checked([signature, versionAndWidths, u64(0n), u64(NOWHERE), u64(end), u64(BigInt(SUPERBLOCK_BYTES))]);
}

function groupHeader(attributes: readonly H5Attribute[], child: string, childAt: bigint): Buffer {
  const name = Buffer.from(child);
  return objectHeader([
    message(MESSAGE.linkInfo, [Buffer.from([0, 0]), u64(NOWHERE), u64(NOWHERE)]),
    message(MESSAGE.groupInfo, [Buffer.from([0, 0])]),
    message(MESSAGE.link, [Buffer.from([1, 0, name.length]), name, u64(childAt)]),
    ...attributes.map(attribute),
  ]);
}

function tableHeader(file: H5TableFile, dataAt: bigint): Buffer {
  const { rows, fields } = file;
  const bytes = rows * rowBytes(fields);
  // Nothing is allocated for no rows.
  const place = bytes === 0 ? NOWHERE : dataAt;
  return objectHeader([
    message(MESSAGE.dataspace, [Buffer.from([2, 1, 0, 1]), u64(BigInt(rows))]),
    message(MESSAGE.datatype, [compound(fields)], 1),
    // Version 3; allocated late, a fill value written when there is one: there is none.
    message(MESSAGE.fill, [Buffer.from([3, 0x0a])], 1),
    message(MESSAGE.layout, [Buffer.from([3, 1]), u64(place), u64(BigInt(bytes))]),
    ...file.tableAttributes.map(attribute),
  ]);
}

/** Version 2, no times, one chunk whose size takes four bytes. */
function objectHeader(messages: readonly Buffer[]): Buffer {
  const bytes = messages.reduce((sum, { length }) => sum + length, 0);
  return checked([Buffer.from('OHDR'), Buffer.from([2, 2]), u32(bytes), ...messages]);
}

function message(type: number, parts: readonly Buffer[], flags = 0): Buffer {
  const body = Buffer.concat(parts);
  if (body.length > MAX_MESSAGE_BYTES) throw new RangeError(`an HDF5 message of ${body.length} bytes is too long`);
  return Buffer.concat([Buffer.from([type]), u16(body.length), Buffer.from([flags]), body]);
}

function attribute(of: H5Attribute): Buffer {
  const name = Buffer.from(`${of.name}\0`);
  const [type, value] = typeAndValue(of);
  const datatype = encoded(type);
  // Scalar, or null: HDF5 has no text of no bytes.
  const dataspace = Buffer.from([2, 0, 0, value.length === 0 ? 2 : 0]);
  const sizes = Buffer.concat([u16(name.length), u16(datatype.length), u16(dataspace.length)]);
  return message(MESSAGE.attribute, [Buffer.from([3, 0]), sizes, Buffer.from([0]), name, datatype, dataspace, value]);
}

function typeAndValue(of: H5Attribute): readonly [H5Type, Buffer] {
  if ('text' in of || 'pickle' in of) {
    const value = Buffer.from('text' in of ? of.text : of.pickle);
    return [{ is: 'text', bytes: Math.max(1, value.length), isAscii: 'pickle' in of }, value];
  }
  if ('int64' in of) return [{ is: 'int64' }, u64(BigInt(of.int64))];
  return of.zero.is === 'text'
    ? [{ is: 'text', bytes: 1, isAscii: true }, Buffer.alloc(0)]
    : [of.zero, Buffer.alloc(sizeOf(of.zero))];
}

function encoded(type: H5Type): Buffer {
  switch (type.is) {
    case 'int64':
      return Buffer.concat([Buffer.from([0x10, 0x08, 0, 0]), u32(8), u16(0), u16(64)]);
    case 'float32':
      return Buffer.concat([Buffer.from([0x11, 0x20, 31, 0]), u32(4), u16(0), u16(32), ieee(23, 8, 127)]);
    case 'float64':
      return Buffer.concat([Buffer.from([0x11, 0x20, 63, 0]), u32(8), u16(0), u16(64), ieee(52, 11, 1023)]);
    case 'text':
      // Filled with zeros; ASCII or UTF-8.
      return Buffer.concat([Buffer.from([0x13, type.isAscii === true ? 0x01 : 0x11, 0, 0]), u32(type.bytes)]);
    case 'array':
      return Buffer.concat([
        Buffer.from([0x3a, 0, 0, 0]),
        u32(sizeOf(type)),
        Buffer.from([1]),
        u32(type.length),
        encoded(type.of),
      ]);
  }
}

/** Exponent above the mantissa, which begins at bit 0. */
function ieee(mantissaBits: number, exponentBits: number, bias: number): Buffer {
  return Buffer.concat([Buffer.from([mantissaBits, exponentBits, 0, mantissaBits]), u32(bias)]);
}

function compound(fields: readonly H5Field[]): Buffer {
  const size = rowBytes(fields);
  const offsetBytes = size < 0x100 ? 1 : size < 0x1_0000 ? 2 : size < 0x100_0000 ? 3 : 4;
  let at = 0;
  const members = fields.map(({ name, type }) => {
    const offset = u32(at).subarray(0, offsetBytes);
    at += sizeOf(type);
    return Buffer.concat([Buffer.from(`${name}\0`), offset, encoded(type)]);
  });
  return Buffer.concat([Buffer.from([0x36]), u16(fields.length), Buffer.from([0]), u32(size), ...members]);
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
}

function checked(parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([body, u32(lookup3(body))]);
}

const rotated = (value: number, by: number): number => (value << by) | (value >>> (32 - by));

/** Jenkins' lookup3, which HDF5 uses as its checksum (section VII.A of the specification). */
function lookup3(bytes: Buffer): number {
  const WORD = 4;
  const BLOCK = 12;
  // Zeros at the end do not change the sums of the last block.
  const padded = Buffer.alloc(Math.ceil(bytes.length / BLOCK) * BLOCK);
  padded.set(bytes);
  let a = (0xdeadbeef + bytes.length) | 0;
  let b = a;
  let c = a;
  for (let at = 0; at < padded.length; at += BLOCK) {
    a = (a + padded.readInt32LE(at)) | 0;
    b = (b + padded.readInt32LE(at + WORD)) | 0;
    c = (c + padded.readInt32LE(at + 2 * WORD)) | 0;
    if (at + BLOCK >= padded.length) break;
    a = ((a - c) ^ rotated(c, 4)) | 0;
    c = (c + b) | 0;
    b = ((b - a) ^ rotated(a, 6)) | 0;
    a = (a + c) | 0;
    c = ((c - b) ^ rotated(b, 8)) | 0;
    b = (b + a) | 0;
    a = ((a - c) ^ rotated(c, 16)) | 0;
    c = (c + b) | 0;
    b = ((b - a) ^ rotated(a, 19)) | 0;
    a = (a + c) | 0;
    c = ((c - b) ^ rotated(b, 4)) | 0;
    b = (b + a) | 0;
  }
  c = ((c ^ b) - rotated(b, 14)) | 0;
  a = ((a ^ c) - rotated(c, 11)) | 0;
  b = ((b ^ a) - rotated(a, 25)) | 0;
  c = ((c ^ b) - rotated(b, 16)) | 0;
  a = ((a ^ c) - rotated(c, 4)) | 0;
  b = ((b ^ a) - rotated(a, 14)) | 0;
  c = ((c ^ b) - rotated(b, 24)) | 0;
  return c >>> 0;
}
