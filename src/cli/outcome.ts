/**
 * Every way a command can end, and the exit code of each: the one table that
 * scripts rely on, apart from the commands so that none invents its own.
 */
import { FaceweaveError } from '../config/index.js';

/** How a command ended. */
export type Outcome = 'done' | 'nothing-found' | 'wrong-usage' | 'some-skipped' | 'cannot-run' | 'interrupted';

/** Thrown into long calls by the first Ctrl-C. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** Codes that mean the command line was wrong, not the machine or the input. */
const USAGE_CODES: ReadonlySet<string> = new Set([
  'ARGUMENT',
  'USAGE',
  'CONFIG_INVALID',
  'OPTION_INVALID',
  'DECISION_REFUSED',
  'PERSON_UNKNOWN',
  'PERSON_AMBIGUOUS',
  'FACE_UNKNOWN',
  'FACE_AMBIGUOUS',
]);

/** The exit code of an outcome. */
export function exitCodeOf(outcome: Outcome): number {
  switch (outcome) {
    case 'done':
      return 0;
    case 'nothing-found':
      return 1;
    case 'wrong-usage':
      return 2;
    case 'some-skipped':
      return 3;
    case 'cannot-run':
      return 4;
    case 'interrupted':
      return 130;
    default:
      return assertNever(outcome);
  }
}

function assertNever(value: never): never {
  throw new FaceweaveError(`unknown outcome ${String(value)}`, { code: 'INTERNAL' });
}

/** The outcome of something thrown. */
export function outcomeOfError(thrown: unknown): Outcome {
  if (thrown instanceof Interrupted) return 'interrupted';
  if (thrown instanceof FaceweaveError && thrown.code === 'TIME_UP') return 'interrupted';
  if (thrown instanceof FaceweaveError && USAGE_CODES.has(thrown.code)) return 'wrong-usage';
  return 'cannot-run';
}
