/** Labels become persons; options are resolved by embedder. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assign, resolveClusterOptions, tierOf } from '../../../src/people/index.js';

const IDS = ['a', 'b', 'c', 'd'].map((digit) => digit.repeat(16));

test('every face gets a person, noise one of its own', () => {
  const result = {
    labels: new Int32Array([7, -1, 7, -1]),
    distances: new Float32Array([0.5, Number.NaN, 0.25, Number.NaN]),
  };
  const { assignments, persons, singles } = assign(IDS, result, new Map());
  assert.deepEqual(
    assignments.map(({ personId }) => personId),
    ['paaaaaaaa', 'pbbbbbbbb', 'paaaaaaaa', 'pdddddddd'],
  );
  assert.deepEqual(
    assignments.map(({ distance }) => distance),
    [0.5, 0, 0.25, 0],
  );
  assert.deepEqual([persons, singles], [3, 2]);
});

test('a poor face that is near nobody is in no person', () => {
  const result = {
    labels: new Int32Array([0, -1, 0, -1]),
    distances: new Float32Array([0.5, Number.NaN, 0.25, Number.NaN]),
  };
  const { assignments, persons, singles } = assign(IDS, result, new Map(), [1, 2, 2, 1]);
  assert.deepEqual(
    assignments.map(({ personId, distance }) => [personId, distance]),
    [
      ['paaaaaaaa', 0.5],
      [null, null],
      ['paaaaaaaa', 0.25],
      ['pdddddddd', 0],
    ],
  );
  assert.deepEqual([persons, singles], [2, 1]);
});

test('tiers are cut from the score; what was not measured founds', () => {
  const thresholds = { foundQuality: 0.5, joinQuality: 0.25 };
  const tiers = [null, 0.5, 0.49, 0.25, 0.24, 0].map((score) => tierOf(score === null ? null : { score }, thresholds));
  assert.deepEqual(tiers, [1, 1, 2, 2, 3, 3]);
});

test('a label too few is an internal error', () => {
  const result = { labels: new Int32Array(3), distances: new Float32Array(3) };
  assert.throws(() => assign(IDS, result, new Map()), { code: 'INTERNAL' });
});

test('auto is average linkage with the measured threshold of the embedder', () => {
  const { options, warnings } = resolveClusterOptions({}, 'dlib128-1a2b3c4d5e6f');
  assert.equal(options.algorithm, 'ahc');
  assert.ok(options.threshold > 0 && options.threshold < 0.2);
  assert.deepEqual(warnings, []);
});

test('an unknown embedder warns unless a threshold is given', () => {
  assert.equal(resolveClusterOptions({}, 'sface-000000000000').warnings.length, 1);
  assert.equal(resolveClusterOptions({ threshold: 0.3 }, 'sface-000000000000').warnings.length, 0);
});
