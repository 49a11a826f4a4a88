/**
 * Does a long extraction stay as it began? Very many different photographs
 * are made out of few (each reduced, with a corner of chance pixels, encoded
 * anew) a little ahead of one running `extract` and emptied behind it, so that only
 * some thousands lie on the disk at a time. Resident memory is read from /proc
 * all along: its peak in the last tenth of the photographs against that in the first;
 * and the size of the store, without crops, against the number of faces.
 *
 *   npx tsx bench/soak.ts <events-dev/photos> [--photos 10000] [--shrink 3] [--seed 1] [--threads N]
 *
 * 10,000 at a third of the size take some ten minutes on two cores; 100,000 ten times that. Linux only.
 * How a killed run goes on is asked by kill.ts.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { expectAll, record, rounded, scratchFolder } from './measure.js';
import { pythonEnvironment, pythonOf } from './python.js';
import { jpegsUnder } from './sampling.js';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const MIB = 2 ** 20;
const BOUNDS = { growth: 1.1, rssMb: 800, bytesAFace: 2000 };
/** Files that are ready before they are asked for. Extraction reads at most some batches of 64 ahead of what it reports. */
const AHEAD = 1500;
/** Files kept behind what is reported as done: those of the batches in flight, and as many again. */
const BEHIND = 512;
const SAMPLE_MS = 500;
const A_FOLDER = 1000;
const TENTHS = 10;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    photos: { type: 'string', default: '10000' },
    shrink: { type: 'string', default: '3' },
    seed: { type: 'string', default: '1' },
    threads: { type: 'string', default: '0' },
    corpus: { type: 'string' },
  },
});
const source = positionals[0];
if (source === undefined) {
  process.stderr.write('usage: soak.ts <events-dev/photos> [--photos 10000] [--shrink 3] [--threads N]\n');
  process.exit(2);
}
const count = Number(values.photos);
const scratch = scratchFolder();
const folder = join(scratch, 'photos');
const names = Array.from({ length: count }, (_, index) => {
  const album = `album-${String(Math.floor(index / A_FOLDER)).padStart(5, '0')}`;
  return join(album, `IMG_${String(index).padStart(7, '0')}.jpg`);
});
// The walk lists all names before the first photograph is read. One that is read before its picture is there has no
// pixels behind its marker and is skipped, which fails the bench.
const PLACEHOLDER = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0]);
for (const name of names) {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), PLACEHOLDER);
}

const maker = spawn(pythonOf('pictures'), ['-B', join(ROOT, 'bench', 'pictures', 'variants.py')], {
  stdio: ['pipe', 'pipe', 'inherit'],
  env: pythonEnvironment(),
});
const answers = createInterface({ input: maker.stdout })[Symbol.asyncIterator]();
const tell = async (line: string): Promise<void> => {
  maker.stdin.write(`${line}\n`);
  if ((await answers.next()).done === true) throw new Error('the maker of photographs ended');
};
const paths = jpegsUnder(resolve(source)).map((path) => join(resolve(source), path));
await tell(JSON.stringify({ paths, shrink: Number(values.shrink), seed: Number(values.seed), folder, names }));
await tell(`make ${AHEAD}`);

const project = join(scratch, 'project');
const usage = join(scratch, 'usage.json');
const args = [
  'extract',
  folder,
  '--project',
  project,
  '--no-crops',
  '--json',
  '--progress',
  'json',
  '--threads',
  values.threads,
];
const started = performance.now();
const child = spawn(process.execPath, [join(ROOT, 'dist', 'cli', 'main.js'), ...args], {
  stdio: ['ignore', 'pipe', 'pipe'],
  env: {
    ...process.env,
    NODE_OPTIONS: `--import ${join(ROOT, 'bench', 'usage-preload.mjs')}`,
    FACEWEAVE_BENCH_USAGE: usage,
  },
});
let completed = 0;
let last = '';
const complaints: string[] = [];
createInterface({ input: child.stdout }).on('line', (line) => {
  last = line;
});
createInterface({ input: child.stderr }).on('line', (line) => {
  if (!line.startsWith('{"type":"progress"')) complaints.push(line);
  else completed = (JSON.parse(line) as { completed: number }).completed;
});
const ended = new Promise<number | null>((settle) => child.on('close', settle));

