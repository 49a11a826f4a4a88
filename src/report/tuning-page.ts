/**
 * A tuning as files: the chart by itself (SVG), a page with the chart and all
 * figures (HTML, no script), and the table (CSV).
 */
import type { TunedBy, Tuning } from '../people/index.js';
import { rounded } from './face-columns.js';
import { renderStatic } from './render.js';
import { csvOf } from './tables.js';
import { layTuningChart } from './tuning-chart.js';
import { scoreText, type TuningColumn, tuningColumns } from './tuning-columns.js';

/** What chart and page show. */
export interface TuningPageInput {
  readonly tuning: Tuning;
  /** Labelled faces; null = no labels were given. */
  readonly labelled: number | null;
  /** Program and version. */
  readonly generator: string;
}

const DECIMALS = 6;

/** What a score is called in sentences. */
export const SCORE_NAMES: Readonly<Record<TunedBy, string>> = {
  bCubedF: 'B-cubed F',
  pairwiseF: 'pairwise F',
  ami: 'AMI',
  ari: 'ARI',
  stability: 'stability',
};

/** Said wherever a stability is shown. */
export const STABILITY_CAUTION =
  'Stability is no truth: it says how far the grouping depends on which photographs are there, not whether it is right. ' +
  'Strict values that join only near copies are stable too. Labels of a few hundred faces tell more.';

/** Said wherever scores on labels are shown. */
export const LABELS_CAUTION =
  'The best value is best for these labels: judge it on faces that did not choose it before you trust its score.';

/**
 * Chart and page; the same input gives the same bytes.
 *
 * *Errors*: `REPORT_ASSET_MISSING` when a template is not there.
 */
export async function renderTuning(input: TuningPageInput): Promise<{ readonly svg: string; readonly html: string }> {
  const { tuning, labelled, generator } = input;
  const title = `Tuning of ${tuning.parameter}, ${tuning.algorithm}`;
  const columns = tuningColumns(tuning);
  const content = {
    title,
    generator,
    facts: factsOf(tuning, labelled),
    caution: labelled === null ? STABILITY_CAUTION : LABELS_CAUTION,
    chart: layTuningChart(tuning),
    heads: columns.map((column) => column.title),
    rows: tuning.values.map((row) => ({
      isBest: row.value === tuning.best[0]?.value,
      cells: columns.map((column) => shown(column, column.value(row))),
    })),
  };
  return {
    svg: await renderStatic('tuning-svg', 'tuning', content),
    html: await renderStatic('tuning', 'tuning', content),
  };
}

function shown({ isScore }: TuningColumn, value: number | null): string {
  if (value === null) return '';
  return isScore ? scoreText(value) : String(value);
}

function factsOf({ faces, best, embedderId }: Tuning, labelled: number | null): string {
  const [first] = best;
  const basis = labelled === null ? 'no labels' : `${labelled.toLocaleString('en-US')} labelled`;
  const found =
    first === undefined
      ? 'no value stands out'
      : `best ${first.value} by ${SCORE_NAMES[first.by]} ${scoreText(first.score)}`;
  return `${faces.toLocaleString('en-US')} faces, ${basis}; ${found}; embedder ${embedderId}`;
}

/** One row a value, under the names of `tuningColumns`. */
export function tuningCsv(tuning: Tuning): Iterable<string> {
  const columns = tuningColumns(tuning);
  const rows = tuning.values.map((row) =>
    Object.fromEntries(
      columns.map((column) => {
        const value = column.value(row);
        return [column.name, value === null || !column.isScore ? value : rounded(value, DECIMALS)];
      }),
    ),
  );
  return csvOf(
    columns.map(({ name }) => name),
    rows,
  );
}
