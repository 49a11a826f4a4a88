/**
 * Hands photographs to native code batch by batch, two batches in flight, and
 * commits the results strictly in the order of the plan. Killed at any moment,
 * it loses at most the batches in flight. What to read was decided before; what
 * the results mean is `settle`'s business.
 */
import { readFile } from 'node:fs/promises';
import { type Candidate, type MemberReader, openMemberReader, pathToBytes } from '../archive/index.js';
import { type Face, FaceweaveError } from '../config/index.js';
import { type DecodedPixels, type Decoders, openDecoders, type WasmFormat } from '../decoders/index.js';
import {
  type Engine,
  type ExtractBatch,
  type Extraction,
  type NativeStages,
  type PhotoInput,
  withSignal,
} from '../native/index.js';
import type { KnownPath, Store } from '../store/store.js';
import { type CropPlace, cropAt, inProject, removeCrops } from './crops.js';
import { type Memory, type PlannedFile, photosToMatch, settle, undescribedFaces } from './settle.js';
import { threadSeconds } from './stats.js';
import type { Tally } from './tally.js';
import type { ExtractRequest } from './types.js';

/** Batches that native code works on at once: one is saved while the next runs. */
const BATCHES_IN_FLIGHT = 2;

/** Bytes of archive members that one batch holds in memory; a larger member is a batch of its own. */
const MEMBER_BYTES_A_BATCH = 64 * 2 ** 20;

/** Bytes of archive members in all batches in flight; a larger member is in flight alone. */
const MEMBER_BYTES_IN_FLIGHT = 256 * 2 ** 20;

/** Pixels decoded outside of the addon that are handed in at once: some 100 MB. */
const DECODED_BYTES_AT_ONCE = 100 * 2 ** 20;

/** A file to be read, with where its crops go. */
export interface Job {
  readonly candidate: Candidate;
  readonly place: CropPlace | null;
}

/** What the batches are run with. */
export interface Work {
  readonly store: Store;
  readonly engine: Engine;
  readonly request: ExtractRequest;
  readonly extracted: ReadonlySet<string>;
  readonly memory: Memory;
  readonly tally: Tally;
  readonly clock: { storeSeconds: number };
}

/** A job as it is handed in: the bytes of a member are read by now. */
interface Ready extends Job {
  readonly bytes: Buffer | null;
}

interface InFlight {
  readonly ready: readonly Ready[];
  /** Members that could not be read. */
  readonly unread: readonly KnownPath[];
  /** Bytes of members it holds in memory. */
  readonly memberBytes: number;
  readonly result: Promise<ExtractBatch>;
}

/** The parts that are open while batches run. */
interface Open {
  readonly extraction: Extraction;
  readonly members: MemberReader;
  readonly decoders: Decoders;
}

/** Runs all batches and commits each; resolves with the CPU seconds of the native stages. */
export async function runBatches(jobs: readonly Job[], work: Work): Promise<NativeStages> {
  const { engine, request, tally } = work;
  const { detector, embedder, landmarker, attributes, options, signal, onProgress } = request;
  const extraction = engine.openExtraction({
    detector: detector.spec,
    embedder: embedder.spec,
    threads: options.threads,
    minFace: options.minFace,
    ...(options.detectionSize === undefined ? {} : { detectionSize: options.detectionSize }),
    tryRotations: options.tryRotations,
    ...(landmarker === undefined ? {} : { landmarker }),
    ...(attributes === undefined ? {} : { attributes }),
    scoreThreshold: options.scoreThreshold,
    maxPixels: options.maxPixels,
    maxBytes: options.maxBytes,
    cropMargin: options.cropMargin,
    cropMaxSide: options.cropMaxSide,
  });
  const { maxEntries, maxBytes, maxRatio } = options;
  const open: Open = {
    extraction,
    members: openMemberReader({ maxEntries, maxBytes, maxRatio }, signal),
    decoders: openDecoders(),
  };
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
            const end = endOfBatch(jobs, next, options.batchSize);
            const batch = jobs.slice(next, end);
            if (!fitsInFlight(inFlight, batch)) break;
            inFlight.push(await begin(open, batch, request));
            next = end;
          }
          const oldest = inFlight.shift();
          if (oldest === undefined) break;
          await finish(oldest, open, work);
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
    await Promise.allSettled([open.members.close(), open.decoders.close()]);
  }
}

/** Where the batch that begins at `from` ends: by number, and by the bytes it holds in memory. */
export function endOfBatch(jobs: readonly Job[], from: number, batchSize: number): number {
  let held = 0;
  let end = from;
  for (const { candidate } of jobs.slice(from, from + batchSize)) {
    held += memberBytes(candidate);
    if (held > MEMBER_BYTES_A_BATCH && end > from) break;
    end += 1;
  }
  return end;
}

/** Whether a batch may begin beside those in flight, by the bytes that all of them hold in memory. */
export function fitsInFlight(inFlight: readonly { readonly memberBytes: number }[], jobs: readonly Job[]): boolean {
  if (inFlight.length === 0) return true;
  const held = inFlight.reduce((sum, batch) => sum + batch.memberBytes, 0);
  return held + sumOfMembers(jobs) <= MEMBER_BYTES_IN_FLIGHT;
}

