/**
 * What an archive's own directory says of its members, before anything of it is
 * believed, and the names they go by here. Shared by the formats, so that a
 * member has the same name whether it was listed or met while reading.
 */
import { FaceweaveError } from '../config/error.js';
import { escapeBackslashes } from './path-text.js';

/** One member as the archive names it. */
export interface RawMember {
  /** Place in the archive's own order. */
  readonly index: number;
  /** The name as stored: may lead anywhere, hold anything, and come twice. */
  readonly name: string;
  /** Unpacked bytes, as stated. */
  readonly sizeBytes: number;
  /** `special`: a link, pipe or device, which is refused whatever its name, as in a folder. */
  readonly kind: 'file' | 'folder' | 'special';
  /** Why it will not be read; null = it may be. */
  readonly refusal: FaceweaveError | null;
}

/** The members, as far as they could be listed, and what went wrong. */
export interface RawMembers {
  readonly members: readonly RawMember[];
  /** In words; null = the whole archive was listed. */
  readonly trouble: string | null;
}

/** A member that is no file of its own. */
export function notRegular(message: string): FaceweaveError {
  return new FaceweaveError(message, { code: 'FILE_NOT_REGULAR' });
}

/** Names members one by one, in the archive's order: of those that meet, the later ones are numbered. */
export class MemberNames {
  readonly #taken = new Set<string>();

  /** The name of the next member; null = a folder, which needs none. */
  next({ name: stored, kind }: Pick<RawMember, 'name' | 'kind'>): string | null {
    if (kind === 'folder') return null;
    const wanted = safeName(stored);
    let name = wanted;
    for (let number = 2; this.#taken.has(name); number += 1) name = numbered(wanted, number);
    this.#taken.add(name);
    return name;
  }

  /** Whether a member of this name was met. */
  has(name: string): boolean {
    return this.#taken.has(name);
  }
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
