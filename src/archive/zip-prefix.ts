/**
 * Zips with something before them: programs that unpack themselves, files glued
 * together. Their directory counts from where the zip begins, which yauzl takes
 * for the beginning of the file; here it is found how far apart the two are.
 */
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { RandomAccessReader } from 'yauzl';

/** "End of central directory" without its comment (APPNOTE 6.3, 4.3.16), and the longest comment. */
const END_BYTES = 22;
const LONGEST_COMMENT = 0xffff;
/** The locator of zip64's end before it, and that end itself. */
const LOCATOR_BYTES = 20;
const END64_BYTES = 56;
const SIGNATURES = { entry: 0x02014b50, end: 0x06054b50, locator: 0x07064b50, end64: 0x06064b50 } as const;

const CHUNK_BYTES = 65_536;

/** Bytes of the file before its zip; 0 also when there is no zip. */
export async function prefixBytes(file: FileHandle, fileBytes: number): Promise<number> {
  const tail = await bytesAt(file, Math.max(0, fileBytes - END_BYTES - LONGEST_COMMENT), fileBytes);
  const at = tail.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (at < 0 || at + END_BYTES > tail.length) return 0;
  const endAt = fileBytes - tail.length + at;
  const locator = await bytesAt(file, Math.max(0, endAt - LOCATOR_BYTES), endAt);
  if (locator.length === LOCATOR_BYTES && locator.readUInt32LE(0) === SIGNATURES.locator) {
    const end64At = endAt - LOCATOR_BYTES - END64_BYTES;
    return distance(file, end64At, Number(locator.readBigUInt64LE(8)), SIGNATURES.end64);
  }
  const directoryAt = endAt - tail.readUInt32LE(at + 12);
  const isEmpty = directoryAt === endAt;
  return distance(file, directoryAt, tail.readUInt32LE(at + 16), isEmpty ? SIGNATURES.end : SIGNATURES.entry);
}

/** How far what lies at `found` is from where it is said to lie; 0 when it is not what it should be. */
async function distance(file: FileHandle, found: number, stated: number, signature: number): Promise<number> {
  if (found <= stated) return 0;
  const start = await bytesAt(file, found, found + 4);
  return start.length === 4 && start.readUInt32LE(0) === signature ? found - stated : 0;
}

async function bytesAt(file: FileHandle, from: number, to: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(to - from), 0, to - from, from);
  return buffer.subarray(0, bytesRead);
}

/** Reads a file from `prefix` on as if it began there; owns the handle. */
export class ReaderBehindPrefix extends RandomAccessReader {
  readonly #file: FileHandle;
  readonly #prefix: number;

  constructor(file: FileHandle, prefix: number) {
    super();
    this.#file = file;
    this.#prefix = prefix;
  }

  // No stream of the handle's own: destroyed, it would close the handle that the next member needs.
  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(this.#chunks(this.#prefix + start, this.#prefix + end), { objectMode: false });
  }

  async *#chunks(from: number, to: number): AsyncGenerator<Buffer> {
    for (let at = from; at < to; ) {
      const chunk = await bytesAt(this.#file, at, Math.min(to, at + CHUNK_BYTES));
      if (chunk.length === 0) return;
      at += chunk.length;
      yield chunk;
    }
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null, bytesRead?: number) => void,
  ): void {
    this.#file.read(buffer, offset, length, this.#prefix + position).then(
      ({ bytesRead }) => callback(null, bytesRead),
      (cause: Error) => callback(cause),
    );
  }

  override close(callback: (error: Error | null) => void): void {
    this.#file.close().then(() => callback(null), callback);
  }
}
