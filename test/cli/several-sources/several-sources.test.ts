/**
 * A project of several folders, read together or one after the other: none throws
 * out another, each keeps its label, and no command takes a stranger for one.
 */
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { faceweave, photographs, records, sample, scratch } from '../faceweave.js';

async function summaryOf(args: readonly string[], cwd?: string): Promise<Readonly<Record<string, unknown>>> {
  const { stdout, stderr } = await faceweave([...args, '--json'], cwd === undefined ? {} : { cwd });
  const summary = records(stdout).at(-1);
  assert.equal(summary?.['type'], 'summary', stderr);
  return summary ?? {};
}

/** Photographs of the project's faces, each once. */
async function photosOf(project: string): Promise<readonly string[]> {
  const { stdout } = await faceweave(['export', 'faces', '--format', 'json', '--project', project]);
  return [...new Set((JSON.parse(stdout) as { photo: string }[]).map(({ photo }) => photo))];
}

test('a second folder joins the first, and each can be read again alone', async () => {
  const root = scratch();
  const [one, two, project] = [join(root, 's1'), join(root, 's2'), join(root, 'project')];
  photographs(one, [1]);
  photographs(two, [2]);
  await summaryOf(['extract', one, '--project', project]);
  const second = await faceweave(['extract', two, '--project', project, '--json']);
  assert.deepEqual([records(second.stdout).at(-1)?.['gone'], records(second.stdout).at(-1)?.['newPhotos']], [0, 1]);
  assert.match(second.stderr, /warning: .*s2 is a further source of this project/);
  const [labelled = '', plain = ''] = await photosOf(project);
  assert.equal(plain, 'sample1.jpg');
  assert.match(labelled, /^s2@[0-9a-f]{6}\/sample2\.jpg$/);
  const label = labelled.split('/')[0] ?? '';
  assert.ok(readdirSync(join(project, 'Faces', label)).some((name) => name.endsWith('_sample2.jpg')));

  for (const sources of [[one], [two], [two, one], [`${one}/.`]]) {
    const again = await summaryOf(['extract', ...sources, '--project', project]);
    assert.deepEqual([again['gone'], again['newPhotos'], again['unchanged']], [0, 0, sources.length]);
  }
  // What is gone from one is gone from that one only.
  sample(3, join(one, 'sample3.jpg'));
  rmSync(join(one, 'sample1.jpg'));
  assert.equal((await summaryOf(['extract', one, '--project', project]))['gone'], 1);
  assert.deepEqual(await photosOf(project), [labelled, 'sample3.jpg']);
  const status = await summaryOf(['status', '--project', project]);
  assert.deepEqual(status['sources'], [two, one]);
});

test('a label stays with its folder though another of that name takes its place', async () => {
  const root = scratch();
  const folders = ['y1', 'y2', 'y3'].map((year, at) => photographs(join(root, year, 'photos'), [at + 1]));
  const [first = '', second = '', third = ''] = folders;
  const project = join(root, 'project');
  await summaryOf(['extract', first, second, '--project', project]);
  assert.deepEqual(await photosOf(project), ['photos-2/sample2.jpg', 'photos/sample1.jpg']);
  const later = await summaryOf(['extract', second, third, '--project', project]);
  assert.deepEqual([later['gone'], later['newPhotos'], later['unchanged']], [0, 1, 1]);
  const photos = await photosOf(project);
  assert.deepEqual(photos.slice(0, 2), ['photos-2/sample2.jpg', 'photos/sample1.jpg']);
  assert.match(photos[2] ?? '', /^photos@[0-9a-f]{6}\/sample3\.jpg$/);
  assert.equal(photos.length, 3);
});

test('single files are sources like folders', async () => {
  const root = scratch();
  const [one, two] = [join(root, 'a', 'IMG.jpg'), join(root, 'b', 'IMG.jpg')];
  sample(1, one);
  sample(2, two);
  const project = join(root, 'project');
  await summaryOf(['extract', one, '--project', project]);
  const second = await summaryOf(['extract', two, '--project', project]);
  assert.deepEqual([second['gone'], second['newPhotos']], [0, 1]);
  const photos = await photosOf(project);
  assert.equal(photos.length, 2);
  assert.equal(photos[0], 'IMG.jpg');
  assert.match(photos[1] ?? '', /^IMG@[0-9a-f]{6}\.jpg$/);
});

test('an archive that moves as a whole keeps its labels', async () => {
  const root = scratch();
  const [before, after] = [join(root, 'before'), join(root, 'after')];
  photographs(join(before, 's1'), [1]);
  photographs(join(before, 's2'), [2]);
  await summaryOf(['extract', join(before, 's1'), '--project', join(before, 'project')]);
  await summaryOf(['extract', join(before, 's2'), '--project', join(before, 'project')]);
  const photos = await photosOf(join(before, 'project'));
  renameSync(before, after);
  const moved = ['extract', join(after, 's2'), join(after, 's1'), '--project', join(after, 'project')];
  const summary = await summaryOf(moved);
  assert.deepEqual([summary['gone'], summary['newPhotos'], summary['unchanged']], [0, 0, 2]);
  assert.deepEqual(await photosOf(join(after, 'project')), photos);
});

