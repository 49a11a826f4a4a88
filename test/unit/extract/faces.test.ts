/** Ids of faces and matching by overlap, with boxes worked out by hand. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { overlapOf } from '../../../src/config/index.js';
import { faceIdOf, identify } from '../../../src/extract/faces.js';

const PHOTO = '00112233445566778899aabbccddeeff';
const box = (x: number, y: number, width = 10, height = 10) => ({ x, y, width, height });

test('the id is 16 hex digits and rounds the box', () => {
  assert.match(faceIdOf(PHOTO, box(1, 2)), /^[0-9a-f]{16}$/);
  assert.equal(faceIdOf(PHOTO, box(1.2, 2.4)), faceIdOf(PHOTO, box(1, 2)));
  assert.notEqual(faceIdOf(PHOTO, box(2, 2)), faceIdOf(PHOTO, box(1, 2)));
});

test('the id is the one that projects on disk carry', () => {
  // sha256("00112233445566778899aabbccddeeff:1,2,10,10"), first 8 bytes; a change orphans every decision.
  assert.equal(faceIdOf(PHOTO, box(1, 2)), '71c25b450b623d50');
});

test('overlap is shared area over joint area', () => {
  assert.equal(overlapOf(box(0, 0), box(0, 0)), 1);
  assert.equal(overlapOf(box(0, 0), box(5, 0)), 50 / 150);
  assert.equal(overlapOf(box(0, 0), box(10, 0)), 0);
});

test('a box that overlaps a stored face keeps its id; another does not', () => {
  const stored = [{ id: 'aaaaaaaaaaaaaaaa', box: box(0, 0) }];
  const ids = identify(PHOTO, [box(100, 0), box(1, 1)], stored);
  assert.deepEqual(ids, [faceIdOf(PHOTO, box(100, 0)), 'aaaaaaaaaaaaaaaa']);
});

test('a stored face is inherited once, by the box that overlaps it most', () => {
  const stored = [{ id: 'aaaaaaaaaaaaaaaa', box: box(0, 0) }];
  const ids = identify(PHOTO, [box(2, 0), box(1, 0)], stored);
  assert.equal(ids[1], 'aaaaaaaaaaaaaaaa');
  assert.equal(ids[0], faceIdOf(PHOTO, box(2, 0)));
});

test('boxes that round to the same numbers get different ids', () => {
  const ids = identify(PHOTO, [box(1, 1), box(1.2, 1.2)], []);
  assert.equal(new Set(ids).size, 2);
});
