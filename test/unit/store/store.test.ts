/**
 * The store through its interface: what goes in comes out, sorted and counted;
 * nothing is lost when photographs are renamed, doubled, gone or extracted again.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareText, type Face, FaceweaveError } from '../../../src/config/index.js';
import { type NewFace, openStore } from '../../../src/store/index.js';
import {
  batchOf,
  DETECTOR,
  DIMS,
  EMBEDDER,
  faceId,
  knownPath,
  newFace,
  newPhoto,
  photoId,
  saveWithPersons,
  scratchStore,
  vectorOf,
} from './project.js';

/** The code with which a promise is refused. */
async function codeOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof FaceweaveError, `refused with ${String(error)}`);
  return error.code;
}

test('an empty project holds nothing', async (t) => {
  const { store } = await scratchStore(t);
  assert.equal(await store.currentEmbedder(), null);
  assert.equal(await store.clustering(), null);
  assert.deepEqual(await store.photos(), []);
  assert.equal((await store.knownPaths()).size, 0);
  assert.deepEqual(Object.values(await store.counts()), [0, 0, 0, 0, 0, 0, 0, 0]);
});

test('landmarks, age, gender and occasions are added later, and stay', async (t) => {
  const { store } = await scratchStore(t);
  await store.saveBatch(batchOf([1, 2]));
  const landmarks = Float32Array.from({ length: 136 }, (_, at) => at / 4);
  await store.saveAttributes([{ faceId: faceId(2, 1), landmarks, age: 40, gender: null }]);
  await store.saveOccasions(new Map([[photoId(2), photoId(1)]]));
  await store.saveBatch(batchOf([1, 2]));
  const face = (await store.faces()).find(({ id }) => id === faceId(2, 1));
  // The batch that came later states 31.5 itself.
  assert.deepEqual([face?.age, face?.gender], [31.5, 0.25]);
  assert.deepEqual(await store.landmarks(), [{ faceId: faceId(2, 1), landmarks }]);
  assert.deepEqual(
    (await store.photos()).map(({ occasionId }) => occasionId),
    [null, photoId(1)],
  );
  assert.equal(
    await codeOf(store.saveAttributes([{ faceId: 'none', landmarks, age: 1, gender: 1 }])),
    'STORE_ARGUMENT',
  );
});

test('attributes of paths and fetched links come back, whatever their names', async (t) => {
  const { store } = await scratchStore(t);
  const attributes = JSON.parse('{"__proto__": "x", "caption": "left: Ann"}') as Record<string, string>;
  await store.savePathAttributes([{ path: 'list/b.jpg', attributes: { place: 'Oslo' } }]);
  await store.savePathAttributes([{ path: 'list/b.jpg', attributes }]);
  const [only] = await store.pathAttributes();
  assert.deepEqual(Object.entries(only?.attributes ?? {}).sort(), Object.entries(attributes).sort());
  await store.savePathAttributes([{ path: 'list/gone.jpg', attributes }]);
  await store.savePaths([], ['list/gone.jpg']);
  assert.deepEqual(
    (await store.pathAttributes()).map(({ path }) => path),
    ['list/b.jpg'],
    'they go with their path',
  );
  const link = {
    url: 'http://localhost/a.jpg',
    file: 'a.jpg',
    etag: '"1"',
    lastModified: null,
    fetchedAt: '2026-01-01T00:00:00Z',
    code: null,
    message: null,
  };
  await store.saveFetchedLinks([link]);
  await store.saveFetchedLinks([{ ...link, file: null, code: 'LINK_GONE', message: 'not there' }]);
  assert.deepEqual(
    [...(await store.fetchedLinks()).values()].map(({ code }) => code),
    ['LINK_GONE'],
  );
});

test('a batch comes back as it went in, from another connection too', async (t) => {
  const { store, folder } = await scratchStore(t);
  await store.saveBatch(batchOf([1, 2]));
  const again = await openStore(folder);
  t.after(() => again.close());
  const [photo] = await again.photos();
  assert.deepEqual(photo, {
    id: photoId(1),
    path: 'album/IMG_1.jpg',
    paths: ['album/IMG_1.jpg'],
    width: 640,
    height: 480,
    takenAt: '1997-08-04T10:29:00',
    make: 'Canon',
    model: null,
    serial: null,
    latitude: 48.5,
    longitude: -1.25,
    fingerprint: '00ff00ff00ff00ff',
    occasionId: null,
  });
  const face = withoutRow(newFace(2, 1, 0));
  assert.deepEqual((await again.faces())[2], {
    ...face,
    personId: null,
    distance: null,
    probability: null,
    isDecided: false,
  });
  assert.deepEqual(await again.facesOfPhotos([photoId(2), photoId(9)]), [face, withoutRow(newFace(2, 2, 0))]);
  assert.deepEqual((await again.knownPaths()).get('album/IMG_1.jpg'), knownPath('album/IMG_1.jpg', 1));
  assert.deepEqual(await again.extractedPhotoIds(DETECTOR, EMBEDDER), [photoId(1), photoId(2)]);
  assert.deepEqual(await again.extractedPhotoIds(DETECTOR, 'another'), []);
  assert.equal(await again.currentEmbedder(), EMBEDDER);
  assert.deepEqual(
    (await again.models()).map((model) => [model.id, model.job, model.dims]),
    [
      [DETECTOR, 'detect', null],
      [EMBEDDER, 'embed', DIMS],
    ],
  );
});

