/** The page as text: what it carries, its policy, its budget, and that it is the same each time. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { before, test } from 'node:test';
import { buildAssets } from '../../../scripts/build-assets.js';
import type { AssignedFace, Photo } from '../../../src/config/domain.js';
import { coAppear } from '../../../src/network/index.js';
import { type NetworkPageInput, renderNetworkPage } from '../../../src/report/index.js';
import type { NetworkPageData } from '../../../src/report/network-page-data.js';
import { ASSIGNED_UNKNOWNS, PHOTO_UNKNOWNS } from '../../samples.js';

before(buildAssets);

const HOSTILE = '</script><script>alert(1)</script>';

function photo(id: string): Photo {
  return {
    id,
    path: `${HOSTILE}/${id}.jpg`,
    paths: [`${HOSTILE}/${id}.jpg`, 'copy.jpg'],
    width: 400,
    height: 300,
    takenAt: null,
    make: 'NIKON CORPORATION',
    model: 'NIKON D90',
    serial: null,
    ...PHOTO_UNKNOWNS,
  };
}

function face(photoId: string, ordinal: number, personId: string | null, distance: number): AssignedFace {
  return {
    id: `${photoId}-${ordinal}`,
    photoId,
    ordinal,
    box: { x: -3.4, y: 20.6, width: 50.2, height: 60 },
    score: 0.9,
    points: [],
    crop: null,
    ...ASSIGNED_UNKNOWNS,
    personId,
    distance: personId === null ? null : distance,
  };
}

const photos = ['1', '2', '3'].map(photo);
const faces = [
  face('1', 1, 'pa', 0.1),
  face('1', 2, 'pb', 0.5),
  face('2', 1, 'pa', 0.3),
  face('2', 2, 'pb', 0.2),
  face('3', 1, 'pc', 0.2),
  face('3', 2, null, 0),
];
const input: NetworkPageInput = {
  title: HOSTILE,
  generator: 'faceweave 0.1.0',
  network: coAppear({ photos, faces }),
  people: [{ id: 'pa', name: HOSTILE, faceIds: ['1-1', '2-1'], photos: 2, cohesion: null, doubt: null }],
  photos,
  faces,
  duplicates: 3,
  skipped: 1,
  pictures: {
    faces: new Map([['pa', Buffer.alloc(300)]]),
    thumbnails: new Map([
      ['1', Buffer.alloc(900)],
      ['2', Buffer.alloc(900)],
      ['3', Buffer.alloc(900)],
    ]),
    photoUrls: new Map([['1', '../../1.jpg']]),
    mosaicUrls: new Map([['pa', '../Clusters/pa.jpg']]),
  },
};

function dataOf(html: string): NetworkPageData {
  const json = /<script type="application\/json" id="page-data">(.*?)<\/script>/s.exec(html)?.[1];
  return JSON.parse(json ?? 'null') as NetworkPageData;
}

test('carries the network, its evidence and its coverage', async () => {
  const { html, result } = await renderNetworkPage(input);
  const data = dataOf(html);
  assert.deepEqual(
    data.persons.map(({ id, name, photos: seen, degree }) => [id, name, seen, degree]),
    [
      ['pa', HOSTILE, 2, 1],
      ['pb', null, 2, 1],
      ['pc', null, 1, 0],
    ],
  );
  // 12 + 10 · log10(1 + 2) = 16.77
  assert.equal(data.persons[0]?.radius, 16.8);
  assert.equal(data.persons[0]?.mosaic, '../Clusters/pa.jpg');
  const [edge] = data.edges;
  assert.equal(edge?.weight, 2);
  // Photograph 2 first: the least certain of its two faces is closer (0.3) than that of 1 (0.5).
  assert.deepEqual(
    edge?.photoNumbers.map((number) => data.photos[number]?.path.slice(-5)),
    ['2.jpg', '1.jpg'],
  );
  const first = data.photos[edge?.photoNumbers[1] ?? -1];
  assert.deepEqual(first?.faces, [
    [0, -3, 21, 50, 60],
    [1, -3, 21, 50, 60],
  ]);
  assert.equal(first?.camera, 'NIKON D90');
  assert.equal(first?.copies, 1);
  assert.equal(first?.url, '../../1.jpg');
  assert.deepEqual([data.duplicates, data.skipped, data.coverage.unassignedFaces], [3, 1, 1]);
  assert.deepEqual(result, {
    bytes: Buffer.byteLength(html),
    facesInlined: 1,
    thumbnailsInlined: 2,
    photosLinked: 0,
  });
});

test('a photograph that changed since extraction is listed, and neither shown nor linked', async () => {
  const pictures = {
    ...input.pictures,
    thumbnails: new Map([...input.pictures.thumbnails].filter(([id]) => id !== '1')),
    photoUrls: new Map([...input.pictures.photoUrls].filter(([id]) => id !== '1')),
    changed: new Set(['1']),
  };
  const { html, result } = await renderNetworkPage({ ...input, pictures });
  const data = dataOf(html);
  const listed = data.photos.filter(({ isChanged }) => isChanged);
  assert.deepEqual(
    listed.map(({ path, thumbnail, url }) => [path.slice(-5), thumbnail, url]),
    [['1.jpg', null, null]],
  );
  assert.deepEqual([data.photosChanged, result.thumbnailsInlined, result.photosLinked], [1, 1, 0]);
});

test('admits its own script and style by hash, and nothing else', async () => {
  const { html } = await renderNetworkPage(input);
  const written = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? '';
  const policy = written.replaceAll('&#39;', "'");
  const hash = (text = ''): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  const script = /<script>(.*?)<\/script>/s.exec(html)?.[1];
  const style = /<style>(.*?)<\/style>/s.exec(html)?.[1];
  const rules = policy.split('; ');
  assert.equal(rules[0], "default-src 'none'");
  assert.ok(rules.includes(`script-src ${hash(script)}`));
  assert.ok(rules.includes(`style-src ${hash(style)}`));
  assert.ok(rules.includes("img-src 'self' data: file:"));
  assert.doesNotMatch(policy, /unsafe|\*|https?:/);
});

test('holds exactly its two script elements, whatever names and paths say', async () => {
  const { html } = await renderNetworkPage(input);
  assert.equal(html.match(/<script/g)?.length, 2);
  assert.equal(html.match(/<\/script/g)?.length, 2);
  assert.doesNotMatch(html, /<(?:link|iframe|object|embed|base)\b|\ssrc="http/);
});

test('keeps its pictures within the budget and says how many are linked', async () => {
  // A face of 300 bytes takes 423 in the page, a thumbnail of 900 takes 1,223.
  for (const [budgetBytes, facesInlined, thumbnailsInlined] of [
    [422, 0, 0],
    [423, 1, 0],
    [1646, 1, 1],
    [2869, 1, 2],
  ] as const) {
    const { html, result } = await renderNetworkPage({ ...input, budgetBytes });
    assert.deepEqual([result.facesInlined, result.thumbnailsInlined], [facesInlined, thumbnailsInlined]);
    assert.equal(result.photosLinked, 2 - thumbnailsInlined);
    const pictures = html.match(/data:image\/jpeg;base64,[A-Za-z0-9+/=]*/g) ?? [];
    assert.ok(pictures.reduce((sum, picture) => sum + picture.length, 0) <= budgetBytes);
  }
});

test('is the same for the same input in another order', async () => {
  const shuffled = {
    ...input,
    photos: [...photos].reverse(),
    faces: [...faces].reverse(),
    network: coAppear({ photos: [...photos].reverse(), faces: [...faces].reverse() }),
  };
  assert.equal((await renderNetworkPage(shuffled)).html, (await renderNetworkPage(input)).html);
});
