/**
 * The typed calls into the addon: one engine with few doors, each taking and
 * giving flat arrays. Everything above imports `Engine` and can be tested with
 * a fake; only this folder knows the generated types.
 */
import type * as Boundary from '../../index.js';
import { callSite, guarded, guardedAsync } from './errors.js';
import { type Addon, loadAddon, loadedSoFar, loadRuntime } from './load.js';
import { type LongCall, withSignal } from './signal.js';

export type {
  AttributeBatch,
  AttributeInput,
  AttributeOptions,
  ClusterOptions,
  ClusterResult,
  ExtractBatch,
  ExtractOptions,
  ImageOutcome,
  ModelSpec,
  MosaicOptions,
  PhotoInput,
  PhotoOutcome,
} from '../../index.js';

/** CPU seconds of each native stage so far. */
export type NativeStages = ReturnType<Boundary.ExtractJob['stages']>;

/** An extraction with its models loaded; runs may overlap. */
export interface Extraction {
  /** Photograph ids (32 hex digits) that need no extraction: they come back as `known`. */
  addKnown(photoIds: readonly string[]): void;
  /** One outcome an input, in the same order; a bad photograph never rejects. */
  run(inputs: readonly Boundary.PhotoInput[]): Promise<Boundary.ExtractBatch>;
  /** Photographs not begun yet come back as `cancelled`. */
  cancel(): void;
  progress(): { readonly done: number; readonly faces: number };
  stages(): NativeStages;
  /** Frees the models; no call may follow. */
  close(): void;
}

/** One person's mosaic to be written. */
export interface MosaicRequest {
  /** Absolute path. */
  readonly output: Buffer;
  /** Absolute paths of crops, best first. */
  readonly tiles: readonly Buffer[];
}

/** Versions of the native parts. */
export interface EngineVersions {
  readonly core: string;
  readonly target: string;
  /** null: ONNX Runtime was not needed. */
  readonly runtime: string | null;
}

/** What the project needs of native code. */
export interface Engine {
  /** Versions of what was loaded, for manifests; null when nothing was. Loads nothing. */
  describe(): EngineVersions | null;
  openExtraction(options: Boundary.ExtractOptions): Extraction;
  /** Landmarks, age and gender of known faces: one outcome an input, in the same order; a bad picture never rejects. */
  attributes(
    options: Boundary.AttributeOptions,
    inputs: readonly Boundary.AttributeInput[],
    call?: LongCall,
  ): Promise<Boundary.AttributeBatch>;
  cluster(
    options: Boundary.ClusterOptions,
    vectors: Float32Array,
    dims: number,
    photos: Uint32Array,
    call?: LongCall,
    tiers?: Uint8Array,
    known?: Int32Array,
  ): Promise<Boundary.ClusterResult>;
  /** JPEG bytes an input; empty where it failed, with the outcome beside it. */
  thumbnails(
    paths: readonly Buffer[],
    maxSidePx: number,
    quality: number,
    threads: number,
  ): Promise<{
    readonly images: readonly Buffer[];
    readonly outcomes: readonly Boundary.ImageOutcome[];
  }>;
  mosaics(
    requests: readonly MosaicRequest[],
    options: Boundary.MosaicOptions,
  ): Promise<readonly Boundary.ImageOutcome[]>;
}

/** The engine over the real addon; loads it at the first call of a method. */
export function nativeEngine(): Engine {
  return {
    describe: () => {
      const { addon, runtime } = loadedSoFar();
      if (addon === undefined) return null;
      const info = addon.coreInfo();
      return { core: info.version, target: info.target, runtime: runtime?.version ?? null };
    },
    openExtraction,
    attributes,
    cluster,
    thumbnails: (paths, maxSidePx, quality, threads) =>
      guardedAsync(() => loadAddon().thumbnails([...paths], maxSidePx, quality, threads), callSite()),
    mosaics: (requests, options) =>
      guardedAsync(
        () =>
          loadAddon().mosaics(
            requests.map(({ output, tiles }) => ({ output, tiles: [...tiles] })),
            options,
          ),
        callSite(),
      ),
  };
}

function openExtraction(options: Boundary.ExtractOptions): Extraction {
  const addon: Addon = loadAddon();
  loadRuntime();
  const job = guarded(() => new addon.ExtractJob(options));
  return {
    addKnown: (photoIds) => {
      // 16 bytes an id, one flat buffer: a million ids cross in one call.
      const flat = Buffer.from(photoIds.join(''), 'hex');
      guarded(() => job.addKnown(flat));
    },
    run: (inputs) => guardedAsync(() => job.run([...inputs]), callSite()),
    cancel: () => guarded(() => job.cancel()),
    progress: () => guarded(() => job.progress()),
    stages: () => guarded(() => job.stages()),
    close: () => guarded(() => job.close()),
  };
}

async function attributes(
  options: Boundary.AttributeOptions,
  inputs: readonly Boundary.AttributeInput[],
  call: LongCall = {},
): Promise<Boundary.AttributeBatch> {
  const site = callSite();
  const addon = loadAddon();
  loadRuntime();
  const job = guarded(() => new addon.AttributeJob(options));
  try {
    return await withSignal(
      {
        ...call,
        cancel: () => job.cancel(),
        read: () => {
          const { done, faces } = job.progress();
          return { step: 'attributes', completed: done, total: inputs.length, faces };
        },
      },
      () => guardedAsync(() => job.run([...inputs]), site),
    );
  } finally {
    job.close();
  }
}

async function cluster(
  options: Boundary.ClusterOptions,
  vectors: Float32Array,
  dims: number,
  photos: Uint32Array,
  call: LongCall = {},
  tiers?: Uint8Array,
  known?: Int32Array,
): Promise<Boundary.ClusterResult> {
  const site = callSite();
  const addon = loadAddon();
  const job = guarded(() => new addon.ClusterJob(options));
  return withSignal(
    {
      ...call,
      cancel: () => job.cancel(),
      read: () => {
        const { done, total } = job.progress();
        return { step: 'cluster', completed: done, total };
      },
    },
    () => guardedAsync(() => job.run(vectors, dims, photos, tiers, known), site),
  );
}
