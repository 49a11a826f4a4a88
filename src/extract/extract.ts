/**
 * The step "extract": walks the sources, decides what is to be done, hands
 * photographs to native code batch by batch with two batches in flight, and
 * commits the results strictly in the order of the plan. Killed at any moment,
 * it loses at most the batches in flight.
 */
import { availableParallelism } from 'node:os';
import { type Candidate, listCandidates, pathToBytes, planExtraction } from '../archive/index.js';
import { compareText, type Face, FaceweaveError } from '../config/index.js';
import {
  type Engine,
  type ExtractBatch,
  type Extraction,
  type NativeStages,
  type PhotoInput,
  withSignal,
} from '../native/index.js';
import type { CropOwner, KnownPath, Store } from '../store/store.js';
import { type CropPlace, cropAt, cropOwners, inProject, photosWithoutCrops, planCrops, removeCrops } from './crops.js';
import { knownOfRoots, refuseEmptied } from './known.js';
import { type Memory, type PlannedFile, photosToMatch, settle, undescribedFaces } from './settle.js';
import { peakRssBytes, processCpuSeconds, statsOf, threadSeconds } from './stats.js';
import { Tally } from './tally.js';
import type { ExtractRequest, ExtractSummary } from './types.js';

/** Batches that native code works on at once: one is saved while the next runs. */
const BATCHES_IN_FLIGHT = 2;

const NO_STAGES: NativeStages = {
  read: 0,
  hash: 0,
  decode: 0,
  fingerprint: 0,
  detect: 0,
  align: 0,
  quality: 0,
  embed: 0,
  attributes: 0,
  crop: 0,
};

/** A file to be read, with where its crops go. */
interface Job {
  readonly candidate: Candidate;
  readonly place: CropPlace | null;
}

interface InFlight {
  readonly jobs: readonly Job[];
  readonly result: Promise<ExtractBatch>;
}

/**
 * Extracts what is missing.
 *
 * *Errors*: `SOURCE_EMPTY` for a source that lost all its photographs; `FILE_SKIPPED` under `strict`,
 * `TOO_MANY_SKIPPED` over `maxErrors` (what was done is kept); `MODEL_*`,
 * `ADDON_*`, `RUNTIME_MISSING`; the signal's reason when aborted. A bad
 * photograph is never an error: it is among `skippedFiles`.
 */
