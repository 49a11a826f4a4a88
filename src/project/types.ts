/**
 * What a project is asked for and what it answers: the types of the library's
 * front door, apart from the work so that callers can be read without it.
 */
import type { SourceRoot } from '../archive/index.js';
import {
  type AssignedFace,
  type Conflict,
  type Options,
  type Person,
  type Photo,
  resolveOptions,
  type SkippedFile,
  type SourceRecord,
} from '../config/index.js';
import type { ExtractSummary } from '../extract/index.js';
import type { Engine, LongCall } from '../native/index.js';
import type { Network } from '../network/index.js';
import type { ClusterSummary, Evaluation, MosaicSummary, Suggestion } from '../people/index.js';
import type { RunRecord, Store, StoreCounts, StoredModel } from '../store/index.js';
import type { NetworkSummary } from './build-network.js';
import type { DecisionsSummary } from './decisions-step.js';
import type { Table, TableFormat, TableName } from './exports.js';
import type { Matches } from './import-names.js';
import type { TuneStepRequest, TuneStepSummary } from './judge-persons.js';
import type { LabelsRequest } from './labels.js';
import type { Decided, People, Said } from './people.js';
import type { FoundPhoto } from './search.js';

/** How to open a project. */
export interface OpenProject {
  /**
   * Folders or files with photographs, which decide the default project folder.
   * `extract` and `run` read them; for the other steps they must be the project's.
   */
  readonly sources?: readonly string[];
  /** Further files and folders, named one by one as the system's bytes (`--files-from`), relative to `cwd`. */
  readonly names?: readonly Buffer[];
  /** The project folder; default `<source>/Face Network`. */
  readonly project?: string;
  /** Make it when it is not there. Default: true when sources are given. */
  readonly create?: boolean;
  /** What relative paths are relative to; default the working directory. */
  readonly cwd?: string;
  /** Stands in for the addon in tests. */
  readonly engine?: Engine;
}

/** What every step takes: options by name (defaults for the rest), and how to watch and stop it. */
export interface StepRequest extends LongCall {
  readonly options?: Partial<Options>;
}

/** What `extract` and `run` take besides. */
export interface ExtractStepRequest extends StepRequest {
  readonly retry?: boolean;
  readonly strict?: boolean;
  readonly maxErrors?: number;
  readonly onSkipped?: (path: string, code: string, message: string) => void;
}

/** What `extract` came to. */
export interface ExtractStepSummary extends ExtractSummary {
  readonly warnings: readonly string[];
}

/** What `find` takes. */
export interface FindRequest {
  readonly options?: Partial<Options>;
  /** Persons told for each face; default 3. */
  readonly most?: number;
}

/** What `cluster` came to. */
export interface ClusterStepSummary extends ClusterSummary {
  /** What the decisions made of the persons that clustering drew. */
  readonly decisions: DecisionsSummary;
  /** null when no mosaics were asked for. */
  readonly mosaics: MosaicSummary | null;
}

/** What `run` came to. */
export interface RunSummary {
  readonly extract: ExtractStepSummary;
  readonly cluster: ClusterStepSummary;
  readonly network: NetworkSummary;
}

/** What a project holds. */
export interface ProjectStatus {
  readonly projectDir: string;
  readonly sources: readonly SourceRecord[];
  readonly counts: StoreCounts;
  readonly models: readonly StoredModel[];
  readonly embedder: string | null;
  /** Options of the clustering in force; null before the first. */
  readonly clustering: Readonly<Record<string, unknown>> | null;
  readonly conflicts: readonly Conflict[];
  readonly skipped: readonly SkippedFile[];
  /** Newest first. */
  readonly runs: readonly RunRecord[];
}

/** What a project has found. */
export interface ProjectContents {
  /** Shown persons with their connections, and edges. */
  readonly network: Network;
  /** All persons, shown or not. */
  readonly people: readonly Person[];
  readonly photos: readonly Photo[];
  readonly faces: readonly AssignedFace[];
}

/** An open project; `close` it. */
export interface Project {
  /** Absolute path of the project folder. */
  readonly projectDir: string;
  readonly store: Store;
  extract(request?: ExtractStepRequest): Promise<ExtractStepSummary>;
  cluster(request?: StepRequest): Promise<ClusterStepSummary>;
  network(request?: StepRequest): Promise<NetworkSummary>;
  /** All three, under one record. */
  run(request?: ExtractStepRequest): Promise<RunSummary>;
  /** Persons, edges, photographs and faces as they stand, under `minWeight` and `minSize`. */
  contents(options?: Partial<Options>): Promise<ProjectContents>;
  /** Scores the persons against labels; reads only. */
  evaluate(request: LabelsRequest): Promise<Evaluation>;
  /** Tries values of a clustering parameter; changes no person, writes `Data/Tuning.*`. */
  tune(request: TuneStepRequest): Promise<TuneStepSummary>;
  table(name: TableName, format: TableFormat, options?: Partial<Options>): Promise<Table>;
  status(): Promise<ProjectStatus>;
  /** Who is in these photographs, which need not be the project's? Nothing of them is kept. */
  find(paths: readonly string[], request?: FindRequest): Promise<readonly FoundPhoto[]>;
  /** What is worth a look, by how much of the network hangs on it. */
  suggest(): Promise<readonly Suggestion[]>;
  /** Decides what a suggestion asked: yes or no. */
  answer(suggestion: Suggestion, isRight: boolean, said?: Said): Promise<Decided>;
  /** Persons that the faces of a gallery (a folder a name) or the names in lists speak of; decides nothing. */
  matchNames(from: { readonly gallery: string; readonly options?: Partial<Options> } | 'lists'): Promise<Matches>;
  /** What people decide about persons, and what follows. */
  readonly people: People;
  close(): Promise<void>;
}

/** An open project's parts, as its steps see them. */
export interface Parts {
  readonly projectDir: string;
  /** The sources that were named, with the labels of a first run. */
  readonly roots: readonly SourceRoot[];
  /** The project folder was named in place of a source. */
  readonly isNamedProject: boolean;
  readonly engine: Engine;
  readonly store: Store;
}

/** Options with defaults; the environment and files are the command line's business. */
export function completed(options: Partial<Options>): Options {
  return resolveOptions({ flags: options, cwd: '/nowhere' }).options;
}
