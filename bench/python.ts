/**
 * The Python side of the benches: a virtual environment under `target/bench`,
 * made when first asked for, and programs run in it on one thread each. Apart
 * because what a peer runs in must be the same for every bench: pinned
 * versions, dlib built from source against a BLAS, no BLAS threads.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sha256 } from './measure.js';

const BENCH = dirname(fileURLToPath(import.meta.url));
const HOME = join(dirname(BENCH), 'target', 'bench');

/** Requirement files, and whether they hold dlib, which is built here. */
const SETS = { pictures: join(BENCH, 'pictures', 'requirements.txt'), peers: join(BENCH, 'peers', 'requirements.txt') };

/** Variables that would make a peer slower or faster than it is by itself. */
const FOREIGN = ['OPENBLAS_CORETYPE', 'GOTO_NUM_THREADS', 'PYTHONPATH', 'PYTHONSTARTUP', 'LD_PRELOAD'];

/** The environment of every Python program of the benches: one thread, no foreign settings. */
export function pythonEnvironment(): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env, OPENBLAS_NUM_THREADS: '1', OMP_NUM_THREADS: '1' };
  for (const name of FOREIGN) delete env[name];
  return { ...env, PYTHONDONTWRITEBYTECODE: '1' };
}

/** A command that must succeed; its output goes to stderr, so that stdout stays the bench's. */
function must(command: string, args: readonly string[], env: NodeJS.ProcessEnv): void {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 2, 2], env });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${error?.message ?? `exit code ${status}`}`);
}

/** Path of the interpreter of a set's environment, which is made or brought up to date first (minutes for the peers). */
export function pythonOf(set: keyof typeof SETS): string {
  const venv = join(HOME, set);
  const python = join(venv, 'bin', 'python');
  const stamp = join(venv, 'requirements.sha256');
  const wanted = sha256(readFileSync(SETS[set]));
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return python;
  mkdirSync(HOME, { recursive: true });
  const env = pythonEnvironment();
  must('python3', ['-m', 'venv', venv], env);
  // face_recognition_models asks pkg_resources for its files, which setuptools 80 and later warn about and drop.
  must(python, ['-m', 'pip', 'install', '--quiet', 'setuptools<80', 'wheel'], env);
  must(python, ['-m', 'pip', 'install', '--quiet', '--no-binary', 'dlib', '-r', SETS[set]], env);
  writeFileSync(stamp, wanted);
  return python;
}

/** Runs `bench/<script>`; JSON goes in through stdin and comes back through stdout. */
export function runPython<T>(set: keyof typeof SETS, script: string, input: unknown): Promise<T> {
  const child = spawn(pythonOf(set), ['-B', join(BENCH, script)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: pythonEnvironment(),
  });
  const out: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stdin.end(JSON.stringify(input));
  return new Promise((settle, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) settle(JSON.parse(Buffer.concat(out).toString()) as T);
      else reject(new Error(`${script} ended with ${code}`));
    });
  });
}
