/**
 * Which thresholds hold for people they were not chosen on? Clusters the faces
 * of a project under many settings and scores each on random halves of the
 * people: the setting that is best on one half is judged on the other.
 *
 *   npx tsx bench/thresholds.ts <folder> --project <dir> [--splits 5] [--seed 7]
 *
 * <folder> holds one folder a person (corpora.md); --project is where
 * `faceweave extract <folder> --project <dir>` put its faces. Three views of
 * each half: all photographs, at most twelve a person, at most four.
 */
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import type { AssignedFace } from '../src/config/domain.js';
import { nativeEngine } from '../src/native/index.js';
import { DEFAULT_THRESHOLDS, defaultThresholds } from '../src/people/index.js';
import { openStore } from '../src/store/index.js';
import { record, rounded } from './measure.js';
import { type Labelled, scoreClustering } from './scores.js';

const CENTRE_PX = 125;
const CENTRE_REACH_PX = 50;
const CAPS = [Number.POSITIVE_INFINITY, 12, 4] as const;

/** One way to cut; `core` null = one cut for all. */
interface Setting {
  readonly family: 'one cut' | 'narrowing cut' | 'dbscan';
  readonly threshold: number;
  readonly core: number | null;
}

interface Sample {
  /** Rows of the vector table that take part, ascending. */
  readonly rows: readonly number[];
  /** Position in `rows` and the true person of each labelled face. */
  readonly labelled: readonly { readonly at: number; readonly person: string }[];
}

/** Multiplies the embedder's own scale, so that one grid serves embedders of different scales. */
function grid(embedderId: string): Setting[] {
  const { thresholds } = defaultThresholds(embedderId);
  const settings: Setting[] = [];
  for (const share of [0.9, 0.95, 1, 1.05, 1.1, 1.15]) {
    settings.push({ family: 'one cut', threshold: thresholds.ahc * share, core: null });
  }
  for (const share of [0.9, 0.95, 1, 1.05, 1.1, 1.15]) {
    for (const core of [0.9, 0.95, 1, 1.05]) {
      const threshold = thresholds.auto * share;
      settings.push({ family: 'narrowing cut', threshold, core: Math.min(thresholds.core * core, threshold) });
    }
  }
  for (const share of [0.8, 0.9, 1, 1.1, 1.2]) {
    settings.push({ family: 'dbscan', threshold: thresholds.dbscan * share, core: null });
  }
  return settings;
}

/** A small generator (Lehmer 48271): the same splits everywhere. */
function generator(seed: number): () => number {
  let state = (seed % 2147483646) + 1;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const at = Math.floor(random() * (last + 1));
    const [a, b] = [result[last], result[at]];
    if (a !== undefined && b !== undefined) {
      result[last] = b;
      result[at] = a;
    }
  }
  return result;
}

/** The face nearest to the middle of each photograph, by its row. */
function centralRows(
  faces: readonly AssignedFace[],
  photoOf: ReadonlyMap<string, string>,
  rowOf: ReadonlyMap<string, number>,
) {
  const central = new Map<string, { distance: number; row: number }>();
  for (const { id, photoId, box } of faces) {
    const photo = photoOf.get(photoId);
    const row = rowOf.get(id);
    const distance = Math.hypot(box.x + box.width / 2 - CENTRE_PX, box.y + box.height / 2 - CENTRE_PX);
    if (photo === undefined || row === undefined || distance > CENTRE_REACH_PX) continue;
    if (distance < (central.get(photo)?.distance ?? Number.POSITIVE_INFINITY)) central.set(photo, { distance, row });
  }
  return central;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { project: { type: 'string' }, splits: { type: 'string' }, seed: { type: 'string' } },
});
const [folder] = positionals;
if (folder === undefined || values.project === undefined) {
  process.stderr.write('usage: npx tsx bench/thresholds.ts <folder> --project <dir> [--splits 5] [--seed 7]\n');
  process.exit(2);
}

const store = await openStore(values.project, { create: false });
const embedderId = await store.currentEmbedder();
if (embedderId === null) throw new Error(`${values.project} holds no faces: run faceweave extract first`);
const table = await store.vectors(embedderId);
const photoOf = new Map((await store.photos()).map((photo) => [photo.id, photo.path]));
const faces = await store.faces();
await store.close();
const rowOf = new Map(table.faceIds.map((id, row) => [id, row]));
const central = centralRows(faces, photoOf, rowOf);
const photoPathOfRow = new Map(faces.map((face) => [rowOf.get(face.id) ?? -1, photoOf.get(face.photoId) ?? '']));
const personOf = (path: string): string => path.split('/')[0] ?? '';
const people = [...new Set([...central.keys()].map(personOf))].sort();

function sample(persons: ReadonlySet<string>, cap: number): Sample {
  const taken = new Map<string, number>();
  const photos = new Set<string>();
  for (const path of [...central.keys()].sort()) {
    const person = personOf(path);
    const count = taken.get(person) ?? 0;
    if (!persons.has(person) || count >= cap) continue;
    taken.set(person, count + 1);
    photos.add(path);
  }
  const rows = table.faceIds.map((_, row) => row).filter((row) => photos.has(photoPathOfRow.get(row) ?? ''));
  const place = new Map(rows.map((row, at) => [row, at]));
  const labelled = [...photos].map((path) => ({
    at: place.get(central.get(path)?.row ?? -1) ?? -1,
    person: personOf(path),
  }));
  return { rows, labelled };
}

