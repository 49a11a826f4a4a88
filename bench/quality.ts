/**
 * Which tier do true and false faces fall into, and from which quality on is a face trusted? Extracts pictures with a low
 * detector threshold and prints how many faces of each folder lie in each band of quality; of labelled people also how
 * often a face's nearest is somebody else, and the cut chosen on one half of the people judged on the other.
 *
 *   npx tsx bench/quality.ts --false <folder> [--true <folder>] [--people <folder>] [--threshold 0.2] [--folds 5]
 *
 * --false holds pictures without people (bench/quality-pictures.py makes some), --true photographs of people, --people one
 * folder a person (corpora.md). Folders may be given several times.
 */
import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { resolveModel } from '../src/models/index.js';
import { nativeEngine } from '../src/native/index.js';
import { record, rounded } from './measure.js';

const BANDS = [0, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1.01] as const;
const BATCH = 32;
/** Cuts tried, from the strictest down; a cut holds while faces just above it err at most this often. */
const CUTS = Array.from({ length: 14 }, (_, i) => 0.75 - 0.05 * i);
const ERROR_ALLOWED = 0.05;
const BAND_WIDTH = 0.1;
const BAND_FACES = 10;

interface Found {
  readonly person: string;
  readonly quality: number;
  readonly vector: Float32Array;
  /** Nearest the middle of its photograph: the one the folder's name is about. */
  readonly isCentre: boolean;
}

function pictures(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(jpe?g|png)$/i.test(name))
    .sort()
    .map((name) => join(folder, name));
}

async function facesOf(folder: string, scoreThreshold: number): Promise<Found[]> {
  const extraction = nativeEngine().openExtraction({
    detector: { ...resolveModel('detect', 'centerface').spec },
    embedder: { ...resolveModel('embed', 'mobilefacenet').spec },
    threads: 0,
    minFace: 40,
    tryRotations: false,
    scoreThreshold,
    maxPixels: 2 ** 28,
    maxBytes: 2 ** 30,
    cropMargin: 0.4,
    cropMaxSide: 320,
  });
  const files = pictures(folder);
  const found: Found[] = [];
  for (let from = 0; from < files.length; from += BATCH) {
    const part = files.slice(from, from + BATCH);
    const batch = await extraction.run(part.map((path) => ({ path: Buffer.from(path) })));
    let row = 0;
    for (const [index, outcome] of batch.outcomes.entries()) {
      const rows = Array.from({ length: outcome.faces }, (_, k) => row + k);
      const offset = (at: number): number => {
        const [x = 0, y = 0, width = 0, height = 0] = batch.boxes.subarray(4 * at);
        return Math.hypot(x + (width - (outcome.width ?? 0)) / 2, y + (height - (outcome.height ?? 0)) / 2);
      };
      const centre = rows.reduce((best, at) => (offset(at) < offset(best) ? at : best), row);
      for (const at of rows) {
        found.push({
          person: basename(dirname(part[index] ?? '')),
          quality: batch.qualities[5 * at] ?? 0,
          vector: batch.vectors.slice(batch.dims * at, batch.dims * (at + 1)),
          isCentre: at === centre,
        });
      }
      row += outcome.faces;
    }
  }
  extraction.close();
  return found;
}

/** For each face, whether its nearest other face belongs to somebody else. */
function errors(faces: readonly Found[]): boolean[] {
  return faces.map((face) => {
    let best = Number.NEGATIVE_INFINITY;
    let isWrong = false;
    for (const other of faces) {
      if (other === face) continue;
      let dot = 0;
      for (const [i, value] of face.vector.entries()) dot += value * (other.vector[i] ?? 0);
      if (dot > best) {
        best = dot;
        isWrong = other.person !== face.person;
      }
    }
    return isWrong;
  });
}

function inBands(faces: readonly Found[], keep: (index: number) => boolean = () => true): number[] {
  return BANDS.slice(0, -1).map(
    (low, i) => faces.filter(({ quality }, at) => quality >= low && quality < (BANDS[i + 1] ?? 2) && keep(at)).length,
  );
}

/** The lowest cut above which no band of faces errs more often than allowed. */
function chooseCut(faces: readonly Found[], wrong: readonly boolean[]): number {
  let chosen = 0.8;
  for (const cut of CUTS) {
    const band = wrong.filter((_, i) => {
      const quality = faces[i]?.quality ?? 0;
      return quality >= cut && quality < cut + BAND_WIDTH;
    });
    if (band.length >= BAND_FACES && band.filter(Boolean).length > ERROR_ALLOWED * band.length) break;
    chosen = cut;
  }
  return rounded(chosen, 2);
}

/** A small generator (Lehmer 48271): the same halves everywhere. */
function halves(people: readonly string[], seed: number): ReadonlySet<string> {
  let state = seed + 1;
  const keyed = people.map((person) => {
    for (let i = 0; i < 3; i += 1) state = (state * 48271) % 2147483647;
    return { person, key: state };
  });
  keyed.sort((a, b) => a.key - b.key);
  return new Set(keyed.slice(0, keyed.length >> 1).map(({ person }) => person));
}

function judgeFold(faces: readonly Found[], seed: number): Readonly<Record<string, number>> {
  const half = halves([...new Set(faces.map(({ person }) => person))].sort(), seed);
  const chosenOn = faces.filter(({ person }) => half.has(person));
  const judgedOn = faces.filter(({ person }) => !half.has(person));
  const cut = chooseCut(chosenOn, errors(chosenOn));
  const wrong = errors(judgedOn);
  const share = (isHigh: boolean): number => {
    const part = wrong.filter((_, i) => (judgedOn[i]?.quality ?? 0) >= cut === isHigh);
    return rounded(part.filter(Boolean).length / Math.max(part.length, 1), 4);
  };
  const above = judgedOn.filter(({ quality }) => quality >= cut).length;
  return { cut, above, errorAbove: share(true), below: judgedOn.length - above, errorBelow: share(false) };
}

const list = { type: 'string', multiple: true, default: [] as string[] } as const;
const { values } = parseArgs({
  options: {
    false: list,
    true: list,
    people: list,
    threshold: { type: 'string', default: '0.2' },
    folds: { type: 'string', default: '5' },
  },
});
const figures: Record<string, unknown> = { bands: BANDS.slice(0, -1) };
const corpora: string[] = [];
for (const kind of ['false', 'true', 'people'] as const) {
  for (const folder of values[kind]) {
    const faces = await facesOf(folder, kind === 'false' ? Number(values.threshold) : 0.5);
    corpora.push(basename(folder));
    const name = `${kind}:${basename(folder)}`;
    figures[name] = { faces: faces.length, inBands: inBands(faces) };
    if (kind !== 'people') continue;
    const centres = faces.filter(({ isCentre }) => isCentre);
    const wrong = errors(centres);
    figures[`${name}:centre`] = {
      faces: centres.length,
      inBands: inBands(centres),
      nearestIsSomebodyElse: inBands(centres, (at) => wrong[at] === true),
      folds: Array.from({ length: Number(values.folds) }, (_, seed) => judgeFold(centres, seed)),
    };
  }
}
record('quality', corpora.join('+'), figures);
process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
