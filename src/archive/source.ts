/**
 * Turns the sources a user names into roots to walk: found, resolved, each with
 * the label its paths begin with. Apart from the walk because what a user may
 * name is checked once, before any folder is read.
 */
import { lstatSync, realpathSync, type Stats, statSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { FaceweaveError } from '../config/error.js';
import { DATABASE_FILE } from '../config/layout.js';
import { compareText } from '../config/order.js';
import { usageError } from '../config/usage.js';
import { archiveFormat } from './members.js';
import { escapeBackslashes } from './path-text.js';

/** One source, ready to be walked. */
export interface SourceRoot {
  /** Absolute path with every link resolved: the user named it, so here a link is followed. */
  readonly absolute: string;
  /** What every path of this source begins with; '' for a single folder. The whole path of a single file. */
  readonly label: string;
  /** The source as the user wrote it. */
  readonly given: string;
  /** Paths go on below the label: a folder, and also an archive or a list; a file is itself the one candidate. */
  readonly isFolder: boolean;
  /** What kind of source it is; when omitted, a folder or a file by `isFolder`. */
  readonly kind?: SourceKind;
  /** Of kind `names`: the files and folders named below `absolute`, or anywhere, as bytes. */
  readonly names?: readonly Buffer[];
}

/** `list`: a table of links or paths. `names`: some files of a folder, named one by one; the rest of it is left alone. */
export type SourceKind = 'folder' | 'file' | 'archive' | 'list' | 'names';

/**
 * The roots of the sources of a project that has none yet, in the order of their
 * labels (`labelSources` is for those that have some). The same folder named
 * twice is one.
 *
 * Paths of a single folder are relative to it and carry no label. Several
 * sources are labelled by their base names; of equal names the second, in order
 * of absolute path, becomes `name-2`, and so on.
 *
 * Errors: `USAGE` without any source; `SOURCE_MISSING`, `SOURCE_READ`;
 * `SOURCE_IS_PROJECT` when a source is itself a project folder.
 */
export function resolveSources(sources: readonly string[]): readonly SourceRoot[] {
  if (sources.length === 0) throw usageError('source', 'a folder or a file', undefined);
  const found = new Map<string, string>();
  for (const given of sources) {
    const absolute = resolveSource(given);
    if (!found.has(absolute)) found.set(absolute, given);
  }
  const taken = new Set<string>();
  const roots = [...found]
    .sort(([a], [b]) => compareText(a, b))
    .map(([absolute, given]) => {
      const isDirectory = statOf(absolute, given).isDirectory();
      if (isDirectory) refuseProject(absolute, given);
      const kind = isDirectory ? 'folder' : kindOfFile(absolute);
      const label = isDirectory && found.size === 1 ? '' : freeLabel(absolute, isDirectory, taken);
      return { absolute, label, given, isFolder: kind !== 'file', kind };
    });
  return sortRoots(roots);
}

/** What a file that is named as a source is, by its name. */
function kindOfFile(absolute: string): SourceKind {
  if (archiveFormat(absolute) !== undefined) return 'archive';
  return LIST_NAME.test(absolute) ? 'list' : 'file';
}

/** Tables of links or paths. */
const LIST_NAME = /\.(?:csv|tsv)$/i;

/** In the order in which their paths sort. */
export function sortRoots(roots: readonly SourceRoot[]): readonly SourceRoot[] {
  return [...roots].sort((a, b) => compareText(sortKey(a), sortKey(b)));
}

/** A folder's paths go on with a slash, and sort so. */
function sortKey(root: SourceRoot): string {
  return root.isFolder ? `${root.label}/` : root.label;
}

function resolveSource(given: string): string {
  try {
    return realpathSync(given);
  } catch (cause) {
    throw sourceError(given, cause);
  }
}

function statOf(absolute: string, given: string): Stats {
  try {
    return statSync(absolute);
  } catch (cause) {
    throw sourceError(given, cause);
  }
}

function refuseProject(absolute: string, given: string): void {
  if (lstatSync(join(absolute, DATABASE_FILE), { throwIfNoEntry: false }) === undefined) return;
  throw new FaceweaveError(`${given}: this is a project folder, not a folder of photographs`, {
    code: 'SOURCE_IS_PROJECT',
    path: given,
    hint: 'name the folder that holds the photographs; --project says where the results go',
  });
}

function sourceError(given: string, cause: unknown): FaceweaveError {
  const errno = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (errno === 'ENOENT' || errno === 'ENOTDIR') {
    return new FaceweaveError(`${given}: no such file or folder`, { code: 'SOURCE_MISSING', path: given, cause });
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new FaceweaveError(`${given}: cannot be read: ${reason}`, { code: 'SOURCE_READ', path: given, cause });
}

/** The base name, numbered (before the extension of a file) until no other source has it. */
function freeLabel(absolute: string, isFolder: boolean, taken: Set<string>): string {
  const name = escapeBackslashes(basename(absolute)) || 'source';
  const extension = isFolder ? '' : extname(name);
  const stem = name.slice(0, name.length - extension.length);
  let label = name;
  for (let number = 2; taken.has(label); number += 1) label = `${stem}-${number}${extension}`;
  taken.add(label);
  return label;
}
