/** Where a project lies, and where its photographs are found. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { recordOf } from '../../../src/archive/index.js';
import type { SourceRecord } from '../../../src/config/index.js';
import { checkedSources, photoLocator, projectFolderOf } from '../../../src/project/sources.js';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'faceweave-sources-')));
after(() => rmSync(root, { recursive: true, force: true }));

/** The sources of a first run. */
function recordSources(sources: readonly string[], projectDir: string): readonly SourceRecord[] {
  return checkedSources(sources, projectDir).map((source) => recordOf(source, projectDir));
}

test('the project lies in the one folder, else in the working directory', () => {
  const photos = join(root, 'photos');
  mkdirSync(photos);
  writeFileSync(join(root, 'one.jpg'), '');
  assert.equal(projectFolderOf(undefined, [photos], root), join(photos, 'Face Network'));
  assert.equal(projectFolderOf(undefined, [photos, root], root), join(root, 'Face Network'));
  assert.equal(projectFolderOf(undefined, [join(root, 'one.jpg')], root), join(root, 'Face Network'));
  assert.equal(projectFolderOf('here', [photos], root), join(root, 'here'));
});

test('a project folder names itself', () => {
  const project = join(root, 'project');
  mkdirSync(project);
  writeFileSync(join(project, 'faceweave.db'), '');
  assert.equal(projectFolderOf(undefined, [project], root), project);
  assert.equal(projectFolderOf(undefined, [], project), project);
  mkdirSync(join(project, 'Faces'));
  assert.throws(() => recordSources([join(project, 'Faces')], join(root, 'other')), { code: 'SOURCE_IS_PROJECT' });
});

test('photographs are found again after source and project moved together', async () => {
  const [before, after] = [join(root, 'before'), join(root, 'after')];
  mkdirSync(join(before, 'photos'), { recursive: true });
  const sources = recordSources([join(before, 'photos')], join(before, 'project'));
  renameSync(before, after);
  const place = (await photoLocator(sources, join(after, 'project')))('sub/a\\xff.jpg');
  assert.deepEqual(place, Buffer.from(`${after}/photos/sub/a\xff.jpg`, 'latin1'));
});

test('labels lead to their sources', async () => {
  const [one, two] = [join(root, 'one'), join(root, 'two')];
  mkdirSync(one);
  mkdirSync(two);
  const locate = await photoLocator(recordSources([one, two], join(root, 'p')), join(root, 'p'));
  assert.equal(String(locate('two/a.jpg')), join(two, 'a.jpg'));
  assert.equal(locate('three/a.jpg'), null);
});