/** What the store gives back of a face: its row and its landmarks are asked for apart. */
function withoutRow({ row: _, landmarks: __, ...rest }: NewFace): Face {
  return rest;
}

test('vectors are bit for bit those that were saved, in the order of paths', async (t) => {
  const { store } = await scratchStore(t);
  await store.saveBatch(batchOf([3]));
  await store.saveBatch(batchOf([1, 2]));
  const table = await store.vectors(EMBEDDER);
  const order = [1, 2, 3].flatMap((number) => [1, 2].map((ordinal) => [number, ordinal] as const));
  assert.deepEqual(
    table.faceIds,
    order.map(([number, ordinal]) => faceId(number, ordinal)),
  );
  assert.deepEqual([...table.photos], [0, 0, 1, 1, 2, 2]);
  assert.equal(table.dims, DIMS);
  for (const [at, [number, ordinal]] of order.entries()) {
    assert.deepEqual(table.vectors.subarray(at * DIMS, (at + 1) * DIMS), vectorOf(number, ordinal));
  }
  assert.deepEqual(
    (await store.faces()).map((face) => face.id),
    table.faceIds,
  );
});

test('vectors of two embedders are never mixed', async (t) => {
  const { store } = await scratchStore(t);
  await store.saveModel({ id: 'other', job: 'embed', dims: 4, card: '{}' });
  await store.saveBatch(batchOf([1, 2]));
  const vectors = Float32Array.of(1, 0, 0, 0, 0, 1, 0, 0);
  await store.saveBatch({ ...batchOf([2]), vectors, dims: 4, embedderId: 'other' });
  assert.equal(await store.currentEmbedder(), 'other');
  assert.equal((await store.vectors(EMBEDDER)).faceIds.length, 4);
  const other = await store.vectors('other');
  assert.deepEqual([other.faceIds, other.dims], [[faceId(2, 1), faceId(2, 2)], 4]);
  assert.deepEqual(other.vectors, vectors);
  assert.deepEqual(await store.extractedPhotoIds(DETECTOR, 'other'), [photoId(2)]);
  assert.equal(await codeOf(store.vectors('never-saved')), 'STORE_ARGUMENT');
});

test('identical files are one photograph, and its path is the first in order, not in time', async (t) => {
  const { store } = await scratchStore(t);
  await store.saveBatch(batchOf([1, 2]));
  await store.savePaths([knownPath('a/copy.jpg', 2), knownPath('z/copy.jpg', 2)], []);
  const photos = await store.photos();
  assert.deepEqual(
    photos.map((photo) => photo.path),
    ['a/copy.jpg', 'album/IMG_1.jpg'],
  );
  assert.deepEqual(photos[0]?.paths, ['a/copy.jpg', 'album/IMG_2.jpg', 'z/copy.jpg']);
  assert.equal((await store.faces())[0]?.photoId, photoId(2));
});

test('paths sort by their UTF-8 bytes', async (t) => {
  const { store } = await scratchStore(t);
  await store.saveBatch(batchOf([1], 0));
  const paths = [
    'a😀.jpg',
    'a\uff5e.jpg',
    'b.jpg',
    'B.jpg',
    'é.jpg',
    'z.jpg',
    'a/b.jpg',
    'a-b.jpg',
    'line\nbreak"\'.jpg',
  ];
  await store.savePaths(
    paths.map((path) => knownPath(path, 1)),
    ['album/IMG_1.jpg'],
  );
  assert.deepEqual((await store.photos())[0]?.paths, [...paths].sort(compareText));
  assert.deepEqual([...(await store.knownPaths()).keys()], [...paths].sort(compareText));
});

test('paths are found by the label of their source, and by no other', async (t) => {
  const { store } = await scratchStore(t);
  const paths = ['a/x.jpg', 'a/y/z.jpg', 'a-b/x.jpg', 'a0.jpg', 'ab/x.jpg', 'b.jpg', 'A/x.jpg'];
  await store.savePaths(
    paths.map((path) => knownPath(path, null)),
    [],
  );
  assert.deepEqual([...(await store.knownPaths(['a'])).keys()], ['a/x.jpg', 'a/y/z.jpg']);
  assert.deepEqual([...(await store.knownPaths(['b.jpg', 'ab'])).keys()], ['b.jpg', 'ab/x.jpg']);
  assert.equal((await store.knownPaths([])).size, 0);
});

