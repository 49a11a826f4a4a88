/**
 * File names as text and back, without loss. A name on Unix is bytes and need
 * not be UTF-8; everything above the walk wants text. Bytes that are not UTF-8
 * are written `\xNN` (lower-case hex), and a backslash that would read as such
 * an escape is written `\x5c`. Newlines, quotes and all else stay as they are:
 * escaping for a table, page or terminal is the business of whoever writes it.
 */
import { isUtf8 } from 'node:buffer';

const BACKSLASH = 0x5c;
const ESCAPE = /\\x([0-9a-f]{2})/g;
const ESCAPE_LENGTH = 4;

/**
 * A name or path of bytes as text. Different bytes give different text.
 *
 * Cost: linear; a plain UTF-8 name without a backslash is decoded directly.
 */
export function bytesToPath(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isUtf8(buffer)) return escapeBackslashes(buffer.toString('utf8'));
  let text = '';
  let at = 0;
  while (at < buffer.length) {
    const length = characterLength(buffer, at);
    if (length === 0) {
      text += `\\x${(buffer[at] ?? 0).toString(16).padStart(2, '0')}`;
      at += 1;
    } else if (buffer[at] === BACKSLASH) {
      text += readsAsEscape(buffer, at) ? '\\x5c' : '\\';
      at += 1;
    } else {
      text += buffer.toString('utf8', at, at + length);
      at += length;
    }
  }
  return text;
}

/**
 * The bytes a text stands for: the inverse of `bytesToPath`. A buffer, ready to
 * be given to the file system.
 */
export function pathToBytes(text: string): Buffer {
  if (!text.includes('\\x')) return Buffer.from(text, 'utf8');
  const parts: Buffer[] = [];
  let from = 0;
  for (const match of text.matchAll(ESCAPE)) {
    parts.push(Buffer.from(text.slice(from, match.index), 'utf8'));
    parts.push(Buffer.from(match[1] ?? '', 'hex'));
    from = match.index + ESCAPE_LENGTH;
  }
  parts.push(Buffer.from(text.slice(from), 'utf8'));
  return Buffer.concat(parts);
}

/** A name given as text by the file system or a user, which may hold what reads as an escape. */
export function escapeBackslashes(name: string): string {
  return name.includes('\\') ? name.replace(/\\(?=x[0-9a-f]{2})/g, '\\x5c') : name;
}

function readsAsEscape(buffer: Buffer, at: number): boolean {
  return /^x[0-9a-f]{2}$/.test(buffer.toString('latin1', at + 1, at + ESCAPE_LENGTH));
}

/** Bytes of the well-formed UTF-8 character at `at`; 0 when there is none. */
function characterLength(buffer: Buffer, at: number): number {
  const first = buffer[at] ?? 0;
  if (first < 0x80) return 1;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  return at + length <= buffer.length && isUtf8(buffer.subarray(at, at + length)) ? length : 0;
}
