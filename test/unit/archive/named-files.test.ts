/**
 * Files named one by one: each path counts once however often and by whatever
 * spelling it is named, and nothing in a project folder is taken in. Also what
 * one odd name may not do to its neighbours.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type Listing, listCandidates, resolveSources } from '../../../src/archive/index.js';
import { zipOf } from './zip-writer.js';

const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'faceweave-names-')));
after(() => rmSync(scratch, { recursive: true }));

/** Makes a folder of files. */
function folderOf(...files: readonly (string | Buffer)[]): string {
  const folder = mkdtempSync(join(scratch, 'source-'));
  for (const file of files) {
    if (typeof file === 'string' && file.includes('/')) mkdirSync(join(folder, file, '..'), { recursive: true });
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(file)]), 'x');
  }
  return folder;
}

function listNames(base: string, names: readonly (string | Buffer)[], projectDir?: string): Promise<Listing> {
  const bytes = names.map((name) => Buffer.from(name));
  const root = { absolute: base, label: '', given: 'names', isFolder: true, kind: 'names', names: bytes } as const;
  return listCandidates([root], projectDir === undefined ? {} : { projectDir });
}

function paths(listing: Listing): string[] {
  return listing.candidates.map(({ path }) => path);
}

const CROPS = ['Faces/face1_a.jpg', 'Faces/face2_a.jpg', 'Clusters/p1.jpg', 'Data/page.html'];

test('files in the project folder, in another one, or behind a link to one are passed over and counted', async () => {
  const own = CROPS.map((crop) => `Face Network/${crop}`);
  const other = ['album/results/faceweave.db', 'album/results/face1_b.jpg', 'album/results/deep/face1_c.jpg'];
  const old = CROPS.map((crop) => `renamed/${crop}`);
  const named = ['sub/Face Network/x.jpg', 'album/ok.jpg', 'a.jpg'];
  const base = folderOf(...own, ...other, ...old, ...named);
  symlinkSync(join(base, 'album', 'results'), join(base, 'link'));
  const all = [...own, ...other, ...old, ...named, 'link/face1_b.jpg'];
  const listing = await listNames(base, all, join(base, 'Face Network'));
  assert.deepEqual(paths(listing), ['a.jpg', 'album/ok.jpg']);
  assert.deepEqual(listing.refused, []);
  assert.deepEqual(listing.passedFolders, ['Face Network', 'album/results', 'renamed', 'sub/Face Network']);
  assert.deepEqual(listing.otherProjects, ['album/results', 'renamed', 'sub/Face Network']);
  const elsewhere = await listNames(join(base, 'sub'), ['../a.jpg', '../Face Network/Faces/face1_a.jpg'], base);
  assert.deepEqual(paths(elsewhere), [], 'the project folder itself is above');
});

test('a folder named from inside of a folder called like a project is read', async () => {
  const base = folderOf('Face Network/photos/a.jpg');
  assert.deepEqual(paths(await listNames(join(base, 'Face Network', 'photos'), ['a.jpg', '.'])), ['a.jpg']);
});

test('each path counts once: folders with what is in them, any spelling, archives, in any order', async () => {
  const odd = Buffer.concat([Buffer.from('./b'), Buffer.of(0xe9), Buffer.from('.jpg')]);
  const base = folderOf('a.jpg', 'sub/s.jpg', 'sub/n.txt', 'sub/deep/t.jpg', odd.subarray(2), '.git/g.jpg');
  writeFileSync(join(base, 'c.zip'), zipOf([{ name: 'z.jpg', data: Buffer.from('x') }]));
  mkdirSync(join(base, 'Face Network'));
  writeFileSync(join(base, 'Face Network', 'crop.jpg'), 'x');
  const found = [
    '.',
    './a.jpg',
    './sub',
    './sub/s.jpg',
    './sub/n.txt',
    './sub/deep',
    './sub/deep/t.jpg',
    odd,
    './c.zip',
  ];
  const beside = ['./.git', './.git/g.jpg', './Face Network', './Face Network/crop.jpg'];
  for (const names of [[...found, ...beside], [...beside, ...found].reverse()]) {
    const listing = await listNames(base, names, join(base, 'Face Network'));
    const expected = ['a.jpg', 'b\\xe9.jpg', 'c.zip/z.jpg', 'sub/deep/t.jpg', 'sub/n.txt', 'sub/s.jpg'];
    assert.deepEqual(paths(listing), expected);
    assert.deepEqual([listing.others.size, listing.refused.length], [0, 0]);
    assert.deepEqual([...listing.passedFolders].sort(), ['.git', 'Face Network']);
  }
  assert.deepEqual(paths(await listNames(base, ['sub', 'sub/s.jpg', 'sub//../sub/s.jpg'])), [
    'sub/deep/t.jpg',
    'sub/s.jpg',
  ]);
});

test('what the rules of a named folder keep out is not let in by being named too; alone it is', async () => {
  const base = folderOf('a.jpg', 'private/p.jpg', 'b.jpg', 'quiet/.nomedia', 'quiet/q.jpg');
  writeFileSync(join(base, '.faceweaveignore'), 'private/\nb.jpg\n');
  const all = ['.', 'a.jpg', 'b.jpg', 'private', 'private/p.jpg', 'quiet', 'quiet/q.jpg'];
  const listing = await listNames(base, all);
  assert.deepEqual([paths(listing), listing.ignored, listing.passedFolders], [['a.jpg'], 2, ['quiet']]);
  assert.deepEqual(paths(await listNames(base, ['b.jpg', 'private/p.jpg'])), ['b.jpg', 'private/p.jpg']);
});

test('a name that is not UTF-8 changes nothing for its neighbours', {
  skip: process.platform !== 'linux',
}, async () => {
  const odd = Buffer.concat([Buffer.from('b'), Buffer.of(0xe9), Buffer.from('.jpg')]);
  const base = folderOf(odd, 'sub/keep.jpg', 'sub/secret.jpg');
  writeFileSync(join(base, 'sub', '.faceweaveignore'), 'secret.jpg\n');
  writeFileSync(join(base, 'g.zip'), zipOf([{ name: 'z.jpg', data: Buffer.from('x') }]));
  const oddFolder = Buffer.concat([Buffer.from(`${base}/f`), Buffer.of(0xe9)]);
  mkdirSync(oddFolder);
  writeFileSync(Buffer.concat([oddFolder, Buffer.from('/.faceweaveignore')]), 'hidden.jpg\n');
  for (const name of ['/hidden.jpg', '/shown.jpg']) writeFileSync(Buffer.concat([oddFolder, Buffer.from(name)]), 'x');
  const listing = await listCandidates(resolveSources([base]));
  assert.deepEqual(paths(listing), ['b\\xe9.jpg', 'f\\xe9/shown.jpg', 'g.zip/z.jpg', 'sub/keep.jpg']);
  assert.deepEqual([listing.ignored, listing.refused.length], [2, 0]);
});

test('a folder whose rules cannot be read is skipped with the reason', async () => {
  const base = folderOf('a.jpg', 'sub/b.jpg');
  mkdirSync(join(base, 'sub', '.faceweaveignore'));
  const listing = await listCandidates(resolveSources([base]));
  assert.deepEqual(paths(listing), ['a.jpg']);
  assert.deepEqual(
    listing.refused.map(({ path, code }) => [path, code]),
    [['sub', 'FOLDER_READ']],
  );
  assert.match(listing.refused[0]?.message ?? '', /\.faceweaveignore cannot be read/);
});
