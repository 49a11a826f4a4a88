/** The addon in several worker threads at once, and in workers and processes that end while a job runs. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { extractOptions, hookedAddon, hookedAddonPath, runtimePath, samplePhotos } from './addon.js';

const EXTRACT = `
  const { workerData, parentPort } = require('node:worker_threads');
  const addon = require(workerData.addon);
  addon.loadRuntime(workerData.runtime);
  const job = new addon.ExtractJob(workerData.options);
  job.run(workerData.paths.map((path) => ({ path: Buffer.from(path) }))).then((batch) => {
    job.close();
    parentPort.postMessage({ boxes: [...batch.boxes], vectors: [...batch.vectors] });
  });`;

test('three workers extract at once and agree with the main thread', async () => {
  const addon = hookedAddon();
  addon.loadRuntime(runtimePath());
  const job = new addon.ExtractJob(extractOptions());
  const expected = await job.run(samplePhotos());
  job.close();
  const workerData = {
    addon: hookedAddonPath(),
    runtime: runtimePath(),
    options: extractOptions(),
    paths: samplePhotos().map(({ path }) => path.toString()),
  };
  const answers = await Promise.all(
    [1, 2, 3].map(
      () =>
        new Promise<{ boxes: number[]; vectors: number[] }>((resolve, reject) => {
          const worker = new Worker(EXTRACT, { eval: true, workerData });
          worker.once('message', resolve);
          worker.once('error', reject);
        }),
    ),
  );
  for (const answer of answers) {
    assert.deepEqual(answer.boxes, [...expected.boxes]);
    assert.deepEqual(answer.vectors, [...expected.vectors]);
  }
});

test('a worker terminated in the middle of a job takes the job along', async () => {
  const script = `
    const { workerData, parentPort } = require('node:worker_threads');
    require(workerData).endlessJob();
    parentPort.postMessage('running');`;
  const started = performance.now();
  const worker = new Worker(script, { eval: true, workerData: hookedAddonPath() });
  await new Promise((resolve) => worker.once('message', resolve));
  await worker.terminate();
  assert.ok(performance.now() - started < 5000, 'the job was asked to stop, not waited for');
});

test('process.exit in the middle of a job exits with its code', () => {
  const script = `
    require(process.argv[1]).endlessJob();
    setTimeout(() => process.exit(7), 50);`;
  const child = spawnSync(process.execPath, ['-e', script, hookedAddonPath()], { timeout: 8000 });
  assert.deepEqual([child.status, child.signal], [7, null]);
});
