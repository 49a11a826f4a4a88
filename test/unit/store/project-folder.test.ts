/**
 * The project folder: its modes, and files written whole, private and with
 * nothing left behind.
 */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { FaceweaveError } from '../../../src/config/index.js';
import {
  createProjectFolder,
  lastRunNumber,
  makePrivateFolders,
  projectLayout,
  writePrivateFile,
  writeRunManifest,
} from '../../../src/store/index.js';
import { scratchFolder } from './project.js';

const posixOnly = { skip: process.platform === 'win32' };

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

test('folders are 0700 whatever the umask', posixOnly, (t) => {
  const umask = process.umask(0);
  t.after(() => process.umask(umask));
  const layout = createProjectFolder(join(scratchFolder(t), 'deep', 'Face Network'));
  for (const folder of [layout.root, layout.faces, layout.clusters, layout.data, layout.runs]) {
    assert.equal(modeOf(folder), '700', folder);
  }
  createProjectFolder(layout.root);
});

test('a folder that holds other things keeps its mode; what is put there is private', posixOnly, (t) => {
  const folder = scratchFolder(t);
  writeFileSync(join(folder, 'mine.txt'), 'x');
  chmodSync(folder, 0o755);
  const layout = createProjectFolder(folder);
  assert.equal(modeOf(folder), '755');
  assert.equal(modeOf(layout.faces), '700');
});

test('results of another program, or without their database, are never written over', posixOnly, (t) => {
  for (const name of ['Faces', 'Clusters', 'Data']) {
    const folder = join(scratchFolder(t), 'Face Network');
    mkdirSync(join(folder, name), { recursive: true });
    // Empty, it is what a first run that was cut short leaves behind.
    createProjectFolder(folder);
    writeFileSync(join(folder, name, 'face1_IMG.jpg'), 'mine');
    chmodSync(join(folder, name), 0o755);
    assert.throws(
      () => createProjectFolder(folder),
      (error) => error instanceof FaceweaveError && error.code === 'PROJECT_FOREIGN' && error.message.includes(name),
    );
    assert.equal(modeOf(join(folder, name)), '755');
    writeFileSync(join(folder, 'faceweave.db'), '');
    createProjectFolder(folder);
  }
});

test('a folder that cannot be made is an error that names it', (t) => {
  const folder = scratchFolder(t);
  writeFileSync(join(folder, 'file'), 'x');
  assert.throws(
    () => createProjectFolder(join(folder, 'file')),
    (error) => error instanceof FaceweaveError && error.code === 'PROJECT_CREATE' && error.message.includes('file'),
  );
});

test('a file is written whole, private, in place of the old one', async (t) => {
  const path = join(scratchFolder(t), 'Data', 'a.html');
  await writePrivateFile(path, 'old');
  chmodSync(path, 0o644);
  await writePrivateFile(path, Uint8Array.of(0x6e, 0x65, 0x77));
  assert.equal(readFileSync(path, 'utf8'), 'new');
  assert.deepEqual(readdirSync(join(path, '..')), ['a.html']);
  if (process.platform !== 'win32') assert.deepEqual([modeOf(path), modeOf(join(path, '..'))], ['600', '700']);
});

test('a write that fails leaves nothing behind', async (t) => {
  const folder = scratchFolder(t);
  mkdirSync(join(folder, 'taken', 'full'), { recursive: true });
  await assert.rejects(
    writePrivateFile(join(folder, 'taken'), 'x'),
    (error) => error instanceof FaceweaveError && error.code === 'PROJECT_WRITE',
  );
  assert.deepEqual(readdirSync(folder), ['taken']);
});

test('manifests are numbered files', async (t) => {
  const layout = projectLayout(scratchFolder(t));
  assert.equal(lastRunNumber(layout), 0);
  await writeRunManifest(layout, 2, { command: 'extract' });
  const path = await writeRunManifest(layout, 10, { command: 'cluster' });
  assert.deepEqual(JSON.parse(readFileSync(path, 'utf8')), { command: 'cluster' });
  assert.equal(lastRunNumber(layout), 10);
});

test('a folder that the system refuses to make is an error, not a hang', { timeout: 10_000 }, (t) => {
  // Under /proc new folders fail with ENOENT, where Node's own recursive mkdir never returns.
  const folder = scratchFolder(t);
  writeFileSync(join(folder, 'file'), 'x');
  const below = process.platform === 'linux' ? '/proc/nothing/here' : join(folder, 'file', 'here');
  assert.throws(() => makePrivateFolders(below));
});
