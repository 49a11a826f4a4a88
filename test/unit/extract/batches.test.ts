/** Small decisions of an extraction: where a batch ends, how long it may take, what a plan tries. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Candidate } from '../../../src/archive/index.js';
import { jpegWidth } from '../../../src/extract/attributes.js';
import { endOfBatch, fitsInFlight } from '../../../src/extract/batches.js';
import { meanOf, sampleOf } from '../../../src/extract/plan.js';
import { durationMs } from '../../../src/extract/time-limit.js';

function candidate(name: string, megabytes: number, isMember: boolean): Candidate {
  const member = { archive: '/a.zip', format: 'zip', name, index: 0 } as const;
  return {
    path: name,
    absolute: `/${name}`,
    sizeBytes: megabytes * 2 ** 20,
    mtimeNs: '0',
    ...(isMember ? { member } : {}),
  };
}

function jobs(megabytes: readonly number[], isMember: boolean) {
  return megabytes.map((size, at) => ({ candidate: candidate(`${at}.jpg`, size, isMember), place: null }));
}

test('a batch ends by number; members of archives also by the bytes they hold in memory', () => {
  assert.equal(endOfBatch(jobs([90, 90, 90], false), 0, 2), 2);
  assert.equal(endOfBatch(jobs([30, 30, 30], true), 0, 64), 2);
  assert.equal(endOfBatch(jobs([30, 30, 30], true), 2, 64), 3);
  // One larger than all is a batch of its own, not an endless loop.
  assert.equal(endOfBatch(jobs([500, 1], true), 0, 64), 1);
});

test('batches beside each other hold a bounded number of bytes; a large one goes alone', () => {
  const held = [{ memberBytes: 200 * 2 ** 20 }];
  assert.ok(fitsInFlight(held, jobs([30, 20], true)));
  assert.ok(!fitsInFlight(held, jobs([30, 30], true)));
  assert.ok(fitsInFlight(held, jobs([900], false)), 'files of a folder are not held here');
  assert.ok(fitsInFlight([], jobs([1000], true)));
});

test('times are read in their units', () => {
  assert.deepEqual(['1ms', '90s', '1.5 m', '2h', '1d'].map(durationMs), [1, 90_000, 90_000, 7_200_000, 86_400_000]);
});

test('a plan tries files spread over all, and no member of an archive', () => {
  const files = Array.from({ length: 10 }, (_, at) => candidate(`${at}.jpg`, 1, at === 0));
  assert.deepEqual(
    sampleOf(files, 3).map(({ path }) => path),
    ['1.jpg', '4.jpg', '7.jpg'],
  );
  assert.equal(sampleOf(files.slice(0, 3), 24).length, 2);
  assert.deepEqual(sampleOf([], 24), []);
});

test('the error of a mean is that of the textbook; one value alone is as uncertain as it is large', () => {
  // Values 1, 2, 3: deviation 1, over the root of three.
  const { mean, error } = meanOf([1, 2, 3]);
  assert.equal(mean, 2);
  assert.ok(Math.abs(error - 1 / Math.sqrt(3)) < 1e-12);
  assert.deepEqual(meanOf([4]), { mean: 4, error: 4 });
});

test('the width of a JPEG is read from its frame header; anything else has none', () => {
  const sample = new URL('../../../node_modules/@vladmandic/face-api/demo/sample1.jpg', import.meta.url);
  const bytes = readFileSync(sample);
  assert.ok((jpegWidth(bytes) ?? 0) > 100);
  assert.equal(jpegWidth(bytes.subarray(0, 20)), null);
  assert.equal(jpegWidth(Buffer.from('no picture at all')), null);
  assert.equal(jpegWidth(Buffer.alloc(0)), null);
});
