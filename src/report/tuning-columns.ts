/**
 * The columns of a tuning: what each value of the parameter came to. Apart
 * because the CSV, the page and the chart must say the same under one name.
 */
import type { TunedValue, Tuning } from '../people/index.js';
import { rounded } from './face-columns.js';

/** One column; six decimals are kept of scores. */
export interface TuningColumn {
  /** In the CSV. */
  readonly name: string;
  /** On the page. */
  readonly title: string;
  /** A score from 0 to 1 (the adjusted ones may be below 0); else a count, or the value. */
  readonly isScore: boolean;
  /** Drawn in the chart. */
  readonly isDrawn: boolean;
  value(row: TunedValue): number | null;
}

const number = (name: string, title: string, value: TuningColumn['value']): TuningColumn => ({
  name,
  title,
  isScore: false,
  isDrawn: false,
  value,
});
const score = (name: string, title: string, value: TuningColumn['value'], isDrawn = false): TuningColumn => ({
  name,
  title,
  isScore: true,
  isDrawn,
  value,
});

const COUNTS: readonly TuningColumn[] = [
  number('persons', 'persons', ({ persons }) => persons),
  number('singles', 'of one face', ({ singles }) => singles),
];

const SCORES: readonly TuningColumn[] = [
  score('pairwise_f', 'pairwise F', ({ scores }) => scores?.pairwise.f ?? null, true),
  score('pairwise_precision', 'pairwise precision', ({ scores }) => scores?.pairwise.precision ?? null),
  score('pairwise_recall', 'pairwise recall', ({ scores }) => scores?.pairwise.recall ?? null),
  score('bcubed_f', 'B-cubed F', ({ scores }) => scores?.bCubed.f ?? null, true),
  score('bcubed_precision', 'B-cubed precision', ({ scores }) => scores?.bCubed.precision ?? null),
  score('bcubed_recall', 'B-cubed recall', ({ scores }) => scores?.bCubed.recall ?? null),
  score('ami', 'AMI', ({ scores }) => scores?.ami ?? null, true),
  score('ari', 'ARI', ({ scores }) => scores?.ari ?? null, true),
  score('nmi', 'NMI', ({ scores }) => scores?.nmi ?? null),
  score('homogeneity', 'homogeneity', ({ scores }) => scores?.homogeneity ?? null),
  score('completeness', 'completeness', ({ scores }) => scores?.completeness ?? null),
  score('v_measure', 'V-measure', ({ scores }) => scores?.vMeasure ?? null),
];

const STABILITY: readonly TuningColumn[] = [
  score('stability', 'stability (mean ARI)', ({ stability }) => stability?.mean ?? null, true),
  score('stability_least', 'least ARI', ({ stability }) => stability?.least ?? null),
  score('stability_most', 'most ARI', ({ stability }) => stability?.most ?? null),
];

/** Decimals of a score that is read by people. */
const SHOWN_DECIMALS = 4;

/** A score as text; never `-0.0000`, which rounding alone would make. */
export function scoreText(score: number): string {
  return rounded(score, SHOWN_DECIMALS).toFixed(SHOWN_DECIMALS);
}

/** The columns of this tuning, in order; the first is named after the parameter. */
export function tuningColumns({ parameter, values }: Pick<Tuning, 'parameter' | 'values'>): readonly TuningColumn[] {
  const first = number(parameter.replace('-', '_'), parameter, ({ value }) => value);
  const isLabelled = values.some(({ scores }) => scores !== null);
  return [first, ...COUNTS, ...(isLabelled ? SCORES : STABILITY)];
}
