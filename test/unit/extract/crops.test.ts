/** Where crops go: one place a photograph, never one that another photograph holds. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Candidate } from '../../../src/archive/index.js';
import { cropAt, cropOwners, inProject, planCrops } from '../../../src/extract/index.js';

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
