/**
 * Running again does only what is missing: nothing, a new file, a moved file, a
 * copy, a file replaced by another.
 */
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { faceweave, photographs, records, sample, scratch, tables } from '../faceweave.js';

async function summaryOf(args: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const { stdout, stderr } = await faceweave([...args, '--json']);
  const summary = records(stdout).at(-1);
  assert.equal(summary?.['type'], 'summary', stderr);
  return summary ?? {};
}

function faceIds(json: string): readonly string[] {
  return (JSON.parse(json) as { face: string }[]).map(({ face }) => face).sort();
}

test('the second run extracts nothing, rewrites no mosaic, and exports the same bytes', async () => {
  const source = photographs(join(scratch(), 'photos'), [1, 2]);
  const project = join(source, 'Face Network');
  await faceweave(['run', source]);
  const before = await tables(project);
  const page = readFileSync(join(project, 'Data', 'Image_Network.html'));
  const mosaics = readdirSync(join(project, 'Clusters')).filter((name) => name.endsWith('.jpg'));
  assert.ok(mosaics.length > 0);
  const times = mosaics.map((name) => statSync(join(project, 'Clusters', name)).mtimeMs);

  const again = await summaryOf(['run', source]);
  assert.equal(again['newPhotos'], 0);
  assert.equal(again['unchanged'], 2);
  assert.deepEqual(await tables(project), before);
  assert.deepEqual(readFileSync(join(project, 'Data', 'Image_Network.html')), page);
  assert.deepEqual(
    mosaics.map((name) => statSync(join(project, 'Clusters', name)).mtimeMs),
    times,
  );
});

test('identical files are one photograph, whatever their names', async () => {
  const root = scratch();
  const source = photographs(join(root, 'photos'), [1]);
  sample(1, join(source, '2001', 'IMG_1.jpg'));
  sample(2, join(source, '2009', 'IMG_1.jpg'));
  const summary = await summaryOf(['run', source]);
  assert.deepEqual([summary['files'], summary['photos'], summary['duplicates']], [3, 2, 1]);
  // Equal names in two folders never meet: two photographs, each with its own faces and crops.
  const { stdout } = await faceweave(['export', 'faces', source, '--format', 'json']);
  const rows = JSON.parse(stdout) as { photo: string; crop: string }[];
  assert.ok(rows.some(({ photo }) => photo === '2001/IMG_1.jpg'));
  assert.ok(rows.some(({ photo }) => photo === '2009/IMG_1.jpg'));
  assert.equal(new Set(rows.map(({ crop }) => crop)).size, rows.length);
});

test('a moved file keeps its faces, persons and crops; a lost one leaves', async () => {
  const source = photographs(join(scratch(), 'photos'), [1, 2]);
  const project = join(source, 'Face Network');
  await faceweave(['run', source]);
  const before = await tables(project);
  renameSync(join(source, 'sample1.jpg'), join(source, 'moved.jpg'));
  const moved = await summaryOf(['run', source]);
  assert.deepEqual([moved['newPhotos'], moved['gone'], moved['photos']], [0, 1, 2]);
  const after = await tables(project);
  assert.deepEqual(faceIds(after['faces.json'] ?? ''), faceIds(before['faces.json'] ?? ''));
  assert.match(after['faces.csv'] ?? '', /^moved\.jpg,/m);

  rmSync(join(source, 'sample2.jpg'));
  const lost = await summaryOf(['run', source]);
  assert.deepEqual([lost['photos'], lost['gone']], [1, 1]);
  const { stdout } = await faceweave(['export', 'faces', source]);
  assert.doesNotMatch(stdout, /sample2/);
});

