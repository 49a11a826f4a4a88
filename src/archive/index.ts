/**
 * The public face of `archive`: from the sources a user names to the list of
 * files that may be photographs, and what changed since the last time.
 */
export type { ArchiveFormat, ArchiveLimits, ArchiveMember, Candidate, Refusal } from './candidate.js';
export { cropFolder, cropName } from './crop-name.js';
export { type Refuse, readDelimited } from './delimited.js';
export { downloadName, type KnownLink, type ListedSource, type ListFetching, listedSource } from './fetch-list.js';
export { labelSources, ownerOf, recognise, recordOf } from './label.js';
export { readList } from './list.js';
export { orderMembers } from './member-order.js';
export { type MemberReader, openMemberReader } from './member-reader.js';
export type { ArchiveMark } from './members.js';
export { bytesToPath, escapeBackslashes, pathToBytes } from './path-text.js';
export { extensionOf, isPictureExtension, isPictureName } from './picture-name.js';
export { type ExtractionPlan, type PathState, type PlanInput, planExtraction, type RefusedPath } from './plan.js';
export { resolveSources, type SourceKind, type SourceRoot, sortRoots } from './source.js';
export {
  type Listing,
  listCandidates,
  type WalkEntry,
  type WalkOptions,
  walkSources,
} from './walk.js';