const memberBytes = ({ member, sizeBytes }: Candidate): number => (member === undefined ? 0 : sizeBytes);

const sumOfMembers = (jobs: readonly Job[]): number =>
  jobs.reduce((sum, { candidate }) => sum + memberBytes(candidate), 0);

/** Reads what lies in archives and hands the batch in; what an abort leaves unread is in no result. */
async function begin(
  { extraction, members }: Open,
  jobs: readonly Job[],
  { projectDir, signal }: ExtractRequest,
): Promise<InFlight> {
  const ready: Ready[] = [];
  const unread: KnownPath[] = [];
  for (const job of jobs) {
    if (job.candidate.member === undefined) {
      ready.push({ ...job, bytes: null });
      continue;
    }
    try {
      ready.push({ ...job, bytes: await members.read(job.candidate) });
    } catch (cause) {
      if (signal?.aborted === true) break;
      unread.push(skippedPath(job.candidate, cause));
    }
  }
  const result = extraction.run(ready.map((job) => inputOf(job, projectDir)));
  // A rejection is handled when its turn comes; until then it must not count as unhandled.
  result.catch(() => {});
  return { ready, unread, result, memberBytes: sumOfMembers(jobs) };
}

function inputOf({ candidate, place, bytes }: Ready, projectDir: string): PhotoInput {
  const input = { path: bytesOf(candidate.absolute), ...(bytes === null ? {} : { bytes }) };
  if (place === null) return input;
  return { ...input, cropDir: inProject(projectDir, place.folder), cropName: pathToBytes(place.name) };
}

function bytesOf(path: string | Buffer): Buffer {
  return typeof path === 'string' ? Buffer.from(path) : path;
}

/** A file skipped for what was thrown about it; a defect of ours is not the file's fault and goes on its way. */
function skippedPath({ path, sizeBytes, mtimeNs }: Candidate, cause: unknown): KnownPath {
  if (!(cause instanceof FaceweaveError) || cause.code === 'INTERNAL') throw cause;
  return { path, sizeBytes, mtimeNs, photoId: null, code: cause.code, message: cause.message };
}

async function finish({ ready, unread, result }: InFlight, open: Open, work: Work): Promise<void> {
  const batch = await result;
  await skip(unread, work);
  await commit(ready, batch, work);
  const undecoded = ready.flatMap((job, at) => {
    const outcome = batch.outcomes[at];
    return outcome?.status === 'undecoded' ? [{ job, format: formatOf(outcome.format) }] : [];
  });
  await finishUndecoded(undecoded, open, work);
}

function formatOf(name: string | undefined): WasmFormat {
  if (name === 'heic' || name === 'avif') return name;
  throw new FaceweaveError(`the addon left a picture of the format ${name} undecoded`, { code: 'INTERNAL' });
}

/** Decodes what the addon cannot, and hands it in again with its pixels. */
async function finishUndecoded(
  undecoded: readonly { readonly job: Ready; readonly format: WasmFormat }[],
  open: Open,
  work: Work,
): Promise<void> {
  const { options, projectDir, signal } = work.request;
  let waiting: { readonly job: Ready; readonly pixels: DecodedPixels }[] = [];
  const handIn = async (): Promise<void> => {
    const inputs = waiting.map(({ job, pixels: { pixels, width, height } }) => ({
      ...inputOf(job, projectDir),
      ...{ pixels, width, height },
    }));
    const jobs = waiting.map(({ job }) => job);
    waiting = [];
    await commit(jobs, await open.extraction.run(inputs), work);
  };
  const isAborted = (): boolean => signal?.aborted === true;
  for (const { job, format } of undecoded) {
    if (isAborted()) return;
    try {
      const bytes = job.bytes ?? (await readFile(job.candidate.absolute));
      const { maxPixels } = options;
      const pixels = await open.decoders.decodePixels(bytes, format, {
        maxPixels,
        ...(signal === undefined ? {} : { signal }),
      });
      waiting.push({ job, pixels });
    } catch (cause) {
      if (isAborted()) return;
      await skip([skippedPath(job.candidate, asFileError(cause))], work);
      continue;
    }
    const held = waiting.reduce((sum, { pixels }) => sum + pixels.pixels.byteLength, 0);
    if (held >= DECODED_BYTES_AT_ONCE) await handIn();
  }
  if (waiting.length > 0) await handIn();
}

/** What the file system said, as an error with a code. */
function asFileError(cause: unknown): unknown {
  if (cause instanceof FaceweaveError || !(cause instanceof Error) || !('syscall' in cause)) return cause;
  return new FaceweaveError(`cannot be read: ${cause.message}`, { code: 'FILE_READ', cause });
}

async function skip(paths: readonly KnownPath[], { store, tally }: Work): Promise<void> {
  if (paths.length === 0) return;
  await store.savePaths(paths, []);
  tally.addAll(paths, true);
}

async function commit(jobs: readonly Job[], batch: ExtractBatch, work: Work): Promise<void> {
  const { store, request, memory, tally, clock } = work;
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
