/**
 * A folder of everything that goes wrong: the run ends, names each file with
 * its reason, and no name forges a line or injects the page.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import { faceweave, photographs, records, SAMPLES, sample, scratch } from '../faceweave.js';

const NOBODY = 65534;
const EVIL = 'a\nfaceweave: forged.jpg: "\'<script>alert(1)<';

/** Signature and header of a PNG of 30,000 × 30,000 pixels; 2.7 GB if anyone believed it. */
function hugeHeader(): Buffer {
  const header = Buffer.alloc(17);
  header.write('IHDR', 0, 'latin1');
  header.writeUInt32BE(30_000, 4);
  header.writeUInt32BE(30_000, 8);
  header.set([8, 2], 12);
  const chunk = Buffer.alloc(25);
  chunk.writeUInt32BE(13, 0);
  header.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(header), 21);
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk]);
}

test('a hostile folder: exit 3, every file named with its reason, nothing injected', async () => {
  const root = scratch();
  const source = photographs(join(root, 'photos'), [1, 2]);
  const bytes = readFileSync(join(SAMPLES, 'sample3.jpg'));
  writeFileSync(join(source, 'empty.jpg'), '');
  writeFileSync(join(source, 'text.jpg'), 'this is a text\n');
  writeFileSync(join(source, 'truncated.jpg'), bytes.subarray(0, bytes.length / 2));
  writeFileSync(join(source, 'huge.png'), hugeHeader());
  writeFileSync(join(source, 'unreadable.jpg'), bytes);
  chmodSync(join(source, 'unreadable.jpg'), 0);
  execFileSync('mkfifo', [join(source, 'pipe.jpg')]);
  symlinkSync('.', join(source, 'loop'));
  mkdirSync(join(source, EVIL));
  sample(3, join(source, EVIL, 'script>.jpg'));
  writeFileSync(join(source, EVIL, 'bad.jpg'), 'text');
  const project = join(root, 'project');
  // Root reads everything: only another user meets an unreadable file.
  const isRoot = process.getuid?.() === 0;
  if (isRoot) execFileSync('chown', ['-hR', `${NOBODY}:${NOBODY}`, root]);

  const run = await faceweave(['run', source, '--project', project, '--json'], isRoot ? { uid: NOBODY } : {});

  assert.equal(run.code, 3, run.stderr);
  const skipped = records(run.stdout).filter(({ type }) => type === 'skipped');
  const codes = new Map(skipped.map(({ path, code }) => [path, code]));
  assert.deepEqual(
    codes,
    new Map<unknown, unknown>([
      ['loop', 'FILE_NOT_REGULAR'],
      ['pipe.jpg', 'FILE_NOT_REGULAR'],
      [`${EVIL}/bad.jpg`, 'PHOTO_FORMAT'],
      ['empty.jpg', 'FILE_EMPTY'],
      ['huge.png', 'PHOTO_TOO_LARGE'],
      ['text.jpg', 'PHOTO_FORMAT'],
      ['truncated.jpg', 'PHOTO_DECODE'],
      ['unreadable.jpg', 'FILE_READ'],
    ]),
  );
  const lines = run.stderr.trimEnd().split('\n');
  for (const path of ['loop', 'pipe.jpg', 'empty.jpg', 'huge.png', 'text.jpg', 'truncated.jpg', 'unreadable.jpg']) {
    assert.equal(lines.filter((line) => line.startsWith(`faceweave: ${path}: `)).length, 1, path);
  }
  assert.ok(!lines.some((line) => line.startsWith('faceweave: forged.jpg')), 'a file name forged a line');

  const summary = records(run.stdout).at(-1);
  assert.equal(summary?.['files'], 11);
  assert.equal(summary?.['photos'], 3);
  assert.equal(summary?.['skipped'], 8);

  const [manifestName = ''] = readdirSync(join(project, 'runs'));
  const manifest = JSON.parse(readFileSync(join(project, 'runs', manifestName), 'utf8')) as Record<string, unknown>;
  assert.equal((manifest['skipped'] as unknown[]).length, 8);
  assert.equal(manifest['outcome'], 'some-skipped');

  const page = readFileSync(join(project, 'Data', 'Image_Network.html'), 'utf8');
  assert.ok(!page.includes('<script>alert(1)'), 'the page carries a file name as markup');

  // Remembered: the second run reads nothing and still names them.
  const again = await faceweave(['run', source, '--project', project, '--json'], isRoot ? { uid: NOBODY } : {});
  assert.equal(again.code, 3);
  assert.equal(records(again.stdout).at(-1)?.['newPhotos'], 0);
  assert.equal(records(again.stdout).filter(({ type }) => type === 'skipped').length, 8);
});

test('--strict fails at the first skipped file and --max-errors stops, both keeping what was done', async () => {
  const root = scratch();
  const source = photographs(join(root, 'photos'), [1]);
  writeFileSync(join(source, 'empty.jpg'), '');
  const project = join(root, 'project');
  const strict = await faceweave(['run', source, '--project', project, '--strict']);
  assert.equal(strict.code, 4);
  assert.match(strict.stderr, /^faceweave: empty\.jpg: skipped \(FILE_EMPTY/m);
  const limited = await faceweave(['run', source, '--project', project, '--max-errors', '0']);
  assert.equal(limited.code, 4);
  assert.match(limited.stderr, /more than --max-errors 0/);
  const enough = await faceweave(['run', source, '--project', project, '--max-errors', '1', '--json']);
  assert.equal(enough.code, 3);
  assert.equal(records(enough.stdout).at(-1)?.['newPhotos'], 0);
});
