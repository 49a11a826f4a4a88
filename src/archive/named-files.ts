/**
 * Files and folders named one by one: where each lies, by which path it is
 * known, and which of them lie in a project folder and are passed over, whoever
 * named them: crops are no photographs. Apart from the walk because a walk meets
 * a project folder from above, and a name leads right into it.
 */
import { isUtf8 } from 'node:buffer';
import { existsSync, realpathSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { CLUSTERS_FOLDER, DATA_FOLDER, DATABASE_FILE, FACES_FOLDER, PROJECT_FOLDER } from '../config/layout.js';
import { compareText } from '../config/order.js';
import { bytesToPath } from './path-text.js';
import type { SourceRoot } from './source.js';

/** What a project folder holds even without its database. */
export const RESULT_FOLDERS: readonly string[] = [FACES_FOLDER, CLUSTERS_FOLDER, DATA_FOLDER];

/** A file or folder that was named. */
export interface NamedPlace {
  /** Below the folder it was named from, '' for that folder itself; of what lies elsewhere the whole path without its first slash. */
  readonly path: string;
  readonly absolute: string | Buffer;
}

/** A project folder that names led into. */
export interface NamedProject {
  readonly path: string;
  readonly isOwn: boolean;
}

/** What was named, each once, in the order of paths. */
export interface Named {
  readonly places: readonly NamedPlace[];
  readonly projects: readonly NamedProject[];
}

/** Bytes of a path as text, one character each: parts and slashes stay what they are in any encoding. */
type RawPath = string;

/**
 * Finds out what names lead to. `projectDir`: with every link resolved.
 *
 * Cost: a few questions to the disk for each name, and for each folder above one.
 */
export function readNames(
  { absolute, names = [] }: Pick<SourceRoot, 'absolute' | 'names'>,
  projectDir: string | undefined,
): Named {
  const base = rawOf(absolute);
  const own = projectDir === undefined ? undefined : rawOf(projectDir);
  const above = projectsAbove(base, own);
  const places = new Map<string, string | Buffer>();
  const projects = new Map<string, boolean>();
  for (const name of names) {
    const raw = resolve(base, name.toString('latin1'));
    const project = above(raw);
    if (project === null) places.set(pathOf(raw, base), absoluteOf(raw));
    else projects.set(pathOf(project, base), project === own);
  }
  return {
    places: [...places].map(([path, absolute]) => ({ path, absolute })).sort((a, b) => compareText(a.path, b.path)),
    projects: [...projects].map(([path, isOwn]) => ({ path, isOwn })).sort((a, b) => compareText(a.path, b.path)),
  };
}

/** The project folder that a path is or lies in, by its own spelling or behind links; remembered by folder. */
function projectsAbove(base: RawPath, own: RawPath | undefined): (raw: RawPath) => RawPath | null {
  const remembered = new Map<RawPath, RawPath | null>();
  const spelled = (raw: RawPath): RawPath | null => {
    let found = remembered.get(raw);
    if (found !== undefined) return found;
    const folder = raw.slice(0, Math.max(raw.lastIndexOf('/'), 0));
    found = folder === '' ? null : spelled(folder);
    if (found === null && isProject(raw, base, own)) found = raw;
    remembered.set(raw, found);
    return found;
  };
  const behindLinks = new Map<RawPath, RawPath | null>();
  return (raw) => {
    const found = spelled(raw);
    if (found !== null) return realOf(found);
    const folder = raw.slice(0, Math.max(raw.lastIndexOf('/'), 1));
    let behind = behindLinks.get(folder);
    if (behind === undefined) {
      behind = spelled(realOf(folder));
      behindLinks.set(folder, behind);
    }
    return behind;
  };
}

function isProject(raw: RawPath, base: RawPath, own: RawPath | undefined): boolean {
  if (raw === own || existsSync(bytesOf(`${raw}/${DATABASE_FILE}`))) return true;
  // By its name alone, as the walk does; but where the names were given from was the user's choice.
  const isAboveBase = base === raw || base.startsWith(`${raw}/`);
  if (!isAboveBase && raw.endsWith(`/${PROJECT_FOLDER}`) && isFolder(raw)) return true;
  return RESULT_FOLDERS.every((name) => isFolder(`${raw}/${name}`));
}

function isFolder(raw: RawPath): boolean {
  try {
    return statSync(bytesOf(raw)).isDirectory();
  } catch {
    return false;
  }
}

function realOf(raw: RawPath): RawPath {
  try {
    return realpathSync(bytesOf(raw), { encoding: 'buffer' }).toString('latin1');
  } catch {
    return raw;
  }
}

/** Path text of a place: below the base where it lies there. */
function pathOf(raw: RawPath, base: RawPath): string {
  if (raw === base) return '';
  const root = base.endsWith('/') ? base : `${base}/`;
  return bytesToPath(bytesOf(raw.startsWith(root) ? raw.slice(root.length) : raw.slice(1)));
}

function absoluteOf(raw: RawPath): string | Buffer {
  const bytes = bytesOf(raw);
  return isUtf8(bytes) ? bytes.toString('utf8') : bytes;
}

function rawOf(path: string): RawPath {
  return Buffer.from(path, 'utf8').toString('latin1');
}

function bytesOf(raw: RawPath): Buffer {
  return Buffer.from(raw, 'latin1');
}
