/**
 * Ctrl-C: the first finishes what has begun, writes it and says how to go on;
 * the second stops now. The store's transactions make both safe.
 */
import { Interrupted } from './outcome.js';

/** A signal that the first Ctrl-C aborts, and the way to stop listening. */
export interface InterruptWatch {
  readonly signal: AbortSignal;
  release(): void;
}

/** Listens for SIGINT and SIGTERM; `announce` runs at the first, `stopNow` at the second. */
export function watchInterrupts(announce: () => void, stopNow: () => void): InterruptWatch {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) {
      stopNow();
      return;
    }
    announce();
    controller.abort(new Interrupted('interrupted'));
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    release: () => {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}
