/**
 * Many different photographs out of few: copies of a JPEG that differ in one
 * byte of a comment segment, so that every copy decodes to the same picture and
 * no two have the same content. For benches of memory, and for them only.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** SOI is two bytes; a segment right behind it is legal wherever APPn is. */
const AFTER_SOI = 2;

/** The JPEG with a COM segment of this text (ASCII, short) behind SOI. */
export function withComment(jpeg: Buffer, text: string): Buffer {
  if (jpeg[0] !== 0xff || jpeg[1] !== 0xd8) throw new Error('not a JPEG');
  const comment = Buffer.concat([Buffer.from([0xff, 0xfe, 0x00, text.length + 2]), Buffer.from(text, 'latin1')]);
  return Buffer.concat([jpeg.subarray(0, AFTER_SOI), comment, jpeg.subarray(AFTER_SOI)]);
}

/** The JPEG with a comment of the one byte `value`. */
export function withCommentByte(jpeg: Buffer, value: number): Buffer {
  return withComment(jpeg, String.fromCharCode(value));
}

/** Writes `copies` variants of every JPEG under `source` to `target`; gives the number written. */
export function copyVariants(source: string, target: string, copies: number): number {
  if (copies > 256) throw new Error('one byte tells 256 copies apart');
  let written = 0;
  const entries = readdirSync(source, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((found) => found.isFile() && /\.jpe?g$/i.test(found.name))) {
    const path = join(entry.parentPath, entry.name);
    const folder = join(target, dirname(path.slice(source.length + 1)));
    mkdirSync(folder, { recursive: true });
    const jpeg = readFileSync(path);
    for (let copy = 0; copy < copies; copy += 1) {
      writeFileSync(join(folder, `copy-${copy}-${entry.name}`), withCommentByte(jpeg, copy));
      written += 1;
    }
  }
  return written;
}
