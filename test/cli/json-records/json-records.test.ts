/**
 * `--json`: every line a record with a type, the summary last, and counts that
 * agree with the records and with `status`.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { faceweave, photographs, records, scratch } from '../faceweave.js';

test('run: persons, edges and a summary whose counts add up', async () => {
  const source = photographs(join(scratch(), 'photos'), [1, 2]);
  const { code, stdout } = await faceweave(['run', source, '--json', '--stats']);
  assert.equal(code, 0);
  const all = records(stdout);
  const summary = all.at(-1) ?? {};
  const ofType = (type: string) => all.filter((record) => record['type'] === type);
  assert.equal(summary['type'], 'summary');
  assert.equal(ofType('summary').length, 1);
  assert.equal(summary['exitCode'], 0);
  assert.equal(ofType('person').length, summary['persons']);
  assert.equal(ofType('edge').length, summary['edges']);
  const faces = ofType('person').reduce((sum, { faces: own }) => sum + Number(own), 0);
  // Poor faces that are in no person are counted too.
  assert.equal(faces + Number(summary['leftOut']) + Number(summary['listed']), summary['faces']);
  const stats = summary['stats'] as { stages: Record<string, { share: number }>; cpuSeconds: number };
  const shares = Object.values(stats.stages).reduce((sum, { share }) => sum + share, 0);
  assert.ok(shares > 0.99 && shares < 1.1, `shares add up to ${shares}`);

  const status = records((await faceweave(['status', source, '--json'])).stdout).at(-1) ?? {};
  for (const count of ['files', 'photos', 'duplicates', 'skipped', 'faces', 'persons']) {
    assert.equal(status[count], summary[count], count);
  }
});

test('a failure ends with an error record and a summary with the exit code', async () => {
  const root = scratch();
  const { code, stdout } = await faceweave(['run', join(root, 'none'), '--json']);
  const [error, summary] = records(stdout);
  assert.equal(code, 4);
  assert.equal(error?.['type'], 'error');
  assert.equal(error?.['code'], 'SOURCE_MISSING');
  assert.equal(summary?.['exitCode'], 4);
});

test('progress as JSON goes to stderr and ends each step with done', async () => {
  const source = photographs(join(scratch(), 'photos'), [1]);
  const { stderr } = await faceweave(['run', source, '--progress', 'json']);
  const beats = records(stderr);
  assert.ok(beats.every(({ type }) => type === 'progress'));
  for (const step of ['extract', 'cluster', 'network']) {
    const own = beats.filter((beat) => beat['step'] === step);
    assert.equal(own.filter(({ done }) => done === true).length, 1, step);
    assert.equal(own.at(-1)?.['done'], true);
  }
});

test('--quiet says nothing, and a table goes whole to stdout', async () => {
  const source = photographs(join(scratch(), 'photos'), [1]);
  const run = await faceweave(['run', source, '--quiet']);
  assert.deepEqual([run.code, run.stdout, run.stderr], [0, '', '']);
  const { stdout } = await faceweave(['export', 'people', source]);
  assert.match(stdout, /^person,name,photos,faces,connections/);
});
