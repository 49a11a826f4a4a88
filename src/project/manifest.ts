/**
 * The record of a run: what was read, with which options, models and versions,
 * what came of it, and every skipped file with its reason. Written as
 * `runs/<n>.json` and kept in the database, whether the run succeeded or not.
 */
import { FaceweaveError, type SkippedFile, type SourceRecord } from '../config/index.js';
import type { ExtractSummary } from '../extract/index.js';
import type { EngineVersions } from '../native/index.js';
import type { ClusterSummary, MosaicSummary } from '../people/index.js';
import { projectLayout, type RunRecord, type Store, type StoreCounts, writeRunManifest } from '../store/index.js';
import type { NetworkSummary } from './build-network.js';
import { packageVersion } from './version.js';

/** How a run ended. */
export type RunOutcome = 'running' | 'done' | 'some-skipped' | 'nothing-found' | 'interrupted' | 'failed';

/** A manifest; fields of steps that were not run are null. */
export interface Manifest {
  readonly run: number;
  readonly command: string;
  readonly outcome: RunOutcome;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly faceweave: string;
  readonly node: string;
  readonly platform: string;
  readonly native: EngineVersions | null;
  readonly sources: readonly SourceRecord[];
  /** Options as resolved. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly models: readonly { readonly id: string; readonly job: string; readonly sha256: string | null }[];
  /** SHA-256 over every path and its content; null when nothing was read. */
  readonly inputsDigest: string | null;
  readonly counts: StoreCounts | null;
  readonly extract: Omit<ExtractSummary, 'skippedFiles' | 'inputsDigest'> | null;
  readonly cluster: Omit<ClusterSummary, 'conflicts'> | null;
  readonly mosaics: Omit<MosaicSummary, 'failed'> | null;
  readonly network: NetworkSummary | null;
  readonly skipped: readonly SkippedFile[];
}

/** What the steps of a run add to its manifest as they go. */
export type ManifestDraft = { -readonly [Key in keyof Manifest]: Manifest[Key] };

/** Runs `work` as one recorded run of the project. */
export async function recordRun<Result>(
  store: Store,
  projectDir: string,
  command: string,
  options: Readonly<Record<string, unknown>>,
  work: (draft: ManifestDraft) => Promise<{ readonly outcome: RunOutcome; readonly result: Result }>,
): Promise<Result> {
  const startedAt = new Date().toISOString();
  const draft: ManifestDraft = {
    run: await store.beginRun(command, startedAt),
    command,
    outcome: 'running',
    error: null,
    startedAt,
    finishedAt: null,
    faceweave: packageVersion(),
    node: process.versions.node,
    platform: `${process.platform}-${process.arch}`,
    native: null,
    sources: [],
    options,
    models: [],
    inputsDigest: null,
    counts: null,
    extract: null,
    cluster: null,
    mosaics: null,
    network: null,
    skipped: [],
  };
  try {
    const { outcome, result } = await work(draft);
    draft.outcome = outcome;
    await finish(store, projectDir, draft);
    return result;
  } catch (thrown) {
    const isTimeUp = thrown instanceof FaceweaveError && thrown.code === 'TIME_UP';
    const isInterrupt = thrown instanceof Error && thrown.name === 'Interrupted';
    draft.outcome = isTimeUp || isInterrupt ? 'interrupted' : 'failed';
    draft.error = errorRecord(thrown);
    // The cause matters more than a manifest that could not be written because of it (a full disk).
    await finish(store, projectDir, draft).catch(() => {});
    throw thrown;
  }
}

function errorRecord(thrown: unknown): { readonly code: string; readonly message: string } {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { code: thrown instanceof FaceweaveError ? thrown.code : 'INTERNAL', message };
}

async function finish(store: Store, projectDir: string, draft: ManifestDraft): Promise<void> {
  draft.finishedAt = new Date().toISOString();
  draft.counts = await store.counts();
  if (draft.extract === null) draft.skipped = await store.skipped();
  const manifest = JSON.stringify(draft, null, 2);
  await store.finishRun({
    number: draft.run,
    command: draft.command,
    startedAt: draft.startedAt,
    finishedAt: draft.finishedAt,
    manifest,
  });
  await writeRunManifest(projectLayout(projectDir), draft.run, draft);
}

/** The manifest of a recorded run; null while it runs, or when it was killed. */
export function manifestOf(run: RunRecord): Manifest | null {
  if (run.finishedAt === null || run.manifest === '') return null;
  try {
    return JSON.parse(run.manifest) as Manifest;
  } catch {
    return null;
  }
}

/** The latest manifest that satisfies `isWanted`; older runs are not read. */
export async function latestManifest(
  store: Store,
  isWanted: (manifest: Manifest) => boolean,
): Promise<Manifest | null> {
  const run = await store.latestRun((candidate) => {
    const manifest = manifestOf(candidate);
    return manifest !== null && isWanted(manifest);
  });
  return run === null ? null : manifestOf(run);
}
