/**
 * How many times faster than its peers is extraction, and does it find as many
 * faces? Side by side in one run, on the same machine in the same state, each
 * with the same number of single-threaded workers: face-network's way (dlib's
 * HOG at 1080 pixels, upsampled once, dlib's descriptor) and face_recognition
 * used bare. The peers are installed from PyPI on the first run, dlib built
 * from source with BLAS (`apt-get install cmake libopenblas-dev`; some ten
 * minutes). corpora.md says what is counted.
 *
 *   npx tsx bench/peers.ts <lfw-dev> <events-dev/photos> <truth.json>
 *       [--workers 1] [--seed 1] [--lfw 150] [--ours 1000] [--events 60] [--large 100] [--crowd 20] [--large-bare 10] [--only lfw,events,large,crowd]
 *
 * Ours is the whole process from start to exit; of the peers what follows the
 * loading of packages and models, unless a figure says otherwise.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { parse } from 'csv-parse/sync';
import { expectAll, faceweaveOrFail, record, rounded, scratchFolder } from './measure.js';
import { pythonOf, runPython } from './python.js';
import { copyInto, jpegsUnder, sample } from './sampling.js';

/** x, y, width, height in pixels of the photograph. */
type Box = readonly [number, number, number, number];
type Portrait = readonly [name: string, x0: number, y0: number, x1: number, y1: number];
type Way = 'face-network' | 'face_recognition';

interface Truth {
  readonly photos: Readonly<Record<string, { readonly people: readonly Portrait[] }>>;
}

interface Found {
  readonly photos: number;
  /** By photograph, relative path. */
  readonly boxes: ReadonlyMap<string, readonly Box[]>;
  readonly cpuSeconds: number;
  readonly loadSeconds: number;
  readonly peakRssBytes: number;
}

/** A face shown in a portrait is smaller than the portrait and not a speck in it. */
const FACE_SHARE = { least: 0.15, most: 0.95 };
/** Labelled Faces in the Wild shows its person in the middle of 250 × 250. */
const LFW_PORTRAIT: Portrait = ['', 0, 0, 250, 250];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    workers: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    lfw: { type: 'string', default: '150' },
    ours: { type: 'string', default: '1000' },
    events: { type: 'string', default: '60' },
    large: { type: 'string', default: '100' },
    crowd: { type: 'string', default: '20' },
    'large-bare': { type: 'string', default: '10' },
    only: { type: 'string', default: 'lfw,events,large,crowd' },
  },
});
const [lfw, events, truthFile] = positionals.map((path) => resolve(path));
if (lfw === undefined || events === undefined || truthFile === undefined) {
  process.stderr.write(
    'usage: peers.ts <lfw-dev> <events-dev/photos> <truth.json> [--workers 1] [--only lfw,events,large,crowd]\n',
  );
  process.exit(2);
}
const workers = Number(values.workers);
const seed = Number(values.seed);
const scratch = scratchFolder();
const only = new Set(values.only.split(','));
let dlib: Record<string, unknown> = {};

/** One peer on the photographs, by as many processes as there are workers, each with its share. */
async function peer(way: Way, root: string, paths: readonly string[]): Promise<Found> {
  const shares = Array.from({ length: workers }, (_, worker) => paths.filter((_, at) => at % workers === worker));
  const answers = await Promise.all(
    shares.map((share) =>
      runPython<{
        faces: Box[][];
        loadSeconds: number;
        cpuSeconds: number;
        peakRssBytes: number;
        dlib: string;
        blas: boolean;
        avx: boolean;
      }>('peers', 'peers/extract.py', { way, paths: share.map((path) => join(root, path)) }),
    ),
  );
  const boxes = new Map<string, Box[]>();
  for (const [worker, answer] of answers.entries()) {
    dlib = { version: answer.dlib, blas: answer.blas, avx: answer.avx };
    for (const [at, path] of (shares[worker] ?? []).entries()) boxes.set(path, answer.faces[at] ?? []);
  }
  const sum = (of: (answer: (typeof answers)[number]) => number) => answers.reduce((total, one) => total + of(one), 0);
  return {
    photos: paths.length,
    boxes,
    cpuSeconds: sum((one) => one.cpuSeconds),
    loadSeconds: sum((one) => one.loadSeconds),
    peakRssBytes: Math.max(...answers.map((one) => one.peakRssBytes)),
  };
}

/** faceweave on a folder, with its defaults. */
async function ours(folder: string): Promise<Found> {
  const project = join(scratch, 'project');
  rmSync(project, { recursive: true, force: true });
  const run = await faceweaveOrFail(['extract', folder, '--project', project, '--threads', String(workers), '--quiet']);
  const csv = await faceweaveOrFail(['export', 'faces', '--format', 'csv', '--project', project]);
  const rows: Record<string, string>[] = parse(csv.stdout, { columns: true });
  const boxes = new Map<string, Box[]>();
  const number = (row: Record<string, string>, name: string) => Number(row[name]);
  for (const row of rows) {
    const own = boxes.get(row['photo'] ?? '') ?? [];
    own.push([number(row, 'x'), number(row, 'y'), number(row, 'width'), number(row, 'height')]);
    boxes.set(row['photo'] ?? '', own);
  }
  const photos = jpegsUnder(folder).length;
  return { photos, boxes, cpuSeconds: run.cpuSeconds, loadSeconds: 0, peakRssBytes: run.peakRssBytes };
}

/** Whether the box is the face of the portrait: its centre in the middle half, its size that of a face. */
function shows([, x0, y0, x1, y1]: Portrait, [x, y, width, height]: Box): boolean {
  const [cx, cy, side] = [x + width / 2, y + height / 2, x1 - x0];
  const isInside = Math.abs(cx - (x0 + x1) / 2) <= side / 4 && Math.abs(cy - (y0 + y1) / 2) <= (y1 - y0) / 4;
  return isInside && width >= side * FACE_SHARE.least && width <= side * FACE_SHARE.most;
}