test('a name used again does not overwrite the crops of the photograph that moved away', async () => {
  const source = photographs(join(scratch(), 'photos'), [1]);
  const project = join(source, 'Face Network');
  await faceweave(['extract', source]);
  const crop = join(project, 'Faces', 'face1_sample1.jpg');
  const before = readFileSync(crop);
  renameSync(join(source, 'sample1.jpg'), join(source, 'kept.jpg'));
  sample(2, join(source, 'sample1.jpg'));
  const summary = await summaryOf(['extract', source]);
  assert.equal(summary['newPhotos'], 1);
  assert.deepEqual(readFileSync(crop), before);
  assert.ok(readdirSync(join(project, 'Faces')).includes('face1_sample1~2.jpg'));
});

test('another embedder keeps face ids and persons apart from vectors', async () => {
  const source = photographs(join(scratch(), 'photos'), [1]);
  await faceweave(['run', source]);
  const before = await tables(join(source, 'Face Network'));
  const summary = await summaryOf(['run', source, '--embedder', 'dlib128']);
  assert.equal(summary['newPhotos'], 1);
  const after = await tables(join(source, 'Face Network'));
  assert.deepEqual(faceIds(after['faces.json'] ?? ''), faceIds(before['faces.json'] ?? ''));
  // Back again: both are extracted, nothing is read.
  assert.equal((await summaryOf(['run', source]))['newPhotos'], 0);
  const { stdout } = await faceweave(['status', source, '--json']);
  assert.match(String(records(stdout).at(-1)?.['embedder']), /^mobilefacenet-/);
});

test('a copy into a second source is a duplicate, and labels keep the sources apart', async () => {
  const root = scratch();
  const one = photographs(join(root, 'one'), [1]);
  const two = photographs(join(root, 'two'), [2]);
  copyFileSync(join(one, 'sample1.jpg'), join(two, 'copy.jpg'));
  const project = join(root, 'project');
  const summary = await summaryOf(['run', one, two, '--project', project]);
  assert.deepEqual([summary['files'], summary['photos'], summary['duplicates']], [3, 2, 1]);
  const { stdout } = await faceweave(['export', 'faces', '--project', project]);
  assert.match(stdout, /^one\/sample1\.jpg,/m);
  assert.match(stdout, /^two\/sample2\.jpg,/m);
});

test('crops and mosaics that were deleted, or left out before, come back', async () => {
  const source = photographs(join(scratch(), 'photos'), [1, 2]);
  const project = join(source, 'Face Network');
  await faceweave(['extract', source, '--no-crops']);
  await faceweave(['run', source]);
  const before = await tables(project);
  const crops = readdirSync(join(project, 'Faces')).sort();
  const mosaics = readdirSync(join(project, 'Clusters')).sort();
  assert.ok(crops.length >= 2 && mosaics.length >= 2, `${crops.length} crops, ${mosaics.length} mosaics`);
  for (const folder of ['Faces', 'Clusters']) rmSync(join(project, folder), { recursive: true });
  const grey = await faceweave(['cluster', source]);
  assert.match(grey.stderr, /warning: \d+ mosaics? with grey tiles: \d+ crops? cannot be read; faceweave extract/);
  assert.equal((await summaryOf(['run', source]))['newPhotos'], 2);
  assert.deepEqual(readdirSync(join(project, 'Faces')).sort(), crops);
  assert.deepEqual(readdirSync(join(project, 'Clusters')).sort(), mosaics);
  const last = await faceweave(['run', source]);
  assert.deepEqual([last.stderr.includes('grey'), last.code], [false, 0]);
  assert.deepEqual(await tables(project), before);
});

test('a folder named like a crop is only a folder', async () => {
  const source = photographs(join(scratch(), 'photos'), [1]);
  mkdirSync(join(source, 'face1_sample1.jpg'));
  copyFileSync(join(source, 'sample1.jpg'), join(source, 'face1_sample1.jpg', 'IMG.jpg'));
  const other = photographs(join(source, 'face1_sample1.jpg', 'face2_IMG.jpg'), [2]);
  const { code, stderr } = await faceweave(['run', source]);
  assert.deepEqual([code, stderr.includes('CROP_NAME'), other.length > 0], [0, false, true]);
});
