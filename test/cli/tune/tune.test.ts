/**
 * `tune` on real photographs: every value tried and scored, the chart, page and
 * table written, and no person changed.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { faceweave, photographs, records, scratch, tables } from '../faceweave.js';

const root = scratch();
const source = join(root, 'photos');
const project = join(source, 'Face Network');
const labels = join(root, 'labels.csv');
const data = (name: string): string => readFileSync(join(project, 'Data', name), 'utf8');

before(async () => {
  photographs(source, [1, 2, 3]);
  await faceweave(['run', source, '--no-mosaic']);
  const faces: Record<string, string>[] = parse((await faceweave(['export', 'faces', source])).stdout, {
    columns: true,
  });
  const rows = faces.map(({ face, person }) => `${face},${person || face}`);
  writeFileSync(labels, `face,name\n${rows.join('\n')}\n`);
});

test('with labels: a row a value, the best among them, and nothing changed', async () => {
  const earlier = await tables(project);
  const range = ['--from', '0.3', '--to', '1.5', '--step', '0.05'];
  const { code, stdout, stderr } = await faceweave(['tune', source, '--labels', labels, ...range, '--json']);
  assert.equal(code, 0, stderr);
  const all = records(stdout);
  const values = all.filter(({ type }) => type === 'tuning');
  assert.equal(values.length, 25);
  const summary = all.at(-1) ?? {};
  const [best] = summary['best'] as { by: string; value: number; score: number; from: number; to: number }[];
  // The labels are the persons of the default threshold, so it is among the best.
  assert.deepEqual([best?.by, best?.score], ['bCubedF', 1]);
  assert.ok((best?.from ?? 1) <= 0.55 && (best?.to ?? 0) >= 0.55, JSON.stringify(best));
  const persons = values.map((value) => Number(value['persons']));
  assert.ok((persons[0] ?? 0) > (persons.at(-1) ?? 0), 'a loose threshold leaves fewer persons');
  const rows: Record<string, string>[] = parse(data('Tuning.csv'), { columns: true });
  assert.deepEqual(
    rows.map(({ threshold, persons: number }) => [Number(threshold), Number(number)]),
    values.map((value) => [value['value'], value['persons']]),
  );
  for (const name of ['Tuning.html', 'Tuning.svg']) {
    const text = data(name);
    assert.equal([...text.matchAll(/<circle /g)].length, 4 * 25, name);
    assert.doesNotMatch(text, /<script|NaN|undefined/, name);
  }
  assert.deepEqual(await tables(project), earlier);
  const status = records((await faceweave(['status', source, '--json'])).stdout).at(-1) ?? {};
  assert.equal((status['clustering'] as Record<string, unknown>)['threshold'], 0.55);
});

test('without labels: stability, the same each time, and the caution', async () => {
  const args = ['tune', source, '--from', '0.4', '--to', '0.8', '--step', '0.2'];
  const first = await faceweave(args);
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stdout, /threshold +persons +stability/);
  assert.match(first.stdout, /Stability is no truth/);
  const table = data('Tuning.csv');
  assert.match(table, /^threshold,persons,singles,stability,stability_least,stability_most\n0\.4,/);
  assert.match(data('Tuning.html'), /Stability is no truth/);
  const second = await faceweave([...args, '--threads', '1']);
  assert.deepEqual([second.stdout, data('Tuning.csv')], [first.stdout, table]);
});

test('min-samples is tried with dbscan only, at the threshold that is given', async () => {
  const args = ['tune', source, '--parameter', 'min-samples', '--labels', labels];
  const { code, stdout } = await faceweave([...args, '--algorithm', 'dbscan', '--threshold', '0.5', '--to', '3']);
  assert.equal(code, 0);
  assert.match(stdout, /min-samples +persons[\s\S]*^ +1 [\s\S]*^ +2 [\s\S]*^ +3 /m);
  const auto = await faceweave(args);
  assert.equal(auto.code, 2);
  assert.match(auto.stderr, /--algorithm: expected dbscan with --parameter min-samples/);
});

test('mistakes are told, and leave what was written', async () => {
  const earlier = data('Tuning.csv');
  const cases: [string[], RegExp][] = [
    [['--parameter', 'size'], /--parameter: expected one of threshold, min-samples, received "size"/],
    [['--from', 'low'], /--from: expected a number, received "low"/],
    [['--from', '0.5', '--to', '0.4'], /--to: expected a number of at least 0.5/],
    [['--step', '0'], /--step: expected a number above 0/],
    [['--threshold', '0.5'], /--threshold: expected nothing: it is what --parameter threshold tries/],
    [['--parametr', 'threshold'], /unknown option --parametr\nhint: did you mean --parameter\?/],
  ];
  for (const [flags, message] of cases) {
    const { code, stderr } = await faceweave(['tune', source, ...flags]);
    assert.equal(code, 2, flags.join(' '));
    assert.match(stderr, message);
  }
  const foreign = join(root, 'foreign.csv');
  writeFileSync(foreign, 'photo,name\nnone.jpg,Ann\n');
  const unmatched = await faceweave(['tune', source, '--labels', foreign]);
  assert.equal(unmatched.code, 4);
  assert.match(unmatched.stderr, /none of the 1 rows labels a face of this project: 1 no-such-photo\nhint: /);
  assert.equal(data('Tuning.csv'), earlier);
});

test('a project without faces finds nothing to tune', async () => {
  const empty = join(root, 'empty');
  photographs(empty, []);
  writeFileSync(join(empty, 'broken.jpg'), 'no picture');
  await faceweave(['extract', empty]);
  const { code, stdout } = await faceweave(['tune', empty]);
  assert.deepEqual([code, stdout], [1, 'The project holds no faces to try values on.\n']);
  assert.ok(!existsSync(join(empty, 'Face Network', 'Data', 'Tuning.csv')));
});
