/**
 * Gathers the unpacked bytes of a member and stops where the limits are: sizes
 * that an archive states are not believed, what comes is counted. The memory is
 * taken once, of the stated size, so that a large member is never held twice.
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
  /** Unpacked bytes, as the archive states. */
  readonly statedBytes: number;
}

/** All bytes of a stream. Errors: `ARCHIVE_LIMIT`, `ARCHIVE_MEMBER` when it has not the stated size, the stream's own. */
export async function collect(stream: Readable, limits: MemberLimits): Promise<Buffer> {
  const { statedBytes } = limits;
  const refusal = overLimit(limits);
  if (refusal !== null) {
    stream.destroy();
    throw refusal;
  }
  const bytes = Buffer.allocUnsafeSlow(statedBytes);
  let filled = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    if (filled + chunk.length > statedBytes) {
      stream.destroy();
      throw damaged(`it has more bytes than the ${statedBytes} that the archive says`);
    }
    filled += chunk.copy(bytes, filled);
  }
  if (filled !== statedBytes) throw damaged(`it has ${filled} bytes where the archive says ${statedBytes}`);
  return bytes;
}

/** Why a member is too large by what is stated of it; null = it is not. Nothing more than stated is ever read. */
export function overLimit({ maxBytes, maxRatio, packedBytes, statedBytes }: MemberLimits): FaceweaveError | null {
  if (statedBytes > maxBytes) return limitError(`it has more than ${maxBytes} bytes (--max-bytes)`);
  if (packedBytes !== null && statedBytes > Math.max(HARMLESS_BYTES, packedBytes * maxRatio)) {
    return limitError(`it unpacks to more than ${maxRatio} times its size (--max-ratio)`);
  }
  return null;
}

/** A member over a limit. */
export function limitError(message: string): FaceweaveError {
  return new FaceweaveError(message, { code: 'ARCHIVE_LIMIT' });
}

/** A member that cannot be unpacked. */
export function damaged(reason = 'the archive is damaged'): FaceweaveError {
  return new FaceweaveError(`it cannot be unpacked: ${reason}`, { code: 'ARCHIVE_MEMBER' });
}