export async function extract(store: Store, engine: Engine, request: ExtractRequest): Promise<ExtractSummary> {
  const startedAt = performance.now();
  const cpuAtStart = processCpuSeconds();
  request.signal?.throwIfAborted();
  const { roots, projectDir, detector, embedder, options } = request;
  const listing = await listCandidates(roots, {
    projectDir,
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  });
  const known = await knownOfRoots(store, roots, request.otherLabels ?? []);
  const described = await store.extractedPhotoIds(detector.stored.id, embedder.stored.id);
  // Without their crops they are read again; their faces keep their ids.
  const crops = options.crops ? await store.crops() : [];
  const cropless = await photosWithoutCrops(
    crops.filter(({ isRetired }) => !isRetired),
    projectDir,
  );
  const extracted = new Set(described.filter((id) => !cropless.has(id)));
  const plan = planExtraction<KnownPath>({
    candidates: listing.candidates,
    refused: listing.refused,
    known,
    extracted,
    retry: request.retry ?? false,
  });
  if (!options.allowEmpty) refuseEmptied(roots, listing.candidates, known, plan.gone);
  const tally = new Tally(request);
  const memory: Memory = { recorded: new Set(described), skippedContents: new Map() };
  for (const { photoId } of known.values()) if (photoId !== null) memory.recorded.add(photoId);

  const refused = plan.refused.map((entry) => ({ ...entry }));
  if (refused.length > 0) await store.savePaths(refused, []);
  tally.addAll(refused);
  tally.addAll(plan.unchanged);
  tally.checkLimits();

  const clock = { storeSeconds: 0 };
  let stages = NO_STAGES;
  if (plan.toRead.length > 0) {
    await store.saveModel(detector.stored);
    await store.saveModel(embedder.stored);
    const jobs = planJobs(crops, request, listing.candidates, plan.toRead, known);
    stages = await runBatches(jobs, { store, engine, request, extracted, memory, tally, clock });
  }
  if (plan.gone.length > 0) await store.savePaths([], plan.gone);
  if (plan.toRead.length === 0) await makeCurrent(store, request);

  const counts = tally.counts();
  const files = listing.candidates.length + listing.refused.length;
  if (counts.photos + counts.duplicates + counts.skipped !== files) {
    throw new FaceweaveError(
      `${files} files were found, but ${counts.photos} photographs, ${counts.duplicates} duplicates and ${counts.skipped} skipped files are recorded`,
      { code: 'INTERNAL' },
    );
  }
  return {
    files,
    ...counts,
    newPhotos: tally.newPhotos,
    newFaces: tally.newFaces,
    undescribed: tally.undescribed,
    unchanged: plan.unchanged.length,
    gone: plan.gone.length,
    unreachable: plan.unreachable.length,
    skippedFiles: tally.skippedFiles(),
    otherFiles: Object.fromEntries([...listing.others].sort(([a], [b]) => compareText(a, b))),
    otherProjects: listing.otherProjects,
    inputsDigest: tally.digest(),
    stats: statsOf({
      photos: tally.newPhotos,
      faces: tally.newFaces,
      wallSeconds: (performance.now() - startedAt) / 1000,
      cpuSeconds: processCpuSeconds() - cpuAtStart,
      storeSeconds: clock.storeSeconds,
      threads: options.threads || availableParallelism(),
      native: stages,
      peakRssBytes: peakRssBytes(),
    }),
  };
}

interface Work {
  readonly store: Store;
  readonly engine: Engine;
  readonly request: ExtractRequest;
  readonly extracted: ReadonlySet<string>;
  readonly memory: Memory;
  readonly tally: Tally;
  readonly clock: { storeSeconds: number };
}

/** Runs all batches and commits each; resolves with the CPU seconds of the native stages. */
async function runBatches(jobs: readonly Job[], work: Work): Promise<NativeStages> {
  const { engine, request, tally } = work;
  const { detector, embedder, options, signal, onProgress } = request;
  const extraction = engine.openExtraction({
    detector: detector.spec,
    embedder: embedder.spec,
    threads: options.threads,
    minFace: options.minFace,
    ...(options.detectionSize === undefined ? {} : { detectionSize: options.detectionSize }),
    tryRotations: options.tryRotations,
    scoreThreshold: options.scoreThreshold,
    maxPixels: options.maxPixels,
    maxBytes: options.maxBytes,
    cropMargin: options.cropMargin,
    cropMaxSide: options.cropMaxSide,
  });
  const inFlight: InFlight[] = [];
  try {
    if (work.extracted.size > 0) extraction.addKnown([...work.extracted]);
    await withSignal(
      {
        ...(signal === undefined ? {} : { signal }),
        ...(onProgress === undefined ? {} : { onProgress }),
        cancel: () => extraction.cancel(),
        read: () => {
          const { done, faces } = extraction.progress();
          return { step: 'extract', completed: done, total: jobs.length, faces, skipped: tally.newlySkipped };
        },
      },
      async () => {
        let next = 0;
        for (;;) {
          while (inFlight.length < BATCHES_IN_FLIGHT && next < jobs.length && signal?.aborted !== true) {
            inFlight.push(begin(extraction, jobs.slice(next, next + options.batchSize), request.projectDir));
            next += options.batchSize;
          }
          const oldest = inFlight.shift();
          if (oldest === undefined) break;
          await commit(oldest, work);
          tally.checkLimits();
        }
      },
    );
    return extraction.stages();
  } finally {
    extraction.cancel();
    // Left only after an error: nothing may still run when the models are freed.
    await Promise.allSettled(inFlight.map(({ result }) => result));
    extraction.close();
  }
}

