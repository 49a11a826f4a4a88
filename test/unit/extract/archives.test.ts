/**
 * Extractions out of archives, over a real store and a made-up engine: whatever
 * ends one, the next goes on where it ended, and an archive that cannot be read
 * takes nothing with it.
 */
import assert from 'node:assert/strict';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { resolveSources } from '../../../src/archive/index.js';
import { FaceweaveError } from '../../../src/config/index.js';
import { type ExtractSummary, extract } from '../../../src/extract/index.js';
import { look } from '../../../src/extract/look.js';
import { tarOf, zipOf } from '../archive/zip-writer.js';
import { fakeEngine, options, request, type Stage, stage } from './fake-engine.js';

const MEMBERS = Array.from({ length: 6 }, (_, at) => ({ name: `${at}.jpg`, data: Buffer.from(`${at}`) }));
const FORMATS = [
  ['a.zip', zipOf(MEMBERS)],
  ['a.tar', tarOf(MEMBERS)],
  ['a.tar.gz', gzipSync(tarOf(MEMBERS))],
] as const;

/** Runs until the engine is at its third batch, and ends there. */
async function interrupted(at: Stage, roots: ReturnType<typeof resolveSources>): Promise<void> {
  const controller = new AbortController();
  const beforeBatch = (batch: number): void => {
    if (batch === 3) controller.abort(new Error('enough'));
  };
  const run = extract(at.store, fakeEngine({ log: [], beforeBatch }), {
    ...request(at),
    roots,
    signal: controller.signal,
  });
  await assert.rejects(run, /enough/);
}

for (const [name, bytes] of FORMATS) {
  for (const isInFolder of [true, false]) {
    test(`${name}${isInFolder ? ' in a folder' : ''}: what an interrupted run left is read by the next, and told by a plan`, async () => {
      const at = await stage({ [name]: bytes });
      const roots = resolveSources([isInFolder ? at.source : join(at.source, name)]);
      await interrupted(at, roots);
      const saved = (await at.store.counts()).photos;
      assert.ok(saved > 0 && saved < 6, `${saved} were saved`);
      assert.equal((await look(at.store, { ...request(at), roots })).plan.toRead.length, 6 - saved);
      const run = (): Promise<ExtractSummary> => extract(at.store, fakeEngine({ log: [] }), { ...request(at), roots });
      const second = await run();
      assert.deepEqual([second.files, second.photos, second.newPhotos, second.gone], [6, 6, 6 - saved, 0]);
      assert.equal((await at.store.settledArchives()).size, 1);
      const third = await run();
      assert.deepEqual([third.files, third.unchanged, third.newPhotos], [6, 6, 0]);
      await at.store.close();
    });
  }

  test(`${name}: more entries than allowed are read as soon as they are`, async () => {
    const at = await stage({ [name]: bytes });
    const run = (maxEntries: number): Promise<ExtractSummary> =>
      extract(at.store, fakeEngine({ log: [] }), { ...request(at), options: { ...options, maxEntries } });
    const two = await run(2);
    assert.deepEqual([two.photos, two.skipped], [2, 1]);
    const all = await run(100);
    assert.deepEqual([all.photos, all.newPhotos, all.skipped, all.gone], [6, 4, 0, 0]);
    assert.deepEqual(await at.store.skipped(), []);
    await at.store.close();
  });

  test(`${name}: damaged, it keeps its photographs, and is whole again when it is repaired`, async () => {
    const at = await stage({ [name]: bytes, 'loose.jpg': 'x' });
    const run = (): Promise<ExtractSummary> => extract(at.store, fakeEngine({ log: [] }), request(at));
    await run();
    const path = join(at.source, name);
    writeFileSync(path, Buffer.alloc(500, 'x'));
    const damaged = await run();
    assert.deepEqual(
      [damaged.gone, damaged.unreachable, damaged.skippedFiles.map(({ code }) => code)],
      [0, 6, ['ARCHIVE_READ']],
    );
    assert.equal((await at.store.counts()).photos, 7);
    writeFileSync(path, bytes);
    const repaired = await run();
    assert.deepEqual([repaired.photos, repaired.skipped, repaired.gone, repaired.newPhotos], [7, 0, 0, 0]);
    await at.store.close();
  });
}

test('an archive that is not there any more is gone with its photographs', async () => {
  const at = await stage({ 'a.zip': zipOf(MEMBERS), 'loose.jpg': 'x' });
  await extract(at.store, fakeEngine({ log: [] }), request(at));
  mkdirSync(join(at.source, '..', 'elsewhere'));
  renameSync(join(at.source, 'a.zip'), join(at.source, '..', 'elsewhere', 'a.zip'));
  const summary = await extract(at.store, fakeEngine({ log: [] }), request(at));
  assert.deepEqual([summary.gone, summary.unreachable, summary.photos], [6, 0, 1]);
  await at.store.close();
});

test('--retry lists an archive again and finds what was refused as before', async () => {
  const at = await stage({ 'a.zip': zipOf([...MEMBERS, { name: 'inner.zip', data: Buffer.from('PK') }]) });
  const first = await extract(at.store, fakeEngine({ log: [] }), request(at));
  const again = await extract(at.store, fakeEngine({ log: [] }), { ...request(at), retry: true });
  assert.deepEqual(again.skippedFiles, first.skippedFiles);
  assert.deepEqual(
    first.skippedFiles.map(({ code }) => code),
    ['ARCHIVE_NESTED'],
  );
  await at.store.close();
});

test('an abort while members are read records none of them as skipped', async () => {
  const between = { name: 'film.mov', data: Buffer.alloc(64 * 2 ** 20) };
  const at = await stage({ 'a.tar': tarOf([...MEMBERS.slice(0, 1), between, ...MEMBERS.slice(1)]) });
  const controller = new AbortController();
  const reason = new FaceweaveError('time is up', { code: 'TIME_UP' });
  // The second batch is being read by then: the cursor is in the middle of the film.
  const beforeBatch = (): void => {
    setImmediate(() => controller.abort(reason));
  };
  const run = extract(at.store, fakeEngine({ log: [], beforeBatch }), { ...request(at), signal: controller.signal });
  await assert.rejects(run, { code: 'TIME_UP' });
  assert.deepEqual(await at.store.skipped(), []);
  assert.equal((await at.store.settledArchives()).size, 0);
  await at.store.close();
});
