/**
 * Ties a running native job to an `AbortSignal` and to a progress callback.
 * TypeScript owns both: native code sees only a cancel flag and counters that
 * are polled, so a throwing callback or a reused signal cannot disturb it.
 */

/** Progress of anything that takes long. */
export interface Progress {
  /** What is being done: `extract`, `cluster`, … */
  readonly step: string;
  readonly completed: number;
  readonly total: number;
  /** True in the last call, and only there. */
  readonly done: boolean;
  /** Faces found so far, where that has a meaning. */
  readonly faces?: number;
  /** Inputs skipped so far, where that has a meaning. */
  readonly skipped?: number;
}

/** What every long call takes. */
export interface LongCall {
  /** Aborting rejects with the signal's reason; what was committed stays. */
  readonly signal?: AbortSignal;
  /** Called at most ten times a second, and once at the end with `done: true`; what it throws is ignored. */
  readonly onProgress?: (progress: Progress) => void;
}

/** Ten reports a second: faster than a person reads, cheap enough to forget. */
export const PROGRESS_INTERVAL_MS = 100;

/** How a job is watched. */
export interface Watch extends LongCall {
  readonly cancel: () => void;
  readonly read: () => Omit<Progress, 'done'>;
}

/** Calls the user's callback; what it throws is the user's own affair. */
export function report(onProgress: ((progress: Progress) => void) | undefined, progress: Progress): void {
  if (onProgress === undefined) return;
  try {
    onProgress(progress);
  } catch {
    // A progress callback never breaks the work it reports on.
  }
}

/**
 * Runs `work` under the signal. Already aborted: `work` is not started. Aborted
 * later: `cancel` is called once, `work` is awaited (so that nothing is left
 * running), then the signal's reason is thrown.
 */
export async function withSignal<T>(watch: Watch, work: () => Promise<T>): Promise<T> {
  const { signal, onProgress } = watch;
  signal?.throwIfAborted();
  const onAbort = (): void => watch.cancel();
  signal?.addEventListener('abort', onAbort, { once: true });
  const timer =
    onProgress && setInterval(() => report(onProgress, { ...watch.read(), done: false }), PROGRESS_INTERVAL_MS);
  timer?.unref();
  try {
    const result = await work();
    signal?.throwIfAborted();
    return result;
  } catch (thrown) {
    signal?.throwIfAborted();
    throw thrown;
  } finally {
    if (timer !== undefined) clearInterval(timer);
    signal?.removeEventListener('abort', onAbort);
    report(onProgress, { ...watch.read(), done: true });
  }
}
