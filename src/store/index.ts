/**
 * The public face of `store`: a project's database behind one interface, its
 * journal of decisions, and the folder that holds both.
 */
export {
  DECISION_VERSION,
  type Decision,
  type DecisionKind,
  decisionJsonSchema,
  type NewDecision,
} from './decision-schema.js';
export {
  createDecisionJournal,
  type DecisionJournal,
  type JournalContent,
  type JournalProblem,
  type JournalSurroundings,
} from './decisions.js';
export { type OpenStoreOptions, openStore } from './open-store.js';
export { makePrivateFolders, writePrivateFile } from './private-file.js';
export {
  createProjectFolder,
  lastRunNumber,
  type ProjectLayout,
  projectLayout,
  writeRunManifest,
} from './project-folder.js';
export { lockProject, type ProjectLock } from './project-lock.js';
export { type Forgotten, NOBODY_ID } from './sqlite-forget.js';
export type * from './store.js';
