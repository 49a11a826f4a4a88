/** Which values are tried, which is best, and what stability measures; the grouping itself is a stand-in. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Engine, Progress } from '../../../src/native/index.js';
import { bestValue, type TuneRequest, tune, tuneValues } from '../../../src/people/index.js';
import { choose, randomFrom } from '../../../src/people/random.js';
import type { Store, VectorTable } from '../../../src/store/index.js';

const scored = (...scores: (number | null)[]) => scores.map((score, at) => ({ value: at + 1, score }));

test('a range is walked to its end, in numbers as they are written', () => {
  assert.deepEqual(tuneValues('threshold', { from: 0.3, to: 0.6, step: 0.1 }, 0.5, 'auto'), [0.3, 0.4, 0.5, 0.6]);
  assert.deepEqual(tuneValues('threshold', { from: 0.3, to: 0.55, step: 0.1 }, 0.5, 'auto'), [0.3, 0.4, 0.5]);
  assert.deepEqual(tuneValues('threshold', { from: 0.4, to: 0.4, step: 0.1 }, 0.5, 'auto'), [0.4]);
  assert.deepEqual(tuneValues('min-samples', { to: 3 }, 0.5, 'dbscan'), [1, 2, 3]);
});

test('by default the range lies around the default, which is one of its values', () => {
  for (const usual of [0.55, 0.475, 0.25, 0.085, 0.075]) {
    const values = tuneValues('threshold', {}, usual, 'auto');
    assert.ok(values.includes(usual), `${usual} in ${values.join(' ')}`);
    assert.ok((values[0] ?? 0) > usual * 0.4 && (values.at(-1) ?? 0) < usual * 1.6, values.join(' '));
    assert.ok(values.length >= 15 && values.length <= 45, `${values.length}`);
  }
});

test('a range that cannot be tried is refused by name', () => {
  const values = (range: TuneRequest) => tuneValues(range.parameter, range, 0.5, range.algorithm ?? 'auto');
  const refused = (range: Partial<TuneRequest>, name: RegExp) =>
    assert.throws(() => values({ parameter: 'threshold', ...range }), { code: 'USAGE', message: name });
  refused({ from: 0 }, /--from: .*above 0/);
  refused({ to: 2.5 }, /--to/);
  refused({ from: 0.6, to: 0.5 }, /--to: .*at least 0.6/);
  refused({ step: 0 }, /--step/);
  refused({ step: -0.1 }, /--step/);
  refused({ from: 0.1, to: 1, step: 0.0001 }, /--step: .*at most 500/);
  refused({ parameter: 'min-samples' }, /--algorithm: .*dbscan/);
  refused({ parameter: 'min-samples', algorithm: 'dbscan', from: 1.5 }, /--from: .*whole/);
  refused({ parameter: 'min-samples', algorithm: 'dbscan', step: 0.5 }, /--step: .*whole/);
});

test('the best value is in the middle of its plateau, leaning to the smaller', () => {
  assert.deepEqual(bestValue(scored(0.1, 0.9, 0.3)), { value: 2, score: 0.9, from: 2, to: 2 });
  assert.deepEqual(bestValue(scored(0.9, 0.9, 0.9, 0.9, 0.1)), { value: 2, score: 0.9, from: 1, to: 4 });
  assert.equal(bestValue(scored(0.9, 0.1, 0.9, 0.9, 0.9))?.value, 4, 'the longest run');
  assert.equal(bestValue(scored(0.9, 0.1, 0.9))?.value, 1, 'the first of equal runs');
  assert.equal(bestValue(scored(null, 0.5, null))?.value, 2);
  assert.equal(bestValue(scored(null, null)), null);
  assert.equal(bestValue([]), null);
});

test('a choice is sorted, without repetition, and the same for the same seed', () => {
  const chosen = [...choose(100, 80, randomFrom(1))];
  assert.equal(new Set(chosen).size, 80);
  assert.deepEqual(
    chosen,
    [...chosen].sort((a, b) => a - b),
  );
  assert.deepEqual(chosen, [...choose(100, 80, randomFrom(1))]);
  assert.notDeepEqual(chosen, [...choose(100, 80, randomFrom(2))]);
  assert.deepEqual([...choose(3, 9, randomFrom(1))], [0, 1, 2]);
});

const FACES = 40;

/** Forty faces, two a photograph; the one dimension of a vector is the number of its face. */
const TABLE: VectorTable = {
  faceIds: Array.from({ length: FACES }, (_, at) => `face${at}`),
  photos: Uint32Array.from({ length: FACES }, (_, at) => Math.floor(at / 2)),
  qualities: new Float32Array(FACES).fill(1),
  vectors: Float32Array.from({ length: FACES }, (_, at) => at),
  dims: 1,
};

