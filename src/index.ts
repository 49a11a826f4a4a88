/**
 * The public library: `openProject` and its steps, each step also as one call.
 * Nothing but re-exports and the one-call forms; docs say what each does.
 */
export {
  type AssignedFace,
  type Box,
  type Conflict,
  type Edge,
  type Face,
  FaceweaveError,
  type FaceweaveErrorDetails,
  type Options,
  type Person,
  type Photo,
  type SkippedFile,
  type SourceRecord,
} from './config/index.js';
export type { ExtractStats, ExtractSummary, Stage } from './extract/index.js';
export { listModels, type ModelCard, type ModelCheck, verifyModels } from './models/index.js';
export type { LongCall, Progress } from './native/index.js';
export type {
  BestValue,
  ClusterScores,
  Confusion,
  Evaluation,
  LabelCounts,
  Rates,
  TunedValue,
  TuneParameter,
} from './people/index.js';
export {
  type ClusterStepSummary,
  cluster,
  type ExtractStepRequest,
  type ExtractStepSummary,
  extract,
  type LabelsRequest,
  type Manifest,
  type NetworkSummary,
  network,
  type OpenProject,
  openProject,
  type Project,
  type ProjectContents,
  type ProjectStatus,
  packageVersion,
  type RunSummary,
  run,
  type StepRequest,
  type Table,
  type TableFormat,
  type TableName,
  type TuneStepRequest,
  type TuneStepSummary,
} from './project/index.js';
