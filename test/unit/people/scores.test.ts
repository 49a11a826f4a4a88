/**
 * The scores against scikit-learn's on small sets, and against what the
 * definitions say where there is nothing to count.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { contingency } from '../../../src/people/contingency.js';
import {
  adjustedRand,
  type ClusterScores,
  type Rates,
  scoreClustering,
  scoreItems,
  scoreLabels,
} from '../../../src/people/index.js';

const TOLERANCE = 1e-9;

interface Reference {
  readonly sets: readonly {
    readonly name: string;
    readonly predicted: readonly number[];
    readonly truth: readonly number[];
    readonly scores: ClusterScores;
  }[];
}

const FIXTURE = new URL('../../fixtures/scores/reference.json', import.meta.url);
const { sets } = JSON.parse(readFileSync(FIXTURE, 'utf8')) as Reference;

function near(actual: number, expected: number, what: string): void {
  assert.ok(Math.abs(actual - expected) <= TOLERANCE, `${what}: ${actual} is not ${expected}`);
}

function assertScores(actual: ClusterScores, expected: ClusterScores, what: string): void {
  for (const rate of ['pairwise', 'bCubed'] as const) {
    for (const part of ['precision', 'recall', 'f'] satisfies (keyof Rates)[]) {
      near(actual[rate][part], expected[rate][part], `${what}, ${rate} ${part}`);
    }
  }
  for (const index of ['ami', 'ari', 'nmi', 'homogeneity', 'completeness', 'vMeasure'] as const) {
    near(actual[index], expected[index], `${what}, ${index}`);
  }
}

test('all scores equal scikit-learn’s', () => {
  assert.ok(sets.length >= 20, `${sets.length} sets`);
  for (const { name, predicted, truth, scores } of sets) {
    assertScores(scoreLabels(predicted, truth), scores, name);
    near(adjustedRand(Int32Array.from(truth), Int32Array.from(predicted)), scores.ari, name);
  }
});

test('the fixture tells the scores apart', () => {
  // A test of equal numbers proves nothing: each pair of scores differs somewhere.
  const keys = ['ami', 'ari', 'homogeneity', 'completeness', 'vMeasure'] as const;
  for (const a of keys) {
    for (const b of keys) {
      if (a !== b)
        assert.ok(
          sets.some(({ scores }) => Math.abs(scores[a] - scores[b]) > 0.01),
          `${a} and ${b}`,
        );
    }
  }
});

test('negative labels are alone, each by itself', () => {
  const scores = scoreLabels([-1, -1, 5, -1], [0, 0, 1, -1]);
  assertScores(scores, scoreLabels([0, 1, 2, 3], [0, 0, 1, 2]), 'alone');
  assert.equal(scores.pairwise.recall, 0);
  assert.equal(scores.pairwise.precision, 1, 'no pair was claimed, so none is wrong');
});

test('named items score as their labels do', () => {
  const items = [
    { predicted: 'p1', truth: 'Ann' },
    { predicted: 'p1', truth: 'Bob' },
    { predicted: null, truth: 'Ann' },
    { predicted: null, truth: 'Ann' },
  ];
  const expected = scoreLabels([0, 0, -1, -1], [0, 1, 0, 0]);
  assertScores(scoreItems(items), expected, 'named');
  const { pairwise, bCubed } = expected;
  assert.deepEqual(scoreClustering(items), { pairwise, bCubed });
});

test('the table holds each cell once, in order', () => {
  const { rows, columns, counts, rowSizes, columnSizes } = contingency([7, 3, 7, 7, 3], [1, 1, 0, 1, 1]);
  assert.deepEqual([...rowSizes], [3, 2]);
  assert.deepEqual([...columnSizes], [4, 1]);
  assert.deepEqual(
    [[...rows], [...columns], [...counts]],
    [
      [0, 0, 1],
      [0, 1, 0],
      [2, 1, 2],
    ],
  );
});

test('groupings of different lengths are refused', () => {
  assert.throws(() => scoreLabels([0], [0, 1]), { code: 'ARGUMENT' });
});

test('a large grouping is scored in one pass, and rounding stays small', () => {
  const items = 200_000;
  const truth = Int32Array.from({ length: items }, (_, at) => Math.floor(Math.sqrt(at)));
  const found = Int32Array.from(truth, (label, at) => (at % 97 === 0 ? -1 : label));
  const { ami, ari, bCubed } = scoreLabels(found, truth);
  assert.ok(ami > 0.97 && ami < 1 && ari > 0.97 && ari < 1 && bCubed.precision === 1, `${ami} ${ari}`);
  near(scoreLabels(truth, truth).ami, 1, 'itself');
});
