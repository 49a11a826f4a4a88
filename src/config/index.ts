/**
 * The public face of `config`: options, the error class, the shared nouns, the
 * order of names and the layout of a project folder. The bottom of the import
 * order: it imports no other module.
 */
export * from './domain.js';
export { FaceweaveError, type FaceweaveErrorDetails } from './error.js';
export {
  CLUSTERS_FOLDER,
  DATA_FOLDER,
  DATABASE_FILE,
  DECISIONS_FILE,
  DOWNLOADS_FOLDER,
  FACES_FOLDER,
  LOCK_FILE,
  PROJECT_FOLDER,
  RUNS_FOLDER,
} from './layout.js';
export {
  ALGORITHMS,
  OPTION_FIELDS,
  OPTION_TABLE,
  type OptionCommand,
  type OptionKey,
  type OptionKind,
  type OptionRow,
  type Options,
  optionsOf,
} from './option-table.js';
export {
  CONFIG_FILE,
  type OptionOrigin,
  type OptionSources,
  optionsSchema,
  type ResolvedOptions,
  resolveOptions,
} from './options.js';
export { compareText } from './order.js';
export { overlapOf } from './overlap.js';
export { showValue, type UsageDetails, usageError } from './usage.js';
