/**
 * What came behind a link, by its first bytes: a picture of a format that is
 * read, or what else. Native code decides what can be decoded; here only
 * whether an answer is worth keeping, so that a page that says "sorry" is not.
 */
import { open } from 'node:fs/promises';

/** Bytes that tell. */
const BEGINNING = 512;
/** JPEG, PNG, GIF, TIFF. */
const MAGIC = ['\xff\xd8\xff', '\x89PNG\r\n\x1a\n', 'GIF87a', 'GIF89a', 'II*\0', 'MM\0*', 'II+\0', 'MM\0+'];
/** Container brands of HEIC and AVIF. */
const BRANDS = /^(?:avi[fs]|hei[cxms]|hev[cx]|mif1|msf1|miaf|MiHE)$/;
const BMP_HEADERS: ReadonlySet<number> = new Set([12, 16, 40, 52, 56, 64, 108, 124]);

/** What a file holds that is no picture, as a sentence says it; null = it begins as a picture does. */
export async function whatInstead(file: string): Promise<string | null> {
  const handle = await open(file);
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(BEGINNING), 0, BEGINNING, 0);
    const bytes = buffer.subarray(0, bytesRead);
    return isPicture(bytes) ? null : resembles(bytes);
  } finally {
    await handle.close();
  }
}

/** Whether bytes begin as JPEG, PNG, GIF, WebP, TIFF, BMP, HEIC or AVIF do. */
export function isPicture(bytes: Buffer): boolean {
  const text = bytes.toString('latin1', 0, 12);
  if (MAGIC.some((magic) => text.startsWith(magic))) return true;
  if (text.startsWith('RIFF')) return text.slice(8) === 'WEBP';
  if (text.startsWith('BM')) return bytes.length >= 18 && BMP_HEADERS.has(bytes.readUInt32LE(14));
  return text.slice(4, 8) === 'ftyp' && BRANDS.test(text.slice(8, 12));
}

function resembles(bytes: Buffer): string {
  if (bytes.length === 0) return 'nothing, not one byte';
  const text = bytes.toString('latin1').trimStart();
  if (/^(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|head|body|\?xml|!--)/i.test(text)) return 'a web page';
  if (bytes.every((byte) => byte >= 0x20 || byte === 9 || byte === 10 || byte === 13)) return 'a text';
  return 'something of another kind';
}
