/** Cancelling: a flag Rust reads between photographs and between rounds; the signal stays in TypeScript. */
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { nativeEngine, withSignal } from '../../src/native/index.js';
import { extractOptions, hookedAddon, runtimePath, samplePhotos, syntheticVectors } from './addon.js';

const addon = hookedAddon();
const OPTIONS = { algorithm: 'ahc', threshold: 0.4, minSamples: 3, samePhotoExempt: 0.1, threads: 2 } as const;

test('a cancelled extraction hands back what it has not begun', async () => {
  addon.loadRuntime(runtimePath());
  const job = new addon.ExtractJob(extractOptions(1));
  const running = job.run(samplePhotos());
  job.cancel();
  const statuses = (await running).outcomes.map((outcome) => outcome.status);
  job.close();
  assert.equal(statuses.length, 3);
  assert.equal(statuses.at(-1), 'cancelled');
  assert.ok(job.progress().done < 3);
});

test('a cancelled clustering rejects with CANCELLED, soon', async () => {
  const faces = 12_000;
  const vectors = syntheticVectors(faces, 64, 300);
  const job = new addon.ClusterJob(OPTIONS);
  const running = job.run(
    vectors,
    64,
    Uint32Array.from({ length: faces }, (_, row) => row),
  );
  const started = performance.now();
  setTimeout(() => job.cancel(), 50);
  await assert.rejects(running, /^Error: CANCELLED/);
  assert.ok(performance.now() - started < 5000);
});

test('a signal aborted before the call stops it before it starts', async () => {
  const reason = new Error('not now');
  let started = false;
  const work = async (): Promise<void> => {
    started = true;
  };
  const watch = {
    signal: AbortSignal.abort(reason),
    cancel: () => {},
    read: () => ({ step: 'x', completed: 0, total: 0 }),
  };
  await assert.rejects(withSignal(watch, work), reason);
  assert.equal(started, false);
});

test('a signal aborted during the call rejects with its reason and leaves no listener behind', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  const faces = 12_000;
  const vectors = syntheticVectors(faces, 64, 300);
  const photos = Uint32Array.from({ length: faces }, (_, row) => row);
  setTimeout(() => controller.abort(reason), 50);
  await assert.rejects(nativeEngine().cluster(OPTIONS, vectors, 64, photos, { signal: controller.signal }), reason);
  assert.equal(getEventListeners(controller.signal, 'abort').length, 0);
});

test('eight long jobs leave the event loop and the file system free', async () => {
  const script = new URL(import.meta.url).pathname;
  const jobs = Array.from({ length: 8 }, () => {
    const job = new addon.ClusterJob(OPTIONS);
    const faces = 6000;
    return {
      job,
      running: job.run(
        syntheticVectors(faces, 64, 50),
        64,
        new Uint32Array(faces).map((_, row) => row),
      ),
    };
  });
  const started = performance.now();
  await readFile(script);
  const tookMs = performance.now() - started;
  for (const { job } of jobs) job.cancel();
  await Promise.allSettled(jobs.map(({ running }) => running));
  // On libuv's four threads the read would have waited for whole jobs.
  assert.ok(tookMs < 500, `${tookMs.toFixed(0)} ms`);
});