test('steps that read no photographs refuse a folder that is none of the project’s', async () => {
  const root = scratch();
  const [mine, other] = [photographs(join(root, 'q1'), [1]), photographs(join(root, 'q2'), [1])];
  const project = join(root, 'project');
  await summaryOf(['run', mine, '--project', project]);
  for (const args of [['network'], ['cluster'], ['status'], ['export', 'faces']]) {
    const { code, stderr } = await faceweave([...args, other, '--project', project]);
    assert.equal(code, 4, args.join(' '));
    assert.match(stderr, /none of the photographs[\s\S]*\nhint: its sources: .*q1/);
    assert.equal((await faceweave([...args, mine, '--project', project])).code, 0, args.join(' '));
  }
  const { stdout } = await faceweave(['network', other, '--project', project, '--json']);
  assert.equal(records(stdout).find(({ type }) => type === 'error')?.['code'], 'SOURCE_UNKNOWN');
  // Without --project several folders mean ./Face Network, which may be others'.
  photographs(join(root, 'q3'), [2]);
  await summaryOf(['run', mine, other], root);
  assert.equal((await faceweave(['network', mine, join(root, 'q3')], { cwd: root })).code, 4);
});

test('a source that is empty all at once is not taken for photographs deleted', async () => {
  const root = scratch();
  const source = photographs(join(root, 'photos'), [1, 2]);
  const project = join(root, 'project');
  await summaryOf(['run', source, '--project', project]);
  const persons = await faceweave(['export', 'faces', '--project', project]);
  renameSync(source, join(root, 'away'));
  mkdirSync(source);
  const empty = await faceweave(['run', source, '--project', project, '--json']);
  assert.equal(empty.code, 4);
  assert.equal(records(empty.stdout).find(({ type }) => type === 'error')?.['code'], 'SOURCE_EMPTY');
  assert.match(empty.stderr, /hint: is the disk mounted\?.*--allow-empty/);
  assert.equal((await faceweave(['export', 'faces', '--project', project])).stdout, persons.stdout);

  const allowed = await summaryOf(['run', source, '--project', project, '--allow-empty']);
  assert.deepEqual([allowed['gone'], allowed['files']], [2, 0]);
  // Back again, after a clustering without them: they bring their persons.
  rmSync(source, { recursive: true });
  renameSync(join(root, 'away'), source);
  const back = await summaryOf(['run', source, '--project', project]);
  assert.equal(back['newPhotos'], 0);
  assert.equal((await faceweave(['export', 'faces', '--project', project])).stdout, persons.stdout);
});

test('a folder of photographs that is to be the project folder too is refused, and left as it was', async () => {
  const root = scratch();
  const source = photographs(join(root, 'c'), [1]);
  for (const given of [source, join(source, 'sub')]) {
    mkdirSync(given, { recursive: true });
    const before = readdirSync(source);
    const { code, stderr, stdout } = await faceweave(['run', given, '--project', source, '--json']);
    assert.equal(code, 4);
    assert.equal(records(stdout).find(({ type }) => type === 'error')?.['code'], 'SOURCE_IS_PROJECT');
    assert.match(stderr, /folder that is to be the project's\nhint: /);
    assert.deepEqual(readdirSync(source), before);
  }
  const project = join(root, 'project');
  await summaryOf(['extract', source, '--project', project]);
  const again = await faceweave(['extract', project, '--project', project, '--json']);
  assert.equal(records(again.stdout).find(({ type }) => type === 'error')?.['code'], 'SOURCE_IS_PROJECT');
});

test('folders with another project in them are named', async () => {
  const root = scratch();
  const source = photographs(join(root, 'photos'), [1]);
  const inner = photographs(join(source, 'inner'), [2]);
  await summaryOf(['extract', inner, '--project', join(source, 'results')]);
  cpSync(join(source, 'results', 'faceweave.db'), join(inner, 'faceweave.db'));
  const project = join(root, 'project');
  const summary = await summaryOf(['extract', source, '--project', project]);
  assert.deepEqual(summary['otherProjects'], ['inner', 'results']);
  const { stdout } = await faceweave(['extract', source, '--project', project]);
  assert.match(stdout, /^2 folders passed over because a project lies there: inner, results\.$/m);
  assert.ok(existsSync(join(project, 'runs', '2.json')));
});

test('a photograph that changed since is listed on the page, and no more shown', async () => {
  const root = scratch();
  const source = photographs(join(root, 'photos'), [1, 2]);
  const project = join(root, 'project');
  const before = await summaryOf(['run', source, '--project', project]);
  assert.equal(before['photosChanged'], 0);
  sample(3, join(source, 'sample1.jpg'));
  rmSync(join(source, 'sample2.jpg'));
  const { stdout, stderr } = await faceweave(['network', '--project', project, '--json']);
  assert.equal(records(stdout).at(-1)?.['photosChanged'], 2);
  assert.match(stderr, /warning: 2 photographs changed or missing since extraction/);
});
