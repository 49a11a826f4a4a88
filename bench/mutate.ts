/**
 * Does a damaged file break anything? 5,000 copies of real photographs, some
 * encoded anew as PNG, WebP, GIF, BMP, TIFF and AVIF, each with bytes changed at
 * seeded random places (or cut short, or with a stretch of another file in its
 * middle), go through the whole pipeline. No crash, no panic, no file that takes
 * longer than ten seconds, and every file accounted for.
 *
 *   npx tsx bench/mutate.ts <folder…> [--files 5000] [--seed 1] [--others 0.3] [--processes 2] [--keep <folder>]
 *
 * Each process has one thread, so that the time between two finished files is
 * that of the later one. With --keep, files and projects stay there for a look.
 */
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { expectAll, record, rounded, scratchFolder } from './measure.js';
import { runPython } from './python.js';
import { jpegsUnder, randomFrom, sample } from './sampling.js';

const MAIN = join(dirname(dirname(fileURLToPath(import.meta.url))), 'dist', 'cli', 'main.js');
const BOUND_SECONDS = 10;
/** Progress is told ten times a second; a process silent this long is taken for hung and killed. */
const HUNG_SECONDS = 60;
const FORMATS = ['png', 'webp', 'gif', 'bmp', 'tif', 'avif'];
/** Damage in the first bytes meets the parsers of headers, damage anywhere the decoders. */
const HEADER_BYTES = 700;
/** Ends of `run` and `extract` that are no failure: all well, nothing found, some skipped. */
const ORDERLY = new Set([0, 1, 3]);

interface Summary {
  readonly files?: number;
  readonly photos?: number;
  readonly duplicates?: number;
  readonly skipped?: number;
  readonly newFaces?: number;
  readonly otherFiles?: Readonly<Record<string, number>>;
  readonly skippedByReason?: Readonly<Record<string, number>>;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    files: { type: 'string', default: '5000' },
    seed: { type: 'string', default: '1' },
    others: { type: 'string', default: '0.3' },
    processes: { type: 'string', default: '2' },
    keep: { type: 'string' },
  },
});
if (positionals.length === 0) {
  process.stderr.write('usage: mutate.ts <folder…> [--files 5000] [--seed 1] [--others 0.3] [--keep <folder>]\n');
  process.exit(2);
}
const count = Number(values.files);
const random = randomFrom(Number(values.seed));
const below = (limit: number): number => Math.floor(random() * limit);
const home = values.keep ?? scratchFolder();

/** A damaged copy: a few bytes, one bit, the end cut off, or a stretch of another file. */
function damaged(original: Buffer, other: Buffer): Buffer {
  const bytes = Buffer.from(original);
  const at = (): number => below(random() < 0.5 ? Math.min(HEADER_BYTES, bytes.length) : bytes.length);
  const kind = random();
  if (kind < 0.6) {
    for (let left = 1 + below(16); left > 0; left -= 1) bytes[at()] = below(256);
  } else if (kind < 0.75) {
    const place = at();
    bytes[place] = (bytes[place] ?? 0) ^ (1 << below(8));
  } else if (kind < 0.85) {
    return bytes.subarray(0, 1 + below(bytes.length - 1));
  } else {
    const from = below(other.length);
    other.copy(bytes, at(), from, from + 1 + below(4096));
  }
  return bytes;
}

/** Originals: JPEGs as they are, and a share of them in each of the other formats, each used for several copies. */
async function originals(): Promise<string[]> {
  const jpegs = sample(
    positionals.flatMap((folder) => jpegsUnder(resolve(folder)).map((path) => join(resolve(folder), path))),
    Math.ceil(count / 2),
    Number(values.seed),
  );
  const share = Math.round(jpegs.length * Number(values.others));
  const folder = join(home, 'originals');
  mkdirSync(folder, { recursive: true });
  const wanted = jpegs.slice(0, share).map((path, at) => {
    return [path, join(folder, `${at}.${FORMATS[at % FORMATS.length]}`)] as const;
  });
  const written = share === 0 ? [] : await runPython<string[]>('pictures', 'pictures/reencode.py', wanted);
  return [...written, ...jpegs.slice(share)];
}

