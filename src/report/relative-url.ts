/**
 * Addresses of files as seen from a page, percent-encoded byte by byte: file
 * names are bytes and may hold quotes, newlines, `#`, `?`, `%` or bytes that
 * are not UTF-8, and each must still open.
 */
import path from 'node:path';

/** RFC 3986 unreserved characters, and the slash that separates segments. */
const PLAIN = new Set(Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/', 'latin1'));

/**
 * The address of `target` relative to the folder of `pageFile`.
 *
 * Both are absolute paths, as text or as the bytes of the file system. A target
 * on another Windows drive has no relative address and gets a `file:` one.
 */
export function relativeUrl(pageFile: string | Buffer, target: string | Buffer): string {
  // Latin-1 maps each byte to one character, so path.relative works on bytes unharmed.
  const from = toByteText(pageFile);
  const to = toByteText(target);
  const relative = path.relative(path.dirname(from), to).replaceAll(path.sep, '/');
  if (path.isAbsolute(relative)) return `file:///${encodeBytes(relative)}`;
  const encoded = encodeBytes(relative);
  // A first segment with a colon would read as a scheme; it is encoded, and '.' keeps it a path.
  return encoded.startsWith('../') ? encoded : `./${encoded}`;
}

function toByteText(value: string | Buffer): string {
  return (typeof value === 'string' ? Buffer.from(value, 'utf8') : value).toString('latin1');
}

function encodeBytes(byteText: string): string {
  let url = '';
  for (const byte of Buffer.from(byteText, 'latin1')) {
    url += PLAIN.has(byte) ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return url;
}