const engine = nativeEngine();

interface Score {
  readonly pairwise: number;
  readonly bCubed: number;
}

async function scoreOf({ rows, labelled }: Sample, { family, threshold, core }: Setting): Promise<Score> {
  const vectors = new Float32Array(rows.length * table.dims);
  const photos = new Uint32Array(rows.length);
  rows.forEach((row, at) => {
    vectors.set(table.vectors.subarray(row * table.dims, (row + 1) * table.dims), at * table.dims);
    photos[at] = table.photos[row] ?? 0;
  });
  const { labels } = await engine.cluster(
    {
      algorithm: family === 'dbscan' ? 'dbscan' : 'ahc',
      threshold,
      ...(core === null ? {} : { coreThreshold: core }),
      minSamples: 3,
      samePhotoExempt: Math.min(defaultThresholds(embedderId ?? '').thresholds.samePhotoExempt, threshold),
      threads: 0,
    },
    vectors,
    table.dims,
    photos,
  );
  const items = labelled.map(({ at, person }): Labelled => {
    const label = labels[at] ?? -1;
    return { predicted: label < 0 ? null : String(label), truth: person };
  });
  const { pairwise, bCubed } = scoreClustering(items);
  return { pairwise: pairwise.f, bCubed: bCubed.f };
}

const settings = grid(embedderId);
const random = generator(Number(values.seed ?? 7));
const halves: { name: string; views: Sample[] }[] = [];
for (let split = 1; split <= Number(values.splits ?? 5); split++) {
  const order = shuffled(people, random);
  const middle = Math.floor(order.length / 2);
  for (const [name, half] of [
    ['a', order.slice(0, middle)],
    ['b', order.slice(middle)],
  ] as const) {
    halves.push({ name: `${split}${name}`, views: CAPS.map((cap) => sample(new Set(half), cap)) });
  }
}
const whole = CAPS.map((cap) => sample(new Set(people), cap));
const mean = (numbers: readonly number[]): number => numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
const shown = ({ family, threshold, core }: Setting): string =>
  `${family} ${rounded(threshold, 4)}${core === null ? '' : ` to ${rounded(core, 4)}`}`;

const rows: { setting: Setting; byHalf: Score[][]; all: Score[] }[] = [];
for (const setting of settings) {
  const byHalf: Score[][] = [];
  for (const { views } of halves) {
    const scores: Score[] = [];
    for (const view of views) scores.push(await scoreOf(view, setting));
    byHalf.push(scores);
  }
  const all: Score[] = [];
  for (const view of whole) all.push(await scoreOf(view, setting));
  rows.push({ setting, byHalf, all });
  process.stdout.write(
    `${shown(setting).padEnd(30)} everyone ${all.map(({ pairwise, bCubed }) => `${pairwise.toFixed(4)}/${bCubed.toFixed(4)}`).join('  ')}` +
      `  worst half ${CAPS.map((_, view) => Math.min(...byHalf.map((half) => half[view]?.pairwise ?? 0)).toFixed(4)).join('  ')}\n`,
  );
}

const folds = [];
for (const family of ['one cut', 'narrowing cut', 'dbscan'] as const) {
  const candidates = rows.filter(({ setting }) => setting.family === family);
  for (const [index, half] of halves.entries()) {
    const other = index % 2 === 0 ? index + 1 : index - 1;
    const quality = (row: (typeof rows)[number]): number =>
      mean(row.byHalf[index]?.map(({ pairwise }) => pairwise) ?? [0]);
    const best = candidates.reduce((a, b) => (quality(b) > quality(a) ? b : a));
    const judged = best.byHalf[other] ?? [];
    folds.push({
      family,
      chosenOn: half.name,
      judgedOn: halves[other]?.name ?? '',
      setting: shown(best.setting),
      pairwise: judged.map(({ pairwise }) => rounded(pairwise, 4)),
      bCubed: judged.map(({ bCubed }) => rounded(bCubed, 4)),
    });
  }
  const own = folds.filter((fold) => fold.family === family);
  const averages = CAPS.map((_, view) => mean(own.map((fold) => fold.pairwise[view] ?? 0)).toFixed(4));
  process.stdout.write(
    `${family}: chosen on one half, judged on the other, pairwise F (all, 12, 4): ${averages.join('  ')}\n`,
  );
}
record('thresholds', basename(folder), {
  embedder: embedderId,
  people: people.length,
  defaults: DEFAULT_THRESHOLDS,
  settings: rows.map(({ setting, all }) => ({
    setting: shown(setting),
    pairwise: all.map(({ pairwise }) => rounded(pairwise, 4)),
    bCubed: all.map(({ bCubed }) => rounded(bCubed, 4)),
  })),
  folds,
});
