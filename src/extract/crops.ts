/**
 * Which file each crop is written to, so that no crop of one photograph is ever
 * replaced by another's: files move and names are used again, while crops stay
 * where they were first written; and which of them are missing. Pure but for
 * `photosWithoutCrops` and `removeCrops`.
 */
import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { type Candidate, cropFolder, cropName, pathToBytes } from '../archive/index.js';
import type { Face } from '../config/index.js';

/** Where the crops of one photograph go. */
export interface CropPlace {
  /** Relative to the project folder, as path text. */
  readonly folder: string;
  /** What follows `face<k>_`. */
  readonly name: string;
}

/** Before the file name: folders may bear such a name too. */
const FACE_PREFIX = /\/face\d+_(?=[^/]*$)/;

/** The photograph whose crops hold each place, from the faces the store knows. */
export function cropOwners(faces: readonly Pick<Face, 'crop' | 'photoId'>[]): ReadonlyMap<string, string> {
  const owners = new Map<string, string>();
  for (const { crop, photoId } of faces) {
    if (crop !== null) owners.set(crop.replace(FACE_PREFIX, '/'), photoId);
  }
  return owners;
}

function placeOf(path: string): CropPlace {
  return { folder: cropFolder(path), name: cropName(path.slice(path.lastIndexOf('/') + 1)) };
}

function keyOf(place: CropPlace): string {
  return `${place.folder}/${place.name}`;
}

/**
 * A place for each candidate, as a function of its path. The usual one, unless
 * it holds the crops of another photograph that lives on elsewhere: then the
 * name gets `~2`, `~3`, … `photoOf`: the photograph that was last read from the
 * path and has not changed since.
 */
export function planCrops(
  candidates: readonly Candidate[],
  owners: ReadonlyMap<string, string>,
  photoOf: (candidate: Candidate) => string | undefined,
): (candidate: Candidate) => CropPlace {
  let usual: Set<string> | undefined;
  const moved = new Map<string, string>();
  return (candidate) => {
    const place = placeOf(candidate.path);
    const owner = owners.get(keyOf(place));
    if (owner === undefined || owner === photoOf(candidate)) return place;
    usual ??= new Set(candidates.map(({ path }) => keyOf(placeOf(path))));
    const stem = place.name.slice(0, place.name.lastIndexOf('.'));
    const extension = place.name.slice(stem.length);
    for (let number = 2; ; number += 1) {
      const other = { folder: place.folder, name: `${stem}~${number}${extension}` };
      const key = keyOf(other);
      const isFree = !owners.has(key) && !usual.has(key) && (moved.get(key) ?? candidate.path) === candidate.path;
      if (!isFree) continue;
      moved.set(key, candidate.path);
      return other;
    }
  };
}

/** The crop of one face at a place, relative to the project folder. */
export function cropAt(place: CropPlace, ordinal: number): string {
  return `${place.folder}/face${ordinal}_${place.name}`;
}

/** Absolute path, as bytes, of something in the project folder. */
export function inProject(projectDir: string, relative: string): Buffer {
  return Buffer.concat([Buffer.from(`${projectDir}/`), pathToBytes(relative)]);
}

/**
 * Photographs with a face whose crop was never written, or is not on the disk
 * any more. Cost: the faces once, one `readdir` a folder of crops.
 */
export async function photosWithoutCrops(
  faces: readonly Pick<Face, 'crop' | 'photoId'>[],
  projectDir: string,
): Promise<ReadonlySet<string>> {
  const without = new Set<string>();
  const folders = new Map<string, { readonly name: string; readonly photoId: string }[]>();
  for (const { crop, photoId } of faces) {
    if (crop === null) {
      without.add(photoId);
      continue;
    }
    const slash = crop.lastIndexOf('/');
    const folder = crop.slice(0, slash);
    const own = folders.get(folder) ?? [];
    if (own.length === 0) folders.set(folder, own);
    own.push({ name: crop.slice(slash + 1), photoId });
  }
  for (const [folder, crops] of folders) {
    const names = await namesIn(inProject(projectDir, folder));
    for (const { name, photoId } of crops) {
      if (without.has(photoId) || names?.has(pathToBytes(name).toString('latin1')) === true) continue;
      // Some disks list names in another spelling than they were given; the disk itself knows.
      if (names === undefined || !existsSync(inProject(projectDir, `${folder}/${name}`))) without.add(photoId);
    }
  }
  return without;
}

/** The names in a folder, byte by byte; `undefined` when the folder is not there. */
async function namesIn(folder: Buffer): Promise<ReadonlySet<string> | undefined> {
  try {
    const names = await readdir(folder, { encoding: 'buffer' });
    return new Set(names.map((name) => name.toString('latin1')));
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw cause;
  }
}

/** Deletes crops that no face names any more. */
export async function removeCrops(projectDir: string, crops: Iterable<string>): Promise<void> {
  for (const crop of crops) await rm(inProject(projectDir, crop), { force: true });
}
