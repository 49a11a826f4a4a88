/**
 * `--files-from`: the paths to read from a file or standard input, as bytes, so
 * that names that are not UTF-8 come through. Nothing is decided about them here.
 */
import { readFile } from 'node:fs/promises';
import { FaceweaveError } from '../config/index.js';
import type { CommonArguments } from './arguments.js';

const NUL = 0;
const NEWLINE = 10;
const RETURN = 13;

/** The names that were given, or nothing when none were asked for. Errors: `SOURCE_READ`. */
export async function namesOf({
  filesFrom,
  isNulSeparated,
}: Pick<CommonArguments, 'filesFrom' | 'isNulSeparated'>): Promise<{ readonly names?: readonly Buffer[] }> {
  if (filesFrom === undefined) return {};
  return { names: splitNames(await bytesOf(filesFrom), isNulSeparated) };
}

async function bytesOf(filesFrom: string): Promise<Buffer> {
  if (filesFrom === '-') {
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin as AsyncIterable<Buffer>) chunks.push(chunk);
    return Buffer.concat(chunks);
  }
  try {
    return await readFile(filesFrom);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FaceweaveError(`the list of files cannot be read: ${reason}`, {
      code: 'SOURCE_READ',
      path: filesFrom,
      cause,
    });
  }
}

/** The names between separators; empty ones say nothing, and a line may end as on Windows. */
export function splitNames(bytes: Buffer, isNulSeparated: boolean): readonly Buffer[] {
  const separator = isNulSeparated ? NUL : NEWLINE;
  const names: Buffer[] = [];
  for (let start = 0; start < bytes.length; ) {
    const found = bytes.indexOf(separator, start);
    const end = found < 0 ? bytes.length : found;
    const hasReturn = !isNulSeparated && end > start && bytes[end - 1] === RETURN;
    const name = bytes.subarray(start, hasReturn ? end - 1 : end);
    if (name.length > 0) names.push(name);
    start = end + 1;
  }
  return names;
}
