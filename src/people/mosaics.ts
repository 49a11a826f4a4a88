/**
 * A picture of each person: their crops side by side, best first, in
 * `Clusters/<person>.jpg`. Rewritten only when the person's crops changed, and
 * only pictures this project wrote are ever removed: `Clusters/mosaics.json`
 * says which those are and what is on them.
 */
import { createHash } from 'node:crypto';
import { access, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type AssignedFace, CLUSTERS_FOLDER } from '../config/index.js';
import type { Engine, ImageOutcome, LongCall, MosaicRequest } from '../native/index.js';
import { report } from '../native/index.js';
import { makePrivateFolders, writePrivateFile } from '../store/index.js';
import { facesByPerson } from './persons.js';

/** Folder of the mosaics in the project. */
export const MOSAIC_FOLDER = CLUSTERS_FOLDER;
const INDEX_FILE = 'mosaics.json';
/** In place of the digest of a mosaic with grey tiles: ours to replace and remove, current for nobody. */
const INCOMPLETE = 'incomplete';
/** More tiles than this are not looked at, and would make pictures of tens of megapixels. */
export const MAX_TILES = 100;
/** Side of a tile: a face is recognisable, a hundred stay under 2 MB. */
const TILE_SIDE_PX = 112;
/** Mosaics a native call: large enough to keep all cores busy, small enough to stop soon. */
const BATCH = 128;

/** Input of `writeMosaics`. */
export interface MosaicInput extends LongCall {
  /** Absolute path of the project folder. */
  readonly projectDir: string;
  readonly faces: readonly AssignedFace[];
  /** Absolute path, as bytes, of a crop given relative to the project folder. */
  readonly cropPath: (crop: string) => Buffer;
  readonly threads: number;
}

/** What was done; `written + kept + failed` are the persons that have crops. */
export interface MosaicSummary {
  readonly written: number;
  readonly kept: number;
  readonly removed: number;
  readonly failed: readonly { readonly personId: string; readonly outcome: ImageOutcome }[];
  /** Of those written, the ones that lack crops: they are made again the next time. */
  readonly incomplete: readonly { readonly personId: string; readonly missing: number }[];
}

interface PlannedMosaic {
  readonly personId: string;
  readonly digest: string;
  readonly crops: readonly string[];
}

/** Which mosaics the persons need. Pure. */
export function planMosaics(faces: readonly AssignedFace[]): readonly PlannedMosaic[] {
  const planned: PlannedMosaic[] = [];
  for (const [personId, own] of facesByPerson(faces)) {
    const shown = own.filter((face) => face.crop !== null).slice(0, MAX_TILES);
    if (shown.length === 0) continue;
    const hash = createHash('sha256');
    // Face ids name content; crops name the file the tile is read from.
    for (const face of shown) hash.update(`${face.id} ${face.crop}\n`);
    planned.push({
      personId,
      digest: `${TILE_SIDE_PX}-${hash.digest('hex').slice(0, 32)}`,
      crops: shown.flatMap((face) => (face.crop === null ? [] : [face.crop])),
    });
  }
  return planned.sort((a, b) => (a.personId < b.personId ? -1 : 1));
}

/** Persons whose mosaic on the disk shows the faces they have now. */
export async function currentMosaics(projectDir: string, faces: readonly AssignedFace[]): Promise<ReadonlySet<string>> {
  const folder = join(projectDir, MOSAIC_FOLDER);
  const index = await readIndex(folder);
  const current = new Set<string>();
  for (const { personId, digest } of planMosaics(faces)) {
    if (index.get(personId) === digest && (await exists(join(folder, `${personId}.jpg`)))) current.add(personId);
  }
  return current;
}

/** Writes what is missing or changed, removes what belongs to nobody any more. */
export async function writeMosaics(engine: Engine, input: MosaicInput): Promise<MosaicSummary> {
  const folder = join(input.projectDir, MOSAIC_FOLDER);
  makePrivateFolders(folder);
  const before = await readIndex(folder);
  const planned = planMosaics(input.faces);
  const wanted = new Set(planned.map(({ personId }) => personId));
  const index = new Map([...before].filter(([personId]) => wanted.has(personId)));
  const stale = [...before.keys()].filter((personId) => !wanted.has(personId));
  for (const personId of stale) await rm(join(folder, `${personId}.jpg`), { force: true });

  const due: PlannedMosaic[] = [];
  for (const mosaic of planned) {
    const isCurrent = before.get(mosaic.personId) === mosaic.digest;
    if (!isCurrent || !(await exists(join(folder, `${mosaic.personId}.jpg`)))) due.push(mosaic);
  }
  const incomplete: { personId: string; missing: number }[] = [];
  const failed: { personId: string; outcome: ImageOutcome }[] = [];
  try {
    for (let start = 0; start < due.length; start += BATCH) {
      input.signal?.throwIfAborted();
      const batch = due.slice(start, start + BATCH);
      const requests: MosaicRequest[] = batch.map(({ personId, crops }) => ({
        output: Buffer.from(join(folder, `${personId}.jpg`)),
        tiles: crops.map(input.cropPath),
      }));
      const outcomes = await engine.mosaics(requests, {
        tileSide: TILE_SIDE_PX,
        maxTiles: MAX_TILES,
        threads: input.threads,
      });
      for (const [i, { personId, digest }] of batch.entries()) {
        const outcome = outcomes[i];
        if (outcome?.code === undefined) {
          const missing = outcome?.missing ?? 0;
          index.set(personId, missing === 0 ? digest : INCOMPLETE);
          if (missing > 0) incomplete.push({ personId, missing });
        } else {
          index.delete(personId);
          failed.push({ personId, outcome });
        }
      }
      report(input.onProgress, {
        step: 'mosaics',
        completed: Math.min(start + BATCH, due.length),
        total: due.length,
        done: false,
      });
    }
  } finally {
    if (due.length > 0 || stale.length > 0) await writeIndex(folder, index);
    report(input.onProgress, {
      step: 'mosaics',
      completed: due.length,
      total: due.length,
      done: true,
    });
  }
  return {
    written: due.length - failed.length,
    kept: planned.length - due.length,
    removed: stale.length,
    failed,
    incomplete,
  };
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** A person id as a file name: nothing else may be removed or overwritten through the index. */
const PERSON_ID = /^p[0-9a-f]{8,40}$/;

/** Whether mosaics were ever written for this project. */
export async function hasMosaics(projectDir: string): Promise<boolean> {
  return exists(join(projectDir, MOSAIC_FOLDER, INDEX_FILE));
}

async function readIndex(folder: string): Promise<ReadonlyMap<string, string>> {
  let text: string;
  try {
    text = await readFile(join(folder, INDEX_FILE), 'utf8');
  } catch {
    return new Map();
  }
  try {
    const entries = Object.entries(JSON.parse(text) as Record<string, unknown>);
    return new Map(
      entries.flatMap(([personId, digest]) =>
        PERSON_ID.test(personId) && typeof digest === 'string' ? [[personId, digest] as const] : [],
      ),
    );
  } catch {
    // A damaged index only costs writing the pictures again.
    return new Map();
  }
}

async function writeIndex(folder: string, index: ReadonlyMap<string, string>): Promise<void> {
  const sorted = Object.fromEntries([...index].sort(([a], [b]) => (a < b ? -1 : 1)));
  await writePrivateFile(join(folder, INDEX_FILE), `${JSON.stringify(sorted, null, 1)}\n`);
}
