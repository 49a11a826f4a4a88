/**
 * How much of the CPU time of an extraction is the work itself? The CPU time
 * of decode, detect, align and embed, each run alone on the same photographs by
 * a program that does nothing else (`bench/stages`), divided by that of the
 * whole process, from start to exit; and how busy the cores are meanwhile.
 * Crops are written, as by default.
 *
 *   npx tsx bench/efficiency.ts <folder> [--threads N] [--sample 1000] [--seed 1] [--repeat 3]
 *       [--min-face 40]            the smallest face looked for, in both
 *       [--stages <program>]       a build of bench/stages; built here by cargo when omitted
 *       [-- <more options of extract>]
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { expectAll, faceweaveOrFail, machine, record, rounded, scratchFolder } from './measure.js';
import { copyInto, jpegsUnder, sample } from './sampling.js';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const WORK = ['decode', 'detect', 'align', 'embed'] as const;
const LEAST_SHARE = 0.9;
const LEAST_BUSY = 0.92;

type Alone = Readonly<Record<(typeof WORK)[number] | 'photos' | 'faces' | 'undecoded', number>>;

interface Summary {
  readonly newPhotos: number;
  readonly newFaces: number;
  readonly stats: {
    readonly busyShare: number;
    readonly stages: Readonly<Record<string, { readonly seconds: number }>>;
  };
}

/** The program that does nothing but the four steps, built as the addon is. */
function buildStages(): string {
  const host = /^host: (.+)$/m.exec(spawnSync('rustc', ['-vV'], { encoding: 'utf8' }).stdout)?.[1] ?? '';
  const target = join(ROOT, 'target');
  const manifest = join(ROOT, 'bench', 'stages', 'Cargo.toml');
  const args = [
    'build',
    '--release',
    '--locked',
    '--target',
    host,
    '--target-dir',
    target,
    '--manifest-path',
    manifest,
  ];
  if (spawnSync('cargo', args, { stdio: ['ignore', 2, 2] }).status !== 0) throw new Error('cargo build failed');
  return join(target, host, 'release', 'faceweave-bench-stages');
}

/** The runtime that extraction loads in a checkout. */
function runtime(): string {
  const folder = join(ROOT, 'node_modules', 'onnxruntime-node', 'bin', 'napi-v6', process.platform, process.arch);
  const own = ['libonnxruntime.so.1', 'libonnxruntime.dylib'].map((name) => join(folder, name)).find(existsSync);
  const found = process.env['FACEWEAVE_ONNXRUNTIME'] ?? own;
  if (found === undefined) throw new Error(`no ONNX Runtime in ${folder}`);
  return found;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    threads: { type: 'string' },
    sample: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    repeat: { type: 'string', default: '3' },
    'min-face': { type: 'string', default: '40' },
    stages: { type: 'string' },
    corpus: { type: 'string' },
  },
});
const [folder, ...more] = positionals;
if (folder === undefined) {
  process.stderr.write(
    'usage: efficiency.ts <folder> [--threads N] [--sample 1000] [--repeat 3] [-- <options of extract>]\n',
  );
  process.exit(2);
}
const threads = Number(values.threads ?? machine().cores);
const program = values.stages ?? buildStages();
const scratch = scratchFolder();
const photos = join(scratch, 'photos');
const chosen = sample(jpegsUnder(resolve(folder)), Number(values.sample), Number(values.seed)).sort();
copyInto(photos, resolve(folder), chosen);
const list = chosen.map((path) => join(photos, path)).join('\n');

function alone(): Alone {
  const args = [runtime(), join(ROOT, 'models'), values['min-face'], String(threads)];
  const run = spawnSync(program, args, { input: list, encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`${program}: ${run.stderr}`);
  return JSON.parse(run.stdout) as Alone;
}

const runs: { alone: Alone; cpuSeconds: number; wallSeconds: number; summary: Summary }[] = [];
for (let index = 0; index < Number(values.repeat); index += 1) {
  // Turn by turn, so that a machine that slows down slows both.
  const apart = alone();
  const project = join(scratch, `project-${index}`);
  const args = [
    'extract',
    photos,
    '--project',
    project,
    '--threads',
    String(threads),
    '--min-face',
    values['min-face'],
  ];
  const run = await faceweaveOrFail([...args, '--stats', '--json', '--quiet', ...more]);
  const summary = JSON.parse(run.stdout.trim().split('\n').at(-1) ?? '{}') as Summary;
  runs.push({ alone: apart, cpuSeconds: run.cpuSeconds, wallSeconds: run.wallSeconds, summary });
  process.stderr.write(`run ${index + 1} of ${values.repeat}\n`);
}

const workOf = (one: Alone): number => WORK.reduce((sum, step) => sum + one[step], 0);
const shareOf = (run: (typeof runs)[number]): number => workOf(run.alone) / run.cpuSeconds;
// The machine is shared: of several runs the middle one is neither lucky nor unlucky.
const middle = [...runs].sort((a, b) => shareOf(a) - shareOf(b))[Math.floor((runs.length - 1) / 2)];
if (middle === undefined) throw new Error('no run');
const { summary } = middle;
const share = shareOf(middle);
const busiest = runs.reduce((most, run) => Math.max(most, run.summary.stats.busyShare), 0);
const perPhoto = (seconds: number): number => rounded((seconds * 1000) / summary.newPhotos, 2);
record('efficiency', values.corpus ?? basename(folder), {
  threads,
  repeats: runs.length,
  photos: summary.newPhotos,
  faces: summary.newFaces,
  facesFoundAlone: middle.alone.faces,
  share: rounded(share),
  shareOfEachRun: runs.map((run) => rounded(shareOf(run))),
  aloneMsPerPhoto: Object.fromEntries(WORK.map((step) => [step, perPhoto(middle.alone[step])])),
  insideMsPerPhoto: Object.fromEntries(
    Object.entries(summary.stats.stages).map(([step, { seconds }]) => [step, perPhoto(seconds)]),
  ),
  processMsPerPhoto: perPhoto(middle.cpuSeconds),
  outsideExtractionMsPerPhoto: perPhoto(
    middle.cpuSeconds - Object.values(summary.stats.stages).reduce((sum, { seconds }) => sum + seconds, 0),
  ),
  busyShareOfExtraction: rounded(busiest),
  busyShareOfProcess: rounded(
    runs.reduce((most, run) => Math.max(most, run.cpuSeconds / (run.wallSeconds * threads)), 0),
  ),
});
expectAll({
  'both looked at the same photographs': middle.alone.photos === summary.newPhotos,
  'both found the same number of faces': middle.alone.faces === summary.newFaces,
  [`decode, detect, align and embed alone are ${LEAST_SHARE} of the process (${rounded(share)})`]: share >= LEAST_SHARE,
  [`the cores are ${LEAST_BUSY} busy while it extracts (${rounded(busiest)})`]: busiest >= LEAST_BUSY,
});
