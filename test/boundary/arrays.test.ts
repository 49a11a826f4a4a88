/** Typed arrays cross by copy: what JavaScript does to its buffer afterwards changes nothing and breaks nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClusterOptions } from '../../index.js';
import { extractOptions, hookedAddon, runtimePath, samplePhotos, syntheticVectors } from './addon.js';

const addon = hookedAddon();
const DIMS = 64;
const OPTIONS: ClusterOptions = { algorithm: 'ahc', threshold: 0.4, minSamples: 3, samePhotoExempt: 0.1, threads: 2 };
const everyFaceItsPhoto = (faces: number): Uint32Array => Uint32Array.from({ length: faces }, (_, row) => row);

test('a buffer transferred away while the job runs does not disturb it', async () => {
  const faces = 600;
  const expected = await new addon.ClusterJob(OPTIONS).run(
    syntheticVectors(faces, DIMS, 7),
    DIMS,
    everyFaceItsPhoto(faces),
  );
  assert.equal(new Set(expected.labels).size, 7);
  const vectors = syntheticVectors(faces, DIMS, 7);
  const photos = everyFaceItsPhoto(faces);
  const running = new addon.ClusterJob(OPTIONS).run(vectors, DIMS, photos);
  structuredClone(null, { transfer: [vectors.buffer as ArrayBuffer, photos.buffer as ArrayBuffer] });
  assert.equal(vectors.length, 0, 'the buffer is gone');
  assert.deepEqual((await running).labels, expected.labels);
});

test('values changed while the job runs do not change its result', async () => {
  const faces = 600;
  const vectors = syntheticVectors(faces, DIMS, 7);
  const running = new addon.ClusterJob(OPTIONS).run(vectors, DIMS, everyFaceItsPhoto(faces));
  vectors.fill(Number.NaN);
  assert.equal(new Set((await running).labels).size, 7);
});

test('a view into a larger buffer is honoured', async () => {
  const all = syntheticVectors(20, DIMS, 2);
  const result = await new addon.ClusterJob(OPTIONS).run(all.subarray(10 * DIMS), DIMS, everyFaceItsPhoto(10));
  assert.equal(result.labels.length, 10);
});

test('lengths that do not fit are refused with name, expected and found', async () => {
  const job = new addon.ClusterJob(OPTIONS);
  assert.throws(
    () => job.run(new Float32Array(10), DIMS, everyFaceItsPhoto(3)),
    /^Error: ARGUMENT: vectors: expected .*found 10 values/,
  );
  await assert.rejects(
    job.run(new Float32Array(DIMS).fill(Number.NaN), DIMS, everyFaceItsPhoto(1)),
    /^Error: ARGUMENT: .*row 0/,
  );
  assert.throws(() => new addon.ClusterJob({ ...OPTIONS, threshold: Number.NaN }), /ARGUMENT: threshold/);
  assert.throws(() => new addon.ExtractJob({ ...extractOptions(), detectionSize: 0 }), /ARGUMENT: detectionSize/);
  const { embedder, ...rest } = extractOptions();
  assert.throws(
    () => new addon.ExtractJob({ ...rest, embedder: { ...embedder, template: [1, 2] } }),
    /ARGUMENT: embedder.template/,
  );
});

test('results are flat: offsets add up and rows have unit length', async () => {
  addon.loadRuntime(runtimePath());
  const job = new addon.ExtractJob(extractOptions());
  const inputs = samplePhotos();
  const batch = await job.run([...inputs, ...inputs.slice(0, 1)]);
  job.close();
  const faces = batch.outcomes.reduce((sum, outcome) => sum + outcome.faces, 0);
  assert.ok(faces >= 3, `${faces} faces`);
  assert.deepEqual(
    [batch.boxes.length, batch.scores.length, batch.points.length, batch.vectors.length],
    [4 * faces, faces, 10 * faces, batch.dims * faces],
  );
  assert.deepEqual(
    batch.outcomes.map((outcome) => outcome.status),
    ['extracted', 'extracted', 'extracted', 'known'],
  );
  for (let face = 0; face < faces; face++) {
    const row = batch.vectors.subarray(face * batch.dims, (face + 1) * batch.dims);
    assert.ok(Math.abs(Math.hypot(...row) - 1) < 1e-5);
  }
  await assert.rejects(job.run(inputs), /^Error: CLOSED/);
});

test('one bad file never rejects its batch', async () => {
  addon.loadRuntime(runtimePath());
  const job = new addon.ExtractJob(extractOptions());
  const bad = { path: Buffer.from('/nowhere/at/all.jpg') };
  const batch = await job.run([bad, ...samplePhotos(), { path: Buffer.from(new URL(import.meta.url).pathname) }]);
  job.close();
  assert.deepEqual(
    batch.outcomes.map((outcome) => outcome.code ?? outcome.status),
    ['FILE_READ', 'extracted', 'extracted', 'extracted', 'PHOTO_FORMAT'],
  );
});
