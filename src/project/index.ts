/**
 * Everything that needs several steps: a project opened, its runs recorded,
 * its tables. The command line and the library's `index.ts` see only this.
 */

export type { Evaluation, LabelCounts, Suggestion, TuneParameter, Tuning } from '../people/index.js';
export type { NetworkSummary } from './build-network.js';
export { EDGES_TABLE, NETWORK_PAGE } from './build-network.js';
export type { DecisionsSummary } from './decisions-step.js';
export {
  FACE_DATABASE,
  TABLE_FORMATS,
  type Table,
  type TableFormat,
  type TableName,
  type TableOptions,
  writeFaceDatabase,
} from './exports.js';
export type { ForgetRequest, ForgetSummary } from './forget.js';
export type { Matches } from './import-names.js';
export {
  TUNING_CHART,
  TUNING_PAGE,
  TUNING_TABLE,
  type TuneStepRequest,
  type TuneStepSummary,
} from './judge-persons.js';
export type { LabelsRequest } from './labels.js';
export { latestManifest, type Manifest, manifestOf, type RunOutcome } from './manifest.js';
export { cluster, extract, network, run } from './one-call.js';
export { openProject } from './open-project.js';
export type { Decided, NamedPerson, NamesSummary, PastDecision, People, Said } from './people.js';
export { planProject } from './plan-project.js';
export type { FoundFace, FoundPhoto } from './search.js';
export { isProjectFolder, projectFolderOf } from './sources.js';
export type {
  ClusterStepSummary,
  ExtractStepRequest,
  ExtractStepSummary,
  OpenProject,
  Project,
  ProjectContents,
  ProjectStatus,
  RunSummary,
  StepRequest,
} from './types.js';
export { packageVersion } from './version.js';
