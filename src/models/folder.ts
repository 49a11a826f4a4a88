/**
 * Where the shipped models lie, and reading their files. The only part of this
 * module that touches the disk; it must not know what a card means.
 */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { FaceweaveError } from '../config/error.js';

/** Bytes read at a time: large enough for the disk, small beside any model. */
const CHUNK_BYTES = 1 << 20;

/**
 * The folder of the models package, or the one `FACEWEAVE_MODELS_DIR` names.
 *
 * Errors: `MODEL_MISSING` when the package is not installed.
 */
export function modelsFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const override = environment['FACEWEAVE_MODELS_DIR'];
  if (override !== undefined && override !== '') return resolve(override);
  try {
    return dirname(createRequire(import.meta.url).resolve('@faceweave/models/package.json'));
  } catch (cause) {
    throw new FaceweaveError('the package @faceweave/models is not installed', {
      code: 'MODEL_MISSING',
      hint: 'install faceweave again, or set FACEWEAVE_MODELS_DIR to a folder with the models',
      cause,
    });
  }
}

/** A file's text; `MODEL_MISSING` with the given hint when it cannot be read. */
export function readText(path: string, hint: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw missing(path, hint, cause);
  }
}

/**
 * Length and sha256 of a file, read piece by piece.
 *
 * Errors: `MODEL_MISSING` with the given hint when it cannot be read, or is no
 * regular file (opening a pipe would wait for ever).
 */
export function digestFile(path: string, hint: string): { readonly sha256: string; readonly bytes: number } {
  let file: number;
  try {
    if (!statSync(path).isFile()) throw new Error('not a regular file');
    file = openSync(path, 'r');
  } catch (cause) {
    throw missing(path, hint, cause);
  }
  try {
    const hash = createHash('sha256');
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    let bytes = 0;
    for (;;) {
      const read = readSync(file, chunk, 0, CHUNK_BYTES, null);
      if (read === 0) return { sha256: hash.digest('hex'), bytes };
      hash.update(chunk.subarray(0, read));
      bytes += read;
    }
  } catch (cause) {
    throw missing(path, hint, cause);
  } finally {
    closeSync(file);
  }
}

function missing(path: string, hint: string, cause: unknown): FaceweaveError {
  const reason = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
  return new FaceweaveError(`the file cannot be read${reason}`, { code: 'MODEL_MISSING', path, hint, cause });
}
