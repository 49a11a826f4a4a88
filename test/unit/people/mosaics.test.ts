/** Mosaics: which are written, which are kept, and that nobody else's file is removed. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { AssignedFace } from '../../../src/config/index.js';
import type { Engine, MosaicRequest } from '../../../src/native/index.js';
import { currentMosaics, MAX_TILES, planMosaics, writeMosaics } from '../../../src/people/index.js';
import { ASSIGNED_UNKNOWNS } from '../../samples.js';

const UNUSED = (): never => assert.fail('not part of mosaics');

function engineWriting(written: string[], missing?: number): Engine {
  return {
    describe: () => null,
    openExtraction: UNUSED,
    attributes: UNUSED,
    cluster: UNUSED,
    thumbnails: UNUSED,
    mosaics: async (requests: readonly MosaicRequest[]) =>
      requests.map(({ output }) => {
        writeFileSync(output, 'jpeg');
        written.push(output.toString().replace(/.*\//, ''));
        return missing === undefined ? {} : { missing };
      }),
  };
}

function face(id: string, personId: string | null, distance: number): AssignedFace {
  return {
    id,
    photoId: 'photo',
    ordinal: 1,
    box: { x: 0, y: 0, width: 1, height: 1 },
    score: 0.9,
    points: [],
    crop: `Faces/${id}.jpg`,
    ...ASSIGNED_UNKNOWNS,
    personId,
    distance,
  };
}

const folders: string[] = [];
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function write(projectDir: string, faces: readonly AssignedFace[], written: string[], missing?: number) {
  const cropPath = (crop: string): Buffer => Buffer.from(join(projectDir, crop));
  return writeMosaics(engineWriting(written, missing), { projectDir, faces, cropPath, threads: 1 });
}

test('tiles stand best first, and not more than can be looked at', () => {
  const many = Array.from({ length: MAX_TILES + 5 }, (_, i) => face(`f${i}`, 'paaaaaaaa', 1 - i / 1000));
  const [plan] = planMosaics([...many, face('noise', null, 0)]);
  assert.equal(plan?.crops.length, MAX_TILES);
  assert.equal(plan?.crops[0], `Faces/f${MAX_TILES + 4}.jpg`);
});

test('only changed persons are written again, vanished ones removed, a stranger’s file left', async () => {
  const projectDir = mkdtempSync(join(tmpdir(), 'faceweave-mosaics-'));
  folders.push(projectDir);
  const written: string[] = [];
  const before = [face('f1', 'paaaaaaaa', 0.1), face('f2', 'pbbbbbbbb', 0.1)];
  await write(projectDir, before, written);
  assert.deepEqual(written.sort(), ['paaaaaaaa.jpg', 'pbbbbbbbb.jpg']);
  writeFileSync(join(projectDir, 'Clusters', 'pcccccccc.jpg'), 'mine');

  written.length = 0;
  const same = await write(projectDir, before, written);
  assert.deepEqual([written.length, same.kept], [0, 2]);

  const summary = await write(projectDir, [face('f1', 'paaaaaaaa', 0.1), face('f3', 'paaaaaaaa', 0.2)], written);
  assert.deepEqual(written, ['paaaaaaaa.jpg']);
  assert.equal(summary.removed, 1);
  assert.ok(!existsSync(join(projectDir, 'Clusters', 'pbbbbbbbb.jpg')));
  assert.ok(existsSync(join(projectDir, 'Clusters', 'pcccccccc.jpg')));
});

test('a mosaic somebody deleted is written again', async () => {
  const projectDir = mkdtempSync(join(tmpdir(), 'faceweave-mosaics-'));
  folders.push(projectDir);
  const written: string[] = [];
  await write(projectDir, [face('f1', 'paaaaaaaa', 0.1)], written);
  rmSync(join(projectDir, 'Clusters', 'paaaaaaaa.jpg'));
  await write(projectDir, [face('f1', 'paaaaaaaa', 0.1)], written);
  assert.equal(written.length, 2);
});

test('a mosaic counts as current only while it shows the faces of now', async () => {
  const projectDir = mkdtempSync(join(tmpdir(), 'faceweave-mosaics-'));
  folders.push(projectDir);
  const faces = [face('f1', 'paaaaaaaa', 0.1), face('f2', 'pbbbbbbbb', 0.1)];
  await write(projectDir, faces, []);
  const changed = [face('f1', 'paaaaaaaa', 0.1), face('f2', 'pbbbbbbbb', 0.1), face('f3', 'pbbbbbbbb', 0.2)];
  assert.deepEqual([...(await currentMosaics(projectDir, faces))], ['paaaaaaaa', 'pbbbbbbbb']);
  assert.deepEqual([...(await currentMosaics(projectDir, changed))], ['paaaaaaaa']);
});

test('a mosaic with grey tiles is told, is current for nobody, and is made again', async () => {
  const projectDir = mkdtempSync(join(tmpdir(), 'faceweave-mosaics-'));
  folders.push(projectDir);
  const faces = [face('f1', 'paaaaaaaa', 0.1), face('f2', 'paaaaaaaa', 0.1)];
  const first = await write(projectDir, faces, [], 2);
  assert.deepEqual([first.written, first.incomplete], [1, [{ personId: 'paaaaaaaa', missing: 2 }]]);
  assert.deepEqual([...(await currentMosaics(projectDir, faces))], []);
  const again = await write(projectDir, faces, []);
  assert.deepEqual([again.written, again.kept, again.incomplete], [1, 0, []]);
  assert.deepEqual([...(await currentMosaics(projectDir, faces))], ['paaaaaaaa']);
  // Still ours to remove when its person is no more.
  await write(projectDir, [...faces, face('f3', 'paaaaaaaa', 0.1)], [], 1);
  assert.equal((await write(projectDir, [], [])).removed, 1);
});
