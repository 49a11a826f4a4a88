/**
 * What the step "extract" is asked for and what it answers. Data only, apart
 * from the work so that callers can be read without it.
 */
import type { SourceRoot } from '../archive/index.js';
import type { Options, SkippedFile } from '../config/index.js';
import type { LongCall, ModelSpec } from '../native/index.js';
import type { StoredModel } from '../store/store.js';
import type { AttributeSummary } from './attributes.js';
import type { ExtractStats } from './stats.js';

/** A model as native code and the store know it. */
export interface ExtractModel {
  readonly spec: ModelSpec;
  readonly stored: StoredModel;
}

/** The options extraction reads. */
export type ExtractChoices = Pick<
  Options,
  | 'threads'
  | 'minFace'
  | 'detectionSize'
  | 'tryRotations'
  | 'landmarks'
  | 'ageGender'
  | 'burstSeconds'
  | 'maxTime'
  | 'maxEntries'
  | 'maxRatio'
  | 'connections'
  | 'fetchTimeout'
  | 'fetchRetries'
  | 'allowPrivate'
  | 'scoreThreshold'
  | 'maxPixels'
  | 'maxBytes'
  | 'batchSize'
  | 'allowEmpty'
  | 'crops'
  | 'cropMargin'
  | 'cropMaxSide'
>;

/** One extraction. */
export interface ExtractRequest extends LongCall {
  /** The sources, with the labels their paths begin with. */
  readonly roots: readonly SourceRoot[];
  /** Labels of the project's other sources: their paths are left alone. */
  readonly otherLabels?: readonly string[];
  /** Absolute path of the project folder. */
  readonly projectDir: string;
  readonly options: ExtractChoices;
  readonly detector: ExtractModel;
  readonly embedder: ExtractModel;
  /** Given when 68 landmarks a face are asked for. */
  readonly landmarker?: ModelSpec;
  /** Given when age and gender are asked for. */
  readonly attributes?: ModelSpec;
  /** false: links of lists are counted, not fetched. */
  readonly fetch?: boolean;
  /** Read again what was skipped before, though it has not changed. */
  readonly retry?: boolean;
  /** Fail at the first skipped file. */
  readonly strict?: boolean;
  /** Stop when more files than this are skipped. */
  readonly maxErrors?: number;
  /** Called for each skipped file as it happens, and for those remembered from earlier runs. */
  readonly onSkipped?: (path: string, code: string, message: string) => void;
}

/** What an extraction came to: `files = photos + duplicates + skipped`. */
export interface ExtractSummary {
  /** Candidates of the sources and entries that could not be opened. */
  readonly files: number;
  /** Distinct contents. */
  readonly photos: number;
  /** Further paths with the content of a photograph. */
  readonly duplicates: number;
  readonly skipped: number;
  /** Of the photographs, those extracted in this run, and the faces in them. */
  readonly newPhotos: number;
  readonly newFaces: number;
  /** Of the new faces, those the embedder gave no direction: kept, but in no person. */
  readonly undescribed: number;
  /** Files that had not changed since they were last read. */
  readonly unchanged: number;
  /** Paths that are no more. */
  readonly gone: number;
  /** Paths known from before, in folders and archives that cannot be read now; not among `files`. */
  readonly unreachable: number;
  /** What was asked for of faces found before. */
  readonly attributes: AttributeSummary;
  /** Every skipped file and why, in the order of paths. */
  readonly skippedFiles: readonly SkippedFile[];
  /** Files whose names are no pictures', by extension. */
  readonly otherFiles: Readonly<Record<string, number>>;
  /** Folders that were passed over because they hold another project. */
  readonly otherProjects: readonly string[];
  /** Folders passed over: projects, version control, thumbnails, those with a `.nomedia`. */
  readonly passedFolders: number;
  /** Files and folders that a `.faceweaveignore` names. */
  readonly ignored: number;
  /** SHA-256 over each path and the content it holds: equal digests, equal inputs. */
  readonly inputsDigest: string;
  readonly stats: ExtractStats;
}
