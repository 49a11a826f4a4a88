/**
 * Pictures that the addon cannot decode, decoded by WebAssembly in worker
 * threads: started on first need, ended when idle. The one place where pixels
 * pass through JavaScript. A picture that crashes or hangs its thread costs that
 * picture alone.
 */
import { Worker } from 'node:worker_threads';
import { FaceweaveError } from '../config/error.js';
import type { DecodeReply, DecodeRequest, WasmFormat } from './messages.js';

/** A decoded picture: RGB8, row after row, upright (the file's own rotation and mirroring are applied). */
export interface DecodedPixels {
  readonly width: number;
  readonly height: number;
  readonly pixels: Buffer;
}

/** Limits of one picture. */
export interface DecodeLimits {
  readonly maxPixels: number;
  /** Time from when a thread takes it up; default `DEFAULT_TIMEOUT_MS`. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** Decoders in threads of their own; `close` them, or leave them: idle ones end by themselves and keep no process alive. */
export interface Decoders {
  /**
   * Decodes a picture; `bytes` stay the caller's.
   *
   * *Errors*: `PHOTO_DECODE` (damaged, or its thread crashed or took too long), `PHOTO_TOO_LARGE`,
   * `DECODER_MISSING` (an optional package is not installed; the hint names it); the signal's reason.
   */
  decodePixels(bytes: Uint8Array, format: WasmFormat, limits: DecodeLimits): Promise<DecodedPixels>;
  /** Ends all threads; what is being decoded fails with `PHOTO_DECODE`. */
  close(): Promise<void>;
}

/** How many threads, and how long they wait for more. */
export interface DecodersOptions {
  /** At most; default 1. Each takes some 30 MB and the picture several times over. */
  readonly threads?: number;
  /** An idle thread ends after this; its WebAssembly memory never shrinks otherwise. */
  readonly idleMs?: number;
  /** Stands in for the thread's program in tests. */
  readonly program?: URL;
}

/** A 100-megapixel HEIC takes some 20 s on a slow machine; one that takes longer than this is stuck. */
export const DEFAULT_TIMEOUT_MS = 60_000;
const DEFAULT_IDLE_MS = 5_000;

// Beside this module; Node runs no TypeScript in threads, so from the source it is the one that was built.
const PROGRAM = new URL(
  import.meta.url.endsWith('.ts') ? '../../dist/decoders/heif-thread.js' : './heif-thread.js',
  import.meta.url,
);

interface Job {
  readonly bytes: Uint8Array;
  readonly format: WasmFormat;
  readonly limits: DecodeLimits;
  readonly done: (pixels: DecodedPixels) => void;
  readonly failed: (reason: unknown) => void;
}

/** A thread and what it works on. */
interface Thread {
  readonly worker: Worker;
  job: Job | null;
  /** Waits for the job's end or for the end of idleness. */
  timer: NodeJS.Timeout | undefined;
  /** Ends waiting for an abort. */
  release: (() => void) | undefined;
}

/** Threads to decode with; none is started yet. */
export function openDecoders(options: DecodersOptions = {}): Decoders {
  const { threads: most = 1, idleMs = DEFAULT_IDLE_MS, program = PROGRAM } = options;
  const threads = new Set<Thread>();
  const waiting: Job[] = [];

  /** Takes the job off its thread; null when it is settled already. */
  const finish = (thread: Thread): Job | null => {
    const { job } = thread;
    thread.job = null;
    clearTimeout(thread.timer);
    thread.release?.();
    return job;
  };

  const end = async (thread: Thread, reason: unknown): Promise<void> => {
    threads.delete(thread);
    finish(thread)?.failed(reason);
    next();
    await thread.worker.terminate();
  };

  const start = (): Thread => {
    // What a decoder prints has no place among the data on stdout.
    // The process's own flags are not for its threads.
    const worker = new Worker(program, { stdout: true, stderr: true, execArgv: [] });
    const thread: Thread = { worker, job: null, timer: undefined, release: undefined };
    threads.add(thread);
    worker.on('message', (reply: DecodeReply) => {
      const job = finish(thread);
      worker.unref();
      thread.timer = setTimeout(() => void end(thread, closed()), idleMs).unref();
      if ('pixels' in reply) job?.done({ ...reply, pixels: asBuffer(reply.pixels) });
      else job?.failed(failure(reply));
      next();
    });
    worker.on('error', (cause) => void end(thread, crashed(cause)));
    worker.on('exit', () => void end(thread, crashed(undefined)));
    return thread;
  };

  const give = (thread: Thread, job: Job): void => {
    clearTimeout(thread.timer);
    thread.job = job;
    const { signal, maxPixels, timeoutMs = DEFAULT_TIMEOUT_MS } = job.limits;
    // Under way it keeps the process alive, idle it does not.
    thread.worker.ref();
    thread.timer = setTimeout(() => void end(thread, tookTooLong(timeoutMs)), timeoutMs);
    const abort = (): void => void end(thread, signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    thread.release = () => signal?.removeEventListener('abort', abort);
    // A copy goes over: the caller keeps its bytes for the hash and the facts.
    const bytes = Uint8Array.from(job.bytes);
    const request: DecodeRequest = { bytes, format: job.format, maxPixels };
    thread.worker.postMessage(request, [bytes.buffer]);
  };

  const next = (): void => {
    while (waiting.length > 0) {
      const idle = [...threads].find(({ job }) => job === null);
      if (idle === undefined && threads.size >= most) return;
      const job = waiting.shift();
      if (job === undefined) return;
      if (job.limits.signal?.aborted === true) job.failed(job.limits.signal.reason);
      else give(idle ?? start(), job);
    }
  };

  return {
    decodePixels: (bytes, format, limits) =>
      new Promise((done, failed) => {
        waiting.push({ bytes, format, limits, done, failed });
        next();
      }),
    close: async () => {
      for (const job of waiting.splice(0)) job.failed(closed());
      await Promise.all([...threads].map((thread) => end(thread, closed())));
    },
  };
}

function asBuffer(pixels: Uint8Array): Buffer {
  return Buffer.from(pixels.buffer, pixels.byteOffset, pixels.byteLength);
}

function failure(reply: Extract<DecodeReply, { readonly code: string }>): FaceweaveError {
  const hint = reply.package === undefined ? {} : { hint: `npm install ${reply.package}` };
  return new FaceweaveError(reply.message, { code: reply.code, ...hint });
}

function crashed(cause: unknown): FaceweaveError {
  const reason = cause instanceof Error ? `: ${cause.message}` : '';
  return new FaceweaveError(`the decoder of this picture crashed${reason}`, { code: 'PHOTO_DECODE', cause });
}

function tookTooLong(timeoutMs: number): FaceweaveError {
  return new FaceweaveError(`decoding took longer than ${timeoutMs / 1000} s`, { code: 'PHOTO_DECODE' });
}

function closed(): FaceweaveError {
  return new FaceweaveError('the decoders were closed', { code: 'PHOTO_DECODE' });
}