const sources = await originals();
const shards = Number(values.processes);
const perFormat: Record<string, number> = {};
let other = readFileSync(sources[0] ?? '');
for (let index = 0; index < count; index += 1) {
  const source = sources[index % sources.length] ?? '';
  const extension = source.slice(source.lastIndexOf('.') + 1).toLowerCase();
  perFormat[extension] = (perFormat[extension] ?? 0) + 1;
  const folder = join(home, `files-${index % shards}`);
  mkdirSync(folder, { recursive: true });
  const bytes = readFileSync(source);
  const name = join(folder, `${String(index).padStart(5, '0')}.${extension}`);
  writeFileSync(name, damaged(bytes, other));
  // Some are left whole: a run that skipped everything would otherwise pass.
  if (index % 50 === 0) copyFileSync(source, name);
  other = bytes;
}

interface Shard {
  readonly exitCode: number | null;
  readonly longestSeconds: number;
  readonly hung: boolean;
  readonly summary: Summary;
  readonly complaints: readonly string[];
}

/** One process on one folder. */
function run(shard: number): Promise<Shard> {
  const folder = join(home, `files-${shard}`);
  const project = join(home, `project-${shard}`);
  const args = ['extract', folder, '--project', project, '--threads', '1', '--json', '--progress', 'json'];
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [last, completed, since, longest, hung] = ['', -1, performance.now(), 0, false];
  const complaints: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    last = line;
  });
  const look = (now: number): void => {
    const quiet = performance.now() - since;
    if (completed >= 0) longest = Math.max(longest, quiet);
    if (now !== completed) since = performance.now();
    completed = now;
  };
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (line.startsWith('{"type":"progress"')) look((JSON.parse(line) as { completed: number }).completed);
    else complaints.push(line);
  });
  const watch = setInterval(() => {
    if (performance.now() - since < HUNG_SECONDS * 1000) return;
    hung = true;
    child.kill('SIGKILL');
  }, 1000);
  return new Promise((settle) => {
    child.on('close', (exitCode) => {
      clearInterval(watch);
      const summary = (last.startsWith('{') ? JSON.parse(last) : {}) as Summary;
      settle({ exitCode, longestSeconds: longest / 1000, hung, summary, complaints });
    });
  });
}

const started = performance.now();
const ends = await Promise.all(Array.from({ length: shards }, (_, shard) => run(shard)));
const sum = (of: (summary: Summary) => number | undefined): number =>
  ends.reduce((total, { summary }) => total + (of(summary) ?? 0), 0);
const total = (record_: Readonly<Record<string, number>> | undefined): number =>
  Object.values(record_ ?? {}).reduce((a, b) => a + b, 0);
const reasons: Record<string, number> = {};
for (const { summary } of ends) {
  for (const [code, times] of Object.entries(summary.skippedByReason ?? {}))
    reasons[code] = (reasons[code] ?? 0) + times;
}
const listed = sum((one) => one.files);
const elsewhere = sum((one) => total(one.otherFiles));
const told = sum((one) => one.photos) + sum((one) => one.duplicates) + sum((one) => one.skipped);
const longest = Math.max(...ends.map((end) => end.longestSeconds));
const onDisk = Array.from({ length: shards }, (_, shard) => readdirSync(join(home, `files-${shard}`)).length);
record('mutate', positionals.map((folder) => basename(resolve(folder))).join('+'), {
  seed: Number(values.seed),
  files: onDisk.reduce((a, b) => a + b, 0),
  filesByFormat: perFormat,
  listed,
  otherFiles: elsewhere,
  photos: sum((one) => one.photos),
  duplicates: sum((one) => one.duplicates),
  skipped: sum((one) => one.skipped),
  faces: sum((one) => one.newFaces),
  skippedByReason: reasons,
  exitCodes: ends.map((end) => end.exitCode),
  hung: ends.map((end) => end.hung),
  longestSecondsBetweenTwoFiles: rounded(longest, 2),
  wallSeconds: rounded((performance.now() - started) / 1000, 1),
});
for (const { exitCode, complaints } of ends) {
  if (exitCode === null || !ORDERLY.has(exitCode)) process.stderr.write(`${complaints.slice(-20).join('\n')}\n`);
}
expectAll({
  'no process crashed': ends.every(({ exitCode }) => exitCode !== null && ORDERLY.has(exitCode)),
  'no panic': (reasons['INTERNAL'] ?? 0) === 0,
  [`no file took longer than ${BOUND_SECONDS} s (${rounded(longest, 2)})`]: longest <= BOUND_SECONDS,
  'every file is listed, or counted as another kind of file': listed + elsewhere === count,
  'every listed file is a photograph, a duplicate or skipped with its reason': told === listed,
  'some were read all the same': sum((one) => one.photos) > count / 10,
});
