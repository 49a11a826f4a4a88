/**
 * Where the time of an extraction went: CPU seconds of each stage, and what no
 * stage claims. Apart so that the arithmetic is tested without running anything.
 */
import type { NativeStages } from '../native/index.js';

/** Stages in the order of the work; `rest` is what no stage claims. */
export const STAGES = [
  'read',
  'decode',
  'fingerprint',
  'detect',
  'align',
  'quality',
  'embed',
  'attributes',
  'crop',
  'store',
  'rest',
] as const;

/** One of `STAGES`. */
export type Stage = (typeof STAGES)[number];

/** CPU seconds of one stage and its share of the whole, 0 … 1. */
export interface StageCost {
  readonly seconds: number;
  readonly share: number;
}

/** The cost of one extraction. */
export interface ExtractStats {
  readonly photos: number;
  readonly faces: number;
  readonly wallSeconds: number;
  /** User and system time of the whole process. */
  readonly cpuSeconds: number;
  /** Faces a CPU second. */
  readonly facesPerSecond: number;
  readonly cpuMsPerPhoto: number;
  /** CPU time ÷ (wall time × threads): 1 = all threads busy all the time. */
  readonly busyShare: number;
  readonly stages: Readonly<Record<Stage, StageCost>>;
  readonly peakRssBytes: number;
}

/** What was measured. */
export interface Measured {
  readonly photos: number;
  readonly faces: number;
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly storeSeconds: number;
  readonly threads: number;
  readonly native: NativeStages;
  readonly peakRssBytes: number;
}

/** Sums up; a division by nothing is 0. Hashing counts as reading. */
export function statsOf(measured: Measured): ExtractStats {
  const { native, cpuSeconds, wallSeconds, photos, faces } = measured;
  const claimed = {
    read: native.read + native.hash,
    decode: native.decode,
    fingerprint: native.fingerprint,
    detect: native.detect,
    align: native.align,
    quality: native.quality,
    embed: native.embed,
    attributes: native.attributes,
    crop: native.crop,
    store: measured.storeSeconds,
  };
  const sum = Object.values(claimed).reduce((total, seconds) => total + seconds, 0);
  const cost = (seconds: number): StageCost => ({ seconds, share: ratio(seconds, cpuSeconds) });
  return {
    photos,
    faces,
    wallSeconds,
    cpuSeconds,
    facesPerSecond: ratio(faces, cpuSeconds),
    cpuMsPerPhoto: ratio(cpuSeconds * 1000, photos),
    busyShare: ratio(cpuSeconds, wallSeconds * measured.threads),
    stages: {
      read: cost(claimed.read),
      decode: cost(claimed.decode),
      fingerprint: cost(claimed.fingerprint),
      detect: cost(claimed.detect),
      align: cost(claimed.align),
      quality: cost(claimed.quality),
      embed: cost(claimed.embed),
      attributes: cost(claimed.attributes),
      crop: cost(claimed.crop),
      store: cost(claimed.store),
      rest: cost(Math.max(0, cpuSeconds - sum)),
    },
    peakRssBytes: measured.peakRssBytes,
  };
}

function ratio(a: number, b: number): number {
  return b > 0 ? a / b : 0;
}

/** CPU seconds of this process so far, all threads. */
export function processCpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Most memory this process has held so far. */
export function peakRssBytes(): number {
  return process.resourceUsage().maxRSS * 1024;
}

/**
 * CPU seconds of the JavaScript thread where Node can tell (≥ 22.19), else wall
 * seconds: the store works on that thread, so its wall time bounds its CPU time.
 */
export function threadSeconds(): number {
  const reader = process as { threadCpuUsage?: () => { user: number; system: number } };
  if (reader.threadCpuUsage === undefined) return performance.now() / 1000;
  const { user, system } = reader.threadCpuUsage();
  return (user + system) / 1e6;
}
