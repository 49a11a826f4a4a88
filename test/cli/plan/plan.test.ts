/**
 * `plan` says what an extraction would read and cost, and writes nothing.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { zipOf } from '../../unit/archive/zip-writer.js';
import { faceweave, photographs, records, SAMPLES, scratch } from '../faceweave.js';

test('a plan counts, tries a sample, and leaves no trace', async () => {
  const root = scratch();
  const source = photographs(join(root, 'photos'), [1, 2, 3]);
  writeFileSync(join(source, 'text.jpg'), 'this is a text\n');
  writeFileSync(join(source, 'notes.txt'), 'notes');
  const run = await faceweave(['plan', source, '--json']);
  assert.equal(run.code, 0, run.stderr);
  const summary = records(run.stdout).at(-1) ?? {};
  const bytes = readdirSync(source).reduce(
    (sum, name) => sum + (name.endsWith('.jpg') ? statSync(join(source, name)).size : 0),
    0,
  );
  assert.deepEqual(
    [summary['files'], summary['toRead'], summary['unchanged'], summary['refused'], summary['toReadBytes']],
    [4, 4, 0, 0, bytes],
  );
  const estimate = summary['estimate'] as Record<string, number>;
  assert.deepEqual([estimate['sampled'], estimate['skipped']], [4, 1]);
  assert.ok((estimate['seconds'] ?? 0) > 0 && (estimate['memoryBytes'] ?? 0) > 0);
  assert.ok(!existsSync(join(source, 'Face Network')));
});

test('a plan of a finished project says that nothing is to be done', async () => {
  const root = scratch();
  const source = photographs(join(root, 'photos'), [1]);
  const project = join(root, 'project');
  await faceweave(['extract', source, '--project', project]);
  const runs = readdirSync(join(project, 'runs'));
  const run = await faceweave(['plan', source, '--project', project]);
  assert.equal(run.code, 1, run.stderr);
  assert.match(run.stdout, /1 file = 1 unchanged \+ 0 to read/);
  assert.deepEqual(readdirSync(join(project, 'runs')), runs);
});

test('a plan of archives alone says why it foretells no time', async () => {
  const root = scratch();
  const source = join(root, 'a.zip');
  writeFileSync(source, zipOf([{ name: '1.jpg', data: readFileSync(join(SAMPLES, 'sample1.jpg')) }]));
  const summary = records((await faceweave(['plan', source, '--json'])).stdout).at(-1) ?? {};
  assert.deepEqual([summary['toRead'], summary['estimate'], summary['noEstimate']], [1, null, 'ONLY_ARCHIVES']);
  assert.match((await faceweave(['plan', source])).stdout, /No time and memory can be foretold.*archives/);
});
