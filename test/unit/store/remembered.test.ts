/** What the store remembers beyond the photographs in sight: sources, runs, crops, persons of faces that went. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rememberedSources } from '../../../src/project/sources.js';
import { batchOf, EMBEDDER, faceId, knownPath, photoId, saveWithPersons, scratchStore } from './project.js';

const TIME = '2026-01-02T03:04:05.000Z';
const SOURCE = { label: '', given: 'photos', absolute: '/photos', relative: '../photos', isFolder: true };

test('a face out of sight keeps its person, and brings it back', async (t) => {
  const { store } = await scratchStore(t);
  await store.saveBatch(batchOf([1, 2]));
  const save = (numbers: readonly number[], person: string): Promise<void> =>
    saveWithPersons(store, {
      embedderId: EMBEDDER,
      options: '{}',
      assignments: numbers.map((number) => ({ faceId: faceId(number, 1), personId: person, distance: 0 })),
      conflicts: [],
    });
  await save([1, 2], 'p00000001');
  await store.savePaths([], ['album/IMG_1.jpg']);
  await save([2], 'p00000002');
  assert.equal((await store.counts()).persons, 1);
  const assignments = (await store.clustering())?.assignments ?? [];
  assert.deepEqual(
    assignments.map((entry) => [entry.faceId, entry.personId]),
    [
      [faceId(1, 1), 'p00000001'],
      [faceId(2, 1), 'p00000002'],
    ],
  );
  await store.savePaths([knownPath('album/IMG_1.jpg', 1)], []);
  assert.equal((await store.faces())[0]?.personId, 'p00000001');
  // In sight again, it is replaced like the others, and a person of nobody is forgotten.
  await save([2], 'p00000002');
  assert.equal((await store.faces())[0]?.personId, null);
  assert.equal((await store.counts()).persons, 1);
});

test('settled archives come back as they went in; a later mark replaces the one before', async (t) => {
  const { store } = await scratchStore(t);
  const mark = {
    path: 'a.zip',
    sizeBytes: 5_000_000_000,
    mtimeNs: '1700000000123456789',
    members: 2,
    others: { txt: 3 },
  };
  await store.saveSettledArchives([{ ...mark, members: 1 }, mark]);
  assert.deepEqual([...(await store.settledArchives())], [['a.zip', mark]]);
});

test('crops are told with their photographs, also of photographs out of sight', async (t) => {
  const { store } = await scratchStore(t);
  await store.saveBatch(batchOf([1]));
  await store.savePaths([], ['album/IMG_1.jpg']);
  const crops = await store.crops();
  assert.deepEqual(
    crops.map((owner) => owner.photoId),
    [photoId(1), photoId(1)],
  );
  assert.equal(crops[0]?.crop, 'Faces/album/face1_IMG_1.jpg');
});

test('the newest run that is wanted is found without reading older ones', async (t) => {
  const { store } = await scratchStore(t);
  for (const command of ['extract', 'network', 'extract', 'cluster']) {
    const number = await store.beginRun(command, TIME);
    await store.finishRun({ number, command, startedAt: TIME, finishedAt: TIME, manifest: '{}' });
  }
  const seen: number[] = [];
  const found = await store.latestRun(({ number, command }) => {
    seen.push(number);
    return command === 'extract';
  });
  assert.deepEqual([found?.number, seen], [3, [4, 3]]);
  assert.equal(await store.latestRun(() => false), null);
});

test('sources are remembered; a project from before that tells by its last extraction', async (t) => {
  const { store } = await scratchStore(t);
  const other = { ...SOURCE, absolute: '/other' };
  for (const [command, sources] of [
    ['run', [SOURCE]],
    ['network', [other]],
    ['cluster', []],
  ] as const) {
    const number = await store.beginRun(command, TIME);
    const manifest = JSON.stringify({ command, sources });
    await store.finishRun({ number, command, startedAt: TIME, finishedAt: TIME, manifest });
  }
  assert.deepEqual(await rememberedSources(store), [], 'nothing was recorded: nothing is bound');
  await store.saveBatch(batchOf([1]));
  assert.equal(await store.sources(), null);
  assert.deepEqual(await rememberedSources(store), [SOURCE]);
  await store.saveSources([other]);
  assert.deepEqual(await rememberedSources(store), [other]);
});