/** What the process holds now; undefined when it has ended. */
function residentBytes(): number | undefined {
  try {
    const found = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'));
    return found === null ? undefined : Number(found[1]) * 1024;
  } catch {
    return undefined;
  }
}
/** Peak by tenth of the photographs; the time before the first is part of the first. */
const peaks = Array.from({ length: TENTHS }, () => 0);
const watching = setInterval(() => {
  const tenth = Math.min(TENTHS - 1, Math.floor((completed * TENTHS) / count));
  peaks[tenth] = Math.max(peaks[tenth] ?? 0, residentBytes() ?? 0);
}, SAMPLE_MS);
let shown = 0;
let least = AHEAD;
const feeding = (async () => {
  let made = AHEAD;
  while (made < count && child.exitCode === null && child.signalCode === null) {
    // In steps, so that the count is looked at again before the lead is gone.
    const wanted = Math.min(count, completed + AHEAD, made + 64);
    least = Math.min(least, made - completed);
    if (wanted > made) {
      await tell(`make ${wanted}`);
      made = wanted;
    } else await new Promise((wake) => setTimeout(wake, SAMPLE_MS));
    if (completed > BEHIND) await tell(`drop ${completed - BEHIND}`);
    if (completed - shown >= count / 20) {
      shown = completed;
      process.stderr.write(`${completed} of ${count}, ${rounded((residentBytes() ?? 0) / MIB, 0)} MiB\n`);
    }
  }
})();
const exitCode = await ended;
clearInterval(watching);
await feeding;
maker.stdin.end();

function bytesUnder(path: string): number {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
interface Summary {
  readonly photos?: number;
  readonly skipped?: number;
  readonly duplicates?: number;
  readonly newFaces?: number;
}
const summary = JSON.parse(last || '{}') as Summary;
const used = JSON.parse(readFileSync(usage, 'utf8')) as { cpuSeconds: number; peakRssBytes: number };
const storeBytes = bytesUnder(project);
const [first = 0, final = 0] = [peaks[0], peaks.at(-1)];
const bytesAFace = storeBytes / (summary.newFaces ?? 0);
record('soak', values.corpus ?? basename(source), {
  photos: count,
  shrink: Number(values.shrink),
  exitCode,
  extracted: summary.photos,
  skipped: summary.skipped,
  duplicates: summary.duplicates,
  faces: summary.newFaces,
  wallSeconds: rounded((performance.now() - started) / 1000, 1),
  cpuSeconds: rounded(used.cpuSeconds, 1),
  peakMbByTenth: peaks.map((bytes) => rounded(bytes / MIB, 1)),
  lastToFirst: rounded(final / first),
  peakMb: rounded(used.peakRssBytes / MIB, 1),
  storeBytes,
  bytesAFace: rounded(bytesAFace, 1),
  leastLead: least,
});
process.stderr.write(
  complaints
    .slice(0, 20)
    .map((line) => `${line}\n`)
    .join(''),
);
expectAll({
  'the run ended by itself': exitCode === 0,
  'every photograph was extracted, none skipped': summary.photos === count && summary.skipped === 0,
  [`peak memory of the last tenth ≤ ${BOUNDS.growth} × the first (${rounded(final / first)})`]:
    final <= first * BOUNDS.growth,
  [`peak memory ≤ ${BOUNDS.rssMb} MB`]: used.peakRssBytes <= BOUNDS.rssMb * 1e6,
  [`the store takes at most ${BOUNDS.bytesAFace} bytes a face (${rounded(bytesAFace, 0)})`]:
    bytesAFace <= BOUNDS.bytesAFace,
});
