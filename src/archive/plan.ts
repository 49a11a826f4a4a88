/**
 * Compares what a walk found with what the store knows, and says what is to be
 * done: nothing, read, or forget. Pure: it touches neither disk nor database.
 */
import type { SkippedFile } from '../config/domain.js';
import type { Candidate, Refusal } from './candidate.js';

/** What is known of one path (the store's `KnownPath` fits). */
export interface PathState {
  readonly path: string;
  readonly sizeBytes: number;
  readonly mtimeNs: string;
  /** null = the file was skipped. */
  readonly photoId: string | null;
  /** Why it was skipped. */
  readonly code?: string | null;
  readonly message?: string | null;
}

/** What the plan is made from. */
export interface PlanInput<Known extends PathState> {
  readonly candidates: readonly Candidate[];
  readonly refused: readonly Refusal[];
  /** The paths known of the sources that were walked, and of no other: what is missing from these is gone. */
  readonly known: ReadonlyMap<string, Known>;
  /** Ids of the photographs that need nothing more; when omitted, every known photograph. */
  readonly extracted?: ReadonlySet<string>;
  /** Try skipped files again though they have not changed. */
  readonly retry?: boolean;
  /** Whether a known path is kept though it was not listed: its source was only looked at in part. */
  readonly isKept?: (path: string) => boolean;
}

/** A refused entry as the store records it: mostly no size or time, so that it is looked at afresh each time. */
export interface RefusedPath extends Omit<PathState, 'code' | 'message'>, SkippedFile {
  readonly photoId: null;
}

/** What is to be done; each list in the order of the walk, or sorted like it. */
export interface ExtractionPlan<Known extends PathState> {
  /** Same size and time as when they were last read. */
  readonly unchanged: readonly Known[];
  /** New, changed, to be tried again, or not yet extracted by the models in use. */
  readonly toRead: readonly Candidate[];
  /** Entries the walk refused, to be recorded as skipped. */
  readonly refused: readonly RefusedPath[];
  /** Links that lead to nothing now but did once: to be told of, not recorded, so that their photographs stay in sight. */
  readonly withheld: readonly RefusedPath[];
  /** Known paths that are no more. Those in a folder or archive that could not be read are not among them. */
  readonly gone: readonly string[];
  /** Known troubles of folders and archives that are over: forgotten like `gone`, but no file went. */
  readonly healed: readonly string[];
  /** Known paths in folders and archives that could not be read now, or behind links that gave nothing: nothing is concluded about them. */
  readonly unreachable: readonly Known[];
}

/**
 * Reasons that lie outside of the file and may be gone by now: the limit may be another one today, and what had a
 * crop's name may have been moved away. Such files are few.
 */
const PASSING: ReadonlySet<string> = new Set([
  'PHOTO_TOO_LARGE',
  'FILE_TOO_LARGE',
  'CROP_NAME',
  'ARCHIVE_LIMIT',
  'DECODER_MISSING',
]);

/** What hides what lies below it: a folder that cannot be read, an archive that cannot be read to its end or at all. */
const CLOSED: ReadonlySet<string> = new Set(['FOLDER_READ', 'ARCHIVE_READ', 'FILE_READ']);

/** What codes of links that gave nothing begin with. */
const LINK = 'LINK_';

/** Makes the plan. Cost: linear in the paths. */
export function planExtraction<Known extends PathState>(input: PlanInput<Known>): ExtractionPlan<Known> {
  const unchanged: Known[] = [];
  const toRead: Candidate[] = [];
  const seen = new Set(input.refused.map((entry) => entry.path));
  for (const candidate of input.candidates) {
    seen.add(candidate.path);
    const before = input.known.get(candidate.path);
    if (before !== undefined && isSettled(before, candidate, input)) unchanged.push(before);
    else toRead.push(candidate);
  }
  const closed = input.refused.filter((entry) => CLOSED.has(entry.code)).map((entry) => entry.path);
  const gone: string[] = [];
  const healed: string[] = [];
  const unreachable: Known[] = [];
  for (const before of input.known.values()) {
    if (seen.has(before.path)) continue;
    if (closed.some((folder) => isUnder(before.path, folder))) unreachable.push(before);
    else if (input.isKept?.(before.path) === true) continue;
    else if (isContainer(before)) healed.push(before.path);
    else gone.push(before.path);
  }
  const refused: RefusedPath[] = [];
  const withheld: RefusedPath[] = [];
  for (const entry of input.refused) {
    const before = input.known.get(entry.path);
    const isOut = entry.code.startsWith(LINK) && (before?.photoId ?? null) !== null;
    if (isOut && before !== undefined) unreachable.push(before);
    (isOut ? withheld : refused).push({ sizeBytes: 0, mtimeNs: '0', ...entry, photoId: null });
  }
  return { unchanged, toRead, refused, withheld, gone, healed, unreachable };
}

function isSettled<Known extends PathState>(before: Known, now: Candidate, input: PlanInput<Known>): boolean {
  if (before.sizeBytes !== now.sizeBytes || before.mtimeNs !== now.mtimeNs) return false;
  if (before.photoId === null) return input.retry !== true && !PASSING.has(before.code ?? '');
  return input.extracted === undefined || input.extracted.has(before.photoId);
}

/** A row that stands for a whole folder or archive, not for a photograph. */
function isContainer({ code }: PathState): boolean {
  return code === 'FOLDER_READ' || code === 'ARCHIVE_READ';
}

function isUnder(path: string, folder: string): boolean {
  return folder === '.' || path.startsWith(`${folder}/`);
}
