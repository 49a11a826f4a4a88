/**
 * Runs the built command line as a user would: another process, a scratch
 * folder, real photographs, the real addon. Every case of `test/cli` uses it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
/** The built program. */
export const MAIN = join(ROOT, 'dist', 'cli', 'main.js');
/** Photographs that come with an installed package (MIT). */
export const SAMPLES = join(ROOT, 'node_modules', '@vladmandic', 'face-api', 'demo');

/** One finished command. */
export interface Finished {
  /** null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How to start it. */
export interface Start {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** User and group (only root may choose). */
  readonly uid?: number;
  /** Open file that stands for stdout; nothing is gathered then. */
  readonly stdout?: number;
  /** Gets the process as soon as it runs. */
  readonly onStart?: (child: ChildProcess) => void;
}

/** Runs `faceweave …args` and waits. */
export function faceweave(args: readonly string[], start: Start = {}): Promise<Finished> {
  if (!existsSync(MAIN)) throw new Error(`${MAIN} is missing: npm run build:ts`);
  const { cwd, env, uid, stdout: target, onStart } = start;
  const child = spawn(process.execPath, [MAIN, ...args], {
    stdio: ['ignore', target ?? 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    ...(cwd === undefined ? {} : { cwd }),
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  onStart?.(child);
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** A folder of its own, removed when the file's tests are over. */
export function scratch(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'faceweave-cli-')));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Copies samples by number (1 … 6) into a new folder; returns its path. */
export function photographs(folder: string, numbers: readonly number[]): string {
  mkdirSync(folder, { recursive: true });
  for (const number of numbers) sample(number, join(folder, `sample${number}.jpg`));
  return folder;
}

/** Copies one sample. */
export function sample(number: number, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(join(SAMPLES, `sample${number}.jpg`), to);
}

/** The records of `--json`. */
export function records(stdout: string): readonly Readonly<Record<string, unknown>>[] {
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** All tables of a project, as text. */
export async function tables(project: string): Promise<Readonly<Record<string, string>>> {
  const texts: Record<string, string> = {};
  for (const name of ['faces', 'edges', 'people']) {
    for (const format of ['csv', 'json']) {
      const { stdout } = await faceweave(['export', name, '--format', format, '--project', project]);
      texts[`${name}.${format}`] = stdout;
    }
  }
  return texts;
}
