/**
 * What every bench script needs: run the built command line as its users do and
 * measure it from outside, and keep the figures with machine, commit and date.
 * The scripts beside it each ask one question; this file knows none of them.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, release, tmpdir, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const MAIN = join(ROOT, 'dist', 'cli', 'main.js');
const PRELOAD = join(ROOT, 'bench', 'usage-preload.mjs');

/** One finished run of the command line. */
export interface Measured {
  /** null when a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly wallSeconds: number;
  /** User and system time of the process; NaN when it was killed. */
  readonly cpuSeconds: number;
  readonly peakRssBytes: number;
}

/** How to run it. */
export interface RunOptions {
  /** SIGKILL after so long; never when omitted. */
  readonly killAfterMs?: number;
  /** Run as this user and group (needs root). */
  readonly uid?: number;
}

/** Runs `faceweave …args` from `dist/`. */
export function faceweave(args: readonly string[], options: RunOptions = {}): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'faceweave-usage-'));
  const usage = join(folder, 'usage.json');
  writeFileSync(usage, '{}', { mode: 0o666 });
  if (options.uid !== undefined) spawnSync('chown', ['-R', String(options.uid), folder]);
  const started = performance.now();
  const child = spawn(process.execPath, [MAIN, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: `--import ${PRELOAD}`, FACEWEAVE_BENCH_USAGE: usage },
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  const timer =
    options.killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), options.killAfterMs);
  return new Promise((settle, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode) => {
      clearTimeout(timer);
      const used: { cpuSeconds?: number; peakRssBytes?: number } = JSON.parse(readFileSync(usage, 'utf8'));
      rmSync(folder, { recursive: true });
      settle({
        exitCode,
        stdout: Buffer.concat(out).toString(),
        stderr: Buffer.concat(err).toString(),
        wallSeconds: (performance.now() - started) / 1000,
        cpuSeconds: used.cpuSeconds ?? Number.NaN,
        peakRssBytes: used.peakRssBytes ?? Number.NaN,
      });
    });
  });
}

/** As `faceweave`, but an exit code outside `allowed` ends the bench with what it said. */
export async function faceweaveOrFail(args: readonly string[], allowed: readonly number[] = [0, 3]): Promise<Measured> {
  const run = await faceweave(args);
  if (run.exitCode === null || !allowed.includes(run.exitCode)) {
    process.stderr.write(`faceweave ${args.join(' ')}: exit code ${run.exitCode}\n${run.stderr.slice(-4000)}\n`);
    process.exit(1);
  }
  return run;
}

/** An empty folder, removed when the bench ends. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'faceweave-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** What the exports of a project say; equal projects give equal texts. */
export async function exportsOf(project: string): Promise<Readonly<Record<string, string>>> {
  const texts: Record<string, string> = {};
  for (const table of ['faces', 'people', 'edges']) {
    for (const format of table === 'faces' ? ['csv'] : ['csv', 'json']) {
      const args = ['export', table, '--format', format, '--project', project];
      texts[`${table}.${format}`] = (await faceweaveOrFail(args, [0, 1])).stdout;
    }
  }
  return texts;
}

/** Names of the exports that differ. */
export function differing(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): string[] {
  return Object.keys(a).filter((name) => a[name] !== b[name]);
}

export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/** The machine the figures hold for. */
export function machine() {
  const git = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: ROOT, encoding: 'utf8' });
  const manifest: { version: string } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${process.arch} ${release()}`,
    node: process.version,
    faceweave: manifest.version,
    commit: git.status === 0 ? git.stdout.trim() : 'unknown',
  };
}

/**
 * Prints the figures and keeps them in `bench/runs/<date>-<name>.json`, one
 * array entry a run. Figures only: nothing of a corpus goes into the project.
 */
export function record(name: string, corpus: string, figures: Readonly<Record<string, unknown>>): void {
  const date = new Date().toISOString();
  const entry = { name, corpus, date, machine: machine(), figures };
  process.stdout.write(`${JSON.stringify(entry, null, 2)}\n`);
  const folder = process.env['FACEWEAVE_BENCH_RUNS'] ?? join(ROOT, 'bench', 'runs');
  const file = join(folder, `${date.slice(0, 10)}-${name}.json`);
  let entries: unknown[] = [];
  try {
    entries = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // The first run of the day.
  }
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, `${JSON.stringify([...entries, entry], null, 2)}\n`);
  process.stderr.write(`kept in ${file}\n`);
}

/** Ends the bench as failed when a promised bound does not hold. */
export function expectAll(bounds: Readonly<Record<string, boolean>>): void {
  const broken = Object.keys(bounds).filter((name) => bounds[name] !== true);
  for (const name of broken) process.stderr.write(`not met: ${name}\n`);
  if (broken.length > 0) process.exitCode = 1;
}

/** Three decimals are what these measurements carry. */
export function rounded(value: number, digits = 3): number {
  return Number(value.toFixed(digits));
}
