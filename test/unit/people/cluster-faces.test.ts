/** Labels become persons; options are resolved by embedder. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assign, resolveClusterOptions } from '../../../src/people/index.js';

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
