/**
 * Each exit code, and the words that come with it. What ends with 3 is in
 * `hostile-folder`, what ends with 130 in `interrupt`.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { faceweave, photographs, records, scratch } from '../faceweave.js';

test('0: done', async () => {
  const root = scratch();
  const source = photographs(join(root, 'photos'), [1]);
  const { code, stdout } = await faceweave(['run', source]);
  assert.equal(code, 0);
  assert.match(stdout, /^1 file = 1 photograph \+ 0 duplicates \+ 0 skipped\.$/m);
  assert.ok(existsSync(join(source, 'Face Network', 'Data', 'Image_Network.html')));
});

test('1: nothing found', async () => {
  const root = scratch();
  mkdirSync(join(root, 'photos'));
  writeFileSync(join(root, 'photos', 'notes.txt'), 'no picture');
  const { code, stdout } = await faceweave(['run', join(root, 'photos'), '--json']);
  assert.equal(code, 1);
  assert.deepEqual(records(stdout).at(-1)?.['otherFiles'], { txt: 1 });
});

test('2: wrong usage, with the option that was probably meant', async () => {
  for (const [args, hint] of [
    [['runn', 'x'], /did you mean run\?/],
    [['run', 'x', '--min-sizes', '3'], /unknown option --min-sizes\nhint: did you mean --min-size\?/],
    [['run', 'x', '--min-size', 'two'], /--min-size: expected a whole number from 1 .*received "two"/],
    [
      ['run', 'x', '--algorithm', 'kmeans'],
      /--algorithm: expected one of auto, ahc, single, complete, ward, dbscan, optics/,
    ],
    [['run', 'x', '--progress', 'loud'], /--progress: expected one of auto, plain, json, none, received "loud"/],
    [['run'], /no folder of photographs was named[\s\S]*hint: faceweave run /],
    [[], /Name a command/],
    [['export', 'nothing'], /table: expected one of faces, edges, people, landmarks, received "nothing"/],
  ] as const) {
    const { code, stderr } = await faceweave(args);
    assert.equal(code, 2, `${args.join(' ')}: ${stderr}`);
    assert.match(stderr, hint);
  }
});

test('4: cannot run, and nothing is left behind', async () => {
  const root = scratch();
  const missing = await faceweave(['run', join(root, 'nowhere')]);
  assert.equal(missing.code, 4);
  assert.match(missing.stderr, /nowhere: no such file or folder/);
  const empty = await faceweave(['status', '--project', join(root, 'none')]);
  assert.equal(empty.code, 4);
  assert.match(empty.stderr, /there is no project here[\s\S]*^hint: /m);
  assert.ok(!existsSync(join(root, 'none')));
});

test('4: a missing addon says what was tried', async () => {
  const source = photographs(join(scratch(), 'photos'), [1]);
  const { code, stderr } = await faceweave(['run', source], { env: { FACEWEAVE_ADDON: '/nowhere/a.node' } });
  assert.equal(code, 4);
  assert.match(stderr, /\/nowhere\/a\.node: FACEWEAVE_ADDON names a file that does not exist\nhint: /);
});

test('4: a project folder is not a source', async () => {
  const root = scratch();
  const source = photographs(join(root, 'photos'), [1]);
  await faceweave(['extract', source]);
  const faces = join(source, 'Face Network', 'Faces');
  const { code, stderr } = await faceweave(['run', faces, '--project', join(root, 'other')]);
  assert.equal(code, 4);
  assert.match(stderr, /project folder/);
  assert.ok(!existsSync(join(root, 'other')));
});

test('4: results of face-network 1.0 are neither written over nor read', async () => {
  const root = scratch();
  const source = photographs(join(root, 'photos'), [1]);
  for (const folder of ['Faces', 'Clusters', 'Data']) photographs(join(source, 'Face Network', folder), [2]);
  const refused = await faceweave(['run', source]);
  assert.equal(refused.code, 4);
  assert.match(refused.stderr, /Faces, Clusters, Data, but no faceweave\.db[\s\S]*^hint: move .* away/m);
  const elsewhere = await faceweave(['run', source, '--project', join(root, 'project'), '--json']);
  assert.equal(elsewhere.code, 0);
  assert.equal(records(elsewhere.stdout).at(-1)?.['files'], 1);
});

test('4: steps out of order say which comes first', async () => {
  const root = scratch();
  const source = photographs(join(root, 'photos'), [1]);
  await faceweave(['extract', source]);
  const { code, stderr } = await faceweave(['network', source]);
  assert.equal(code, 4);
  assert.match(stderr, /hint: run `faceweave cluster` first/);
});

test('--version and --help load neither addon nor runtime', async () => {
  const env = { FACEWEAVE_ADDON: '/nowhere', FACEWEAVE_ONNXRUNTIME: '/nowhere' };
  const version = await faceweave(['--version'], { env });
  assert.deepEqual([version.code, version.stderr], [0, '']);
  assert.match(version.stdout, /^\d+\.\d+\.\d+\n$/);
  const help = await faceweave(['run', '--help'], { env });
  assert.equal(help.code, 0);
  assert.match(help.stdout, /--min-weight/);
});

test('models verify compares every shipped file with its card', async () => {
  const { code, stdout } = await faceweave(['models', 'verify', '--json']);
  assert.equal(code, 0);
  const checks = records(stdout).filter(({ type }) => type === 'check');
  assert.ok(checks.length >= 3);
  assert.ok(checks.every(({ ok }) => ok === true));
});

test('a reader that goes away ends the command quietly', async () => {
  const source = photographs(join(scratch(), 'photos'), [1, 2]);
  await faceweave(['run', source]);
  const { code, stderr } = await faceweave(['export', 'faces', source], {
    onStart: (child) => child.stdout?.destroy(),
  });
  assert.equal(code, 0);
  assert.equal(stderr, '');
});
