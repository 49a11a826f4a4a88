/**
 * The one place that words a mistake in an argument or option: what it is
 * called, what was expected, what was received. The command line and the
 * library share it, so a user reads the same sentence either way.
 */
import { FaceweaveError } from './error.js';

/** Longest received value that is shown whole. */
const SHOWN_CHARACTERS = 80;

/** What a usage error may add to the sentence. */
export interface UsageDetails {
  readonly hint?: string;
  readonly path?: string;
  readonly cause?: unknown;
}

/** An error of code `USAGE`: "<name>: expected <expected>, received <received>". */
export function usageError(
  name: string,
  expected: string,
  received: unknown,
  details: UsageDetails = {},
): FaceweaveError {
  return new FaceweaveError(`${name}: expected ${expected}, received ${showValue(received)}`, {
    code: 'USAGE',
    ...details,
  });
}

/** A value as a message shows it: quoted, on one line, cut when long. */
export function showValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)}…`;
}
