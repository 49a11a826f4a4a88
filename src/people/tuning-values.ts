/**
 * Which values of a parameter are tried, and which of them is best once each
 * has its score. Pure; the trying is in `tune`.
 */
import { usageError } from '../config/usage.js';
import type { RequestedAlgorithm } from './defaults.js';

/** What can be tuned. */
export type TuneParameter = 'threshold' | 'min-samples';

/** From, to and step, as asked for; what is left out has a default. */
export interface TuneRange {
  readonly from?: number;
  readonly to?: number;
  readonly step?: number;
}

/** More clusterings than this are a mistake in the step. */
export const MOST_VALUES = 500;
/** DBSCAN's own range: below 1 it has no meaning, beyond 10 few persons are left. */
const MIN_SAMPLES_RANGE = { from: 1, to: 10, step: 1 };
const STEPS_BELOW_DEFAULT = 10;
const WIDEST_THRESHOLD = 2;
/** A step that ends within this part of itself of `to` has reached it. */
const ROUNDING = 1e-6;

/**
 * The values to try, ascending. By default a threshold goes from half to one and a half of the default in round steps,
 * `min-samples` from 1 to 10.
 *
 * *Errors*: `USAGE` for a range that is empty, outside of what the parameter may be, or of more than 500 values.
 */
export function tuneValues(
  parameter: TuneParameter,
  range: TuneRange,
  defaultThreshold: number,
  algorithm: RequestedAlgorithm,
): readonly number[] {
  if (parameter === 'min-samples' && algorithm !== 'dbscan') {
    throw usageError('--algorithm', 'dbscan with --parameter min-samples: the others do not read it', algorithm);
  }
  const usual = parameter === 'threshold' ? thresholdRange(defaultThreshold) : MIN_SAMPLES_RANGE;
  const from = range.from ?? Math.min(usual.from, range.to ?? usual.from);
  const to = range.to ?? Math.max(usual.to, from);
  const step = range.step ?? usual.step;
  checkEnd('--from', parameter, from);
  checkEnd('--to', parameter, to);
  if (to < from) throw usageError('--to', `a number of at least ${from}, where it begins`, to);
  const isWhole = parameter === 'threshold' || Number.isInteger(step);
  if (!(step > 0) || !Number.isFinite(step) || !isWhole) {
    throw usageError('--step', parameter === 'threshold' ? 'a number above 0' : 'a whole number above 0', step);
  }
  const steps = Math.floor((to - from) / step + ROUNDING);
  if (steps + 1 > MOST_VALUES) {
    throw usageError('--step', `at most ${MOST_VALUES} values from ${from} to ${to}`, step);
  }
  // Ten digits: 0.3 + 2 × 0.1 is 0.5, in tables and for the clustering.
  return Array.from({ length: steps + 1 }, (_, at) => Number((from + at * step).toPrecision(10)));
}

function checkEnd(name: string, parameter: TuneParameter, value: number): void {
  const isRight =
    parameter === 'threshold' ? value > 0 && value <= WIDEST_THRESHOLD : Number.isInteger(value) && value >= 1;
  if (isRight) return;
  const expected = parameter === 'threshold' ? 'a number above 0, up to 2' : 'a whole number of at least 1';
  throw usageError(name, expected, value);
}

function thresholdRange(usual: number): Required<TuneRange> {
  const step = roundStep(usual / (2 * STEPS_BELOW_DEFAULT));
  const steps = Math.round(usual / 2 / step);
  const from = Number((usual - steps * step).toPrecision(10));
  return { from, to: Math.min(WIDEST_THRESHOLD, usual + steps * step), step };
}

/** The largest of 1, 2, 2.5 and 5 times a power of ten that is not above `step`. */
function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  const digit = [5, 2.5, 2, 1].find((round) => round * power <= step * (1 + ROUNDING)) ?? 1;
  return Number((digit * power).toPrecision(3));
}

/** A value with its score; null = it has none that counts. */
export interface ScoredValue {
  readonly value: number;
  readonly score: number | null;
}

/** The best of them. */
export interface BestValue {
  readonly value: number;
  readonly score: number;
  /** The run of neighbouring values with that same score, of which `value` is the middle. */
  readonly from: number;
  readonly to: number;
}

/** Scores nearer than this are equal: they differ by rounding alone. */
const EQUAL = 1e-12;

/**
 * The value with the highest score. Where neighbours share it, the middle of their longest run (the first of equal
 * ones), leaning to the smaller value: the edge of a plateau is a bad place to stand. null = no value has a score.
 */
export function bestValue(values: readonly ScoredValue[]): BestValue | null {
  let most = Number.NEGATIVE_INFINITY;
  for (const { score } of values) if (score !== null && score > most) most = score;
  let best: { readonly start: number; readonly length: number } | undefined;
  let start = 0;
  for (let at = 0; at <= values.length; at += 1) {
    const score = values[at]?.score ?? null;
    if (score !== null && most - score <= EQUAL) continue;
    if (at - start > (best?.length ?? 0)) best = { start, length: at - start };
    start = at + 1;
  }
  if (best === undefined) return null;
  const run = values.slice(best.start, best.start + best.length);
  const middle = run[Math.floor((run.length - 1) / 2)];
  const [first, last] = [run[0], run.at(-1)];
  if (middle === undefined || first === undefined || last === undefined) return null;
  return { value: middle.value, score: most, from: first.value, to: last.value };
}
