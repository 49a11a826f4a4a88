/**
 * Examples are the first code of ours that a user copies: the program in
 * `examples/` and the snippet of the README run here as they stand.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const SAMPLES = join(ROOT, 'node_modules', '@vladmandic', 'face-api', 'demo');

let scratch = '';

before(() => {
  scratch = mkdtempSync(join(tmpdir(), 'faceweave-examples-'));
  mkdirSync(join(scratch, 'photos'));
  for (const name of readdirSync(SAMPLES).filter((found) => /^sample[1-3]\.jpg$/.test(found))) {
    copyFileSync(join(SAMPLES, name), join(scratch, 'photos', name));
  }
});

after(() => rmSync(scratch, { recursive: true, force: true }));

test('examples/strongest-ties.ts prints ties with their photographs', () => {
  const program = join(ROOT, 'examples', 'strongest-ties.ts');
  const args = ['--import', 'tsx', program, join(scratch, 'photos')];
  const ran = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
  assert.equal(ran.status, 0, ran.stderr);
  assert.match(ran.stdout, /^3 photographs, 0 skipped$/m);
  assert.match(ran.stdout, /^p\w+ and p\w+: \d+ \(sample\d\.jpg/m);
});

test('the snippet of the README runs as it stands', () => {
  const snippet = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(ROOT, 'README.md'), 'utf8'))?.[1] ?? '';
  assert.match(snippet, /from 'faceweave'/);
  const library = pathToFileURL(join(ROOT, 'dist', 'index.js')).href;
  writeFileSync(join(scratch, 'snippet.mjs'), snippet.replace("'faceweave'", `'${library}'`));
  const ran = spawnSync(process.execPath, ['snippet.mjs'], { cwd: scratch, encoding: 'utf8' });
  assert.equal(ran.status, 0, ran.stderr);
  assert.match(ran.stdout, /^\d+ persons, \d+ connections: .*Image_Network\.html$/m);
});
