/**
 * Faces become persons: clustering, stable ids, mosaics. Reads and writes the
 * project only through `Store`; distances are computed natively.
 */
export {
  assign,
  type ClusterRequest,
  type ClusterSummary,
  clusterFaces,
  type ResolvedClusterOptions,
  resolveClusterOptions,
} from './cluster-faces.js';
export {
  type Algorithm,
  AUTO_ALGORITHM,
  DEFAULT_THRESHOLDS,
  defaultThresholds,
  type RequestedAlgorithm,
} from './defaults.js';
export { foundingId, namePersons } from './identity.js';
export { currentMosaics, MAX_TILES, MOSAIC_FOLDER, type MosaicSummary, planMosaics, writeMosaics } from './mosaics.js';
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
export { type Tier, type TierThresholds, tierOf } from './tiers.js';
