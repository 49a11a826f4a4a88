/**
 * Where a project lies, where its photographs lie, and that the two do not
 * swallow each other. Remembers sources in a form that survives moving both.
 */
import { existsSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import {
  downloadName,
  labelSources,
  ownerOf,
  pathToBytes,
  readList,
  recognise,
  recordOf,
  resolveSources,
  type SourceRoot,
} from '../archive/index.js';
import { DATABASE_FILE, DOWNLOADS_FOLDER, FaceweaveError, PROJECT_FOLDER, type SourceRecord } from '../config/index.js';
import type { Store } from '../store/index.js';
import { latestManifest } from './manifest.js';

/** Commands whose runs read their sources. */
const EXTRACTING: ReadonlySet<string> = new Set(['extract', 'run']);

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

/** All that is to be read: the sources, and the files named one by one as one source more. */
export function rootsOf(
  sources: readonly string[],
  names: readonly Buffer[] | undefined,
  projectDir: string,
  cwd: string,
): readonly SourceRoot[] {
  const roots = sources.length === 0 ? [] : checkedSources(sources, projectDir);
  if (names === undefined) return roots;
  const base = realpathSync(cwd);
  const label = roots.length === 0 ? '' : 'files';
  return [...roots, { absolute: base, label, given: NAMED_FILES, isFolder: true, kind: 'names', names }];
}

/** The sources, found on the disk. Throws `SOURCE_IS_PROJECT` when one lies in a project folder, this one or another. */
export function checkedSources(sources: readonly string[], projectDir: string): readonly SourceRoot[] {
  const roots = resolveSources(sources);
  for (const root of roots) refuseInsideProject(root, realFolder(projectDir));
  return roots;
}

function refuseInsideProject({ absolute, given }: SourceRoot, projectDir: string): void {
  const isWithin = absolute === projectDir || absolute.startsWith(projectDir + sep);
  if (isWithin && !isProjectFolder(projectDir)) {
    throw new FaceweaveError(`${given}: the photographs lie in the folder that is to be the project's`, {
      code: 'SOURCE_IS_PROJECT',
      path: given,
      hint: `without --project the results go to a folder "${PROJECT_FOLDER}"; or name another one`,
    });
  }
  let folder = absolute;
  let inside = isWithin ? projectDir : undefined;
  while (inside === undefined) {
    if (isProjectFolder(folder)) inside = folder;
    const above = dirname(folder);
    if (above === folder) break;
    folder = above;
  }
  if (inside === undefined) return;
  throw projectIsNoSource(given, inside);
}

/** The error about a source that holds results. */
export function projectIsNoSource(given: string, projectDir: string): FaceweaveError {
  return new FaceweaveError(`this lies in the project folder ${projectDir}, which holds results, not photographs`, {
    code: 'SOURCE_IS_PROJECT',
    path: given,
    hint: 'name the folder that holds the photographs; --project says where the results go',
  });
}

/** The folder with every link resolved, also while it or the last folders of its path are not there yet. */
export function realFolder(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    const above = dirname(folder);
    return above === folder ? folder : join(realFolder(above), basename(folder));
  }
}

/**
 * The sources whose photographs the project holds. Projects from before sources
 * were saved tell by their last extraction.
 */
export async function rememberedSources(store: Store): Promise<readonly SourceRecord[]> {
  // Sources of runs that recorded nothing bind nobody.
  if ((await store.counts()).files === 0) return [];
  const saved = await store.sources();
  if (saved !== null) return saved;
  const last = await latestManifest(store, ({ command, sources }) => EXTRACTING.has(command) && sources.length > 0);
  return last?.sources ?? [];
}

/** The sources of one extraction among all of the project's. */
export interface AdmittedSources {
  readonly roots: readonly SourceRoot[];
  /** Those of this extraction. */
  readonly walked: readonly SourceRecord[];
  readonly others: readonly SourceRecord[];
  /** Of those of this extraction, the ones that the project had not seen, when it had seen some. */
  readonly added: readonly SourceRecord[];
}

