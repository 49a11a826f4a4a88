/**
 * Writing a file or making a folder that only its owner can read: faces are
 * biometric data. Files are whole or not there at all. The one place where the
 * project's files come from, whatever module makes their contents.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, statSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { FaceweaveError } from '../config/error.js';

export const PRIVATE_FOLDER = 0o700;
export const PRIVATE_FILE = 0o600;

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/**
 * Makes a folder and those above it that are missing, 0700 each. Not by Node's
 * `recursive`: that never returns where the system refuses new folders with
 * ENOENT, as under /proc.
 */
export function makePrivateFolders(folder: string): void {
  const missing: string[] = [];
  for (let at = folder; !isFolder(at) && dirname(at) !== at; at = dirname(at)) missing.push(at);
  for (const path of missing.reverse()) {
    try {
      mkdirSync(path, { mode: PRIVATE_FOLDER });
    } catch (cause) {
      // Made by someone else in the meantime: all the same to us.
      if (!isFolder(path)) throw cause;
    }
  }
}

/**
 * Writes a file whole and private (0600, or the given mode), on the disk before it has its name:
 * first beside its place, then renamed, so that no reader and no crash ever
 * sees half of it. Folders that are missing are made, 0700.
 *
 * Returns the number of bytes. *Errors*: `PROJECT_WRITE`; what the chunks throw.
 */
export async function writePrivateFile(
  path: string,
  content: string | Uint8Array | Iterable<string | Uint8Array>,
  mode: number = PRIVATE_FILE,
): Promise<number> {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`);
  const chunks = typeof content === 'string' || content instanceof Uint8Array ? [content] : content;
  let bytes = 0;
  try {
    makePrivateFolders(folder);
    const file = await open(temporary, 'wx', PRIVATE_FILE);
    try {
      if (mode !== PRIVATE_FILE) await file.chmod(mode);
      for (const chunk of chunks) {
        const buffer = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
        await file.writeFile(buffer);
        bytes += buffer.length;
      }
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    if (!(cause instanceof Error && 'syscall' in cause)) throw cause;
    throw new FaceweaveError(`${path}: cannot be written: ${cause.message}`, { code: 'PROJECT_WRITE', path, cause });
  }
  return bytes;
}
