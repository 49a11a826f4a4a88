/**
 * The order of work of an extraction, over a real store and a made-up engine:
 * two batches in flight, commits in order, what an abort or a failure leaves.
 */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { extract } from '../../../src/extract/index.js';
import type { Engine, Extraction, Progress } from '../../../src/native/index.js';
import type { Store } from '../../../src/store/index.js';
import { fakeEngine, options, request, stage, UNUSED } from './fake-engine.js';

const FIVE = { 'a.jpg': '1', 'b.jpg': '2', 'c.jpg': '3', 'd.jpg': '4', 'e.jpg': '5' };

test('two batches are in flight, never three, and the engine is closed at the end', async () => {
  const at = await stage(FIVE);
  const log: string[] = [];
  const slow = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));
  const summary = await extract(at.store, fakeEngine({ log, beforeBatch: slow }), request(at));
  let open = 0;
  let most = 0;
  for (const entry of log) {
    open += entry.startsWith('begin') ? 1 : entry.startsWith('end') ? -1 : 0;
    most = Math.max(most, open);
  }
  assert.equal(most, 2);
  assert.equal(log.at(-1), 'close');
  assert.deepEqual([summary.files, summary.photos, summary.newFaces], [5, 5, 5]);
  await at.store.close();
});

test('batches are committed in order though a later one is ready first', async () => {
  const at = await stage(FIVE);
  const saved: string[] = [];
  const store: Store = {
    ...at.store,
    saveBatch: (batch) => {
      saved.push(...batch.paths.map(({ path }) => path));
      return at.store.saveBatch(batch);
    },
  };
  const slowFirst = (batch: number): Promise<void> =>
    new Promise((resolve) => (batch === 1 ? setTimeout(resolve, 30) : resolve()));
  await extract(store, fakeEngine({ log: [], beforeBatch: slowFirst }), request(at));
  assert.deepEqual(saved, Object.keys(FIVE));
  await at.store.close();
});

test('the second run opens no engine', async () => {
  const at = await stage(FIVE);
  await extract(at.store, fakeEngine({ log: [] }), request(at));
  const idle = { ...fakeEngine({ log: [] }), openExtraction: UNUSED };
  const summary = await extract(at.store, idle, request(at));
  assert.deepEqual([summary.newPhotos, summary.unchanged], [0, 5]);
  await at.store.close();
});

test('photographs whose crops are gone, or were never wanted, are read again; their faces keep their ids', async () => {
  const at = await stage({ ...FIVE, 'copy of e.jpg': '5' });
  const plain = request(at);
  await extract(at.store, fakeEngine({ log: [] }), { ...plain, options: { ...options, crops: false } });
  const ids = (await at.store.faces()).map(({ id }) => id);
  const wanted = await extract(at.store, fakeEngine({ log: [] }), plain);
  assert.deepEqual([wanted.newPhotos, wanted.unchanged, wanted.duplicates], [5, 0, 1]);
  rmSync(join(at.projectDir, 'Faces', 'face1_b.jpg'));
  const again = await extract(at.store, fakeEngine({ log: [] }), plain);
  assert.deepEqual([again.newPhotos, again.unchanged], [1, 5]);
  rmSync(join(at.projectDir, 'Faces'), { recursive: true });
  assert.equal((await extract(at.store, fakeEngine({ log: [] }), plain)).newPhotos, 5);
  const faces = await at.store.faces();
  assert.deepEqual(faces.map(({ id }) => id).sort(), ids.sort());
  assert.ok(faces.every(({ crop }) => crop !== null));
  await at.store.close();
});

test('a face without a direction is kept without a vector, and told', async () => {
  const at = await stage({ 'a.jpg': '1', 'b.jpg': '2' });
  const engine = fakeEngine({ log: [] });
  const blind: Engine = {
    ...engine,
    openExtraction: (chosen) => {
      const extraction = engine.openExtraction(chosen);
      const run: Extraction['run'] = async (inputs) => {
        const batch = await extraction.run(inputs);
        if (inputs.some(({ path }) => path.toString().endsWith('b.jpg'))) batch.vectors.fill(0);
        return batch;
      };
      return { ...extraction, run };
    },
  };
  const summary = await extract(at.store, blind, request(at));
  assert.deepEqual([summary.newFaces, summary.undescribed, summary.skipped], [2, 1, 0]);
  assert.equal((await at.store.faces()).length, 2);
  assert.equal((await at.store.vectors('embed-1')).faceIds.length, 1);
  await at.store.close();
});

test('copies are duplicates, copies of skipped content are skipped, and the counts add up', async () => {
  const at = await stage({ 'a.jpg': '1', 'b.jpg': '1', 'c.jpg': 'bad', 'd.jpg': 'bad', 'e.txt': 'other' });
  const summary = await extract(at.store, fakeEngine({ log: [] }), request(at));
  assert.deepEqual([summary.files, summary.photos, summary.duplicates, summary.skipped], [4, 1, 1, 2]);
  assert.deepEqual(summary.otherFiles, { txt: 1 });
  const counts = await at.store.counts();
  assert.deepEqual([counts.files, counts.photos, counts.duplicates, counts.skipped], [4, 1, 1, 2]);
  await at.store.close();
});

test('an abort keeps what was committed, rejects with its reason, and the next run goes on', async () => {
  const at = await stage(FIVE);
  const controller = new AbortController();
  const beforeBatch = (batch: number): void => {
    if (batch === 3) controller.abort(new Error('enough'));
  };
  const aborted = extract(at.store, fakeEngine({ log: [], beforeBatch }), {
    ...request(at),
    signal: controller.signal,
  });
  await assert.rejects(aborted, /enough/);
  const saved = (await at.store.counts()).photos;
  assert.ok(saved >= 1 && saved < 5, `${saved} saved`);
  const summary = await extract(at.store, fakeEngine({ log: [] }), request(at));
  assert.equal(summary.newPhotos, 5 - saved);
  await at.store.close();
});

test('a failing batch rejects after the one in flight has settled, and closes the engine', async () => {
  const at = await stage(FIVE);
  const log: string[] = [];
  const beforeBatch = (batch: number): void => {
    if (batch === 2) throw new Error('disk full');
  };
  await assert.rejects(extract(at.store, fakeEngine({ log, beforeBatch }), request(at)), /disk full/);
  assert.equal(log.at(-1), 'close');
  assert.equal((await at.store.counts()).photos, 1);
  await at.store.close();
});

test('skipped files are tried again only when asked', async () => {
  const at = await stage({ 'a.jpg': 'bad' });
  const log: string[] = [];
  await extract(at.store, fakeEngine({ log: [] }), request(at));
  await extract(at.store, fakeEngine({ log }), request(at));
  assert.equal(log.length, 0);
  await extract(at.store, fakeEngine({ log }), { ...request(at), retry: true });
  assert.ok(log.includes('begin 1'));
  await at.store.close();
});

test('progress counts to the end and its last call says done', async () => {
  const at = await stage(FIVE);
  const seen: Progress[] = [];
  await extract(at.store, fakeEngine({ log: [] }), { ...request(at), onProgress: (progress) => seen.push(progress) });
  const last = seen.at(-1);
  assert.deepEqual([last?.step, last?.completed, last?.total, last?.done], ['extract', 5, 5, true]);
  assert.equal(seen.filter(({ done }) => done).length, 1);
  await at.store.close();
});
