/**
 * Where everything of the chart of a tuning stands: lines of scores over the
 * values, and below them how many persons there were. Pure numbers; the
 * template draws them, and escapes what is text.
 */
import type { Tuning } from '../people/index.js';
import { rounded } from './face-columns.js';
import { scoreText, tuningColumns } from './tuning-columns.js';

/** A mark on an axis. */
export interface Tick {
  readonly at: number;
  readonly label: string;
}

/** A rectangle of the drawing, pixels. */
export interface Panel {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** One line, with its points and where its key stands. */
export interface Series {
  readonly name: string;
  /** 1, 2, …: its colour and dashes. */
  readonly number: number;
  readonly points: string;
  readonly dots: readonly { readonly x: number; readonly y: number; readonly title: string }[];
  readonly keyX: number;
}

/** A value that is pointed out. */
export interface Mark {
  readonly x: number;
  readonly label: string;
  /** Which end of the label stands at the line. */
  readonly anchor: 'start' | 'end';
}

/** The chart. */
export interface TuningChart {
  readonly width: number;
  readonly height: number;
  readonly xTitle: string;
  readonly xTicks: readonly Tick[];
  readonly scores: Panel & {
    readonly ticks: readonly Tick[];
    readonly series: readonly Series[];
    readonly band: string;
  };
  readonly persons: Panel & { readonly ticks: readonly Tick[]; readonly points: string };
  readonly best: Mark | null;
  readonly usual: Mark | null;
}

const WIDTH = 760;
const HEIGHT = 500;
const SCORES: Panel = { left: 56, right: 744, top: 56, bottom: 330 };
const PERSONS: Panel = { left: 56, right: 744, top: 384, bottom: 446 };
const KEY_WIDTH = 150;
const MOST_TICKS = 12;
/** A score this little below a round number is that number. */
const ROUNDING = 1e-9;

/** Lays the chart out. The values are ascending, at least one. */
export function layTuningChart(tuning: Tuning): TuningChart {
  const values = tuning.values.map(({ value }) => value);
  const [low, high] = widened(values[0] ?? 0, values.at(-1) ?? 0);
  const x = scale(low, high, SCORES.left, SCORES.right);
  const drawn = tuningColumns(tuning).filter(({ isDrawn }) => isDrawn);
  const scores = tuning.values.flatMap((row) => [
    ...drawn.map((column) => column.value(row)),
    row.stability?.least ?? null,
  ]);
  // From the tenth below the lowest score: the differences near 1 are what is looked for.
  const floor = Math.min(0.9, ...scores.map((score) => Math.floor((score ?? 1) * 10 + ROUNDING) / 10));
  const y = scale(floor, 1, SCORES.bottom, SCORES.top);
  const series = drawn.map((column, at): Series => {
    const dots = tuning.values.flatMap((row) => {
      const score = column.value(row);
      if (score === null) return [];
      return [{ x: x(row.value), y: y(score), title: `${row.value}: ${column.title} ${scoreText(score)}` }];
    });
    return { name: column.title, number: at + 1, points: path(dots), dots, keyX: SCORES.left + at * KEY_WIDTH };
  });
  const most = Math.max(1, ...tuning.values.map(({ persons }) => persons));
  const personY = scale(0, most, PERSONS.bottom, PERSONS.top);
  const [best] = tuning.best;
  const mark = (value: number, label: string): Mark => {
    const at = x(value);
    return { x: at, label, anchor: at > (SCORES.left + SCORES.right) / 2 ? 'end' : 'start' };
  };
  const isUsualShown = tuning.default >= low && tuning.default <= high;
  return {
    width: WIDTH,
    height: HEIGHT,
    xTitle: tuning.parameter === 'threshold' ? 'threshold (cosine distance)' : 'min-samples (neighbours)',
    xTicks: roundTicks(low, high, MOST_TICKS).map((value) => ({ at: x(value), label: String(value) })),
    scores: {
      ...SCORES,
      ticks: roundTicks(floor, 1, 6).map((value) => ({ at: y(value), label: value.toFixed(1 - floor < 0.5 ? 2 : 1) })),
      series,
      band: bandOf(tuning, x, y),
    },
    persons: {
      ...PERSONS,
      ticks: [0, most].map((value) => ({ at: personY(value), label: value.toLocaleString('en-US') })),
      points: path(tuning.values.map(({ value, persons }) => ({ x: x(value), y: personY(persons) }))),
    },
    best: best === undefined ? null : mark(best.value, `best ${best.value}`),
    usual: isUsualShown && tuning.default !== best?.value ? mark(tuning.default, `default ${tuning.default}`) : null,
  };
}

type Scale = (value: number) => number;

/** Pixels to a tenth: enough for a drawing, and the same bytes everywhere. */
function scale(low: number, high: number, from: number, to: number): Scale {
  return (value) => rounded(from + ((value - low) / (high - low)) * (to - from), 1);
}

/** A single value needs room on both sides. */
function widened(low: number, high: number): readonly [number, number] {
  return high > low ? [low, high] : [low * 0.9, low * 1.1];
}

function path(points: readonly { readonly x: number; readonly y: number }[]): string {
  return points.map(({ x, y }) => `${x},${y}`).join(' ');
}

/** From the least to the most agreement of two samples, as a polygon; '' with labels. */
function bandOf({ values }: Tuning, x: Scale, y: Scale): string {
  const known = values.flatMap(({ value, stability }) => (stability === null ? [] : [{ value, ...stability }]));
  const upper = known.map(({ value, most }) => ({ x: x(value), y: y(most) }));
  const lower = known.map(({ value, least }) => ({ x: x(value), y: y(least) }));
  return path([...upper, ...lower.reverse()]);
}

/** Round numbers from `low` to `high`, at most `most`. */
function roundTicks(low: number, high: number, most: number): readonly number[] {
  const rough = (high - low) / (most - 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((digit) => digit * power >= rough * (1 - ROUNDING)) ?? 10) * power;
  const ticks: number[] = [];
  for (let at = Math.ceil(low / step - ROUNDING); at * step <= high + step * ROUNDING; at += 1) {
    ticks.push(Number((at * step).toPrecision(10)));
  }
  return ticks;
}
