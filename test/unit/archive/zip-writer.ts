/**
 * Writes small zip and tar archives for tests, honest and hostile ones: every
 * field can be made to lie, which no real archiver lets one do.
 */
import { crc32, deflateRawSync } from 'node:zlib';

/** One entry of a zip to be written. */
export interface ZipEntry {
  readonly name: string;
  readonly data: Buffer;
  readonly isDeflated?: boolean;
  /** Unpacked size that the zip states; default: the truth. */
  readonly statedSize?: number;
  readonly isEncrypted?: boolean;
  /** Share the bytes of the entry before. */
  readonly overlaps?: boolean;
  /** CRC-32 that the zip states; default: the truth. */
  readonly statedSum?: number;
  /** Unix mode, in the upper half of the external attributes. */
  readonly mode?: number;
}

const UTF8_NAME = 0x800;

/** A zip (APPNOTE 6.3) of these entries. */
export function zipOf(entries: readonly ZipEntry[]): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  let lastOffset = 0;
  for (const entry of entries) {
    const name = Buffer.from(entry.name);
    const packed = entry.isDeflated === true ? deflateRawSync(entry.data) : entry.data;
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(UTF8_NAME | (entry.isEncrypted === true ? 1 : 0), 2);
    fields.writeUInt16LE(entry.isDeflated === true ? 8 : 0, 4);
    fields.writeUInt32LE(entry.statedSum ?? crc32(entry.data), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(entry.statedSize ?? entry.data.length, 18);
    fields.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields, name, packed]);
    const start = entry.overlaps === true ? lastOffset : offset;
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(((entry.mode ?? 0o100644) << 16) >>> 0, 6);
    tail.writeUInt32LE(start, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02'), Buffer.of(20, 3), fields, tail, name]));
    if (entry.overlaps === true) continue;
    locals.push(local);
    lastOffset = offset;
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, central, end]);
}

const BLOCK = 512;

/** One entry of a tar to be written. */
export interface TarFile {
  readonly name: string;
  readonly data: Buffer;
  /** Type flag; default `0`, a file. */
  readonly type?: string;
}

/** A tar (POSIX ustar) of these files. */
export function tarOf(files: readonly TarFile[]): Buffer {
  const blocks = files.flatMap(({ name, data, type = '0' }) => {
    const header = Buffer.alloc(BLOCK);
    header.write(name, 0);
    header.write('0000644\0', 100);
    header.write('0000000\0', 108);
    header.write('0000000\0', 116);
    header.write(`${data.length.toString(8).padStart(11, '0')}\0`, 124);
    header.write('00000000000\0', 136);
    header.write('        ', 148);
    header.write(type, 156);
    header.write('ustar\x0000', 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return [header, data, Buffer.alloc((BLOCK - (data.length % BLOCK)) % BLOCK)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}
