/**
 * The numbers clustering starts from, one table, so that every one can be found
 * and questioned. Distances are cosine distances (1 − cosine) of unit vectors.
 */
import { ALGORITHMS, FaceweaveError } from '../config/index.js';

/** As a user may ask for them. */
export type RequestedAlgorithm = (typeof ALGORITHMS)[number];

/** Algorithms as Rust knows them. */
export type Algorithm = Exclude<RequestedAlgorithm, 'auto'>;

/** All that may be asked for. */
export const REQUESTED_ALGORITHMS: readonly RequestedAlgorithm[] = ALGORITHMS;

/** What `auto` means: average linkage with a narrowing cut measured best (docs/algorithms.md). */
export const AUTO_ALGORITHM: Algorithm = 'ahc';

/**
 * The distances one embedder's clustering starts from, by algorithm: the cut of a face alone for `auto`, of all clusters for the linkages,
 * eps for DBSCAN and the first one for face-network's schedule, the largest for OPTICS, the radius of the graph for Chinese whispers
 * and Leiden; HDBSCAN has none (2, the largest distance there is).
 */
export interface Thresholds extends Readonly<Record<RequestedAlgorithm, number>> {
  /** `auto`: the cut that two large clusters tend to. */
  readonly core: number;
  /** face-network's schedule: the largest median distance to a core. */
  readonly maxDistance: number;
  /**
   * Two faces of one photograph nearer than this are pictures of one picture (a
   * mirror, a collage), not two people alike: near-copies measure less.
   */
  readonly samePhotoExempt: number;
}

/**
 * By the name at the front of the model id. Chosen by cross-validation over
 * halves of people (bench/thresholds, docs/algorithms.md): values from the
 * middle of the plateau, leaning to the strict side. A larger value joins
 * more: edges between strangers; a smaller one splits.
 */
export const DEFAULT_THRESHOLDS: Readonly<Record<string, Thresholds>> = {
  mobilefacenet: {
    ...{
      auto: 0.55,
      core: 0.425,
      ahc: 0.475,
      single: 0.25,
      complete: 0.7,
      ward: 0.6,
      dbscan: 0.25,
      optics: 0.5,
      hdbscan: 2,
    },
    ...{ 'chinese-whispers': 0.4, leiden: 0.4, 'face-network': 0.3, maxDistance: 0.3, samePhotoExempt: 0.1 },
  },
  // face-network's own numbers, 0.45 and 50, on its scale (docs/algorithms.md).
  dlib128: {
    ...{
      auto: 0.085,
      core: 0.06,
      ahc: 0.075,
      single: 0.05,
      complete: 0.12,
      ward: 0.1,
      dbscan: 0.05,
      optics: 0.08,
      hdbscan: 2,
    },
    ...{ 'chinese-whispers': 0.06, leiden: 0.06, 'face-network': 0.0525, maxDistance: 0.0648, samePhotoExempt: 0.015 },
  },
};

/** The curve that turns a face's distance to its person's other faces into a probability (likeness.ts). */
export interface Calibration {
  readonly slope: number;
  /** The distance of one half, for a person of very many other faces. */
  readonly middle: number;
  /** The same for a person of one other face. */
  readonly one: number;
}

/** By embedder's name; fitted and checked by folds of people (bench/calibration.ts, docs/algorithms.md). */
const CALIBRATIONS: Readonly<Record<string, Calibration>> = {
  mobilefacenet: { slope: 50, middle: 0.48, one: 0.46 },
};

/** The calibration of an embedder; null = none was made, and no probability is told. */
export function calibrationOf(embedderId: string): Calibration | null {
  return CALIBRATIONS[embedderName(embedderId)] ?? null;
}

/** The embedder whose thresholds stand in for an unknown one, with a warning. */
const FALLBACK_EMBEDDER = 'mobilefacenet';

/** Neighbours (itself included) that make a face a core of DBSCAN; face-network's value. */
export const DEFAULT_MIN_SAMPLES = 3;

/** Faces up to which all are compared with all: some minutes on two cores. */
export const DEFAULT_EXACT_FACES = 200_000;

/** Iterations of face-network's schedule, as its documentation has it. */
export const DEFAULT_ITERATIONS = 10;

/** The thresholds for an embedder, and whether they were measured for it. */
export interface ThresholdChoice {
  readonly thresholds: Thresholds;
  /** False: the embedder is unknown here and another one's values stand in. */
  readonly measured: boolean;
}

/** Name part of a model id such as `mobilefacenet-1a2b3c4d5e6f`. */
export function embedderName(embedderId: string): string {
  const known = Object.keys(DEFAULT_THRESHOLDS).find(
    (name) => embedderId === name || embedderId.startsWith(`${name}-`),
  );
  return known ?? embedderId;
}

/** The default thresholds for an embedder. */
export function defaultThresholds(embedderId: string): ThresholdChoice {
  const own = DEFAULT_THRESHOLDS[embedderName(embedderId)];
  if (own !== undefined) return { thresholds: own, measured: true };
  const other = DEFAULT_THRESHOLDS[FALLBACK_EMBEDDER];
  if (other === undefined) {
    throw new FaceweaveError('the fallback embedder has no thresholds', { code: 'INTERNAL' });
  }
  return { thresholds: other, measured: false };
}
