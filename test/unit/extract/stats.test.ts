/** The arithmetic of `extract --stats`: shares, rates, and a run in which nothing happened. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statsOf } from '../../../src/extract/stats.js';

const NO_EXTRAS = { fingerprint: 0, quality: 0, attributes: 0 };
const NATIVE = { read: 1, hash: 0.5, decode: 2, detect: 3, align: 0.5, embed: 4, crop: 1, ...NO_EXTRAS };

test('shares add up to one and the rest is what no stage claims', () => {
  const stats = statsOf({
    photos: 100,
    faces: 150,
    wallSeconds: 8,
    cpuSeconds: 15,
    storeSeconds: 1,
    threads: 2,
    native: NATIVE,
    peakRssBytes: 1,
  });
  assert.equal(stats.stages.read.seconds, 1.5);
  assert.equal(stats.stages.rest.seconds, 2);
  const shares = Object.values(stats.stages).reduce((sum, { share }) => sum + share, 0);
  // Eight additions of doubles near 1.
  assert.ok(Math.abs(shares - 1) < 1e-12);
  assert.equal(stats.facesPerSecond, 10);
  assert.equal(stats.cpuMsPerPhoto, 150);
  assert.equal(stats.busyShare, 15 / 16);
});

test('an empty run divides by nothing', () => {
  const none = { read: 0, hash: 0, decode: 0, detect: 0, align: 0, embed: 0, crop: 0, ...NO_EXTRAS };
  const stats = statsOf({
    photos: 0,
    faces: 0,
    wallSeconds: 0,
    cpuSeconds: 0,
    storeSeconds: 0,
    threads: 1,
    native: none,
    peakRssBytes: 1,
  });
  assert.equal(stats.busyShare, 0);
  assert.equal(stats.stages.embed.share, 0);
});
