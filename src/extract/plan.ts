/**
 * `plan`: what an extraction would read and what it would cost, with nothing
 * written. The cost is measured, not guessed: a sample of the very photographs
 * goes all the way through the models on this machine.
 */
import { availableParallelism } from 'node:os';
import { type Candidate, extensionOf } from '../archive/index.js';
import { compareText } from '../config/index.js';
import type { Engine, PhotoOutcome } from '../native/index.js';
import type { Store } from '../store/store.js';
import { look } from './look.js';
import { peakRssBytes } from './stats.js';
import type { ExtractRequest } from './types.js';

/** Photographs that are tried: enough for a mean within some ten per cent, a few seconds of work. */
const SAMPLE = 24;
/** Bytes of memory for each pixel of a photograph on its way: as decoded, turned, and while it is being decoded. */
const BYTES_PER_PIXEL = 9;

/** What an extraction would do. */
export interface ExtractPlan {
  /** `files = unchanged + toRead + refused`. */
  readonly files: number;
  readonly unchanged: number;
  readonly toRead: number;
  readonly toReadBytes: number;
  readonly refused: number;
  /** Paths known from before that are no more. */
  readonly gone: number;
  /** Paths known from before, in folders and archives that cannot be read now; they stay as they are. */
  readonly unreachable: number;
  /** Links of lists; what they lead to is in no other count. */
  readonly toFetch: number;
  /** Files to be read, by extension. */
  readonly extensions: Readonly<Record<string, { readonly files: number; readonly bytes: number }>>;
  readonly otherFiles: Readonly<Record<string, number>>;
  /** null: nothing could be tried. */
  readonly estimate: PlanEstimate | null;
  /** Why there is no estimate; null = there is one. */
  readonly noEstimate: NoEstimate | null;
}

/** `ONLY_ARCHIVES`: all that is to be read lies in archives, and would have to be unpacked to be tried. */
export type NoEstimate = 'NOTHING_TO_READ' | 'ONLY_ARCHIVES';

/** What the sample says. */
export interface PlanEstimate {
  readonly sampled: number;
  /** Of the sample, those that would be skipped. */
  readonly skipped: number;
  readonly faces: number;
  /** Formats by content. */
  readonly formats: Readonly<Record<string, number>>;
  /** Wall seconds for all that is to be read; the bounds are two standard errors of the sample away. */
  readonly seconds: number;
  readonly secondsLow: number;
  readonly secondsHigh: number;
  readonly memoryBytes: number;
  /** Most pixels of a photograph in the sample. */
  readonly largestPixels: number;
}

/** Looks and tries. `store` null: the project is not there yet. */
export async function planExtract(store: Store | null, engine: Engine, request: ExtractRequest): Promise<ExtractPlan> {
  const { listing, plan, toFetch } = await look(store, { ...request, fetch: false });
  const { toRead, unchanged, gone, unreachable } = plan;
  const refused = [...plan.refused, ...plan.withheld];
  const extensions = new Map<string, { files: number; bytes: number }>();
  for (const { path, sizeBytes } of toRead) {
    const extension = extensionOf(path.slice(path.lastIndexOf('/') + 1));
    const own = extensions.get(extension) ?? { files: 0, bytes: 0 };
    extensions.set(extension, { files: own.files + 1, bytes: own.bytes + sizeBytes });
  }
  const estimate = await tryOut(engine, request, toRead);
  return {
    files: listing.candidates.length + refused.length,
    unchanged: unchanged.length,
    toRead: toRead.length,
    toReadBytes: toRead.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    refused: refused.length,
    gone: gone.length,
    unreachable: unreachable.length,
    toFetch,
    extensions: sorted(extensions),
    otherFiles: sorted(listing.others),
    estimate,
    noEstimate: estimate !== null ? null : toRead.length === 0 ? 'NOTHING_TO_READ' : 'ONLY_ARCHIVES',
  };
}

function sorted<Value>(counts: ReadonlyMap<string, Value>): Readonly<Record<string, Value>> {
  return Object.fromEntries([...counts].sort(([a], [b]) => compareText(a, b)));
}

/** Every n-th of the files on the disk: archives' members would have to be unpacked for it. */
export function sampleOf(toRead: readonly Candidate[], size: number): readonly Candidate[] {
  const files = toRead.filter(({ member }) => member === undefined);
  const step = Math.max(1, files.length / size);
  return Array.from({ length: Math.min(size, files.length) }, (_, at) => files[Math.floor(at * step)]).flatMap(
    (candidate) => (candidate === undefined ? [] : [candidate]),
  );
}

async function tryOut(
  engine: Engine,
  request: ExtractRequest,
  toRead: readonly Candidate[],
): Promise<PlanEstimate | null> {
  const sample = sampleOf(toRead, SAMPLE);
  if (sample.length === 0) return null;
  const { detector, embedder, options } = request;
  const threads = options.threads || availableParallelism();
  // One at a time on one thread, so that each has a time of its own.
  const extraction = engine.openExtraction({
    ...{ detector: detector.spec, embedder: embedder.spec, threads: 1 },
    ...{ minFace: options.minFace, tryRotations: options.tryRotations, scoreThreshold: options.scoreThreshold },
    ...(options.detectionSize === undefined ? {} : { detectionSize: options.detectionSize }),
    ...{ maxPixels: options.maxPixels, maxBytes: options.maxBytes },
    ...{ cropMargin: options.cropMargin, cropMaxSide: options.cropMaxSide },
  });
  const outcomes: PhotoOutcome[] = [];
  const times: number[] = [];
  try {
    // The first opens the models; that it does so once is no cost of a photograph.
    for (const candidate of [...sample.slice(0, 1), ...sample]) {
      request.signal?.throwIfAborted();
      const { absolute } = candidate;
      const started = performance.now();
      const batch = await extraction.run([{ path: typeof absolute === 'string' ? Buffer.from(absolute) : absolute }]);
      times.push((performance.now() - started) / 1000);
      outcomes.push(...batch.outcomes);
    }
  } finally {
    extraction.close();
  }
  // The first of the sample was known by its second time: its first time stands for it.
  const [first, , ...rest] = outcomes;
  const seen = [...(first === undefined ? [] : [first]), ...rest];
  const { mean, error } = meanOf(times.length > 2 ? times.slice(2) : times.slice(0, 1));
  const scale = toRead.length / threads;
  const largestPixels = Math.max(0, ...seen.map(({ width, height }) => (width ?? 0) * (height ?? 0)));
  const formats = new Map<string, number>();
  for (const { format } of seen) if (format !== undefined) formats.set(format, (formats.get(format) ?? 0) + 1);
  return {
    sampled: seen.length,
    skipped: seen.filter(({ status }) => status === 'skipped').length,
    faces: seen.reduce((sum, { faces }) => sum + faces, 0),
    formats: sorted(formats),
    seconds: mean * scale,
    secondsLow: Math.max(0, mean - 2 * error) * scale,
    secondsHigh: (mean + 2 * error) * scale,
    memoryBytes: peakRssBytes() + threads * largestPixels * BYTES_PER_PIXEL,
    largestPixels,
  };
}

/** Mean and its standard error. */
export function meanOf(values: readonly number[]): { readonly mean: number; readonly error: number } {
  const n = Math.max(1, values.length);
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, error: values.length < 2 ? mean : Math.sqrt(squares / (n - 1) / n) };
}
