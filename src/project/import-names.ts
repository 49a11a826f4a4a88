/**
 * Names from outside: a gallery (a folder a name, photographs of that person in
 * it) or the names that lists gave with their pictures. Each match becomes a decision,
 * so that it can be seen, and undone, like any other; nobody who has another
 * name is renamed.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { FaceweaveError, type Options } from '../config/index.js';
import { calibrationOf, nearestPersons } from '../people/index.js';
import type { NamedPerson } from './people.js';
import { seePhotos, sumsOfPersons } from './search.js';
import type { Parts } from './types.js';

/** What was matched; every name given is in one of the lists. */
export interface Matches {
  readonly matched: readonly NamedPerson[];
  /** Names that nobody in the project answers to, and why. */
  readonly unmatched: readonly { readonly name: string; readonly reason: string }[];
  /** Photographs that gave no face. */
  readonly skipped: readonly { readonly path: string; readonly reason: string }[];
}

/** A match surer than this is taken. */
const LEAST_PROBABILITY = 0.5;

/** Matches the folders of a gallery: of each photograph its largest face, of each name the mean of its faces. */
export async function matchGallery(parts: Parts, options: Options, gallery: string): Promise<Matches> {
  const { sums, embedderId } = await sumsOfPersons(parts);
  const calibration = calibrationOf(embedderId);
  if (calibration === null) {
    throw new FaceweaveError(`no probabilities are known for the embedder ${embedderId}`, { code: 'UNCALIBRATED' });
  }
  const matched: NamedPerson[] = [];
  const unmatched: { name: string; reason: string }[] = [];
  const skipped: { path: string; reason: string }[] = [];
  const taken = new Map<string, { name: string; distance: number }>();
  const pathsOf = new Map<string, readonly string[]>();
  for (const name of await foldersOf(gallery)) pathsOf.set(name, await filesOf(join(gallery, name)));
  // All at once: the models are opened once, not for each name.
  const photos = await seePhotos(parts, options, [...pathsOf.values()].flat());
  const seen = new Map(photos.map((photo) => [photo.path, photo]));
  for (const [name, paths] of pathsOf) {
    const vectors: Float32Array[] = [];
    for (const { path, code, message, faces } of paths.flatMap((path) => seen.get(path) ?? [])) {
      const largest = [...faces].sort((a, b) => areaOf(b.box) - areaOf(a.box))[0];
      if (largest?.vector.some((value) => value !== 0) === true) vectors.push(largest.vector);
      else skipped.push({ path, reason: code === null ? 'no face' : `${code}: ${message ?? ''}` });
    }
    const mean = meanOf(vectors, sums.dims);
    const [best] = mean === null ? [] : nearestPersons(mean, sums, calibration, 1);
    if (best === undefined) unmatched.push({ name, reason: 'no photograph with a face' });
    else if ((best.probability ?? 0) < LEAST_PROBABILITY) {
      unmatched.push({
        name,
        reason: `nearest is ${best.personId}, probability ${(best.probability ?? 0).toFixed(3)}`,
      });
    } else {
      const rival = taken.get(best.personId);
      if (rival !== undefined) {
        unmatched.push({ name, reason: `${best.personId} matches ${rival.name}, too` });
      } else {
        taken.set(best.personId, { name, distance: best.distance });
        matched.push({ person: best.personId, name });
      }
    }
  }
  return { matched, unmatched, skipped };
}

/**
 * Matches the names that lists gave: a picture with one face in a person speaks for it; a person gets the name most of
 * its pictures give, if that is more than half of them.
 */
export async function matchListNames({ store }: Parts): Promise<Matches> {
  const names = new Map<string, string>();
  for (const { path, attributes } of await store.pathAttributes()) {
    const name = attributes['name']?.normalize('NFC').trim();
    if (name !== undefined && name !== '') names.set(path, name);
  }
  const photos = await store.photos();
  const faces = await store.faces();
  const facesOf = new Map<string, string[]>();
  for (const { photoId, personId } of faces) {
    if (personId !== null) facesOf.set(photoId, [...(facesOf.get(photoId) ?? []), personId]);
  }
  const votes = new Map<string, Map<string, number>>();
  const skipped: { path: string; reason: string }[] = [];
  const known = new Set<string>();
  for (const { id, paths } of photos) {
    for (const path of paths) {
      const name = names.get(path);
      if (name === undefined) continue;
      known.add(name);
      const [only, ...more] = facesOf.get(id) ?? [];
      if (only === undefined || more.length > 0) {
        skipped.push({ path, reason: only === undefined ? 'no face' : `${more.length + 1} faces` });
        continue;
      }
      const own = votes.get(only) ?? new Map<string, number>();
      own.set(name, (own.get(name) ?? 0) + 1);
      votes.set(only, own);
    }
  }
  const matched: NamedPerson[] = [];
  for (const [person, own] of [...votes].sort((a, b) => (a[0] < b[0] ? -1 : 1))) {
    const total = [...own.values()].reduce((sum, count) => sum + count, 0);
    const [name, count] = [...own].reduce((a, b) => (b[1] > a[1] ? b : a));
    if (count * 2 > total) matched.push({ person, name });
  }
  const found = new Set(matched.map(({ name }) => name));
  const unmatched = [...known]
    .filter((name) => !found.has(name))
    .sort()
    .map((name) => ({ name, reason: 'no person is mostly called so' }));
  return { matched, unmatched, skipped };
}

async function foldersOf(gallery: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(gallery, { withFileTypes: true });
    const names = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name);
    if (names.length > 0) return names.sort();
  } catch (cause) {
    throw new FaceweaveError(`${gallery}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      code: 'USAGE',
      path: gallery,
      cause,
    });
  }
  throw new FaceweaveError(`${gallery}: expected a folder for each name, found none`, { code: 'USAGE', path: gallery });
}

/** Files of one name, sorted; hidden ones are left out. */
async function filesOf(folder: string): Promise<readonly string[]> {
  return (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => join(folder, entry.name))
    .sort();
}

function areaOf([, , width = 0, height = 0]: readonly number[]): number {
  return width * height;
}

/** Mean direction, not normalised: its product with a person's sum is a mean of cosines. */
function meanOf(vectors: readonly Float32Array[], dims: number): Float32Array | null {
  if (vectors.length === 0) return null;
  const mean = new Float32Array(dims);
  for (const vector of vectors) {
    for (let at = 0; at < dims; at += 1) mean[at] = (mean[at] ?? 0) + (vector[at] ?? 0) / vectors.length;
  }
  return mean;
}