test('counts add up to the files', async (t) => {
  const { store } = await scratchStore(t);
  await store.saveBatch(batchOf([1, 2]));
  await store.saveBatch({ ...batchOf([3], 0), paths: [knownPath('c.jpg', 3), knownPath('d.jpg', 3)] });
  await store.savePaths([knownPath('e.jpg', 1), knownPath('bad.jpg', null)], []);
  await saveWithPersons(store, {
    embedderId: EMBEDDER,
    options: '{}',
    assignments: [
      { faceId: faceId(1, 1), personId: 'p00000001', distance: 0.1 },
      { faceId: faceId(2, 1), personId: 'p00000001', distance: 0.2 },
      { faceId: faceId(2, 2), personId: null, distance: null },
    ],
    conflicts: [],
  });
  const counts = await store.counts();
  assert.deepEqual(counts, {
    files: 6,
    photos: 3,
    duplicates: 2,
    skipped: 1,
    faces: 4,
    photosWithoutFaces: 1,
    persons: 1,
    unassigned: 2,
  });
  assert.equal(counts.files, counts.photos + counts.duplicates + counts.skipped);
  assert.deepEqual(await store.skipped(), [{ path: 'bad.jpg', code: 'FILE_EMPTY', message: 'the file is empty' }]);
});

test('a photograph whose last path is gone is out of sight, and comes back with its faces', async (t) => {
  const { store } = await scratchStore(t);
  await store.saveBatch(batchOf([1, 2]));
  await store.savePaths([], ['album/IMG_1.jpg']);
  assert.deepEqual(
    (await store.photos()).map((photo) => photo.id),
    [photoId(2)],
  );
  assert.equal((await store.faces()).length, 2);
  assert.equal((await store.vectors(EMBEDDER)).faceIds.length, 2);
  const { files, photos, faces } = await store.counts();
  assert.deepEqual([files, photos, faces], [1, 1, 2]);
  assert.deepEqual(await store.extractedPhotoIds(DETECTOR, EMBEDDER), [photoId(1), photoId(2)]);
  await store.savePaths([knownPath('moved/IMG_1.jpg', 1)], []);
  assert.equal((await store.faces())[3]?.id, faceId(1, 2));
  assert.deepEqual((await store.vectors(EMBEDDER)).vectors.subarray(3 * DIMS), vectorOf(1, 2));
});

test('a file that turns bad loses its photograph, not the photograph its faces', async (t) => {
  const { store } = await scratchStore(t);
  await store.saveBatch(batchOf([1]));
  await store.savePaths([knownPath('album/IMG_1.jpg', null)], []);
  const { photos, skipped } = await store.counts();
  assert.deepEqual([photos, skipped], [0, 1]);
  assert.equal((await store.facesOfPhotos([photoId(1)])).length, 2);
});

test('a face that a later extraction does not find is out of sight, and kept', async (t) => {
  const { store } = await scratchStore(t);
  await store.saveBatch(batchOf([1]));
  const found = { ...newFace(1, 2, 0), box: { x: 1, y: 2, width: 3, height: 4 }, crop: null };
  await store.saveBatch({ ...batchOf([1]), photos: [{ ...newPhoto(1, 0, 0), faces: [found] }] });
  const faces = await store.faces();
  assert.deepEqual(
    faces.map((face) => [face.id, face.box.x]),
    [[faceId(1, 2), 1]],
  );
  assert.equal(faces[0]?.crop, 'Faces/album/face2_IMG_1.jpg');
  assert.equal((await store.vectors(EMBEDDER)).faceIds.length, 1);
  assert.equal((await store.counts()).faces, 1);
  assert.equal((await store.facesOfPhotos([photoId(1)])).length, 2);
  await store.saveBatch(batchOf([1]));
  assert.equal((await store.faces()).length, 2);
});

test('when the faces of a photograph change, other models have not extracted it any more', async (t) => {
  const { store } = await scratchStore(t);
  const OTHER = 'dlib128-0123456789ab';
  await store.saveModel({ id: OTHER, job: 'embed', dims: DIMS, card: '{}' });
  await store.saveBatch(batchOf([1], 2));
  await store.saveBatch(batchOf([1], 2, OTHER));
  assert.deepEqual(await store.extractedPhotoIds(DETECTOR, EMBEDDER), [photoId(1)], 'the same faces: both are done');
  await store.saveBatch(batchOf([1], 3, OTHER));
  assert.deepEqual(await store.extractedPhotoIds(DETECTOR, OTHER), [photoId(1)]);
  assert.deepEqual(await store.extractedPhotoIds(DETECTOR, EMBEDDER), [], 'the third face has no vector of this one');
});

