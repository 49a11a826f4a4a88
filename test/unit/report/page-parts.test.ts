/** The small parts of a page: JSON in a script, addresses, pictures under a budget, private files. */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { AssignedFace, Photo } from '../../../src/config/domain.js';
import { coAppear } from '../../../src/network/index.js';
import { jsonForScript, planPictures, relativeUrl } from '../../../src/report/index.js';
import { writePrivateFile } from '../../../src/store/index.js';
import { ASSIGNED_UNKNOWNS, PHOTO_UNKNOWNS } from '../../samples.js';

test('writes JSON that cannot end its script element and reads back the same', () => {
  const value = { '</script>': '<!-- & \u2028\u2029 ]]> "\\' };
  const json = jsonForScript(value);
  assert.doesNotMatch(json, /[<>&\u2028\u2029]/);
  assert.deepEqual(JSON.parse(json), value);
  assert.equal(jsonForScript(undefined), 'null');
});

test('addresses any file name relative to the page', () => {
  const page = '/project/Face Network/Data/Image_Network.html';
  const cases: readonly (readonly [string, string])[] = [
    ['/project/Face Network/Clusters/p1.jpg', '../Clusters/p1.jpg'],
    ['/project/a b/50%#1?.jpg', '../../a%20b/50%25%231%3F.jpg'],
    ['/project/"q"\n<é>.jpg', '../../%22q%22%0A%3C%C3%A9%3E.jpg'],
    ['/project/Face Network/Data/c:d.jpg', './c%3Ad.jpg'],
    ["/project/it's (1)&.jpg", '../../it%27s%20%281%29%26.jpg'],
  ];
  for (const [target, expected] of cases) {
    assert.equal(relativeUrl(page, target), expected);
    // A browser resolves it to the very file.
    assert.equal(decodeURIComponent(new URL(expected, pathToFileURL(page)).pathname), target);
  }
});

test('addresses file names whose bytes are not UTF-8', () => {
  const target = Buffer.concat([Buffer.from('/project/'), Buffer.from([0xff, 0x41]), Buffer.from('.jpg')]);
  assert.equal(relativeUrl('/project/Face Network/Data/x.html', target), '../../%FFA.jpg');
});

function photo(id: string): Photo {
  return {
    id,
    path: id,
    paths: [id],
    width: 1,
    height: 1,
    takenAt: null,
    make: null,
    model: null,
    serial: null,
    ...PHOTO_UNKNOWNS,
  };
}

function face(photoId: string, personId: string): AssignedFace {
  return {
    id: `${photoId}${personId}`,
    photoId,
    ordinal: 1,
    box: { x: 0, y: 0, width: 1, height: 1 },
    score: 1,
    points: [],
    crop: null,
    ...ASSIGNED_UNKNOWNS,
    personId,
    distance: 0,
  };
}

const network = coAppear({
  photos: ['1', '2', '3', '4'].map(photo),
  faces: [
    face('1', 'pa'),
    face('1', 'pb'),
    face('2', 'pb'),
    face('2', 'pc'),
    face('3', 'pb'),
    face('3', 'pc'),
    face('4', 'pd'),
  ],
});

test('plans faces first, then the evidence of the heaviest edges, and links the rest', () => {
  const ample = planPictures({ network });
  assert.deepEqual(ample, { faces: ['pb', 'pc', 'pa', 'pd'], thumbnails: ['2', '3', '1'], links: [] });
  assert.deepEqual(planPictures({ network, budgetBytes: 0 }), {
    faces: [],
    thumbnails: [],
    links: ['2', '3', '1'],
  });
  const tight = planPictures({ network, budgetBytes: 12_000 });
  assert.deepEqual(tight.faces, ['pb', 'pc']);
  assert.deepEqual(tight.links, ['2', '3', '1']);
  // A photograph of one person is no evidence of an edge.
  assert.ok(![...ample.thumbnails, ...ample.links].includes('4'));
});

test('writes files that only their owner reads, whole or not at all', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'write-text-'));
  try {
    const file = path.join(folder, 'new', 'out.csv');
    assert.equal(await writePrivateFile(file, ['é', 'b\n']), 4);
    assert.equal(await readFile(file, 'utf8'), 'éb\n');
    if (process.platform !== 'win32') {
      assert.equal((await stat(file)).mode & 0o777, 0o600);
      assert.equal((await stat(path.dirname(file))).mode & 0o777, 0o700);
    }
    const failing = function* (): Generator<string> {
      yield 'half';
      throw new Error('stopped');
    };
    await assert.rejects(writePrivateFile(file, failing()), /stopped/);
    assert.equal(await readFile(file, 'utf8'), 'éb\n');
    assert.deepEqual(await readdir(path.dirname(file)), ['out.csv']);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
