/**
 * How right are the persons? `evaluate` scores those of the project against
 * labels; `tune` tries other thresholds, and writes chart, page and table into
 * `Data/`. Neither changes a person.
 */
import { join } from 'node:path';
import { DATA_FOLDER, FaceweaveError, type Options } from '../config/index.js';
import type { LongCall } from '../native/index.js';
import {
  countLabels,
  type Evaluation,
  evaluatePersons,
  type LabelCounts,
  type TuneParameter,
  type TuneRange,
  type Tuning,
  tune,
} from '../people/index.js';
import { renderTuning, tuningCsv } from '../report/index.js';
import { writePrivateFile } from '../store/index.js';
import { type LabelsRequest, readLabels } from './labels.js';
import type { Parts } from './types.js';
import { packageVersion } from './version.js';

/** File names under `Data/`. */
export const TUNING_CHART = 'Tuning.svg';
export const TUNING_PAGE = 'Tuning.html';
export const TUNING_TABLE = 'Tuning.csv';

/** What `tune` is asked for. */
export interface TuneStepRequest extends LongCall, TuneRange, Partial<LabelsRequest> {
  readonly parameter: TuneParameter;
  /** `algorithm`, `threads`, the tiers, and the parameters that are held. */
  readonly options?: Partial<Options>;
}

/** What `tune` found, and where it is written. */
export interface TuneStepSummary extends Tuning {
  /** What became of the labels; null = none were given. */
  readonly labels: LabelCounts | null;
  /** Absolute paths; null = the project holds no face. */
  readonly chart: string | null;
  readonly page: string | null;
  readonly table: string | null;
}

/**
 * Scores the persons of the project. Reads only.
 *
 * *Errors*: `LABELS_*`; `NOTHING_CLUSTERED` before the first clustering.
 */
export async function evaluateStep({ store }: Parts, request: LabelsRequest): Promise<Evaluation> {
  if ((await store.clustering()) === null) {
    throw new FaceweaveError('the faces are not grouped into persons yet', {
      code: 'NOTHING_CLUSTERED',
      hint: 'run `faceweave cluster` first, or `faceweave run <folder>` for all steps',
    });
  }
  return evaluatePersons(await readLabels(store, request), await store.faces());
}

/** Tries values of a parameter. *Errors*: `LABELS_*` (`LABELS_UNMATCHED`: not one row labels a face), `NOTHING_EXTRACTED`, `USAGE` for the range, `PROJECT_WRITE`. */
export async function tuneStep(
  { store, engine, projectDir }: Parts,
  options: Options,
  request: TuneStepRequest,
): Promise<TuneStepSummary> {
  const { parameter, from, to, step, signal, onProgress, labels, nameColumn } = request;
  const matched =
    labels === undefined
      ? null
      : await readLabels(store, { labels, ...(nameColumn === undefined ? {} : { nameColumn }) });
  const counts = matched === null ? null : countLabels(matched);
  // Told before the work, which may be long and could then say nothing.
  if (counts !== null && matched?.labels.size === 0) throw noLabelMatched(labels ?? '', counts);
  const { algorithm, threshold, minSamples, threads, foundQuality, joinQuality } = options;
  const tuning = await tune(store, engine, {
    parameter,
    algorithm,
    minSamples,
    threads,
    tiers: { foundQuality, joinQuality },
    ...(threshold === undefined ? {} : { threshold }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(step === undefined ? {} : { step }),
    ...(signal === undefined ? {} : { signal }),
    ...(onProgress === undefined ? {} : { onProgress }),
    ...(matched === null
      ? {}
      : { truth: new Map([...matched.labels].map(([faceId, { name }]) => [faceId, name] as const)) }),
  });
  if (tuning.faces === 0) return { ...tuning, best: [], labels: counts, chart: null, page: null, table: null };
  const at = (name: string): string => join(projectDir, DATA_FOLDER, name);
  const files = { chart: at(TUNING_CHART), page: at(TUNING_PAGE), table: at(TUNING_TABLE) };
  const { svg, html } = await renderTuning({
    tuning,
    labelled: matched?.labels.size ?? null,
    generator: `faceweave ${packageVersion()}`,
  });
  await writePrivateFile(files.chart, svg);
  await writePrivateFile(files.page, html);
  await writePrivateFile(files.table, tuningCsv(tuning));
  return { ...tuning, labels: counts, ...files };
}

function noLabelMatched(path: string, { rows, unused }: LabelCounts): FaceweaveError {
  const reasons = Object.entries(unused).flatMap(([reason, number]) => (number > 0 ? [`${number} ${reason}`] : []));
  return new FaceweaveError(`none of the ${rows} rows labels a face of this project: ${reasons.join(', ')}`, {
    code: 'LABELS_UNMATCHED',
    path,
    hint: 'faceweave export faces has the face ids and the paths that labels may name',
  });
}
