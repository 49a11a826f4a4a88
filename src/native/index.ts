/**
 * The door to native code for every other module: the engine, the long-call
 * vocabulary, and the search for the files it needs. Loading is lazy.
 */
export {
  type AttributeBatch,
  type AttributeInput,
  type AttributeOptions,
  type ClusterOptions,
  type ClusterResult,
  type Engine,
  type EngineVersions,
  type ExtractBatch,
  type Extraction,
  type ExtractOptions,
  type ImageOutcome,
  type ModelSpec,
  type MosaicOptions,
  type MosaicRequest,
  type NativeStages,
  nativeEngine,
  type PhotoInput,
  type PhotoOutcome,
} from './engine.js';
export { findAddon, findRuntime, loadAddon, loadRuntime, type Surroundings } from './load.js';
export { currentPlatform, describePlatform, type Platform, tripleOf } from './platform.js';
export {
  type LongCall,
  PROGRESS_INTERVAL_MS,
  type Progress,
  report,
  type Watch,
  withSignal,
} from './signal.js';