type Label = (vector: number, threshold: number, sample: Float32Array) => number;

/** Tunes over a store and an engine that label each face by `label`. */
async function tuned(label: Label, request: Partial<TuneRequest> = {}) {
  const sizes: number[] = [];
  const store = {
    currentEmbedder: async () => 'mobilefacenet-000000000000',
    vectors: async () => TABLE,
  } as unknown as Store;
  const engine = {
    cluster: async (options: { threshold: number }, vectors: Float32Array, _dims: number, photos: Uint32Array) => {
      sizes.push(new Set(photos).size);
      const labels = Int32Array.from(vectors, (vector) => label(vector, options.threshold, vectors));
      return { labels, distances: new Float32Array(vectors.length), conflicts: new Uint32Array() };
    },
  } as unknown as Engine;
  const range = { from: 0.3, to: 0.5, step: 0.1 };
  return { tuning: await tune(store, engine, { parameter: 'threshold', ...range, ...request }), sizes };
}

test('without labels: groupings that do not depend on the sample are stable, others are not', async () => {
  // 0.3: always groups of four; 0.4: groups that change with the sample; 0.5: all in one.
  const { tuning, sizes } = await tuned((vector, threshold, sample) => {
    if (threshold < 0.35) return Math.floor(vector / 4);
    return threshold < 0.45
      ? Math.floor((vector + (Math.floor(sample.reduce((sum, next) => sum + next) / 4) % 4)) / 4)
      : 0;
  });
  const [stable, loose, one] = tuning.values;
  assert.equal(stable?.stability?.mean, 1);
  assert.deepEqual([stable?.persons, one?.persons], [10, 1]);
  assert.equal(one?.stability?.mean, 1, 'all in one is as stable as can be');
  assert.equal(one?.isTrivial, true);
  assert.deepEqual(tuning.best, [{ by: 'stability', value: 0.3, score: 1, from: 0.3, to: 0.3 }]);
  const { mean, least, most } = loose?.stability ?? { mean: 0, least: 0, most: 0 };
  assert.ok(mean > 0.2 && mean < 0.99 && least < mean && mean < most, `${least} ${mean} ${most}`);
  assert.equal(loose?.scores, null);
  // Three of the whole, then five samples of 16 of the 20 photographs, whole ones, at three values.
  assert.deepEqual(sizes, [...Array(3).fill(20), ...Array(15).fill(16)]);
});

test('with labels: each value is scored, unlabelled faces are not, and labels without a vector are alone', async () => {
  const truth = new Map(TABLE.faceIds.slice(0, 20).map((id, at) => [id, `name${Math.floor(at / 4)}`]));
  const group: Label = (vector, threshold) => (threshold < 0.45 ? Math.floor(vector / 4) : Math.floor(vector / 8));
  const { tuning, sizes } = await tuned(group, { truth });
  assert.equal(sizes.length, 3, 'no samples');
  assert.deepEqual(
    tuning.values.map(({ scores }) => scores?.bCubed.f === 1),
    [true, true, false],
  );
  assert.deepEqual(tuning.best[0], { by: 'bCubedF', value: 0.3, score: 1, from: 0.3, to: 0.4 });
  assert.deepEqual(
    tuning.best.map(({ by }) => by),
    ['bCubedF', 'pairwiseF', 'ami', 'ari'],
  );
  const more = await tuned(group, { truth: new Map([...truth, ['no vector', 'name0']]) });
  const recall = more.tuning.values[0]?.scores?.bCubed.recall ?? 1;
  assert.ok(recall < 1 && recall > 0.9, `${recall}`);
});

test('progress counts groupings, ends once, and a signal stops', async (context: TestContext) => {
  const beats: Progress[] = [];
  await tuned(() => 0, { onProgress: (progress) => beats.push(progress) });
  assert.equal(beats.filter(({ done }) => done).length, 1);
  assert.deepEqual(beats.at(-1), { step: 'tune', completed: 18, total: 18, done: true });
  const reason = new Error('stop');
  await assert.rejects(
    tuned(() => 0, { signal: AbortSignal.abort(reason) }),
    (thrown) => thrown === reason,
  );
  context.diagnostic(`${beats.length} beats`);
});
