/**
 * What the boundary tests share: the addon with its test hooks, the models, and
 * three real photographs. The raw addon is used here on purpose: these tests
 * are about the boundary itself, not about what `src/native` makes of it.
 */
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type * as Boundary from '../../index.js';
import { resolveModel } from '../../src/models/index.js';
import { currentPlatform, findRuntime } from '../../src/native/index.js';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const require = createRequire(import.meta.url);

/** Functions compiled only with the feature `test-hooks`. */
export interface TestHooks {
  panicSync(): void;
  panicJob(): Promise<void>;
  panicPool(): Promise<void>;
  panicConvert(): Promise<void>;
  endlessJob(): Promise<boolean>;
  PanicClass: new (panics: boolean) => { method(): void; readonly value: number };
}

/** Absolute path of the addon built by `npm run build:test-hooks`. */
export function hookedAddonPath(): string {
  const folder = join(ROOT, 'build', 'test-hooks');
  const file = readdirSync(folder).find((name) => name.endsWith('.node'));
  if (file === undefined) throw new Error(`no addon in ${folder}: run npm run build:test-hooks`);
  return join(folder, file);
}

export function hookedAddon(): typeof Boundary & TestHooks {
  return require(hookedAddonPath()) as typeof Boundary & TestHooks;
}

/** Absolute path of ONNX Runtime as the product finds it. */
export function runtimePath(): string {
  return findRuntime({
    platform: currentPlatform(),
    env: process.env,
    packageRoot: ROOT,
    packageFolder: (name) => {
      try {
        return join(require.resolve(`${name}/package.json`), '..');
      } catch {
        return null;
      }
    },
    exists: () => true,
  });
}

/** Options that work, with the shipped models. */
export function extractOptions(threads = 2): Boundary.ExtractOptions {
  return {
    detector: { ...resolveModel('detect', 'centerface').spec },
    embedder: { ...resolveModel('embed', 'mobilefacenet').spec },
    threads,
    minFace: 40,
    detectionSize: 320,
    tryRotations: false,
    scoreThreshold: 0.5,
    maxPixels: 2 ** 28,
    maxBytes: 2 ** 30,
    cropMargin: 0.4,
    cropMaxSide: 320,
  };
}

/** Photographs with several faces each that come with an installed package. */
export function samplePhotos(): Boundary.PhotoInput[] {
  const folder = join(require.resolve('@vladmandic/face-api/package.json'), '..', 'demo');
  return [1, 2, 3].map((n) => ({ path: Buffer.from(join(folder, `sample${n}.jpg`)) }));
}

/** `count` unit vectors around `people` directions, the same each time. */
export function syntheticVectors(count: number, dims: number, people: number): Float32Array {
  let state = 42;
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  const centres = Array.from({ length: people }, () => Float32Array.from({ length: dims }, random));
  const vectors = new Float32Array(count * dims);
  for (let row = 0; row < count; row++) {
    const centre = centres[row % people] ?? new Float32Array(dims);
    const values = centre.map((value) => value + 0.2 * random());
    const length = Math.hypot(...values);
    vectors.set(
      values.map((value) => value / length),
      row * dims,
    );
  }
  return vectors;
}
