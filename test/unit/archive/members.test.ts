/**
 * Archives read in place: every member is a candidate, a named refusal or a
 * count; no name leads anywhere, and no bomb unpacks.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import {
  type Candidate,
  type Listing,
  listCandidates,
  openMemberReader,
  resolveSources,
} from '../../../src/archive/index.js';
import type { FaceweaveError } from '../../../src/config/index.js';
import { tarOf, type ZipEntry, zipOf } from './zip-writer.js';

const LIMITS = { maxEntries: 100, maxBytes: 4 * 2 ** 20, maxRatio: 50 };
const ONE = Buffer.from('one picture');
const TWO = Buffer.from('another picture, longer');

const folders: string[] = [];
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function folderWith(files: Readonly<Record<string, Buffer>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'faceweave-members-'));
  folders.push(folder);
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
  return folder;
}

function listed(folder: string): Promise<Listing> {
  return listCandidates(resolveSources([folder]), { limits: LIMITS });
}

const pathsOf = (items: readonly { readonly path: string }[]): readonly string[] => items.map(({ path }) => path);

async function readAll(candidates: readonly Candidate[]): Promise<readonly string[]> {
  const reader = openMemberReader(LIMITS);
  const texts: string[] = [];
  for (const candidate of candidates) texts.push((await reader.read(candidate)).toString());
  await reader.close();
  return texts;
}

async function codeOf(entry: ZipEntry, name: string): Promise<string> {
  const folder = folderWith({ 'a.zip': zipOf([entry]) });
  const { candidates, refused } = await listed(folder);
  const refusal = refused.find(({ path }) => path === `a.zip/${name}`);
  if (refusal !== undefined) return refusal.code;
  const reader = openMemberReader(LIMITS);
  const [candidate] = candidates;
  assert.ok(candidate !== undefined);
  return reader.read(candidate).then(
    () => 'read',
    (cause: FaceweaveError) => cause.code,
  );
}

for (const [name, bytes] of [
  [
    'a.zip',
    zipOf([
      { name: 'x/1.jpg', data: ONE },
      { name: '2.jpg', data: TWO, isDeflated: true },
    ]),
  ],
  [
    'a.tar',
    tarOf([
      { name: 'x/1.jpg', data: ONE },
      { name: '2.jpg', data: TWO },
    ]),
  ],
  [
    'a.tar.gz',
    gzipSync(
      tarOf([
        { name: 'x/1.jpg', data: ONE },
        { name: '2.jpg', data: TWO },
      ]),
    ),
  ],
  [
    'a.TGZ',
    gzipSync(
      tarOf([
        { name: 'x/1.jpg', data: ONE },
        { name: '2.jpg', data: TWO },
      ]),
    ),
  ],
] as const) {
  test(`${name}: members are read in place, forwards and backwards`, async () => {
    const { candidates, refused } = await listed(folderWith({ [name]: bytes }));
    assert.deepEqual(refused, []);
    assert.deepEqual([...pathsOf(candidates)].sort(), [`${name}/2.jpg`, `${name}/x/1.jpg`]);
    const inOrder = [...candidates].sort((a, b) => (a.path < b.path ? -1 : 1));
    assert.deepEqual(await readAll(inOrder), [TWO.toString(), ONE.toString()]);
    assert.deepEqual(await readAll([...inOrder].reverse()), [ONE.toString(), TWO.toString()]);
  });
}

test('an archive named as a source gives paths below its own name', async () => {
  const folder = folderWith({ 'a.zip': zipOf([{ name: '1.jpg', data: ONE }]) });
  assert.deepEqual(pathsOf((await listed(join(folder, 'a.zip'))).candidates), ['a.zip/1.jpg']);
});

test('no name leads out of the archive, and names that meet stay apart', async () => {
  const names = ['../../up.jpg', '/root.jpg', 'C:\\drive.jpg', 'a\\b.jpg', 'a/b.jpg', './a//b.jpg', '..'];
  const zip = zipOf(names.map((name) => ({ name, data: Buffer.from(name) })));
  const { candidates, others } = await listed(folderWith({ 'a.zip': zip }));
  assert.deepEqual(pathsOf(candidates), [
    'a.zip/up.jpg',
    'a.zip/root.jpg',
    'a.zip/drive.jpg',
    'a.zip/a/b.jpg',
    'a.zip/a/b~2.jpg',
    'a.zip/a/b~3.jpg',
  ]);
  assert.deepEqual(await readAll(candidates), names.slice(0, 6));
  // `..` alone has no name left; it is counted.
  assert.equal(others.get(''), 1);
});

test('bombs, lies, secrets and nests are refused by name', async () => {
  const zeros = Buffer.alloc(3 * 2 ** 20);
  assert.equal(await codeOf({ name: 'bomb.jpg', data: zeros, isDeflated: true }, 'bomb.jpg'), 'ARCHIVE_LIMIT');
  assert.equal(await codeOf({ name: 'large.jpg', data: Buffer.alloc(5 * 2 ** 20) }, 'large.jpg'), 'ARCHIVE_LIMIT');
  const lie = { name: 'lie.jpg', data: ONE, isDeflated: true, statedSize: 3 };
  assert.equal(await codeOf(lie, 'lie.jpg'), 'ARCHIVE_MEMBER');
  assert.equal(await codeOf({ name: 'secret.jpg', data: ONE, isEncrypted: true }, 'secret.jpg'), 'ARCHIVE_MEMBER');
  assert.equal(await codeOf({ name: 'inner.zip', data: ONE }, 'inner.zip'), 'ARCHIVE_NESTED');
  const shared = zipOf([
    { name: '1.jpg', data: ONE },
    { name: '2.jpg', data: ONE, overlaps: true },
  ]);
  const { candidates, refused } = await listed(folderWith({ 'a.zip': shared }));
  assert.deepEqual(candidates, []);
  assert.deepEqual(
    refused.map(({ code }) => code),
    ['ARCHIVE_LIMIT', 'ARCHIVE_LIMIT'],
  );
});

test('a member whose bytes are not those that were packed is refused as damaged', async () => {
  const folder = folderWith({
    'a.zip': zipOf([
      { name: '1.jpg', data: ONE, statedSum: 0xbad },
      { name: '2.jpg', data: TWO, isDeflated: true },
    ]),
  });
  const { candidates } = await listed(folder);
  const [first, second] = candidates;
  assert.ok(first !== undefined && second !== undefined);
  const reader = openMemberReader(LIMITS);
  await assert.rejects(reader.read(first), { code: 'ARCHIVE_MEMBER', message: /damaged.*00000bad/ });
  assert.equal((await reader.read(second)).toString(), TWO.toString());
  await reader.close();
});

test('a zip behind something else is read, whether its offsets count from its own beginning or not', async () => {
  const zip = zipOf([
    { name: '1.jpg', data: ONE },
    { name: '2.jpg', data: TWO, isDeflated: true },
  ]);
  const program = Buffer.alloc(70_000, 'MZ');
  const { candidates, refused } = await listed(
    folderWith({ 'a.zip': Buffer.concat([program, zip]), 'b.zip': zip, 'c.zip': Buffer.concat([program, zipOf([])]) }),
  );
  assert.deepEqual(refused, []);
  assert.deepEqual(await readAll(candidates), [ONE, TWO, ONE, TWO].map(String));
});

test('a tar.gz that unpacks without end is cut off, and named', async () => {
  const data = Buffer.alloc(4 * 2 ** 20);
  const bomb = gzipSync(tarOf(Array.from({ length: 10 }, (_, at) => ({ name: `${at}.jpg`, data }))));
  const { refused } = await listed(folderWith({ 'a.tgz': bomb }));
  assert.deepEqual(
    refused.map(({ path, code }) => [path, code]),
    [['a.tgz', 'ARCHIVE_READ']],
  );
  assert.match(refused[0]?.message ?? '', /unpacks to more than 50 times/);
});

test('a cut archive gives what can be listed, and is named', async () => {
  const tar = tarOf([
    { name: '1.jpg', data: ONE },
    { name: '2.jpg', data: Buffer.alloc(4000, 1) },
  ]);
  const cut = await listed(
    folderWith({ 'a.tar': tar.subarray(0, 2000), 'b.zip': zipOf([{ name: '1.jpg', data: ONE }]).subarray(0, 60) }),
  );
  assert.ok(pathsOf(cut.candidates).includes('a.tar/1.jpg'));
  assert.deepEqual(
    cut.refused.map(({ path, code }) => [path, code]),
    [
      ['a.tar', 'ARCHIVE_READ'],
      ['b.zip', 'ARCHIVE_READ'],
    ],
  );
});

test('more entries than the limit are not looked at, and that is said', async () => {
  const zip = zipOf(Array.from({ length: 101 }, (_, at) => ({ name: `${at}.jpg`, data: ONE })));
  const { candidates, refused } = await listed(folderWith({ 'a.zip': zip }));
  assert.equal(candidates.length, 100);
  assert.match(refused[0]?.message ?? '', /more than 100 entries/);
});

test('links and other specials are refused by name as in a folder; other files are counted', async () => {
  const none = Buffer.alloc(0);
  const zip = zipOf([
    { name: 'link.jpg', data: Buffer.from('/etc/passwd'), mode: 0o120777 },
    { name: 'folder.jpg/', data: none },
    { name: 'notes.txt', data: ONE },
  ]);
  const pax = Buffer.from('22 GNU.sparse.major=1\n28 GNU.sparse.name=real.jpg\n');
  const tar = tarOf([
    { name: 'link.txt', data: none, type: '2' },
    { name: 'hard.jpg', data: none, type: '1' },
    { name: 'hard.txt', data: none, type: '1' },
    { name: 'pipe', data: none, type: '6' },
    { name: 'holes.jpg', data: ONE, type: 'S' },
    { name: 'PaxHeader', data: pax, type: 'x' },
    { name: 'GNUSparseFile.1/real.jpg', data: ONE },
    { name: 'folder.jpg/', data: none, type: '5' },
    { name: '1.jpg', data: ONE },
  ]);
  const { candidates, refused, others } = await listed(folderWith({ 'a.tar': tar, 'a.zip': zip }));
  assert.deepEqual(pathsOf(candidates), ['a.tar/1.jpg']);
  assert.deepEqual(await readAll(candidates), [ONE.toString()]);
  assert.equal(others.get('txt'), 2);
  assert.ok(refused.every(({ code }) => code === 'FILE_NOT_REGULAR'));
  assert.deepEqual(
    refused.map(({ path, message }) => [path, message.split(',')[0]]),
    [
      ['a.tar/link.txt', 'a symbolic link'],
      ['a.tar/hard.jpg', 'a hard link to another member'],
      ['a.tar/pipe', 'a named pipe'],
      ['a.tar/holes.jpg', 'a sparse file'],
      ['a.tar/real.jpg', 'a sparse file'],
      ['a.zip/link.jpg', 'a symbolic link'],
    ],
  );
});

test('ignore files and .nomedia are honoured and counted; a link to a folder is not followed', async () => {
  const folder = folderWith({ 'a.jpg': ONE, 'b.jpg': ONE, '.faceweaveignore': Buffer.from('b.*\n/sub/\n') });
  const { mkdirSync } = await import('node:fs');
  for (const name of ['sub', 'quiet', 'inner']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'sub', 'c.jpg'), ONE);
  writeFileSync(join(folder, 'quiet', 'd.jpg'), ONE);
  writeFileSync(join(folder, 'quiet', '.nomedia'), '');
  writeFileSync(join(folder, 'inner', 'b.jpg'), ONE);
  writeFileSync(join(folder, 'inner', '.faceweaveignore'), '!b.jpg\n');
  symlinkSync(join(folder, 'sub'), join(folder, 'link'));
  const { candidates, ignored, passedFolders, refused } = await listed(folder);
  assert.deepEqual(pathsOf(candidates), ['a.jpg', 'inner/b.jpg']);
  assert.equal(ignored, 2);
  assert.deepEqual(passedFolders, ['quiet']);
  assert.deepEqual(
    refused.map(({ path, code }) => [path, code]),
    [['link', 'FILE_NOT_REGULAR']],
  );
});
