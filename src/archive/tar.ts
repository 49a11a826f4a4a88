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
import type { ArchiveLimits, ArchiveMember } from './candidate.js';
import { collect, damaged, limitError, overLimit } from './member-bytes.js';
import { MemberNames, notRegular, type RawMember, type RawMembers } from './raw-members.js';

/** Unpacked bytes of a whole archive that need no ratio. */
const HARMLESS_BYTES = 16 * 2 ** 20;

/** What tar-stream says of an entry; its types leave out the extended header and types it does not know. */
type TarHeader = Omit<Header, 'type'> & {
  readonly type?: string | null;
  readonly pax?: Readonly<Record<string, string>> | null;
};

/** One entry as tar-stream gives it: its header, and its bytes as a stream. */
type TarEntry = Readable & { readonly header: TarHeader };

/** Lists a tar; reads it through. Errors: the signal's reason; whatever else goes wrong is in the answer. */
export async function listTar(
  path: string,
  isPacked: boolean,
  limits: ArchiveLimits,
  signal?: AbortSignal,
): Promise<RawMembers> {
  const members: RawMember[] = [];
  const pass = await openPass(path, isPacked, limits, signal);
  try {
    for await (const entry of pass.entries) {
      if (members.length >= limits.maxEntries) {
        return {
          members,
          trouble: `it has more than ${limits.maxEntries} entries (--max-entries); the others are not looked at`,
        };
      }
      members.push(memberOf(entry.header, members.length));
      entry.resume();
    }
    signal?.throwIfAborted();
    return { members, trouble: null };
  } catch (cause) {
    signal?.throwIfAborted();
    return { members, trouble: wordsOf(pass.failure() ?? cause) };
  } finally {
    pass.close();
  }
}

const SPECIAL: ReadonlyMap<string, string> = new Map([
  ['symlink', 'a symbolic link, not followed'],
  ['fifo', 'a named pipe, not a file'],
  ['character-device', 'a device, not a file'],
  ['block-device', 'a device, not a file'],
]);

/** Members that are the files they are named as, but whose bytes are not simply there. */
const WITHOUT_BYTES: ReadonlyMap<string, string> = new Map([
  ['link', 'a hard link to another member, not followed'],
  ['sparse', 'a sparse file, which is not read; unpack the archive'],
  // What tar-stream has no name for: GNU's own sparse files, and rarer kinds.
  ['unknown', 'a sparse file, or of another kind that is not read; unpack the archive'],
]);

function memberOf(header: TarHeader, index: number): RawMember {
  const type = typeOf(header);
  const name = header.pax?.['GNU.sparse.name'] ?? header.name;
  const special = SPECIAL.get(type);
  const words = special ?? WITHOUT_BYTES.get(type);
  const kind = type === 'directory' ? 'folder' : special === undefined ? 'file' : 'special';
  return { index, name, sizeBytes: header.size ?? 0, kind, refusal: words === undefined ? null : notRegular(words) };
}

function typeOf({ name, type, pax }: TarHeader): string {
  if (Object.keys(pax ?? {}).some((key) => key.startsWith('GNU.sparse.'))) return 'sparse';
  if (type === null || type === undefined) return 'unknown';
  // Before POSIX a folder was a file whose name ends with a slash.
  if (type === 'file' && name.endsWith('/')) return 'directory';
  return type === 'contiguous-file' ? 'file' : type;
}

/** A cursor over a tar. */
export interface TarCursor {
  /**
   * The bytes of a member; asked in the order of the archive it reads it once.
   * Errors: `ARCHIVE_LIMIT`, `ARCHIVE_MEMBER`; the signal's reason when aborted.
   */
  read(member: Pick<ArchiveMember, 'name' | 'index'>): Promise<Buffer>;
  close(): void;
}

/** One pass of a cursor: how far it is, and how it ended. */
interface Progress {
  readonly pass: Pass;
  readonly iterator: AsyncIterator<TarEntry>;
  readonly names: MemberNames;
  next: number;
  /** What is true of every member further on; null = there may be more. */
  end: FaceweaveError | null;
}

/** Opens a cursor; nothing is read yet. */
export function openTarCursor(path: string, isPacked: boolean, limits: ArchiveLimits, signal?: AbortSignal): TarCursor {
  let progress: Progress | null = null;
  const close = (): void => {
    progress?.pass.close();
    progress = null;
  };
  /** The pass as it stands, or a new one when the member lies behind. */
  const passFor = async (name: string): Promise<Progress> => {
    if (progress !== null && !progress.names.has(name)) return progress;
    close();
    const pass = await openPass(path, isPacked, limits, signal).catch((cause: unknown) => {
      signal?.throwIfAborted();
      throw damaged(wordsOf(cause));
    });
    const iterator = pass.entries[Symbol.asyncIterator]();
    progress = { pass, iterator, names: new MemberNames(), next: 0, end: null };
    return progress;
  };
  return {
    async read({ name, index }) {
      const at = await passFor(name);
      if (at.end !== null) throw at.end;
      try {
        for (;;) {
          if (index !== null && at.next > index) throw gone();
          const step = await at.iterator.next();
          if (step.done === true) {
            at.end = gone();
            throw at.end;
          }
          const entry = step.value;
          const raw = memberOf(entry.header, at.next);
          at.next += 1;
          if (at.names.next(raw) !== name) {
            entry.resume();
            continue;
          }
          const of = { ...limits, packedBytes: null, statedBytes: raw.sizeBytes };
          const refusal = raw.refusal ?? overLimit(of);
          if (refusal === null) return await collect(entry, of);
          // Passed over, not given up: the next member lies behind it.
          entry.resume();
          throw refusal;
        }
      } catch (cause) {
        signal?.throwIfAborted();
        throw settleEnd(at, cause);
      }
    },
    close,
  };
}

const gone = (): FaceweaveError => damaged('it is no longer in the archive');

/** What a failure says of the member asked for; remembers it when the pass is over with it. */
function settleEnd(at: Progress, cause: unknown): FaceweaveError {
  const failure = at.pass.failure();
  if (failure === undefined && cause instanceof FaceweaveError) return cause;
  const told = failure ?? cause;
  at.end = told instanceof FaceweaveError ? told : damaged(wordsOf(told));
  return at.end;
}

interface Pass {
  readonly entries: AsyncIterable<TarEntry>;
  /** What the streams before the tar reported: the tar itself only sees its input end. */
  failure(): unknown;
  close(): void;
}

async function openPass(
  path: string,
  isPacked: boolean,
  limits: ArchiveLimits,
  signal: AbortSignal | undefined,
): Promise<Pass> {
  signal?.throwIfAborted();
  const { size } = await stat(path);
  signal?.throwIfAborted();
  const file = createReadStream(path);
  const tar = extract();
  let failure: unknown;
  const fail = (cause: Error): void => {
    failure ??= cause;
    tar.destroy(cause);
  };
  // A member may be gigabytes long: the pass ends in the middle of it.
  const onAbort = (): void => {
    file.destroy();
    fail(new Error('aborted'));
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  file.on('error', fail);
  tar.on('error', (cause: Error) => {
    failure ??= cause;
  });
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
      signal?.removeEventListener('abort', onAbort);
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
