/**
 * The members of archives as candidates: listed without unpacking, named so that
 * no name leads anywhere, and remembered, so that an archive that was gone through
 * and has not changed is not even opened. Reading one is `member-reader`'s business.
 */
import type { BigIntStats } from 'node:fs';
import type { ArchiveFormat, ArchiveLimits, Candidate, Refusal } from './candidate.js';
import { limitError } from './member-bytes.js';
import { isPictureName, kindOfOther } from './picture-name.js';
import type { PathState } from './plan.js';
import { MemberNames, type RawMember, type RawMembers } from './raw-members.js';
import { listTar } from './tar.js';
import { openZip } from './zip.js';

/** What an archive holds. */
export interface Members {
  readonly candidates: readonly Candidate[];
  readonly refused: readonly Refusal[];
  /** Extensions of members that are no pictures. */
  readonly others: readonly string[];
  /** To be kept once all members are settled; null = it is kept already, or the archive was not listed to its end. */
  readonly mark: ArchiveMark | null;
}

/** What says that an archive need not be opened while its size and time stay (the store's `SettledArchive` fits). */
export interface ArchiveMark {
  readonly path: string;
  readonly sizeBytes: number;
  readonly mtimeNs: string;
  /** Paths below it: candidates and refused members. */
  readonly members: number;
  readonly others: Readonly<Record<string, number>>;
}

/** An archive met in a walk. */
export interface FoundArchive {
  /** Its path in the project. */
  readonly path: string;
  readonly absolute: string | Buffer;
  readonly format: ArchiveFormat;
  readonly stats: BigIntStats;
}

/** The format of an archive by its name; `undefined` = none. */
export function archiveFormat(name: string): ArchiveFormat | undefined {
  const lower = name.toLowerCase();
  if (lower.startsWith('._')) return undefined;
  if (lower.endsWith('.zip')) return 'zip';
  if (lower.endsWith('.tar')) return 'tar';
  return lower.endsWith('.tar.gz') || lower.endsWith('.tgz') ? 'tar.gz' : undefined;
}

/** Bytes of an archive's size that go into its members' stamp. */
const STAMP_BYTES = 1_000_000n;

/** What stands for the modification time of a member: the archive's, moved by its size. Only ever compared. */
export function memberStamp({ mtimeNs, size }: Pick<BigIntStats, 'mtimeNs' | 'size'>): string {
  return (mtimeNs + (size % STAMP_BYTES)).toString();
}

/** Known paths by the archive they lie in. Cost: linear in the paths, once. */
export function indexByArchive(known: ReadonlyMap<string, PathState>): ReadonlyMap<string, readonly PathState[]> {
  const index = new Map<string, PathState[]>();
  for (const state of known.values()) {
    for (const match of state.path.matchAll(/\.(?:zip|tar|tar\.gz|tgz)(?=\/)/gi)) {
      const archive = state.path.slice(0, match.index + match[0].length);
      const own = index.get(archive);
      if (own === undefined) index.set(archive, [state]);
      else own.push(state);
    }
  }
  return index;
}

/** What a walk knows from before of the archives it meets. */
export interface ArchiveMemory {
  /** Known paths by archive, see `indexByArchive`. */
  readonly byArchive: ReadonlyMap<string, readonly PathState[]>;
  /** Archives that were listed to their end, and all of whose members are known. */
  readonly settled: ReadonlyMap<string, ArchiveMark>;
}

/**
 * The members as they were known, when the archive was settled and has not changed since; else `undefined`. That
 * members are known says nothing by itself: the run that saved them may have ended before the others.
 */