test('saving a batch twice changes nothing', async (t) => {
  const { store } = await scratchStore(t);
  await store.saveBatch(batchOf([1, 2]));
  const before = [await store.counts(), await store.faces(), await store.photos()];
  await store.saveBatch(batchOf([1, 2]));
  assert.deepEqual([await store.counts(), await store.faces(), await store.photos()], before);
});

test('a clustering replaces the one before, and comes back', async (t) => {
  const { store } = await scratchStore(t);
  await store.saveBatch(batchOf([1, 2]));
  const clustering = {
    embedderId: EMBEDDER,
    options: '{"threshold":0.6}',
    assignments: [1, 2].flatMap((number) => [
      { faceId: faceId(number, 1), personId: 'p00000001', distance: number / 8 },
      { faceId: faceId(number, 2), personId: `p0000000${number + 1}`, distance: Number.NaN },
    ]),
    conflicts: [{ photoId: photoId(1), keptFaceId: faceId(1, 1), movedFaceId: faceId(1, 2) }],
  };
  await store.saveClustering({ ...clustering, conflicts: [], assignments: clustering.assignments.slice(0, 1) });
  await saveWithPersons(store, clustering);
  const expected = clustering.assignments.map((entry) => ({
    ...entry,
    distance: Number.isNaN(entry.distance) ? null : entry.distance,
  }));
  assert.deepEqual(await store.clustering(), { ...clustering, assignments: expected });
  assert.deepEqual(
    (await store.faces()).map((face) => face.personId),
    ['p00000001', 'p00000002', 'p00000001', 'p00000003'],
  );
  assert.equal((await store.counts()).persons, 3);
});

test('a clustering of unknown faces is refused whole', async (t) => {
  const { store } = await scratchStore(t);
  await store.saveBatch(batchOf([1]));
  const good = { faceId: faceId(1, 1), personId: 'p00000001', distance: 0 };
  const clustering = { embedderId: EMBEDDER, options: '{}', assignments: [good], conflicts: [] };
  await saveWithPersons(store, clustering);
  const bad = {
    ...clustering,
    assignments: [
      { ...good, personId: 'p00000002' },
      { ...good, faceId: faceId(9, 9) },
    ],
  };
  assert.equal(await codeOf(store.saveClustering(bad)), 'STORE_ARGUMENT');
  const people = bad.assignments.map((proposal) => ({ ...proposal, probability: null, isDecided: false }));
  assert.equal(await codeOf(store.saveAssignments(people, [])), 'STORE_ARGUMENT');
  assert.equal((await store.clustering())?.assignments[0]?.personId, 'p00000001');
  assert.equal((await store.faces())[0]?.personId, 'p00000001');
});

test('a batch with anything wrong in it leaves nothing behind', async (t) => {
  const { store } = await scratchStore(t);
  const batch = batchOf([1, 2]);
  const short = { ...batch, vectors: batch.vectors.subarray(0, 3 * DIMS) };
  const unknownPhoto = { ...batch, paths: [...batch.paths, knownPath('x.jpg', 77)] };
  const noReason = { ...batch, paths: [{ ...knownPath('x.jpg', null), code: null }] };
  const stolen = { ...batch, photos: [newPhoto(1, 1, 0), { ...newPhoto(2, 0, 0), faces: [newFace(1, 1, 0)] }] };
  for (const wrong of [short, unknownPhoto, noReason, stolen, { ...batch, embedderId: 'none' }]) {
    assert.equal(await codeOf(store.saveBatch(wrong)), 'STORE_ARGUMENT');
    const { files, photos, faces } = await store.counts();
    assert.deepEqual([files, photos, faces], [0, 0, 0]);
  }
});

test('runs are numbered on from what the disk and the database hold', async (t) => {
  const { store } = await scratchStore(t);
  const startedAt = '2026-01-02T03:04:05.000Z';
  assert.equal(await store.beginRun('extract', startedAt), 1);
  assert.equal(await store.beginRun('cluster', startedAt), 2);
  const finished = { number: 1, command: 'extract', startedAt, finishedAt: startedAt, manifest: '{"a":1}' };
  await store.finishRun(finished);
  assert.deepEqual(await store.runs(), [
    finished,
    { number: 2, command: 'cluster', startedAt, finishedAt: null, manifest: '{}' },
  ]);
  assert.equal(await codeOf(store.finishRun({ ...finished, number: 9 })), 'STORE_ARGUMENT');
});

test('a closed store says so; closing twice is harmless', async (t) => {
  const { store } = await scratchStore(t);
  await store.close();
  await store.close();
  assert.equal(await codeOf(store.counts()), 'STORE_CLOSED');
});
