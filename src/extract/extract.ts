/**
 * The step "extract": looks what is there, has what is missing read and saved
 * batch by batch, and sums up what became of every file. The decisions are in
 * `look`, the batches in `batches`; here is their order.
 */
import { availableParallelism } from 'node:os';
import { type Candidate, orderMembers } from '../archive/index.js';
import { compareText, FaceweaveError } from '../config/index.js';
import type { Engine, NativeStages } from '../native/index.js';
import type { CropOwner, KnownPath, Store } from '../store/store.js';
import { describeFaces } from './attributes.js';
import { type Job, runBatches } from './batches.js';
import { cropOwners, planCrops } from './crops.js';
import { refuseEmptied } from './known.js';
import { look } from './look.js';
import { DEFAULT_MAX_DISTANCE, groupOccasions } from './occasions.js';
import type { Memory } from './settle.js';
import { peakRssBytes, processCpuSeconds, statsOf } from './stats.js';
import { Tally } from './tally.js';
import { underTimeLimit } from './time-limit.js';
import type { ExtractRequest, ExtractSummary } from './types.js';

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

/**
 * Extracts what is missing.
 *
 * *Errors*: `SOURCE_EMPTY` for a source that lost all its photographs; `FILE_SKIPPED` under `strict`,
 * `TOO_MANY_SKIPPED` over `maxErrors` (what was done is kept); `TIME_UP` after `maxTime`; `MODEL_*`,
 * `ADDON_*`, `RUNTIME_MISSING`; the signal's reason when aborted. A bad
 * photograph is never an error: it is among `skippedFiles`.
 */
export function extract(store: Store, engine: Engine, request: ExtractRequest): Promise<ExtractSummary> {
  return underTimeLimit(request, (limited) => extractWithin(store, engine, limited));
}

async function extractWithin(store: Store, engine: Engine, request: ExtractRequest): Promise<ExtractSummary> {
  const startedAt = performance.now();
  const cpuAtStart = processCpuSeconds();
  request.signal?.throwIfAborted();
  const { roots, detector, embedder, options } = request;
  const { listing, known, described, crops, extracted, plan, attributes: rows } = await look(store, request);
  if (rows.length > 0) await store.savePathAttributes(rows);
  if (!options.allowEmpty) refuseEmptied(roots, listing.candidates, known, plan.gone);
  const tally = new Tally(request);
  const memory: Memory = { recorded: new Set(described), skippedContents: new Map() };
  for (const { photoId } of known.values()) if (photoId !== null) memory.recorded.add(photoId);

  const refused = plan.refused.map((entry) => ({ ...entry }));
  tally.addAll(plan.withheld);
  if (refused.length > 0) await store.savePaths(refused, []);
  tally.addAll(refused);
  tally.addAll(plan.unchanged);
  tally.checkLimits();

  const clock = { storeSeconds: 0 };
  let stages = NO_STAGES;
  if (plan.toRead.length > 0) {
    await store.saveModel(detector.stored);
    await store.saveModel(embedder.stored);
    const { maxEntries, maxBytes, maxRatio } = options;
    const toRead = await orderMembers(plan.toRead, { maxEntries, maxBytes, maxRatio }, request.signal);
    const jobs = planJobs(crops, request, listing.candidates, toRead, known);
    stages = await runBatches(jobs, { store, engine, request, extracted, memory, tally, clock });
  }
  const forgotten = [...plan.gone, ...plan.healed];
  if (forgotten.length > 0) await store.savePaths([], forgotten);
  if (plan.toRead.length === 0) await makeCurrent(store, request);
  if (plan.toRead.length > 0 || plan.gone.length > 0) await saveOccasions(store, options.burstSeconds);
  const attributes = await describeFaces(store, engine, request);

  const counts = tally.counts();
  const files = listing.candidates.length + listing.refused.length;
  if (counts.photos + counts.duplicates + counts.skipped !== files) {
    throw new FaceweaveError(
      `${files} files were found, but ${counts.photos} photographs, ${counts.duplicates} duplicates and ${counts.skipped} skipped files are recorded`,
      { code: 'INTERNAL' },
    );
  }
  // Last of all: whatever ends a run before this leaves the archive to be listed again, and what is missing is read.
  if (listing.archives.length > 0) await store.saveSettledArchives(listing.archives);
  return {
    files,
    ...counts,
    newPhotos: tally.newPhotos,
    newFaces: tally.newFaces,
    undescribed: tally.undescribed,
    unchanged: plan.unchanged.length,
    gone: plan.gone.length,
    unreachable: plan.unreachable.length,
    attributes,
    skippedFiles: tally.skippedFiles(),
    otherFiles: Object.fromEntries([...listing.others].sort(([a], [b]) => compareText(a, b))),
    otherProjects: listing.otherProjects,
    passedFolders: listing.passedFolders.length,
    ignored: listing.ignored,
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

/** Which photographs are one occasion: near-duplicates and bursts, over all that are in sight. */
async function saveOccasions(store: Store, burstSeconds: number): Promise<void> {
  const photos = await store.photos();
  const occasions = groupOccasions(photos, { burstSeconds, maxDistance: DEFAULT_MAX_DISTANCE });
  const changed = photos.filter(({ id, occasionId }) => occasions.get(id) !== (occasionId ?? undefined));
  if (changed.length === 0) return;
  await store.saveOccasions(
    new Map(
      changed.flatMap(({ id }) => {
        const first = occasions.get(id);
        return first === undefined ? [] : [[id, first] as const];
      }),
    ),
  );
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
