/**
 * The one place where the process ends: an outcome becomes an exit code. A
 * command that is over sets the code and lets what is written drain; the second
 * Ctrl-C ends at once.
 */
import { exitCodeOf, type Outcome } from './outcome.js';

/** Ends after everything written has been taken. */
export function leave(outcome: Outcome): void {
  process.exitCode = exitCodeOf(outcome);
}

/** Ends now; the store's transactions make that safe. */
export function leaveNow(outcome: Outcome): never {
  process.exit(exitCodeOf(outcome));
}
