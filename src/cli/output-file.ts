/**
 * `--output`: a table written where the user says. Apart from the project's own
 * files because this place is the user's: a device or a pipe is written, never
 * replaced; a link stays a link; a file keeps its mode; no folder is made.
 */
import { lstatSync, readlinkSync, realpathSync, type Stats, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { FaceweaveError } from '../config/index.js';
import { writePrivateFile } from '../store/index.js';

/** More links in a row than this are a loop, as systems count too. */
const MOST_LINKS = 40;
const MODE_BITS = 0o7777;

/**
 * Writes the chunks to `given`. A regular file is replaced whole or not at all
 * and keeps its mode, a new one is 0600, anything else is opened and written.
 *
 * *Errors*: `OUTPUT_WRITE`, `PROJECT_WRITE`; what the chunks throw.
 */
export async function writeOutputFile(given: string, chunks: Iterable<string | Uint8Array>): Promise<void> {
  const path = resolve(given);
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isDirectory() === true) throw refusal(given, 'this is a folder; expected the path of a file');
  const target = targetOf(path, stats);
  if (target === undefined) return writeInto(given, path, chunks);
  const folder = dirname(target);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw refusal(given, `cannot be written: there is no folder ${folder}`, 'make the folder first, or name another');
  }
  await writePrivateFile(target, chunks, stats === undefined ? undefined : stats.mode & MODE_BITS);
}

/** The path that a regular file has or will have once links are followed; `undefined`: to be written in place. */
function targetOf(path: string, stats: Stats | undefined): string | undefined {
  if (stats === undefined) return endOfLinks(path);
  if (!stats.isFile()) return undefined;
  // /dev/stdout and its like lead to an open file that may have no path any more.
  const real = realPathOf(path);
  const found = real === undefined ? undefined : statSync(real, { throwIfNoEntry: false });
  return found?.ino === stats.ino && found.dev === stats.dev ? real : undefined;
}

function realPathOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

/** Where a link that leads to nothing yet points; the path itself when it is no link. */
function endOfLinks(path: string): string {
  let at = path;
  for (let links = 0; links < MOST_LINKS; links += 1) {
    if (lstatSync(at, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return at;
    at = resolve(dirname(at), readlinkSync(at));
  }
  return at;
}

async function writeInto(given: string, path: string, chunks: Iterable<string | Uint8Array>): Promise<void> {
  try {
    const file = await open(path, 'w');
    try {
      for (const chunk of chunks) await file.writeFile(chunk);
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (!(cause instanceof Error && 'syscall' in cause)) throw cause;
    throw refusal(given, `cannot be written: ${cause.message}`, undefined, cause);
  }
}

function refusal(path: string, message: string, hint?: string, cause?: unknown): FaceweaveError {
  return new FaceweaveError(`${path}: ${message}`, {
    code: 'OUTPUT_WRITE',
    path,
    ...(hint === undefined ? {} : { hint }),
    cause,
  });
}
