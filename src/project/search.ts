/**
 * Photographs from outside the project, looked at and compared with its persons;
 * nothing of them is kept. One extraction with the models and options of the
 * project's own faces: other vectors could not be compared.
 */
import { resolve } from 'node:path';
import { FaceweaveError, type Options } from '../config/index.js';
import type { PhotoOutcome } from '../native/index.js';
import { calibrationOf, type Likely, nearestPersons, type PersonSums, personSums } from '../people/index.js';
import { extractModels } from './steps.js';
import type { Parts } from './types.js';

/** One face of a photograph from outside. */
export interface SeenFace {
  /** x, y, width, height in pixels of the upright photograph. */
  readonly box: readonly number[];
  /** Detector score and quality score, 0 … 1. */
  readonly score: number;
  readonly quality: number;
  /** Unit vector; all zeros where the model could not describe the face. */
  readonly vector: Float32Array;
}

/** What is in one photograph from outside. */
export interface SeenPhoto {
  readonly path: string;
  /** null = it was read. */
  readonly code: string | null;
  readonly message: string | null;
  readonly faces: readonly SeenFace[];
}

/** A face found, and who it may be. */
export interface FoundFace extends Omit<SeenFace, 'vector'> {
  /** Nearest first. */
  readonly likely: readonly Likely[];
}

/** What `find` says of one photograph. */
export interface FoundPhoto extends Omit<SeenPhoto, 'faces'> {
  readonly faces: readonly FoundFace[];
}

/** Values of `qualities` a face: score first. */
const QUALITY_VALUES = 5;

/** Looks at photographs without keeping anything. *Errors*: `EMBEDDER_CHANGED`, `MODEL_*`. */
export async function seePhotos(
  parts: Parts,
  options: Options,
  paths: readonly string[],
): Promise<readonly SeenPhoto[]> {
  const { store, engine } = parts;
  const { request } = extractModels(options);
  const current = await store.currentEmbedder();
  if (current !== null && request.embedder.spec.id !== current) {
    throw new FaceweaveError(`the project's faces were described by ${current}, not by ${request.embedder.spec.id}`, {
      code: 'EMBEDDER_CHANGED',
      hint: 'name the embedder of the project with --embedder',
    });
  }
  const extraction = engine.openExtraction({
    ...{ detector: request.detector.spec, embedder: request.embedder.spec, threads: options.threads },
    ...{ minFace: options.minFace, tryRotations: options.tryRotations, scoreThreshold: options.scoreThreshold },
    ...(options.detectionSize === undefined ? {} : { detectionSize: options.detectionSize }),
    ...{ maxPixels: options.maxPixels, maxBytes: options.maxBytes },
    ...{ cropMargin: options.cropMargin, cropMaxSide: options.cropMaxSide },
  });
  try {
    const seen: SeenPhoto[] = [];
    // A job looks at a content once: an equal file shows the same faces.
    const byContent = new Map<string, readonly SeenFace[]>();
    for (const path of paths) {
      const batch = await extraction.run([{ path: Buffer.from(resolve(path)) }]);
      const [outcome] = batch.outcomes;
      const dims = batch.vectors.length / Math.max(1, outcome?.faces ?? 0);
      const faces = Array.from({ length: outcome?.faces ?? 0 }, (_, at) => ({
        box: [...batch.boxes.subarray(at * 4, at * 4 + 4)],
        score: batch.scores[at] ?? 0,
        quality: batch.qualities[at * QUALITY_VALUES] ?? 0,
        vector: batch.vectors.slice(at * dims, (at + 1) * dims),
      }));
      const content = outcome?.hash ?? '';
      if (outcome?.status === 'extracted') byContent.set(content, faces);
      seen.push({ path, ...troubleOf(outcome), faces: byContent.get(content) ?? faces });
    }
    return seen;
  } finally {
    extraction.close();
  }
}

function troubleOf(outcome: PhotoOutcome | undefined): Pick<SeenPhoto, 'code' | 'message'> {
  const isRead = outcome?.status === 'extracted' || outcome?.status === 'known';
  return isRead
    ? { code: null, message: null }
    : { code: outcome?.code ?? 'INTERNAL', message: outcome?.message ?? '' };
}

/** All persons of the project as sums. */
export async function sumsOfPersons(parts: Parts): Promise<{ readonly sums: PersonSums; readonly embedderId: string }> {
  const { store } = parts;
  const embedderId = await store.currentEmbedder();
  if (embedderId === null || (await store.clustering()) === null) {
    throw new FaceweaveError('the faces are not grouped into persons yet', {
      code: 'NOTHING_CLUSTERED',
      hint: 'run `faceweave run <folder>` first',
    });
  }
  const table = await store.vectors(embedderId);
  const personOf = new Map((await store.faces()).map(({ id, personId }) => [id, personId]));
  const personOfRow = table.faceIds.map((id) => personOf.get(id) ?? null);
  return { sums: personSums(table.vectors, table.dims, personOfRow), embedderId };
}

/** Who is in these photographs? `most` persons a face. */
export async function findPhotos(
  parts: Parts,
  options: Options,
  paths: readonly string[],
  most: number,
): Promise<readonly FoundPhoto[]> {
  const { sums, embedderId } = await sumsOfPersons(parts);
  const calibration = calibrationOf(embedderId);
  return (await seePhotos(parts, options, paths)).map(({ faces, ...photo }) => ({
    ...photo,
    faces: faces.map(({ vector, ...face }) => ({
      ...face,
      likely: vector.some((value) => value !== 0) ? nearestPersons(vector, sums, calibration, most) : [],
    })),
  }));
}
