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
  type ResolvedClusterOptions,
  resolveClusterOptions,
} from './cluster-faces.js';
export {
  type Algorithm,
  AUTO_ALGORITHM,
  calibrationOf,
  DEFAULT_THRESHOLDS,
  defaultThresholds,
  type RequestedAlgorithm,
} from './defaults.js';
export { foundingId, namePersons } from './identity.js';
export { type IdleDecision, inForce, ledgerOf, splitPersonId, undoneIn } from './ledger.js';
export {
  currentMosaics,
  hasMosaics,
  MAX_TILES,
  MOSAIC_FOLDER,
  type MosaicSummary,
  planMosaics,
  writeMosaics,
} from './mosaics.js';
export { facesByPerson, personsOf } from './persons.js';
export { type Likely, nearestPersons, type PersonSums, personSums } from './search.js';
export { type Suggestion, suggestions } from './suggest.js';
export { type Tier, type TierThresholds, tierOf } from './tiers.js';
