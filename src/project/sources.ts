/**
 * Where a project lies, where its photographs lie, and that the two do not
 * swallow each other. Remembers sources in a form that survives moving both.
 */
import { existsSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { pathToBytes, resolveSources, type SourceRoot } from '../archive/index.js';
import { DATABASE_FILE, FaceweaveError, PROJECT_FOLDER } from '../config/index.js';

/** One source as a manifest remembers it. */
export interface SourceRecord {
  /** What the paths of this source begin with; '' for a single folder. */
  readonly label: string;
  /** As the user wrote it. */
  readonly given: string;
  readonly absolute: string;
  /** Seen from the project folder, forward slashes: right also after both were moved together. */
  readonly relative: string;
  readonly isFolder: boolean;
}

/**
 * The project folder: as given, else `<source>/Face Network` for one folder,
 * else `./Face Network`. Without sources the working directory itself when it
 * is a project folder.
 */
export function projectFolderOf(project: string | undefined, sources: readonly string[], cwd: string): string {
  if (project !== undefined) return resolve(cwd, project);
  const [only] = sources;
  if (only !== undefined && sources.length === 1) {
    const source = resolve(cwd, only);
    if (isProjectFolder(source)) return source;
    const isFolder = statSync(source, { throwIfNoEntry: false })?.isDirectory() ?? true;
    return isFolder ? join(source, PROJECT_FOLDER) : join(cwd, PROJECT_FOLDER);
  }
  if (sources.length === 0 && isProjectFolder(cwd)) return cwd;
  return join(cwd, PROJECT_FOLDER);
}

/** Whether a folder is a project's. */
export function isProjectFolder(folder: string): boolean {
  return existsSync(join(folder, DATABASE_FILE));
}

/** The sources of a run. Throws `SOURCE_IS_PROJECT` when one lies in a project folder, this one or another. */
export function recordSources(sources: readonly string[], projectDir: string): readonly SourceRecord[] {
  return resolveSources(sources).map((root) => {
    refuseInsideProject(root, projectDir);
    const { label, given, absolute, isFolder } = root;
    return { label, given, absolute, relative: relative(projectDir, absolute).split(sep).join('/'), isFolder };
  });
}

function refuseInsideProject(root: SourceRoot, projectDir: string): void {
  const isWithin = root.absolute === projectDir || root.absolute.startsWith(projectDir + sep);
  let folder = root.absolute;
  let inside = isWithin ? projectDir : undefined;
  while (inside === undefined) {
    if (isProjectFolder(folder)) inside = folder;
    const above = dirname(folder);
    if (above === folder) break;
    folder = above;
  }
  if (inside === undefined) return;
  throw new FaceweaveError(`this lies in the project folder ${inside}, which holds results, not photographs`, {
    code: 'SOURCE_IS_PROJECT',
    path: root.given,
    hint: 'name the folder that holds the photographs; --project says where the results go',
  });
}

/**
 * Finds photographs on the disk by their paths in the project: a function from
 * path text to the absolute path as bytes, or null when no source holds it.
 */
export function photoLocator(sources: readonly SourceRecord[], projectDir: string): (path: string) => Buffer | null {
  const roots = sources.map((source) => {
    const moved = resolve(projectDir, source.relative);
    return { ...source, place: existsSync(moved) ? moved : source.absolute };
  });
  return (path) => {
    for (const { label, place, isFolder } of roots) {
      if (!isFolder) {
        if (path === label) return Buffer.from(place);
        continue;
      }
      if (label !== '' && !path.startsWith(`${label}/`)) continue;
      const below = label === '' ? path : path.slice(label.length + 1);
      return Buffer.concat([Buffer.from(`${place}/`), pathToBytes(below)]);
    }
    return null;
  };
}
