/**
 * The library's front door: a project folder opened, with its steps as
 * functions. Each step is one recorded run with a manifest; `run` is all of
 * them under one record.
 */
import { resolve } from 'node:path';
import type { SourceRoot } from '../archive/index.js';
import {
  type AssignedFace,
  type Conflict,
  FaceweaveError,
  OPTION_FIELDS,
  type Options,
  type Person,
  type Photo,
  resolveOptions,
  type SkippedFile,
  type SourceRecord,
} from '../config/index.js';
import { type ExtractModel, type ExtractSummary, extract, inProject } from '../extract/index.js';
import { type ModelCard, type ResolvedModel, resolveModel } from '../models/index.js';
import { type Engine, type LongCall, nativeEngine } from '../native/index.js';
import type { Network } from '../network/index.js';
import { type ClusterSummary, clusterFaces, type MosaicSummary, personsOf, writeMosaics } from '../people/index.js';
import {
  lockProject,
  openStore,
  projectLayout,
  type RunRecord,
  type Store,
  type StoreCounts,
  type StoredModel,
} from '../store/index.js';
import { buildNetwork, type NetworkSummary, networkOf } from './build-network.js';
import { type Table, type TableFormat, type TableName, tableOf } from './exports.js';
import { latestManifest, type Manifest, type ManifestDraft, type RunOutcome, recordRun } from './manifest.js';
import {
  admitSources,
  checkedSources,
  isProjectFolder,
  projectFolderOf,
  projectIsNoSource,
  refuseUnknown,
  rememberedSources,
} from './sources.js';

