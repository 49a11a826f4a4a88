/**
 * Faces become persons: clustering, stable ids, mosaics. Reads and writes the
 * project only through `Store`; distances are computed natively.
 */
export { type Applied, applyDecisions } from './apply-decisions.js';
export {
  assign,
  type ClusterRequest,
  type ClusterSummary,
  clusterFaces,
  nativeClusterOptions,
  type ResolvedClusterOptions,
  resolveClusterOptions,
} from './cluster-faces.js';
export {
  type Algorithm,
  AUTO_ALGORITHM,
  calibrationOf,
  DEFAULT_THRESHOLDS,
  defaultThresholds,
  REQUESTED_ALGORITHMS,
  type RequestedAlgorithm,
} from './defaults.js';
export {
  type Confusion,
  countLabels,
  type EvaluatedFaces,
  type Evaluation,
  evaluatePersons,
  type LabelCounts,
  type MixedPerson,
  type SplitName,
} from './evaluate.js';
export { foundingId, namePersons } from './identity.js';
export {
  type LabelRow,
  type LabelRows,
  labelsError,
  NAME_COLUMN,
  readLabelRows,
  type UnusedReason,
  type UnusedRow,
} from './label-rows.js';
export { type IdleDecision, inForce, ledgerOf, splitPersonId, undoneIn } from './ledger.js';
export { type FaceLabel, LEAST_OVERLAP, type MatchedBy, type MatchedLabels, matchLabels } from './match-labels.js';
export {
  currentMosaics,
  hasMosaics,
  MAX_TILES,
  MOSAIC_FOLDER,
  type MosaicSummary,
  planMosaics,
  writeMosaics,
} from './mosaics.js';
export { type PersonSums, personSums } from './person-sums.js';
export { facesByPerson, personsOf } from './persons.js';
export {
  adjustedRand,
  type ClusterRates,
  type ClusterScores,
  type Labelled,
  type Rates,
  rates,
  scoreClustering,
  scoreItems,
  scoreLabels,
} from './scores.js';
export { type Likely, nearestPersons } from './search.js';
export { type Suggestion, suggestions } from './suggest.js';
export { type Tier, type TierThresholds, tierOf } from './tiers.js';
export {
  SAMPLE_SHARE,
  SAMPLES,
  type Stability,
  TUNING_SEED,
  type TunedBy,
  type TunedValue,
  type TuneRequest,
  type Tuning,
  tune,
} from './tune.js';
export { type BestValue, bestValue, type TuneParameter, type TuneRange, tuneValues } from './tuning-values.js';
