/**
 * The project folder on the disk: where things lie in it and how it is made.
 * Faces are biometric data: folders are 0700 and files 0600, whatever the umask.
 */
import { chmodSync, existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { FaceweaveError } from '../config/error.js';
import {
  CLUSTERS_FOLDER,
  DATA_FOLDER,
  DATABASE_FILE,
  DECISIONS_FILE,
  FACES_FOLDER,
  RUNS_FOLDER,
} from '../config/layout.js';
import { makePrivateFolders, PRIVATE_FOLDER, writePrivateFile } from './private-file.js';

/** Absolute paths of what lies in a project folder. */
export interface ProjectLayout {
  readonly root: string;
  readonly database: string;
  readonly decisions: string;
  readonly faces: string;
  readonly clusters: string;
  readonly data: string;
  readonly runs: string;
}

const RUN_FILE = /^(\d+)\.json$/;

/** Where things lie in the project folder `directory`. Touches nothing. */
export function projectLayout(directory: string): ProjectLayout {
  const root = resolve(directory);
  return {
    root,
    database: join(root, DATABASE_FILE),
    decisions: join(root, DECISIONS_FILE),
    faces: join(root, FACES_FOLDER),
    clusters: join(root, CLUSTERS_FOLDER),
    data: join(root, DATA_FOLDER),
    runs: join(root, RUNS_FOLDER),
  };
}

/**
 * Makes the project folder with its sub-folders; what is there stays as it is.
 * A folder that already held other things keeps its mode (it may be the user's
 * home): what faceweave puts into it is private by itself.
 *
 * Errors: `PROJECT_CREATE`; `PROJECT_FOREIGN` when results lie there that no
 * database tells of (another program's, or a project's that lost it).
 */
export function createProjectFolder(directory: string): ProjectLayout {
  const layout = projectLayout(directory);
  try {
    refuseForeign(layout);
    const isOurs = !existsSync(layout.root) || existsSync(layout.database) || readdirSync(layout.root).length === 0;
    makePrivateFolders(layout.root);
    if (isOurs) closeToOthers(layout.root);
    for (const folder of [layout.faces, layout.clusters, layout.data, layout.runs]) {
      makePrivateFolders(folder);
      closeToOthers(folder);
    }
  } catch (cause) {
    if (cause instanceof FaceweaveError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FaceweaveError(`${layout.root}: the project folder cannot be made: ${reason}`, {
      code: 'PROJECT_CREATE',
      path: layout.root,
      hint: 'name another folder with --project',
      cause,
    });
  }
  return layout;
}

/** Takes the rights of others; a folder that its owner closed to himself stays so. */
function closeToOthers(folder: string): void {
  if ((statSync(folder).mode & 0o077) !== 0) chmodSync(folder, PRIVATE_FOLDER);
}

/** Nothing that faceweave did not write is ever replaced; empty folders are what a first run cut short leaves. */
function refuseForeign(layout: ProjectLayout): void {
  if (existsSync(layout.database)) return;
  const found = [layout.faces, layout.clusters, layout.data].filter(
    (folder) => existsSync(folder) && (!statSync(folder).isDirectory() || readdirSync(folder).length > 0),
  );
  if (found.length === 0) return;
  const names = found.map((folder) => basename(folder)).join(', ');
  throw new FaceweaveError(`${layout.root}: this folder holds ${names}, but no ${DATABASE_FILE} that tells of them`, {
    code: 'PROJECT_FOREIGN',
    path: layout.root,
    hint: `move ${names} away, to a place outside your photographs, or name another project folder with --project`,
  });
}

/** Writes the manifest of a run to `runs/<number>.json`, indented, and returns its path. */
export async function writeRunManifest(layout: ProjectLayout, number: number, manifest: unknown): Promise<string> {
  const path = join(layout.runs, `${number}.json`);
  await writePrivateFile(path, `${JSON.stringify(manifest, undefined, 2)}\n`);
  return path;
}

/** The highest run number that has a manifest on the disk; 0 = none. */
export function lastRunNumber(layout: ProjectLayout): number {
  if (!existsSync(layout.runs)) return 0;
  const numbers = readdirSync(layout.runs).map((name) => Number(RUN_FILE.exec(name)?.[1] ?? 0));
  return numbers.reduce((highest, number) => Math.max(highest, number), 0);
}
