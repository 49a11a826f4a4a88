/**
 * Where output goes: `--output` writes what it is pointed at and replaces
 * nothing but files; a stdout that cannot be written ends with 4, never with
 * the code of "nothing found".
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { faceweave, photographs, scratch } from '../faceweave.js';

const posixOnly = { skip: process.platform === 'win32' };
const root = scratch();
const source = join(root, 'photos');
let expected = '';

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

function exportTo(path: string) {
  return faceweave(['export', 'faces', source, '--output', path]);
}

before(async () => {
  photographs(source, [1]);
  await faceweave(['run', source]);
  expected = (await faceweave(['export', 'faces', source])).stdout;
  assert.match(expected, /sample1\.jpg/);
});

test('a new file is private, an existing one keeps its mode', posixOnly, async () => {
  const path = join(root, 'faces.csv');
  assert.equal((await exportTo(path)).code, 0);
  assert.deepEqual([readFileSync(path, 'utf8'), modeOf(path)], [expected, '600']);
  writeFileSync(path, 'old');
  chmodSync(path, 0o644);
  assert.equal((await exportTo(path)).code, 0);
  assert.deepEqual([readFileSync(path, 'utf8'), modeOf(path)], [expected, '644']);
  assert.deepEqual(
    readdirSync(root).filter((name) => name.endsWith('.tmp')),
    [],
  );
});

test('a link stays a link, also one that leads to nothing yet', posixOnly, async () => {
  mkdirSync(join(root, 'real'));
  for (const name of ['there.csv', 'new.csv']) {
    const link = join(root, `link to ${name}`);
    symlinkSync(join('real', name), link);
    if (name === 'there.csv') writeFileSync(link, 'old');
    assert.equal((await exportTo(link)).code, 0);
    assert.ok(lstatSync(link).isSymbolicLink());
    assert.equal(readlinkSync(link), join('real', name));
    assert.equal(readFileSync(join(root, 'real', name), 'utf8'), expected);
  }
});

test('a pipe is written, and stays a pipe', posixOnly, async () => {
  const pipe = join(root, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const [read, { code }] = await Promise.all([readFile(pipe, 'utf8'), exportTo(pipe)]);
  assert.deepEqual([code, read], [0, expected]);
  assert.ok(lstatSync(pipe).isFIFO());
});

test('a missing folder is told, and not made', async () => {
  const { code, stderr } = await exportTo(join(root, 'none', 'faces.csv'));
  assert.equal(code, 4);
  assert.match(stderr, /none\/faces\.csv: cannot be written: there is no folder .*none\nhint: make the folder first/);
  assert.ok(!existsSync(join(root, 'none')));
  assert.equal((await exportTo(source)).code, 4);
});

test('a stdout that is full ends with 4 and says so', { skip: !existsSync('/dev/full') }, async () => {
  // Opened for writing here, so that nothing can put another file in its place.
  for (const args of [['export', 'faces', source], ['status', source], ['run', source, '--json'], ['--version']]) {
    const { code, stderr } = await faceweave(args, { stdout: openSync('/dev/full', 'w') });
    assert.equal(code, 4, `${args.join(' ')}: ${stderr}`);
    assert.match(stderr, /^faceweave: stdout cannot be written: ENOSPC: no space left on device\nhint: /m);
    assert.doesNotMatch(stderr, /\n {4}at /);
  }
  assert.ok(lstatSync('/dev/full').isCharacterDevice());
});