function begin(extraction: Extraction, jobs: readonly Job[], projectDir: string): InFlight {
  const inputs = jobs.map(({ candidate, place }): PhotoInput => {
    const { absolute } = candidate;
    const path = typeof absolute === 'string' ? Buffer.from(absolute) : absolute;
    if (place === null) return { path };
    return { path, cropDir: inProject(projectDir, place.folder), cropName: pathToBytes(place.name) };
  });
  const result = extraction.run(inputs);
  // A rejection is handled when its turn comes; until then it must not count as unhandled.
  result.catch(() => {});
  return { jobs, result };
}

async function commit({ jobs, result }: InFlight, work: Work): Promise<void> {
  const { store, request, memory, tally, clock } = work;
  const batch = await result;
  const before = threadSeconds();
  const planned = jobs.map(({ candidate, place }): PlannedFile => {
    const { path, sizeBytes, mtimeNs } = candidate;
    return { path, sizeBytes, mtimeNs, cropOf: place === null ? null : (ordinal) => cropAt(place, ordinal) };
  });
  const stored = await storedFaces(store, photosToMatch(batch, memory));
  const settled = settle(planned, batch, stored, memory);
  if (settled.paths.length > 0) {
    await store.saveBatch({
      paths: settled.paths,
      photos: settled.photos,
      detectorId: request.detector.stored.id,
      embedderId: request.embedder.stored.id,
      vectors: settled.vectors,
      dims: settled.dims,
    });
  }
  if (request.options.crops) {
    const kept = new Set(settled.photos.flatMap(({ faces }) => faces.map(({ crop }) => crop)));
    const replaced = [...stored.values()].flat().flatMap(({ crop }) => (crop === null || kept.has(crop) ? [] : [crop]));
    await removeCrops(request.projectDir, replaced);
  }
  clock.storeSeconds += threadSeconds() - before;
  tally.newPhotos += settled.photos.length;
  tally.undescribed += undescribedFaces(batch);
  tally.newFaces += settled.photos.reduce((sum, { faces }) => sum + faces.length, 0);
  tally.addAll(settled.paths, true);
}

async function storedFaces(store: Store, photoIds: readonly string[]): Promise<ReadonlyMap<string, readonly Face[]>> {
  const byPhoto = new Map<string, Face[]>();
  if (photoIds.length === 0) return byPhoto;
  for (const face of await store.facesOfPhotos(photoIds)) {
    const own = byPhoto.get(face.photoId);
    if (own === undefined) byPhoto.set(face.photoId, [face]);
    else own.push(face);
  }
  return byPhoto;
}

function planJobs(
  crops: readonly CropOwner[],
  request: ExtractRequest,
  candidates: readonly Candidate[],
  toRead: readonly Candidate[],
  known: ReadonlyMap<string, KnownPath>,
): readonly Job[] {
  if (!request.options.crops) return toRead.map((candidate) => ({ candidate, place: null }));
  // Also of photographs out of sight: they come back with their faces when a path holds them again.
  const owners = cropOwners(crops);
  const placeFor = planCrops(candidates, owners, ({ path, sizeBytes, mtimeNs }) => {
    const before = known.get(path);
    const isSame = before?.sizeBytes === sizeBytes && before.mtimeNs === mtimeNs;
    return isSame ? (before.photoId ?? undefined) : undefined;
  });
  return toRead.map((candidate) => ({ candidate, place: placeFor(candidate) }));
}

/** Nothing was left to extract, but another embedder may have been the last one asked for. */
async function makeCurrent(store: Store, { detector, embedder }: ExtractRequest): Promise<void> {
  if ((await store.currentEmbedder()) === embedder.stored.id) return;
  await store.saveModel(detector.stored);
  await store.saveModel(embedder.stored);
  await store.saveBatch({
    paths: [],
    photos: [],
    detectorId: detector.stored.id,
    embedderId: embedder.stored.id,
    vectors: new Float32Array(),
    dims: embedder.stored.dims ?? 0,
  });
}
