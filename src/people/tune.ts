/**
 * Many values of one parameter tried on the vectors of a project: how well each
 * grouping agrees with labels or, without any, with itself when part of the
 * photographs is left out. Saves nothing.
 *
 * Sources: Lange et al. 2004, "Stability-based validation of clustering solutions"; Ben-Hur et al. 2002 (overlapping
 * sub-samples). Stability is no truth: a wrong grouping can be found again and again.
 */
import { type Engine, type LongCall, type Progress, report } from '../native/index.js';
import type { Store, VectorTable } from '../store/store.js';
import {
  clusterVectors,
  embedderOf,
  groupsOf,
  type ResolvedClusterOptions,
  resolveClusterOptions,
} from './cluster-faces.js';
import { ALONE } from './contingency.js';
import { DEFAULT_MIN_SAMPLES, defaultThresholds, type RequestedAlgorithm } from './defaults.js';
import { choose, randomFrom } from './random.js';
import { adjustedRand, type ClusterScores, scoreLabels } from './scores.js';
import type { TierThresholds } from './tiers.js';
import { type BestValue, bestValue, type TuneParameter, type TuneRange, tuneValues } from './tuning-values.js';

/** Samples of photographs that a stability is the mean of, and the part that each holds. */
export const SAMPLES = 5;
export const SAMPLE_SHARE = 0.8;
/** The same samples in every run. */
export const TUNING_SEED = 1;

/** What to try. */
export interface TuneRequest extends LongCall, TuneRange {
  readonly parameter: TuneParameter;
  readonly algorithm?: RequestedAlgorithm;
  /** Held while `min-samples` is tried. */
  readonly threshold?: number;
  /** Held while the threshold is tried. */
  readonly minSamples?: number;
  readonly tiers?: TierThresholds;
  readonly threads?: number;
  /** True person of each labelled face; without it, stability is measured. */
  readonly truth?: ReadonlyMap<string, string>;
  readonly seed?: number;
}

/** Agreement of the groupings of overlapping samples: ARI on the faces that two share, over all pairs of samples. */
export interface Stability {
  readonly mean: number;
  readonly least: number;
  readonly most: number;
}

/** One value and what came of it. */
export interface TunedValue {
  readonly value: number;
  readonly persons: number;
  /** Persons of one face. */
  readonly singles: number;
  /** Of the labelled faces; null without labels. */
  readonly scores: ClusterScores | null;
  /** null with labels. */
  readonly stability: Stability | null;
  /** Every face alone, or all in one person: stable whatever the photographs, so never the best. */
  readonly isTrivial: boolean;
}

/** What the best value is best by. */
export type TunedBy = 'bCubedF' | 'pairwiseF' | 'ami' | 'ari' | 'stability';

/** All values, and the best. */
export interface Tuning {
  readonly parameter: TuneParameter;
  readonly algorithm: RequestedAlgorithm;
  readonly embedderId: string;
  /** Of the parameter, for this embedder and algorithm. */
  readonly default: number;
  readonly faces: number;
  readonly values: readonly TunedValue[];
  /** With labels by B-cubed F first, then by the other scores; without, by stability. */
  readonly best: readonly (BestValue & { readonly by: TunedBy })[];
  readonly seed: number;
  readonly warnings: readonly string[];
}

/**
 * Tries each value.
 *
 * *Cost*: one clustering a value, and without labels five more of 80 % of the photographs; memory for a copy of 80 % of the vectors,
 * and 4 bytes a face, value and sample. *Errors*: `NOTHING_EXTRACTED`; `USAGE` for the range.
 */
export async function tune(store: Store, engine: Engine, request: TuneRequest): Promise<Tuning> {
  const { parameter, algorithm = 'auto', truth, seed = TUNING_SEED } = request;
  const embedderId = await embedderOf(store);
  const usual = defaultThresholds(embedderId).thresholds[algorithm];
  const values = tuneValues(parameter, request, usual, algorithm);
  const { tiers, minSamples, threshold } = request;
  const fixed = {
    algorithm,
    ...(tiers === undefined ? {} : { tiers }),
    ...(minSamples === undefined ? {} : { minSamples }),
    ...(threshold === undefined ? {} : { threshold }),
  };
  const optionsAt = (value: number): ResolvedClusterOptions => {
    const own = parameter === 'threshold' ? { threshold: value } : { minSamples: value };
    return resolveClusterOptions({ ...fixed, ...own }, embedderId).options;
  };
  const table = await store.vectors(embedderId);
  const samples = truth === undefined && table.faceIds.length > 0 ? SAMPLES : 0;
  const group = grouper(engine, request, values.length * (1 + samples));

  const whole: Int32Array[] = [];
  for (const value of values) whole.push(await group(table, optionsAt(value)));
  const sampled = await sampleGroupings(table, samples, seed, async (part) => {
    const groupings: Int32Array[] = [];
    for (const value of values) groupings.push(await group(part, optionsAt(value)));
    return groupings;
  });
  group.end();

  const tuned = values.map((value, at): TunedValue => {
    const groups = whole[at] ?? new Int32Array();
    const sizes = sizesOf(groups);
    return {
      value,
      persons: sizes.length,
      singles: sizes.filter((size) => size === 1).length,
      scores: truth === undefined ? null : truthScores(table.faceIds, groups, truth),
      stability:
        samples === 0 ? null : stabilityOf(sampled.map(({ rows, groupings }) => ({ rows, groups: groupings[at] }))),
      isTrivial: sizes.length <= 1 || sizes.every((size) => size === 1),
    };
  });
  const { warnings } = resolveClusterOptions(parameter === 'threshold' ? { threshold: usual } : fixed, embedderId);
  return {
    parameter,
    algorithm,
    embedderId,
    default: parameter === 'threshold' ? usual : DEFAULT_MIN_SAMPLES,
    faces: table.faceIds.length,
    values: tuned,
    best: bestOf(tuned),
    seed,
    warnings,
  };
}

