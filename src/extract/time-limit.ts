/**
 * `--max-time`: an extraction that ends itself the way Ctrl-C ends it, with all
 * that was begun finished and saved. Apart so that the steps know only a signal.
 */
import { FaceweaveError } from '../config/index.js';
import type { ExtractRequest } from './types.js';

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
/** Longest time a timer can wait. */
const LONGEST_MS = 2 ** 31 - 1;

/** `90s`, `45m`, `2h` in milliseconds; the option's schema has checked the form. */
export function durationMs(text: string): number {
  const [, number = '0', unit = 's'] = /^([\d.]+)\s*([a-z]+)$/.exec(text) ?? [];
  return Number(number) * (UNIT_MS[unit] ?? 1000);
}

/** Runs `work` with a signal that also ends at `maxTime`. *Errors*: `TIME_UP`. */
export async function underTimeLimit<Result>(
  request: ExtractRequest,
  work: (request: ExtractRequest) => Promise<Result>,
): Promise<Result> {
  const { maxTime } = request.options;
  if (maxTime === undefined) return work(request);
  const controller = new AbortController();
  const timeUp = new FaceweaveError(`stopped after ${maxTime}, as --max-time asked`, {
    code: 'TIME_UP',
    hint: 'all that was finished is saved; run the same command again to go on',
  });
  const timer = setTimeout(() => controller.abort(timeUp), Math.min(durationMs(maxTime), LONGEST_MS));
  const signals = [controller.signal, ...(request.signal === undefined ? [] : [request.signal])];
  try {
    return await work({ ...request, signal: AbortSignal.any(signals) });
  } finally {
    clearTimeout(timer);
  }
}
