/**
 * Tar archives, plain or packed by gzip, through tar-stream: one pass from the
 * beginning to list, and one cursor that only goes forward to read. Apart from
 * zip because a tar has no directory.
 */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { type Readable, Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { extract, type Header } from 'tar-stream';
import { FaceweaveError } from '../config/error.js';
import type { ArchiveLimits } from './candidate.js';
import { collect, damaged, limitError } from './member-bytes.js';
import type { RawMember, RawMembers } from './raw-members.js';

/** Unpacked bytes of a whole archive that need no ratio. */
const HARMLESS_BYTES = 16 * 2 ** 20;

/** One entry as tar-stream gives it: its header, and its bytes as a stream. */
type TarEntry = Readable & { readonly header: Header };

/** Lists a tar; reads it through. */
export async function listTar(path: string, isPacked: boolean, limits: ArchiveLimits): Promise<RawMembers> {
  const members: RawMember[] = [];
  const pass = await openPass(path, isPacked, limits);
  try {
    for await (const entry of pass.entries) {
      const { header } = entry;
      if (members.length >= limits.maxEntries) {
        return {
          members,
          trouble: `it has more than ${limits.maxEntries} entries (--max-entries); the others are not looked at`,
        };
      }
      members.push(memberOf(header, members.length));
      entry.resume();
    }
    return { members, trouble: null };
  } catch (cause) {
    return { members, trouble: wordsOf(pass.failure() ?? cause) };
  } finally {
    pass.close();
  }
}

function memberOf(header: Header, index: number): RawMember {
  const isFile = header.type === 'file' || header.type === 'contiguous-file';
  return { index, name: header.name, sizeBytes: header.size ?? 0, isFile, refusal: null };
}

/** A cursor over a tar. */
export interface TarCursor {
  /** The bytes of the member at a place; asked in ascending order it reads the archive once. */
  read(index: number): Promise<Buffer>;
  close(): void;
}

/** Opens a cursor; nothing is read yet. */
export function openTarCursor(path: string, isPacked: boolean, limits: ArchiveLimits): TarCursor {
  let pass: Pass | null = null;
  let iterator: AsyncIterator<TarEntry> | null = null;
  let next = 0;
  const close = (): void => {
    pass?.close();
    pass = null;
    iterator = null;
  };
  return {
    async read(index) {
      if (iterator === null || index < next) {
        close();
        pass = await openPass(path, isPacked, limits);
        iterator = pass.entries[Symbol.asyncIterator]();
        next = 0;
      }
      try {
        for (;;) {
          const step = await iterator.next();
          if (step.done === true) throw damaged('it is no longer in the archive');
          const entry = step.value;
          next += 1;
          if (next - 1 === index) {
            return await collect(entry, { ...limits, packedBytes: null });
          }
          entry.resume();
        }
      } catch (cause) {
        const failure = pass?.failure();
        close();
        if (failure instanceof FaceweaveError) throw failure;
        throw cause instanceof FaceweaveError ? cause : damaged(wordsOf(failure ?? cause));
      }
    },
    close,
  };
}

interface Pass {
  readonly entries: AsyncIterable<TarEntry>;
  /** What the streams before the tar reported: the tar itself only sees its input end. */
  failure(): unknown;
  close(): void;
}

async function openPass(path: string, isPacked: boolean, limits: ArchiveLimits): Promise<Pass> {
  const { size } = await stat(path);
  const file = createReadStream(path);
  const tar = extract();
  let failure: unknown;
  const fail = (cause: Error): void => {
    failure ??= cause;
    tar.destroy(cause);
  };
  file.on('error', fail);
  if (isPacked) {
    const gunzip = createGunzip();
    const guard = ratioGuard(size, limits.maxRatio);
    gunzip.on('error', fail);
    guard.on('error', fail);
    file.pipe(gunzip).pipe(guard).pipe(tar);
  } else {
    file.pipe(tar);
  }
  return {
    // The types of tar-stream know its entries as its own kind of stream, which can do all that is used here.
    entries: tar as unknown as AsyncIterable<TarEntry>,
    failure: () => failure,
    close: () => {
      file.destroy();
      tar.destroy();
    },
  };
}

/** Ends a stream that unpacks to more than the archive's size explains. */
function ratioGuard(packedBytes: number, maxRatio: number): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      const isBomb = bytes > Math.max(HARMLESS_BYTES, packedBytes * maxRatio);
      if (isBomb) done(limitError(`the archive unpacks to more than ${maxRatio} times its size (--max-ratio)`));
      else done(null, chunk);
    },
  });
}

function wordsOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
