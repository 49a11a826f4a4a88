/** Where crops go: one place a photograph, never one that another photograph holds. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Candidate } from '../../../src/archive/index.js';
import { cropAt, cropOwners, inProject, photosWithoutCrops, planCrops } from '../../../src/extract/index.js';

function candidate(path: string): Candidate {
  return { path, absolute: `/photos/${path}`, sizeBytes: 1, mtimeNs: '1' };
}

const noPhoto = (): undefined => undefined;

test('the usual place is named after the photograph', () => {
  const file = candidate('2001/IMG.jpg');
  const place = planCrops([file], new Map(), noPhoto)(file);
  assert.equal(cropAt(place, 3), 'Faces/2001/face3_IMG.jpg');
});

test('a place that holds the crops of another photograph is left alone', () => {
  const file = candidate('IMG.jpg');
  const owners = cropOwners([{ crop: 'Faces/face12_IMG.jpg', photoId: 'other' }]);
  assert.equal(cropAt(planCrops([file], owners, noPhoto)(file), 1), 'Faces/face1_IMG~2.jpg');
});

test('the photograph’s own place is used again', () => {
  const file = candidate('IMG.jpg');
  const owners = cropOwners([{ crop: 'Faces/face1_IMG.jpg', photoId: 'own' }]);
  assert.equal(cropAt(planCrops([file], owners, () => 'own')(file), 1), 'Faces/face1_IMG.jpg');
});

test('the way out does not meet a real file of that name', () => {
  const files = [candidate('IMG.jpg'), candidate('IMG~2.jpg')];
  const owners = cropOwners([{ crop: 'Faces/face1_IMG.jpg', photoId: 'other' }]);
  const placeFor = planCrops(files, owners, noPhoto);
  assert.deepEqual(
    files.map((file) => cropAt(placeFor(file), 1)),
    ['Faces/face1_IMG~3.jpg', 'Faces/face1_IMG~2.jpg'],
  );
});

test('paths in the project are bytes, also where they are not UTF-8', () => {
  assert.deepEqual(inProject('/p', 'Faces/a\\xff.jpg'), Buffer.from('/p/Faces/a\xff.jpg', 'latin1'));
});

test('the owner of a place is told by the file name, whatever its folders are called', () => {
  const owners = cropOwners([{ crop: 'Faces/face1_a~/face2_IMG.jpg', photoId: 'one' }]);
  assert.deepEqual([...owners], [['Faces/face1_a~/IMG.jpg', 'one']]);
});

test('crops that were never written, or are gone, are found by folder', async (t) => {
  const projectDir = mkdtempSync(join(tmpdir(), 'faceweave-crops-'));
  t.after(() => rmSync(projectDir, { recursive: true, force: true }));
  const odd = process.platform === 'linux' ? ['Faces/a/face1_\\xff.jpg'] : [];
  mkdirSync(join(projectDir, 'Faces', 'a'), { recursive: true });
  for (const crop of ['Faces/a/face1_x.jpg', ...odd]) writeFileSync(inProject(projectDir, crop), 'x');
  const faces = [
    ...['Faces/a/face1_x.jpg', ...odd].map((crop) => ({ crop, photoId: 'whole' })),
    { crop: 'Faces/a/face1_y.jpg', photoId: 'gone' },
    { crop: 'Faces/b/face1_x.jpg', photoId: 'gone with its folder' },
    { crop: null, photoId: 'never' },
  ];
  const without = await photosWithoutCrops(faces, projectDir);
  assert.deepEqual([...without].sort(), ['gone', 'gone with its folder', 'never']);
});