type Group = ((table: VectorTable, options: ResolvedClusterOptions) => Promise<Int32Array>) & {
  readonly end: () => void;
};

/** Groups a table, tells how many of `total` groupings are done, and lets the signal stop it. */
function grouper(engine: Engine, request: TuneRequest, total: number): Group {
  const { threads, signal, onProgress } = request;
  const beat = (completed: number, done: boolean): void => {
    const progress: Progress = { step: 'tune', completed, total, done };
    report(onProgress, progress);
  };
  let completed = 0;
  const group = async (table: VectorTable, options: ResolvedClusterOptions): Promise<Int32Array> => {
    signal?.throwIfAborted();
    const { tiers, result } = await clusterVectors(engine, table, options, {
      ...(threads === undefined ? {} : { threads }),
      ...(signal === undefined ? {} : { signal }),
    });
    completed += 1;
    beat(completed, false);
    return groupsOf(result.labels, tiers).groupOfFace;
  };
  return Object.assign(group, { end: () => beat(total, true) });
}

/** Sizes of the groups; faces in none are not counted. */
function sizesOf(groups: Int32Array): readonly number[] {
  const sizes: number[] = [];
  for (const group of groups) if (group >= 0) sizes[group] = (sizes[group] ?? 0) + 1;
  return sizes;
}

/** Scores of the labelled faces; one that has no vector is alone. */
function truthScores(
  faceIds: readonly string[],
  groups: Int32Array,
  truth: ReadonlyMap<string, string>,
): ClusterScores {
  const groupOf = new Map(faceIds.map((id, row) => [id, groups[row] ?? ALONE]));
  const codes = new Map<string, number>();
  const [predicted, wanted] = [new Int32Array(truth.size), new Int32Array(truth.size)];
  let at = 0;
  for (const [faceId, name] of truth) {
    if (!codes.has(name)) codes.set(name, codes.size);
    predicted[at] = groupOf.get(faceId) ?? ALONE;
    wanted[at] = codes.get(name) ?? ALONE;
    at += 1;
  }
  return scoreLabels(predicted, wanted);
}

interface SampledGroupings {
  /** Rows of the whole table, ascending. */
  readonly rows: Uint32Array;
  /** One a value. */
  readonly groupings: readonly Int32Array[];
}

/** Groups samples of whole photographs, one sample in memory at a time. */
async function sampleGroupings(
  table: VectorTable,
  samples: number,
  seed: number,
  groupAll: (part: VectorTable) => Promise<readonly Int32Array[]>,
): Promise<readonly SampledGroupings[]> {
  const photos = [...new Set(table.photos)];
  const random = randomFrom(seed);
  const all: SampledGroupings[] = [];
  for (let sample = 0; sample < samples; sample += 1) {
    const chosen = choose(photos.length, Math.ceil(photos.length * SAMPLE_SHARE), random);
    const kept = new Set(Array.from(chosen, (at) => photos[at]));
    const rows = Uint32Array.from([...table.photos.keys()].filter((row) => kept.has(table.photos[row])));
    all.push({ rows, groupings: await groupAll(partOf(table, rows)) });
  }
  return all;
}

function partOf({ faceIds, photos, qualities, vectors, dims }: VectorTable, rows: Uint32Array): VectorTable {
  const part = new Float32Array(rows.length * dims);
  for (const [at, row] of rows.entries()) part.set(vectors.subarray(row * dims, (row + 1) * dims), at * dims);
  return {
    faceIds: Array.from(rows, (row) => faceIds[row] ?? ''),
    photos: Uint32Array.from(rows, (row) => photos[row] ?? 0),
    qualities: Float32Array.from(rows, (row) => qualities[row] ?? Number.NaN),
    vectors: part,
    dims,
  };
}

interface SampleGrouping {
  readonly rows: Uint32Array;
  readonly groups: Int32Array | undefined;
}

function stabilityOf(samples: readonly SampleGrouping[]): Stability {
  const agreements: number[] = [];
  for (const [at, first] of samples.entries()) {
    for (const second of samples.slice(at + 1)) agreements.push(agreement(first, second));
  }
  const total = agreements.reduce((sum, value) => sum + value, 0);
  return { mean: total / agreements.length, least: Math.min(...agreements), most: Math.max(...agreements) };
}

/** ARI on the faces that both have. */
function agreement(first: SampleGrouping, second: SampleGrouping): number {
  const [a, b]: [number[], number[]] = [[], []];
  let other = 0;
  for (const [at, row] of first.rows.entries()) {
    while (other < second.rows.length && (second.rows[other] ?? 0) < row) other += 1;
    if (second.rows[other] !== row) continue;
    a.push(first.groups?.[at] ?? ALONE);
    b.push(second.groups?.[other] ?? ALONE);
  }
  return adjustedRand(a, b);
}

const SCORES: readonly (readonly [TunedBy, (value: TunedValue) => number | null])[] = [
  ['bCubedF', ({ scores }) => scores?.bCubed.f ?? null],
  ['pairwiseF', ({ scores }) => scores?.pairwise.f ?? null],
  ['ami', ({ scores }) => scores?.ami ?? null],
  ['ari', ({ scores }) => scores?.ari ?? null],
  ['stability', ({ stability, isTrivial }) => (isTrivial ? null : (stability?.mean ?? null))],
];

function bestOf(values: readonly TunedValue[]): Tuning['best'] {
  return SCORES.flatMap(([by, scoreOf]) => {
    const best = bestValue(values.map((value) => ({ value: value.value, score: scoreOf(value) })));
    return best === null ? [] : [{ ...best, by }];
  });
}