/** Labels the sources of an extraction and saves them with the project's. */
export async function admitSources(
  store: Store,
  found: readonly SourceRoot[],
  projectDir: string,
): Promise<AdmittedSources> {
  const admitted = await labelledRoots(store, found, projectDir);
  await store.saveSources([...admitted.others, ...admitted.walked]);
  return admitted;
}

/** Labels the sources of an extraction; saves nothing. */
export async function labelledRoots(
  store: Store,
  found: readonly SourceRoot[],
  projectDir: string,
): Promise<AdmittedSources> {
  const remembered = await rememberedSources(store);
  const real = realFolder(projectDir);
  const isTaken = async (label: string): Promise<boolean> => (await store.knownPaths([label])).size > 0;
  const roots = await labelSources(found, real, remembered, isTaken);
  const walked = roots.map((root) => recordOf(root, real));
  const labels = new Set(walked.map(({ label }) => label));
  const before = new Set(remembered.map(({ label }) => label));
  const others = remembered.filter(({ label }) => !labels.has(label));
  const added = remembered.length === 0 ? [] : walked.filter(({ label }) => !before.has(label));
  return { roots, walked, others, added };
}

/** Throws `SOURCE_UNKNOWN` when a source that was named is none of the project's. */
export async function refuseUnknown(store: Store, named: readonly SourceRoot[], projectDir: string): Promise<void> {
  if (named.length === 0) return;
  const remembered = await rememberedSources(store);
  if (remembered.length === 0) return;
  const known = recognise(named, realFolder(projectDir), remembered);
  const stranger = named.find((root) => !known.has(root));
  if (stranger === undefined) return;
  throw new FaceweaveError(`${stranger.given}: none of the photographs of the project ${projectDir} are from here`, {
    code: 'SOURCE_UNKNOWN',
    path: stranger.given,
    hint: `its sources: ${remembered.map(({ absolute }) => absolute).join(', ')}; faceweave extract adds another`,
  });
}

/**
 * Finds photographs on the disk by their paths in the project: a function from
 * path text to the absolute path as bytes, or null when no source holds it.
 */
export async function photoLocator(
  sources: readonly SourceRecord[],
  projectDir: string,
): Promise<(path: string) => Buffer | null> {
  const listed = await listedFiles(sources, projectDir);
  const real = realFolder(projectDir);
  const labels = new Set(sources.map(({ label }) => label));
  const roots = new Map(
    sources.map((source) => {
      const moved = resolve(real, source.relative);
      return [source.label, { ...source, place: existsSync(moved) ? moved : source.absolute }];
    }),
  );
  const rootOf = (path: string) => {
    const owner = ownerOf(path, labels);
    return owner === undefined ? undefined : roots.get(owner);
  };
  return (path) => {
    const root = rootOf(path);
    if (root === undefined) return null;
    const { label, place, isFolder } = root;
    if (!isFolder) return path === label ? Buffer.from(place) : null;
    const row = listed.get(path);
    if (row !== undefined) return Buffer.from(row);
    const below = pathToBytes(label === '' ? path : path.slice(label.length + 1));
    const within = Buffer.concat([Buffer.from(`${place}/`), below]);
    if (root.given !== NAMED_FILES || existsSync(within)) return within;
    // Named from elsewhere: its path is the whole one, without its first slash.
    return Buffer.concat([Buffer.from('/'), below]);
  };
}

/** What a project remembers files by that were named one by one. */
const NAMED_FILES = '--files-from';

/** Where the photographs of lists lie; a list that cannot be read any more tells of none. */
async function listedFiles(sources: readonly SourceRecord[], projectDir: string): Promise<ReadonlyMap<string, string>> {
  const places = new Map<string, string>();
  for (const { absolute, label, isFolder } of sources) {
    if (
      !isFolder ||
      !/\.[ct]sv$/i.test(absolute) ||
      !(statSync(absolute, { throwIfNoEntry: false })?.isFile() ?? false)
    ) {
      continue;
    }
    const list = await readList(absolute, label).catch(() => null);
    for (const { path, target } of list?.rows ?? []) {
      const place =
        'url' in target
          ? join(projectDir, DOWNLOADS_FOLDER, downloadName(target.url))
          : resolve(dirname(absolute), target.file);
      places.set(path, place);
    }
  }
  return places;
}
