/**
 * Shows progress: a line that redraws itself on a terminal, a plain line every
 * few seconds elsewhere, JSON records for programs, or nothing. Arithmetic
 * (rate, time left) is apart from drawing so that it can be tested.
 */
import type { Progress } from '../native/index.js';
import type { Terminal } from './terminal.js';

/** `--progress`. */
export type ProgressStyle = 'auto' | 'plain' | 'json' | 'none';

/** A log file wants a heartbeat, not a film. */
const PLAIN_INTERVAL_MS = 5_000;
/** Rates over less time than this jump about. */
const RATE_SETTLES_MS = 1_500;

/** `1h 04m`, `3m 20s`, `12s`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const two = (value: number): string => String(value).padStart(2, '0');
  if (hours > 0) return `${hours}h ${two(minutes)}m`;
  if (minutes > 0) return `${minutes}m ${two(whole % 60)}s`;
  return `${whole}s`;
}

/** Rate and time left of a step that began `elapsedMs` ago. */
export function pace(
  completed: number,
  total: number,
  elapsedMs: number,
): { readonly perSecond: number; readonly secondsLeft: number } | null {
  if (elapsedMs < RATE_SETTLES_MS || completed === 0) return null;
  const perSecond = (completed * 1000) / elapsedMs;
  return { perSecond, secondsLeft: Math.max(0, total - completed) / perSecond };
}

const NOUNS: Readonly<Record<string, string>> = {
  extract: 'photographs',
  cluster: 'faces',
  mosaics: 'mosaics',
  network: 'pictures',
};

/** One line about a step. */
export function progressLine(progress: Progress, elapsedMs: number): string {
  const noun = NOUNS[progress.step] ?? '';
  const parts = [`${progress.step}: ${progress.completed} of ${progress.total} ${noun}`.trimEnd()];
  if (progress.total > 0) parts.push(`${Math.floor((100 * progress.completed) / progress.total)}%`);
  if (progress.faces !== undefined) parts.push(`${progress.faces} faces`);
  if (progress.skipped !== undefined && progress.skipped > 0) parts.push(`${progress.skipped} skipped`);
  const speed = pace(progress.completed, progress.total, elapsedMs);
  if (speed !== null) {
    parts.push(`${speed.perSecond < 10 ? speed.perSecond.toFixed(1) : Math.round(speed.perSecond)}/s`);
    if (!progress.done) parts.push(`${duration(speed.secondsLeft)} left`);
  }
  return parts.join(' · ');
}

/** A callback for long calls that shows what it is told. */
export function progressView(
  style: ProgressStyle,
  terminal: Terminal,
  now: () => number = () => performance.now(),
): (progress: Progress) => void {
  if (style === 'none' || (terminal.quiet && style !== 'json')) return () => {};
  const redraws = style === 'auto' && terminal.isLive;
  let step = '';
  let startedAt = 0;
  let shownAt = 0;
  return (progress) => {
    const time = now();
    if (progress.step !== step) {
      step = progress.step;
      startedAt = time;
      shownAt = time;
    }
    const elapsedMs = time - startedAt;
    if (style === 'json') {
      const speed = pace(progress.completed, progress.total, elapsedMs);
      terminal.signal(JSON.stringify({ type: 'progress', ...progress, ...speed }));
      return;
    }
    if (redraws) {
      terminal.status(progress.done ? '' : progressLine(progress, elapsedMs));
      return;
    }
    if (progress.done || time - shownAt < PLAIN_INTERVAL_MS) return;
    shownAt = time;
    terminal.talk(progressLine(progress, elapsedMs));
  };
}