export function rememberedMembers(
  archive: FoundArchive,
  memory: ArchiveMemory,
  { maxBytes }: Pick<ArchiveLimits, 'maxBytes'>,
): Members | undefined {
  const { path, absolute, format, stats } = archive;
  const mark = memory.settled.get(path);
  if (mark === undefined || mark.sizeBytes !== Number(stats.size) || mark.mtimeNs !== stats.mtimeNs.toString()) {
    return undefined;
  }
  const stamp = memberStamp(stats);
  const own = memory.byArchive.get(path) ?? [];
  if (own.length !== mark.members || own.some(({ mtimeNs }) => mtimeNs !== stamp)) return undefined;
  const isTooLarge = ({ code, sizeBytes }: PathState): boolean => code === 'ARCHIVE_LIMIT' && sizeBytes > maxBytes;
  return {
    candidates: own
      .filter((state) => !isTooLarge(state))
      .map((state) => ({
        path: state.path,
        absolute,
        sizeBytes: state.sizeBytes,
        mtimeNs: stamp,
        member: { archive: absolute, format, name: state.path.slice(path.length + 1), index: null },
      })),
    // They stay too large: to see that, the archive need not be opened.
    refused: own.filter(isTooLarge).map((state) => ({
      ...{ path: state.path, sizeBytes: state.sizeBytes, mtimeNs: stamp },
      ...tooLarge(maxBytes),
    })),
    others: Object.entries(mark.others).flatMap(([extension, number]) => Array<string>(number).fill(extension)),
    mark: null,
  };
}

function tooLarge(maxBytes: number): Pick<Refusal, 'code' | 'message'> {
  const { code, message } = limitError(`it has more than ${maxBytes} bytes (--max-bytes)`);
  return { code, message };
}

/** Lists an archive. Errors: the signal's reason; what cannot be listed is a refusal that names it. */
export async function listMembers(
  archive: FoundArchive,
  limits: ArchiveLimits,
  signal?: AbortSignal,
): Promise<Members> {
  const { path, absolute, format, stats } = archive;
  const stamp = memberStamp(stats);
  const { members, trouble } = await rawMembers(absolute, format, limits, signal);
  const candidates: Candidate[] = [];
  const refused: Refusal[] = [];
  const others: string[] = [];
  for (const { raw, name } of named(members)) {
    const file = { path: `${path}/${name}`, sizeBytes: raw.sizeBytes, mtimeNs: stamp };
    const plain = name.slice(name.lastIndexOf('/') + 1);
    if (raw.kind === 'special' && raw.refusal !== null) {
      refused.push({ ...file, code: raw.refusal.code, message: raw.refusal.message });
    } else if (archiveFormat(plain) !== undefined) {
      refused.push({
        ...file,
        code: 'ARCHIVE_NESTED',
        message: 'an archive in an archive is not opened; unpack the outer one',
      });
    } else if (!isPictureName(plain)) {
      others.push(kindOfOther(plain));
    } else if (raw.refusal !== null) {
      refused.push({ ...file, code: raw.refusal.code, message: raw.refusal.message });
    } else if (raw.sizeBytes > limits.maxBytes) {
      refused.push({ ...file, ...tooLarge(limits.maxBytes) });
    } else {
      candidates.push({ ...file, absolute, member: { archive: absolute, format, name, index: raw.index } });
    }
  }
  if (trouble !== null) {
    const message = `the archive cannot be read to its end: ${trouble}`;
    refused.push({ path, sizeBytes: Number(stats.size), mtimeNs: stamp, code: 'ARCHIVE_READ', message });
    return { candidates, refused, others, mark: null };
  }
  const mark = {
    ...{ path, sizeBytes: Number(stats.size), mtimeNs: stats.mtimeNs.toString() },
    ...{ members: candidates.length + refused.length, others: Object.fromEntries(counted(others)) },
  };
  return { candidates, refused, others, mark };
}

function counted(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** The members as the archive names them. Errors: the signal's reason. */
export async function rawMembers(
  absolute: string | Buffer,
  format: ArchiveFormat,
  limits: ArchiveLimits,
  signal?: AbortSignal,
): Promise<RawMembers> {
  if (typeof absolute !== 'string') {
    return { members: [], trouble: 'its own name is not UTF-8; rename it' };
  }
  try {
    if (format !== 'zip') return await listTar(absolute, format === 'tar.gz', limits, signal);
    const zip = await openZip(absolute, limits, signal);
    zip.close();
    return zip.members;
  } catch (cause) {
    signal?.throwIfAborted();
    return { members: [], trouble: cause instanceof Error ? cause.message : String(cause) };
  }
}

/** Each member but folders with a name that is safe and its own. */
export function named(members: readonly RawMember[]): readonly { readonly raw: RawMember; readonly name: string }[] {
  const names = new MemberNames();
  return members.flatMap((raw) => {
    const name = names.next(raw);
    return name === null ? [] : [{ raw, name }];
  });
}
