/**
 * How right is each algorithm, at its defaults, on the same faces? Clusters the
 * faces of a project by every algorithm and scores each against the folder names:
 * all photographs, at most twelve a person, at most four.
 *
 *   npx tsx bench/algorithms.ts <folder> --project <dir>
 *
 * <folder> holds one folder a person (corpora.md), --project their faces. Times are of one run on whatever else the machine did.
 */
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { nativeEngine } from '../src/native/index.js';
import { nativeClusterOptions } from '../src/people/cluster-faces.js';
import { REQUESTED_ALGORITHMS, resolveClusterOptions } from '../src/people/index.js';
import { openStore } from '../src/store/index.js';
import { record, rounded } from './measure.js';
import { type Labelled, scoreClustering } from './scores.js';

const CENTRE_PX = 125;
const CENTRE_REACH_PX = 50;
const CAPS = [Number.POSITIVE_INFINITY, 12, 4] as const;

const { values, positionals } = parseArgs({ allowPositionals: true, options: { project: { type: 'string' } } });
const [folder] = positionals;
if (folder === undefined || values.project === undefined) {
  process.stderr.write('usage: npx tsx bench/algorithms.ts <folder> --project <dir>\n');
  process.exit(2);
}

const store = await openStore(values.project, { create: false });
const embedder = (await store.currentEmbedder()) ?? '';
const table = await store.vectors(embedder);
const pathOf = new Map((await store.photos()).map(({ id, path }) => [id, path]));
const faces = await store.faces();
await store.close();
const rowOf = new Map(table.faceIds.map((id, row) => [id, row]));
const central = new Map<string, { readonly row: number; readonly reach: number }>();
for (const { id, photoId, box } of faces) {
  const reach = Math.hypot(box.x + box.width / 2 - CENTRE_PX, box.y + box.height / 2 - CENTRE_PX);
  const row = rowOf.get(id);
  const path = pathOf.get(photoId) ?? '';
  if (row !== undefined && reach <= CENTRE_REACH_PX && reach < (central.get(path)?.reach ?? Number.POSITIVE_INFINITY)) {
    central.set(path, { row, reach });
  }
}
const pathOfRow = new Map(faces.map(({ id, photoId }) => [rowOf.get(id) ?? -1, pathOf.get(photoId) ?? '']));

/** Rows of the photographs taken, at most `cap` a person. */
function view(cap: number): {
  readonly rows: readonly number[];
  readonly labelled: readonly (readonly [number, string])[];
} {
  const taken = new Map<string, number>();
  const paths = new Set<string>();
  for (const path of [...central.keys()].sort()) {
    const person = path.split('/')[0] ?? '';
    const count = taken.get(person) ?? 0;
    if (count >= cap) continue;
    taken.set(person, count + 1);
    paths.add(path);
  }
  const rows = table.faceIds.map((_, row) => row).filter((row) => paths.has(pathOfRow.get(row) ?? ''));
  const place = new Map(rows.map((row, at) => [row, at]));
  const labelled = [...paths].map(
    (path) => [place.get(central.get(path)?.row ?? -1) ?? -1, path.split('/')[0] ?? ''] as const,
  );
  return { rows, labelled };
}

const engine = nativeEngine();
const views = CAPS.map(view);
const found = [];
for (const algorithm of REQUESTED_ALGORITHMS) {
  const { options } = resolveClusterOptions({ algorithm }, embedder);
  const scores = [];
  let seconds = 0;
  for (const { rows, labelled } of views) {
    const vectors = new Float32Array(rows.length * table.dims);
    const photos = new Uint32Array(rows.length);
    rows.forEach((row, at) => {
      vectors.set(table.vectors.subarray(row * table.dims, (row + 1) * table.dims), at * table.dims);
      photos[at] = table.photos[row] ?? 0;
    });
    const started = performance.now();
    const { labels } = await engine.cluster(nativeClusterOptions(options, 0), vectors, table.dims, photos);
    seconds += (performance.now() - started) / 1000;
    const items = labelled.map(([at, person]): Labelled => {
      const label = labels[at] ?? -1;
      return { predicted: label < 0 ? null : String(label), truth: person };
    });
    const { pairwise, bCubed } = scoreClustering(items);
    scores.push({ pairwise: rounded(pairwise.f, 4), bCubed: rounded(bCubed.f, 4) });
  }
  found.push({ algorithm, threshold: options.threshold, scores, seconds: rounded(seconds, 2) });
  process.stdout.write(
    `${algorithm.padEnd(18)} ${String(options.threshold).padEnd(7)} ${scores.map(({ pairwise, bCubed }) => `${pairwise.toFixed(4)} / ${bCubed.toFixed(4)}`).join('   ')}\n`,
  );
}
record('algorithms', basename(folder), { embedder, faces: table.faceIds.length, algorithms: found });
