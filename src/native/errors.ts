/**
 * Turns what the addon throws (`CODE: message`) into the one error class. Apart
 * from the calls themselves, because every one of them needs it: an error made
 * inside native code has no JavaScript stack, so the stack is captured before
 * the call and put on the error afterwards.
 */
import { FaceweaveError } from '../config/index.js';

const CODED = /^([A-Z][A-Z0-9_]*): ([\s\S]*)$/;

/** Where a native call was made: the stack its error will show. */
export interface CallSite {
  readonly stack?: string;
}

/** Call this before the native call, on the caller's stack. */
export function callSite(): CallSite {
  const site: { stack?: string } = {};
  Error.captureStackTrace(site, callSite);
  return site;
}

/** The `FaceweaveError` for whatever a native call threw; already one: unchanged. */
export function fromNative(thrown: unknown, site: CallSite): FaceweaveError {
  if (thrown instanceof FaceweaveError) return thrown;
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  const coded = CODED.exec(text);
  const code = coded?.[1] ?? 'INTERNAL';
  const message = coded?.[2] ?? text;
  const hint = HINTS[code];
  const error = new FaceweaveError(message, {
    code,
    cause: thrown,
    ...(hint === undefined ? {} : { hint }),
  });
  if (site.stack !== undefined) {
    const frames = site.stack.split('\n').slice(1).join('\n');
    error.stack = `${error.name}: ${message}\n${frames}`;
  }
  return error;
}

const HINTS: Readonly<Record<string, string>> = {
  INTERNAL: 'this is a defect in faceweave; please report it with the command that led here',
  CROP_WRITE: 'make room on the disk, or check the rights of the project folder, and run the same command again',
  MODEL_INVALID:
    '`faceweave models verify` checks the shipped models; for a file of your own, compare its card with the network (docs/models.md)',
  MODEL_MISSING: 'run `faceweave models list` to see which models are installed',
};

/** Runs a synchronous native call with its errors turned. */
export function guarded<T>(call: () => T): T {
  const site = callSite();
  try {
    return call();
  } catch (thrown) {
    throw fromNative(thrown, site);
  }
}

/** Awaits a native promise with its errors turned; the stack shows who called. */
export async function guardedAsync<T>(call: () => Promise<T>, site: CallSite): Promise<T> {
  try {
    return await call();
  } catch (thrown) {
    throw fromNative(thrown, site);
  }
}
