/** Chart, page and table of a tuning: what is drawn where, text escaped, no script, and its policy. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { scoreLabels, type TunedValue, type Tuning } from '../../../src/people/index.js';
import { renderTuning, STABILITY_CAUTION, scoreText, tuningCsv } from '../../../src/report/index.js';
import { layTuningChart } from '../../../src/report/tuning-chart.js';

const HOSTILE = `e"><script>alert(1)</script>&amp;'`;

function tuning(values: readonly Partial<TunedValue>[], more: Partial<Tuning> = {}): Tuning {
  const base = { value: 0.3, persons: 2, singles: 1, scores: null, stability: null, isTrivial: false };
  return {
    parameter: 'threshold',
    algorithm: 'auto',
    embedderId: 'mobilefacenet-000000000000',
    default: 0.4,
    faces: 1234,
    values: values.map((value) => ({ ...base, ...value })),
    best: [],
    seed: 1,
    warnings: [],
    ...more,
  };
}

const STABILITY = { mean: 0.75, least: 0.5, most: 1 };
const SWEEP = tuning(
  [0.3, 0.4, 0.5].map((value, at) => ({ value, persons: 10 - at, stability: STABILITY })),
  { best: [{ by: 'stability', value: 0.5, score: 0.75, from: 0.5, to: 0.5 }], embedderId: HOSTILE },
);

test('scores and persons stand where their axes say', () => {
  const { scores, persons, best, usual, xTicks } = layTuningChart(SWEEP);
  const [series] = scores.series;
  const middle = (scores.left + scores.right) / 2;
  assert.deepEqual(
    series?.dots.map(({ x }) => x),
    [scores.left, middle, scores.right],
  );
  // The axis begins at the lowest score, 0.5, so 0.75 is half-way up.
  assert.equal(scores.ticks[0]?.label, '0.5');
  const half = (scores.bottom + scores.top) / 2;
  assert.ok(
    series?.dots.every(({ y }) => Math.abs(y - half) < 0.1),
    JSON.stringify(series?.dots),
  );
  assert.ok(persons.points.startsWith(`${persons.left},${persons.top} `), 'the most persons are at the top');
  assert.deepEqual([best?.x, best?.anchor, usual?.x], [scores.right, 'end', middle]);
  assert.deepEqual(
    [xTicks[0], xTicks.at(-1)].map((tick) => tick?.label),
    ['0.3', '0.5'],
  );
  assert.equal(scores.band.split(' ').length, 6, 'three upper and three lower points');
});

test('scores below 0 have room, rounding noise makes none, and one value can be drawn', () => {
  const at = (stability: number) =>
    layTuningChart(tuning([{ stability: { mean: stability, least: stability, most: stability } }]));
  const below = at(-0.25).scores;
  const [dot] = below.series[0]?.dots ?? [];
  const zero = below.ticks.find(({ label }) => label === '0.0')?.at ?? 0;
  assert.ok(dot !== undefined && dot.y > zero && dot.y < below.bottom, `${dot?.y} below ${zero}`);
  assert.equal(at(-1e-15).scores.ticks[0]?.label, '0.0');
  const { scores } = at(0.5);
  assert.equal(scores.series[0]?.dots[0]?.x, (scores.left + scores.right) / 2);
  assert.equal(scoreText(-1e-15), '0.0000');
});

test('chart and page hold every figure, escape what is text, and run nothing', async () => {
  const { svg, html } = await renderTuning({ tuning: SWEEP, labelled: null, generator: HOSTILE });
  for (const text of [svg, html]) {
    assert.doesNotMatch(text, /<script|NaN|undefined|\[object/);
    assert.match(text, /e&#34;&gt;&lt;script&gt;alert\(1\)&lt;\/script&gt;&amp;amp;&#39;/);
    assert.equal([...text.matchAll(/<circle /g)].length, 3);
    assert.match(text, /<title>0\.4: stability \(mean ARI\) 0\.7500<\/title>/);
    assert.match(text, /prefers-color-scheme: dark/);
  }
  assert.match(svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" [^>]*role="img"/);
  assert.ok(html.includes(STABILITY_CAUTION));
  assert.match(html, /<tr class="best"><th scope="row">0\.5 best<\/th><td>8<\/td>/);
  const style = /<style>([\s\S]*)<\/style>/.exec(html)?.[1] ?? '';
  const hash = createHash('sha256').update(style).digest('base64');
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1]?.replaceAll('&#39;', "'") ?? '';
  assert.ok(policy.includes(`style-src 'sha256-${hash}'`), policy);
  assert.match(policy, /default-src 'none'/);
  assert.doesNotMatch(policy, /script-src|unsafe/);
  assert.deepEqual(await renderTuning({ tuning: SWEEP, labelled: null, generator: HOSTILE }), { svg, html });
});

test('with labels four scores are drawn, and the table has them all', async () => {
  const scores = scoreLabels([0, 0, 1], [0, 0, 0]);
  const labelled = tuning([{ value: 2, scores }], { parameter: 'min-samples' });
  assert.deepEqual(
    layTuningChart(labelled).scores.series.map(({ name }) => name),
    ['pairwise F', 'B-cubed F', 'AMI', 'ARI'],
  );
  const [head, row] = [...tuningCsv(labelled)].join('').trim().split('\n');
  assert.equal(
    head,
    'min_samples,persons,singles,pairwise_f,pairwise_precision,pairwise_recall,bcubed_f,bcubed_precision,bcubed_recall,ami,ari,nmi,homogeneity,completeness,v_measure',
  );
  assert.match(row ?? '', /^2,2,1,0\.5,1,0\.333333,0\.714286,1,0\.555556,0,0,0,1,0,0$/);
});
