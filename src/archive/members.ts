/**
 * The members of archives as candidates: listed without unpacking, named so that
 * no name leads anywhere, and remembered, so that an archive that has not changed
 * is not even opened. Reading one is `member-reader`'s business.
 */
import type { BigIntStats } from 'node:fs';
import type { ArchiveFormat, ArchiveLimits, Candidate, Refusal } from './candidate.js';
import { escapeBackslashes } from './path-text.js';
import { isPictureName, kindOfOther } from './picture-name.js';
import type { PathState } from './plan.js';
import type { RawMember, RawMembers } from './raw-members.js';
import { listTar } from './tar.js';
import { openZip } from './zip.js';

/** What an archive holds. */
export interface Members {
  readonly candidates: readonly Candidate[];
  readonly refused: readonly Refusal[];
  /** Extensions of members that are no pictures. */
  readonly others: readonly string[];
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

/** The members as they were known, when the archive has not changed since; else `undefined`. */
export function rememberedMembers(
  archive: FoundArchive,
  known: ReadonlyMap<string, PathState>,
  index: ReadonlyMap<string, readonly PathState[]>,
): Members | undefined {
  const stamp = memberStamp(archive.stats);
  const own = index.get(archive.path) ?? [];
  if (own.length === 0 || own.some(({ mtimeNs }) => mtimeNs !== stamp)) return undefined;
  const itself = known.get(archive.path);
  if (itself !== undefined && itself.mtimeNs !== stamp) return undefined;
  const { path, absolute, format } = archive;
  const trouble = itself?.code === undefined || itself.code === null ? [] : [itself];
  return {
    candidates: own.map((state) => ({
      path: state.path,
      absolute,
      sizeBytes: state.sizeBytes,
      mtimeNs: stamp,
      member: { archive: absolute, format, name: state.path.slice(path.length + 1), index: null },
    })),
    refused: trouble.map(({ code, message, sizeBytes, mtimeNs }) => ({
      ...{ path, sizeBytes, mtimeNs },
      ...{ code: code ?? 'ARCHIVE_READ', message: message ?? '' },
    })),
    others: [],
  };
}

/** Lists an archive. Never throws: what cannot be listed is a refusal that names it. */
export async function listMembers(archive: FoundArchive, limits: ArchiveLimits): Promise<Members> {
  const { path, absolute, format, stats } = archive;
  const stamp = memberStamp(stats);
  const { members, trouble } = await rawMembers(absolute, format, limits);
  const candidates: Candidate[] = [];
  const refused: Refusal[] = [];
  const others: string[] = [];
  for (const { raw, name } of named(members)) {
    const file = { path: `${path}/${name}`, sizeBytes: raw.sizeBytes, mtimeNs: stamp };
    const plain = name.slice(name.lastIndexOf('/') + 1);
    if (archiveFormat(plain) !== undefined) {
      refused.push({
        ...file,
        code: 'ARCHIVE_NESTED',
        message: 'an archive in an archive is not opened; unpack the outer one',
      });
    } else if (!isPictureName(plain)) {
      others.push(kindOfOther(plain));
    } else if (raw.refusal !== null) {
      refused.push({ ...file, code: raw.refusal.code, message: raw.refusal.message });
    } else {
      candidates.push({ ...file, absolute, member: { archive: absolute, format, name, index: raw.index } });
    }
  }
  if (trouble !== null) {
    const message = `the archive cannot be read to its end: ${trouble}`;
    refused.push({ path, sizeBytes: Number(stats.size), mtimeNs: stamp, code: 'ARCHIVE_READ', message });
  }
  return { candidates, refused, others };
}

/** The members as the archive names them. */
export async function rawMembers(
  absolute: string | Buffer,
  format: ArchiveFormat,
  limits: ArchiveLimits,
): Promise<RawMembers> {
  if (typeof absolute !== 'string') {
    return { members: [], trouble: 'its own name is not UTF-8; rename it' };
  }
  try {
    if (format !== 'zip') return await listTar(absolute, format === 'tar.gz', limits);
    const zip = await openZip(absolute, limits);
    zip.close();
    return zip.members;
  } catch (cause) {
    return { members: [], trouble: cause instanceof Error ? cause.message : String(cause) };
  }
}

/** Each file with a name that is safe and its own: of those that meet, the later ones are numbered. */
export function named(members: readonly RawMember[]): readonly { readonly raw: RawMember; readonly name: string }[] {
  const taken = new Set<string>();
  return members
    .filter(({ isFile }) => isFile)
    .map((raw) => {
      const wanted = safeName(raw.name);
      let name = wanted;
      for (let number = 2; taken.has(name); number += 1) name = numbered(wanted, number);
      taken.add(name);
      return { raw, name };
    });
}

/** A name below the archive: no drive, no root, no way up, no empty part. */
export function safeName(name: string): string {
  const parts = name
    .replaceAll('\\', '/')
    .replace(/^[a-z]:/i, '')
    .replaceAll('\0', '')
    .split('/')
    .filter((part) => part !== '' && part !== '.' && part !== '..');
  return parts.length === 0 ? 'unnamed' : escapeBackslashes(parts.join('/'));
}

function numbered(name: string, number: number): string {
  const slash = name.lastIndexOf('/');
  const dot = name.lastIndexOf('.');
  const stem = dot > slash + 1 ? dot : name.length;
  return `${name.slice(0, stem)}~${number}${name.slice(stem)}`;
}