/** How to open a project. */
export interface OpenProject {
  /**
   * Folders or files with photographs, which decide the default project folder.
   * `extract` and `run` read them; for the other steps they must be the project's.
   */
  readonly sources?: readonly string[];
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

/** What `cluster` came to. */
export interface ClusterStepSummary extends ClusterSummary {
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
  table(name: TableName, format: TableFormat, options?: Partial<Options>): Promise<Table>;
  status(): Promise<ProjectStatus>;
  close(): Promise<void>;
}

/**
 * Opens a project; a text is its project folder.
 *
 * *Errors*: `SOURCE_*`, `STORE_*`, `PROJECT_CREATE`, `USAGE`.
 */
export async function openProject(where: string | OpenProject): Promise<Project> {
  const asked: OpenProject = typeof where === 'string' ? { project: where } : where;
  const cwd = asked.cwd ?? process.cwd();
  const given = asked.sources ?? [];
  const projectDir = projectFolderOf(asked.project, given, cwd);
  const isNamedProject =
    given.length === 1 && resolve(cwd, given[0] ?? '') === projectDir && isProjectFolder(projectDir);
  const sources = isNamedProject ? [] : given.map((source) => resolve(cwd, source));
  const engine = asked.engine ?? nativeEngine();
  // Sources are checked before anything is made: a mistyped folder leaves no trace.
  const roots = sources.length === 0 ? [] : checkedSources(sources, projectDir);
  const store = await openStore(projectDir, { create: asked.create ?? sources.length > 0 });
  return projectOver({ projectDir, roots, isNamedProject, engine, store });
}

interface Parts {
  readonly projectDir: string;
  /** The sources that were named, with the labels of a first run. */
  readonly roots: readonly SourceRoot[];
  /** The project folder was named in place of a source. */
  readonly isNamedProject: boolean;
  readonly engine: Engine;
  readonly store: Store;
}

function projectOver(parts: Parts): Project {
  const { projectDir, store, roots } = parts;
  const checkNamed = (): Promise<void> => refuseUnknown(store, roots, projectDir);
  return {
    projectDir,
    store,
    extract: (request = {}) =>
      recorded(parts, 'extract', request, async (options, draft) => {
        const result = await extractStep(parts, options, request, draft);
        return { outcome: outcomeOf(result.skipped, result.photos === 0), result };
      }),
    cluster: async (request = {}) => {
      await checkNamed();
      return recorded(parts, 'cluster', request, async (options, draft) => {
        const result = await clusterStep(parts, options, request, draft);
        return { outcome: outcomeOf(0, result.faces === 0), result };
      });
    },
    network: async (request = {}) => {
      await checkNamed();
      return recorded(parts, 'network', request, async (options, draft) => {
        const result = await networkStep(parts, options, request, draft);
        return { outcome: outcomeOf(0, result.persons === 0), result };
      });
    },
    run: (request = {}) =>
      recorded(parts, 'run', request, async (options, draft) => {
        const extracted = await extractStep(parts, options, request, draft);
        const clustered = await clusterStep(parts, options, request, draft);
        const drawn = await networkStep(parts, options, request, draft);
        const result = { extract: extracted, cluster: clustered, network: drawn };
        return { outcome: outcomeOf(extracted.skipped, clustered.faces === 0), result };
      }),
    contents: async (options = {}) => {
      await checkNamed();
      const { minWeight, minSize } = completed(options);
      const found = await networkOf(store, { minWeight, minSize });
      return { ...found, people: personsOf(found.faces) };
    },
    table: async (name, format, options = {}) => {
      await checkNamed();
      const { minWeight, minSize } = completed(options);
      return tableOf(store, name, format, { minWeight, minSize });
    },
    status: async () => {
      await checkNamed();
      return statusOf(parts);
    },
    close: () => store.close(),
  };
}

function outcomeOf(skipped: number, isEmpty: boolean): RunOutcome {
  if (skipped > 0) return 'some-skipped';
  return isEmpty ? 'nothing-found' : 'done';
}

/** Options with defaults; the environment and files are the command line's business. */
function completed(options: Partial<Options>): Options {
  return resolveOptions({ flags: options, cwd: '/nowhere' }).options;
}

async function recorded<Result>(
  { store, projectDir, engine }: Parts,
  command: string,
  request: StepRequest,
  work: (options: Options, draft: ManifestDraft) => Promise<{ readonly outcome: RunOutcome; readonly result: Result }>,
): Promise<Result> {
  const options = completed(request.options ?? {});
  const lock = await lockProject(projectLayout(projectDir), command, new Date().toISOString());
  try {
    return await recordRun(store, projectDir, command, options, async (draft) => {
      const ended = await work(options, draft);
      draft.native = engine.describe();
      return ended;
    });
  } finally {
    lock.release();
  }
}

function callOf({ signal, onProgress }: LongCall): LongCall {
  return { ...(signal === undefined ? {} : { signal }), ...(onProgress === undefined ? {} : { onProgress }) };
}

async function extractStep(
  parts: Parts,
  options: Options,
  request: ExtractStepRequest,
  draft: ManifestDraft,
): Promise<ExtractStepSummary> {
  const { store, engine, projectDir } = parts;
  if (parts.isNamedProject) throw projectIsNoSource(projectDir, projectDir);
  if (parts.roots.length === 0) {
    throw new FaceweaveError('no folder of photographs was named', {
      code: 'USAGE',
      hint: 'faceweave extract <folder>…',
    });
  }
  const last = await latestManifest(store, ({ extract: done }) => done !== null);
  const [detector, embedder] = [
    extractModel(resolveModel('detect', options.detector), 'detect'),
    extractModel(resolveModel('embed', options.embedder), 'embed'),
  ];
  draft.models = [detector, embedder].map(({ stored, sha256 }) => ({ id: stored.id, job: stored.job, sha256 }));
  const { roots, walked, others, added } = await admitSources(store, parts.roots, projectDir);
  draft.sources = walked;
  const summary = await extract(store, engine, {
    ...callOf(request),
    roots,
    otherLabels: others.map(({ label }) => label),
    projectDir,
    options,
    detector,
    embedder,
    ...(request.retry === undefined ? {} : { retry: request.retry }),
    ...(request.strict === undefined ? {} : { strict: request.strict }),
    ...(request.maxErrors === undefined ? {} : { maxErrors: request.maxErrors }),
    ...(request.onSkipped === undefined ? {} : { onSkipped: request.onSkipped }),
  });
  const { skippedFiles, inputsDigest, ...rest } = summary;
  draft.inputsDigest = inputsDigest;
  draft.skipped = skippedFiles;
  draft.extract = rest;
  const hasOlder = summary.photos > summary.newPhotos;
  const news = added.map(
    ({ given, label }) => `${given} is a further source of this project: its paths begin with ${label}`,
  );
  const undescribed =
    summary.undescribed === 0
      ? []
      : [
          `${summary.undescribed} of ${summary.newFaces} new faces were given no direction by ${embedder.stored.id} and belong to no person; is this the right model file?`,
        ];
  return {
    ...summary,
    warnings: [...news, ...undescribed, ...(last === null || !hasOlder ? [] : changedOptions(last, options))],
  };
}

/** Options that decide which faces are found; photographs extracted before keep the faces of theirs. */
const FINDING_OPTIONS: readonly (keyof Options)[] = ['minFace', 'detectionSize', 'tryRotations', 'scoreThreshold'];

function changedOptions(last: Manifest, options: Options): readonly string[] {
  return FINDING_OPTIONS.flatMap((key) => {
    const before = last.options[key];
    // Unset options are no part of a manifest, nor are those of later versions.
    if ((before ?? OPTION_FIELDS[key].fallback) === options[key]) return [];
    const said = (value: unknown): string => (value === undefined ? 'not set' : String(value));
    return [
      `${key} was ${said(before)} and is ${said(options[key])} now: photographs extracted before keep the faces found then`,
    ];
  });
}

function extractModel(
  { card, id, spec }: ResolvedModel,
  job: 'detect' | 'embed',
): ExtractModel & { readonly sha256: string } {
  const { kind } = spec;
  if (kind !== 'centerface' && kind !== 'aligned-embedder') {
    throw new FaceweaveError(`the model ${id} is a ${kind}, which extraction cannot run`, { code: 'MODEL_INVALID' });
  }
  return { spec: { ...spec, kind }, stored: storedModel(id, job, card), sha256: card.sha256 };
}

function storedModel(id: string, job: 'detect' | 'embed', card: ModelCard): StoredModel {
  return { id, job, dims: card.dims, card: JSON.stringify(card) };
}

async function clusterStep(
  { store, engine, projectDir }: Parts,
  options: Options,
  request: StepRequest,
  draft: ManifestDraft,
): Promise<ClusterStepSummary> {
  const { threads, algorithm, threshold, minSamples, foundQuality, joinQuality } = options;
  const summary = await clusterFaces(store, engine, {
    ...callOf(request),
    threads,
    algorithm,
    minSamples,
    tiers: { foundQuality, joinQuality },
    ...(threshold === undefined ? {} : { threshold }),
  });
  const { conflicts: _kept, ...rest } = summary;
  draft.cluster = rest;
  if (!options.mosaic) return { ...summary, mosaics: null };
  const mosaics = await writeMosaics(engine, {
    ...callOf(request),
    projectDir,
    faces: await store.faces(),
    cropPath: (crop) => inProject(projectDir, crop),
    threads,
  });
  const { failed: _failed, ...counts } = mosaics;
  draft.mosaics = counts;
  return { ...summary, mosaics };
}

async function networkStep(
  { store, engine, projectDir }: Parts,
  options: Options,
  request: StepRequest,
  draft: ManifestDraft,
): Promise<NetworkSummary> {
  const sources = await rememberedSources(store);
  if ((await store.clustering()) === null) {
    throw new FaceweaveError('the faces are not grouped into persons yet', {
      code: 'NOTHING_CLUSTERED',
      hint: 'run `faceweave cluster` first, or `faceweave run <folder>` for all steps',
    });
  }
  const summary = await buildNetwork(store, engine, { ...callOf(request), projectDir, sources, options });
  draft.sources = sources;
  draft.network = summary;
  return summary;
}

async function statusOf({ store, projectDir }: Parts): Promise<ProjectStatus> {
  const [clustering, runs] = [await store.clustering(), await store.runs()];
  return {
    projectDir,
    sources: await rememberedSources(store),
    counts: await store.counts(),
    models: await store.models(),
    embedder: await store.currentEmbedder(),
    clustering: clustering === null ? null : (JSON.parse(clustering.options) as Record<string, unknown>),
    conflicts: clustering?.conflicts ?? [],
    skipped: await store.skipped(),
    runs: [...runs].sort((a, b) => b.number - a.number),
  };
}
