/**
 * The scores of `bench/` against numbers worked out by hand: a bench that
 * flatters is worse than none.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Labelled, majority, scoreClustering, scoreEdges } from '../../../bench/scores.js';

/** Floats here are sums of a few fractions. */
const TOLERANCE = 1e-12;

function near(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) < TOLERANCE, `${actual} is not ${expected}`);
}

function items(text: string): Labelled[] {
  return text
    .split(' ')
    .map((pair) => ({ predicted: pair[0] === '-' ? null : (pair[0] ?? null), truth: pair[1] ?? '' }));
}

test('a perfect clustering scores 1', () => {
  const { pairwise, bCubed } = scoreClustering(items('1a 1a 2b 2b'));
  assert.deepEqual([pairwise.f, bCubed.f], [1, 1]);
});

test('one item in the wrong cluster costs what the definitions say', () => {
  // Clusters {a a b} and {b}: 3 predicted pairs, 2 true pairs, 1 shared.
  const { pairwise, bCubed } = scoreClustering(items('1a 1a 1b 2b'));
  near(pairwise.precision, 1 / 3);
  near(pairwise.recall, 1 / 2);
  near(bCubed.precision, (2 / 3 + 2 / 3 + 1 / 3 + 1) / 4);
  near(bCubed.recall, (1 + 1 + 1 / 2 + 1 / 2) / 4);
});

test('items without a cluster are alone, not together', () => {
  const { pairwise, bCubed } = scoreClustering(items('-a -a'));
  assert.equal(pairwise.recall, 0);
  near(bCubed.precision, 1);
  near(bCubed.recall, 1 / 2);
});

test('an edge counts as found up to the weight it truly has', () => {
  const found = new Map([
    ['ab', 3],
    ['bc', 1],
  ]);
  const truth = new Map([
    ['ab', 2],
    ['cd', 2],
  ]);
  const { precision, recall, f } = scoreEdges(found, truth);
  near(precision, 2 / 4);
  near(recall, 2 / 4);
  near(f, 1 / 2);
});

test('the majority is the most frequent value', () => {
  assert.equal(majority(['b', 'a', 'a']), 'a');
  assert.equal(majority([]), undefined);
});
