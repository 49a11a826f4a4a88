/**
 * Gathers the unpacked bytes of a member and stops where the limits are: sizes
 * that an archive states are not believed, what comes is counted.
 */
import type { Readable } from 'node:stream';
import { FaceweaveError } from '../config/error.js';

/** Unpacked bytes that need no ratio: a picture of one colour packs a thousandfold, and does no harm. */
const HARMLESS_BYTES = 2 ** 20;

/** Limits of one member. */
export interface MemberLimits {
  readonly maxBytes: number;
  readonly maxRatio: number;
  /** Bytes it has in the archive; null = not known. */
  readonly packedBytes: number | null;
}

/** All bytes of a stream. Errors: `ARCHIVE_LIMIT`, and the stream's own. */
export async function collect(stream: Readable, limits: MemberLimits): Promise<Buffer> {
  const { maxBytes, maxRatio, packedBytes } = limits;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      stream.destroy();
      throw limitError(`it has more than ${maxBytes} bytes (--max-bytes)`);
    }
    if (packedBytes !== null && bytes > Math.max(HARMLESS_BYTES, packedBytes * maxRatio)) {
      stream.destroy();
      throw limitError(`it unpacks to more than ${maxRatio} times its size (--max-ratio)`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** A member over a limit. */
export function limitError(message: string): FaceweaveError {
  return new FaceweaveError(message, { code: 'ARCHIVE_LIMIT' });
}

/** A member that cannot be unpacked. */
export function damaged(reason = 'the archive is damaged'): FaceweaveError {
  return new FaceweaveError(`it cannot be unpacked: ${reason}`, { code: 'ARCHIVE_MEMBER' });
}