/** Portraits of these photographs whose face was found; each counts once. */
function trueFaces(found: Found, paths: readonly string[], portraits: (path: string) => readonly Portrait[]): number {
  let count = 0;
  for (const path of paths) {
    const boxes = found.boxes.get(path) ?? [];
    count += portraits(path).filter((portrait) => boxes.some((box) => shows(portrait, box))).length;
  }
  return count;
}

function figuresOf(found: Found) {
  const faces = [...found.boxes.values()].reduce((sum, boxes) => sum + boxes.length, 0);
  const work = found.cpuSeconds - found.loadSeconds;
  return {
    photos: found.photos,
    faces,
    cpuSeconds: rounded(found.cpuSeconds, 2),
    ofThatLoading: rounded(found.loadSeconds, 2),
    cpuMsPerPhoto: rounded((work * 1000) / found.photos, 1),
    photosPerCpuSecond: rounded(found.photos / work, 2),
    facesPerCpuSecond: rounded(faces / work, 2),
    facesPerCpuSecondWithLoading: rounded(faces / found.cpuSeconds, 2),
    peakRssMb: rounded(found.peakRssBytes / 2 ** 20, 0),
  };
}

/** Every way on one set: figures, true faces on the photographs that all of them saw, ratios to ours. */
function compare(
  mine: Found,
  others: Readonly<Partial<Record<Way, Found>>>,
  portraits: (path: string) => readonly Portrait[],
) {
  const own = figuresOf(mine);
  const peers: Record<string, unknown> = {};
  const ratios: Record<string, { facesPerCpuSecond: number; photosPerCpuSecond: number; enough: boolean }> = {};
  for (const [way, found] of Object.entries(others)) {
    const seen = [...found.boxes.keys()];
    const theirs = figuresOf(found);
    const [found1, found2] = [trueFaces(mine, seen, portraits), trueFaces(found, seen, portraits)];
    const of = seen.reduce((sum, path) => sum + portraits(path).length, 0);
    peers[way] = { ...theirs, trueFaces: found2, trueFacesOfOursOnTheSame: found1, of };
    ratios[way] = {
      facesPerCpuSecond: rounded(own.facesPerCpuSecond / theirs.facesPerCpuSecond, 2),
      photosPerCpuSecond: rounded(own.photosPerCpuSecond / theirs.photosPerCpuSecond, 2),
      enough: found1 >= found2,
    };
  }
  process.stderr.write(`${JSON.stringify({ ours: own, peers, ratios }, null, 1)}\n`);
  return { ours: own, peers, ratios };
}

const sets: Record<string, ReturnType<typeof compare>> = {};
pythonOf('peers');

if (only.has('lfw')) {
  const chosen = sample(jpegsUnder(lfw), Number(values.ours), seed);
  const slow = chosen.slice(0, Number(values.lfw));
  const folder = join(scratch, 'lfw');
  copyInto(folder, lfw, chosen);
  const others = {
    'face-network': await peer('face-network', folder, slow),
    face_recognition: await peer('face_recognition', folder, slow),
  };
  sets['lfw'] = compare(await ours(folder), others, () => [LFW_PORTRAIT]);
}

const truth = JSON.parse(readFileSync(truthFile, 'utf8')) as Truth;
if (only.has('events')) {
  const all = jpegsUnder(events);
  const some = sample(all, Number(values.events), seed);
  const others = {
    'face-network': await peer('face-network', events, some),
    face_recognition: await peer('face_recognition', events, some),
  };
  sets['events'] = compare(await ours(events), others, (path) => truth.photos[path]?.people ?? []);
}

/** Photographs of 12 megapixels: one photograph enlarged, or many side by side. */
async function ofTwelveMegapixels(set: 'large' | 'crowd', composition: 'single' | 'crowd', count: number) {
  const folder = join(scratch, set);
  mkdirSync(folder, { recursive: true });
  const photos = Object.entries(truth.photos).map(([path, { people }]) => ({ path, people }));
  const wanted = { photos, root: events, folder, seed, count, composition };
  const made = await runPython<Truth>('pictures', 'pictures/montage.py', wanted);
  const all = jpegsUnder(folder);
  const few = sample(all, Number(values['large-bare']), seed);
  const others: Partial<Record<Way, Found>> = { 'face-network': await peer('face-network', folder, all) };
  if (few.length > 0) others.face_recognition = await peer('face_recognition', folder, few);
  sets[set] = compare(await ours(folder), others, (path) => made.photos[path]?.people ?? []);
}

if (only.has('large')) await ofTwelveMegapixels('large', 'single', Number(values.large));
if (only.has('crowd')) await ofTwelveMegapixels('crowd', 'crowd', Number(values.crowd));

const promised = [
  ['lfw', 'face-network', 'facesPerCpuSecond', 30],
  ['lfw', 'face_recognition', 'facesPerCpuSecond', 3],
  ['large', 'face-network', 'photosPerCpuSecond', 6],
  ['events', 'face-network', 'photosPerCpuSecond', 5],
] as const;
const bounds: Record<string, boolean> = { 'dlib is built with BLAS': dlib['blas'] === true };
for (const [set, way, figure, factor] of promised) {
  const ratio = sets[set]?.ratios[way];
  if (ratio === undefined) continue;
  bounds[`${set}: ${factor} times the ${figure} of ${way} (${ratio[figure]})`] = ratio[figure] >= factor;
  bounds[`${set}: at least as many true faces as ${way}`] = ratio.enough;
}
record('peers', [...only].join('+'), { workers, seed, dlib, sets, bounds });
expectAll(bounds);
