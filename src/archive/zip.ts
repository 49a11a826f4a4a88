/**
 * Zip archives through yauzl: their entries by the central directory, and one
 * entry's bytes by its place in it. Apart from tar because a zip is read at any
 * place, a tar from its beginning. Names are not trusted here: see `raw-members`.
 */
import { open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { type Entry, fromRandomAccessReaderPromise, getFileNameLowLevel, openPromise, type ZipFile } from 'yauzl';
import { FaceweaveError } from '../config/error.js';
import type { ArchiveLimits } from './candidate.js';
import { collect, damaged, limitError } from './member-bytes.js';
import { notRegular, type RawMember, type RawMembers } from './raw-members.js';
import { prefixBytes, ReaderBehindPrefix } from './zip-prefix.js';

/** Bytes of a local header before the name. */
const LOCAL_HEADER = 30;

/** An open zip. */
export interface OpenZip {
  /** Its entries, in the order of the central directory, as far as it can be read. */
  readonly members: RawMembers;
  /** The bytes of the entry at a place. */
  read(index: number): Promise<Buffer>;
  close(): void;
}

const YAUZL = { lazyEntries: true, decodeStrings: false, autoClose: false, validateEntrySizes: false } as const;

/**
 * Opens a zip and reads its directory, at most `maxEntries` of it. Errors: the signal's reason; a zip that
 * cannot be read has its trouble among its members.
 */
export async function openZip(path: string, limits: ArchiveLimits, signal?: AbortSignal): Promise<OpenZip> {
  let zip: ZipFile;
  try {
    zip = await openAtItsBeginning(path);
  } catch (cause) {
    return {
      members: { members: [], trouble: wordsOf(cause) },
      read: () => Promise.reject(damaged()),
      close: () => {},
    };
  }
  const entries: Entry[] = [];
  const trouble = await readEntries(zip, entries, limits.maxEntries, signal);
  if (signal?.aborted === true) zip.close();
  signal?.throwIfAborted();
  const overlapping = overlaps(entries);
  return {
    members: {
      trouble,
      members: entries.map((entry, index): RawMember => {
        const isFolder = entry.fileNameRaw.at(-1) === 0x2f;
        return {
          index,
          name: getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, false),
          sizeBytes: entry.uncompressedSize,
          kind: isFolder ? 'folder' : specialOf(entry) === undefined ? 'file' : 'special',
          refusal: refusalOf(entry, overlapping.has(index)),
        };
      }),
    },
    read: async (index) => {
      const entry = entries[index];
      if (entry === undefined) throw damaged('it is no longer in the archive');
      const refusal = refusalOf(entry, overlapping.has(index));
      if (refusal !== null) throw refusal;
      return readEntry(zip, entry, limits);
    },
    close: () => zip.close(),
  };
}

async function openAtItsBeginning(path: string): Promise<ZipFile> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const prefix = await prefixBytes(file, size);
    if (prefix > 0)
      return await fromRandomAccessReaderPromise(new ReaderBehindPrefix(file, prefix), size - prefix, YAUZL);
  } catch (cause) {
    await file.close();
    throw cause;
  }
  await file.close();
  return openPromise(path, YAUZL);
}

/** What went wrong while the directory was read; null = nothing. */
function readEntries(
  zip: ZipFile,
  entries: Entry[],
  maxEntries: number,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  return new Promise((resolve) => {
    zip.on('error', (cause: unknown) => resolve(wordsOf(cause)));
    zip.on('end', () => resolve(null));
    zip.on('entry', (entry: Entry) => {
      if (entries.length >= maxEntries) {
        resolve(`it has more than ${maxEntries} entries (--max-entries); the others are not looked at`);
        return;
      }
      entries.push(entry);
      if (signal?.aborted === true) resolve('interrupted');
      else zip.readEntry();
    });
    zip.readEntry();
  });
}

/** Entries that share bytes with another: a bomb names the same bytes many times (Fifield, 2019). */
function overlaps(entries: readonly Entry[]): ReadonlySet<number> {
  const spans = entries
    .map((entry, index) => {
      const start = entry.relativeOffsetOfLocalHeader;
      return { index, start, end: start + LOCAL_HEADER + entry.fileNameLength + entry.compressedSize };
    })
    .sort((a, b) => a.start - b.start || a.index - b.index);
  const found = new Set<number>();
  let widest = spans[0];
  for (const span of spans.slice(1)) {
    if (widest !== undefined && span.start < widest.end) found.add(widest.index).add(span.index);
    if (widest === undefined || span.end > widest.end) widest = span;
  }
  return found;
}

const SPECIAL: ReadonlyMap<number, string> = new Map([
  [0o12, 'a symbolic link, not followed'],
  [0o01, 'a named pipe, not a file'],
  [0o14, 'a socket, not a file'],
  [0o02, 'a device, not a file'],
  [0o06, 'a device, not a file'],
]);

/** A link, pipe or device in words, by the mode that Unix archivers write in the upper half. */
function specialOf(entry: Entry): string | undefined {
  return SPECIAL.get((entry.externalFileAttributes >>> 16) >>> 12);
}

function refusalOf(entry: Entry, isOverlapping: boolean): FaceweaveError | null {
  const special = specialOf(entry);
  if (special !== undefined) return notRegular(special);
  if (entry.isEncrypted()) {
    return new FaceweaveError('it is encrypted', {
      code: 'ARCHIVE_MEMBER',
      hint: 'unpack the archive with its password',
    });
  }
  if (isOverlapping) return limitError('its bytes are those of another entry too');
  if (!entry.canDecodeFileData()) {
    return new FaceweaveError(`it is packed by a method (${entry.compressionMethod}) that is not supported`, {
      code: 'ARCHIVE_MEMBER',
    });
  }
  return null;
}

async function readEntry(zip: ZipFile, entry: Entry, limits: ArchiveLimits): Promise<Buffer> {
  try {
    const stream = await zip.openReadStreamPromise(entry);
    // Its size is checked there and not by yauzl, which gives up a whole archive for one entry that lies.
    const { compressedSize: packedBytes, uncompressedSize: statedBytes } = entry;
    const bytes = await collect(stream, { ...limits, packedBytes, statedBytes });
    const sum = crc32(bytes);
    if (sum === entry.crc32) return bytes;
    throw new FaceweaveError(`it is damaged: its CRC-32 is ${hex(sum)} where the archive says ${hex(entry.crc32)}`, {
      code: 'ARCHIVE_MEMBER',
    });
  } catch (cause) {
    throw cause instanceof FaceweaveError ? cause : damaged(wordsOf(cause));
  }
}

const hex = (sum: number): string => sum.toString(16).padStart(8, '0');

function wordsOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
