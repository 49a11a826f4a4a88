/**
 * The walk over real folders: what is listed, what is refused with which reason,
 * what is counted, what is passed over, in which order, and how fast.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import {
  bytesToPath,
  type Listing,
  listCandidates as listRoots,
  pathToBytes,
  resolveSources,
  type WalkOptions,
} from '../../../src/archive/index.js';
import { compareText, FaceweaveError } from '../../../src/config/index.js';

const scratch = mkdtempSync(join(tmpdir(), 'faceweave-walk-'));
after(() => rmSync(scratch, { recursive: true }));

/** Makes a folder of empty files. */
function folderOf(...files: readonly (string | Buffer)[]): string {
  const folder = mkdtempSync(join(scratch, 'source-'));
  for (const file of files) {
    if (typeof file === 'string' && file.includes('/')) mkdirSync(join(folder, file, '..'), { recursive: true });
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(file)]), 'x');
  }
  return folder;
}

/** Lists the sources as a first run does. */
async function listCandidates(sources: readonly string[], options: WalkOptions = {}): Promise<Listing> {
  return listRoots(resolveSources(sources), options);
}

function paths(listing: Listing): string[] {
  return listing.candidates.map((candidate) => candidate.path);
}

async function refusalOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof FaceweaveError);
  return error.code;
}

test('lists pictures by extension, counts the others, walks hidden folders', async () => {
  const source = folderOf('a.JPG', 'b.heic', 'c.txt', 'd', 'e.TXT', '.hidden/f.png', '.g.jpg', '._a.JPG', 'Thumbs.db');
  const listing = await listCandidates([source]);
  assert.deepEqual(paths(listing), ['.g.jpg', '.hidden/f.png', 'a.JPG', 'b.heic']);
  assert.deepEqual(Object.fromEntries(listing.others), { '': 1, '._': 1, db: 1, txt: 2 });
  assert.deepEqual(listing.refused, []);
});

test('the whole list is in the order of the bytes of its paths', async () => {
  const beyond = ['a\uff5e.jpg', 'a😀.jpg', 'a😀/z.jpg'];
  const source = folderOf('b/x.jpg', 'b-c.jpg', 'b.jpg', 'b0.jpg', 'A/1.jpg', 'A/10.jpg', 'A/9.jpg', ...beyond);
  const found = paths(await listCandidates([source]));
  assert.equal(found.length, 10);
  assert.deepEqual(found, [...found].sort(compareText));
});

test('gives size and time exactly, and where the file lies', async () => {
  const source = folderOf('a.jpg');
  execFileSync('touch', ['-d', '1997-08-04T10:29:00.123456789Z', join(source, 'a.jpg')]);
  const [candidate] = (await listCandidates([source])).candidates;
  assert.equal(candidate?.sizeBytes, 1);
  assert.equal(candidate?.mtimeNs, '870690540123456789');
  assert.equal(candidate?.absolute, join(source, 'a.jpg'));
});

test('names that are no UTF-8, hold newlines or markup come through', {
  skip: process.platform !== 'linux',
}, async () => {
  const odd = Buffer.from([0x61, 0xe9, 0x2e, 0x6a, 0x70, 0x67]);
  const source = folderOf(odd, 'new\nline "q" <script>.jpg', '\\x41.jpg', 'sub\ufffd/b.jpg');
  const listing = await listCandidates([source]);
  assert.deepEqual(paths(listing), ['\\x5cx41.jpg', 'a\\xe9.jpg', 'new\nline "q" <script>.jpg', 'sub\ufffd/b.jpg']);
  for (const { path, absolute } of listing.candidates) {
    assert.deepEqual(Buffer.from(absolute), Buffer.concat([Buffer.from(`${source}/`), pathToBytes(path)]));
    assert.equal(bytesToPath(Buffer.from(absolute)).slice(source.length + 1), path);
  }
});

test('links, pipes and broken links are refused by name; a loop ends', async () => {
  const source = folderOf('a.jpg', 'sub/b.jpg');
  symlinkSync(source, join(source, 'sub', 'loop'));
  symlinkSync('a.jpg', join(source, 'link.jpg'));
  symlinkSync('nowhere', join(source, 'broken.png'));
  execFileSync('mkfifo', [join(source, 'pipe.jpg')]);
  const listing = await listCandidates([source]);
  assert.deepEqual(paths(listing), ['a.jpg', 'sub/b.jpg']);
  assert.deepEqual(
    listing.refused.map(({ path, code, message }) => [path, code, message]),
    [
      ['broken.png', 'FILE_NOT_REGULAR', 'a symbolic link, not followed'],
      ['link.jpg', 'FILE_NOT_REGULAR', 'a symbolic link, not followed'],
      ['pipe.jpg', 'FILE_NOT_REGULAR', 'a named pipe, not a file'],
      ['sub/loop', 'FILE_NOT_REGULAR', 'a symbolic link, not followed'],
    ],
  );
});

test('a folder that cannot be read is refused, and the walk goes on', { skip: process.platform === 'win32' }, () => {
  // Root reads everything, so the walk runs as another user when the test is root.
  const source = folderOf('closed/a.jpg', 'z.jpg');
  const module = new URL('../../../src/archive/index.ts', import.meta.url).href;
  const program = `const { listCandidates, resolveSources } = await import(${JSON.stringify(module)});
    if (process.getuid() === 0) process.setuid(65534);
    const { candidates, refused } = await listCandidates(resolveSources([${JSON.stringify(source)}]));
    console.log(JSON.stringify({ candidates: candidates.map((c) => c.path), refused }));`;
  execFileSync('chmod', ['755', scratch, source]);
  execFileSync('chmod', ['000', join(source, 'closed')]);
  const output = execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
    encoding: 'utf8',
  });
  execFileSync('chmod', ['755', join(source, 'closed')]);
  assert.deepEqual(JSON.parse(output), {
    candidates: ['z.jpg'],
    refused: [{ path: 'closed', code: 'FOLDER_READ', message: 'the folder cannot be read: EACCES: permission denied' }],
  });
});

test('passes over project folders, bins and version control', async () => {
  const source = folderOf(
    'a.jpg',
    'Face Network/x.jpg',
    'old/faceweave.db',
    'old/y.jpg',
    '.git/z.jpg',
    '.Trash-1000/t.jpg',
    '@eaDir/e.jpg',
  );
  const listing = await listCandidates([source], { projectDir: join(source, 'Face Network') });
  assert.deepEqual(paths(listing), ['a.jpg']);
  assert.deepEqual(listing.passedFolders, ['.Trash-1000', '.git', '@eaDir', 'Face Network', 'old']);
  assert.deepEqual(listing.otherProjects, ['old']);
});

test('a project folder is no source', async () => {
  assert.equal(await refusalOf(listCandidates([folderOf('faceweave.db', 'a.jpg')])), 'SOURCE_IS_PROJECT');
});

test('a missing source, and no source, are errors', async () => {
  assert.equal(await refusalOf(listCandidates([join(scratch, 'nowhere')])), 'SOURCE_MISSING');
  assert.equal(await refusalOf(listCandidates([])), 'USAGE');
});

test('a single file is a candidate whatever its name; a pipe is refused', async () => {
  const source = folderOf('scan');
  execFileSync('mkfifo', [join(source, 'pipe')]);
  assert.deepEqual(paths(await listCandidates([join(source, 'scan')])), ['scan']);
  const { candidates, refused } = await listCandidates([join(source, 'pipe')]);
  assert.deepEqual([candidates.length, refused[0]?.code], [0, 'FILE_NOT_REGULAR']);
});

test('several sources are labelled, uniquely, and sorted; the same one twice is one', async () => {
  const above = folderOf('one/album/a.jpg', 'two/album/a.jpg', 'album.jpg', 'three/album.jpg');
  const sources = ['two/album', 'one/album', 'two/album/', 'album.jpg', 'three/album.jpg'].map((name) =>
    join(above, name),
  );
  assert.deepEqual(paths(await listCandidates(sources)), ['album-2.jpg', 'album-2/a.jpg', 'album.jpg', 'album/a.jpg']);
  const roots = resolveSources(sources);
  assert.deepEqual(
    roots.map(({ label }) => label),
    ['album-2.jpg', 'album-2', 'album.jpg', 'album'],
  );
  assert.match(roots[3]?.absolute ?? '', /one\/album$/);
  assert.equal(resolveSources([join(above, 'one')])[0]?.label, '');
});

test('passes over what face-network 1.0 left, by name and by what it holds', async () => {
  const results = (folder: string) => ['Faces', 'Clusters', 'Data'].map((name) => `${folder}/${name}/crop.jpg`);
  const source = folderOf(
    'a.jpg',
    ...results('Face Network'),
    'sub/Face Network/Faces/crop.jpg',
    ...results('renamed'),
    'family/Faces/b.jpg',
    'family/Data/c.jpg',
  );
  const listing = await listCandidates([source], { projectDir: join(source, 'elsewhere') });
  assert.deepEqual(paths(listing), ['a.jpg', 'family/Data/c.jpg', 'family/Faces/b.jpg']);
  assert.deepEqual(listing.passedFolders, ['Face Network', 'renamed', 'sub/Face Network']);
  assert.deepEqual(listing.otherProjects, listing.passedFolders);
});

test('an aborted walk stops with the reason', async () => {
  const signal = AbortSignal.abort(new Error('enough'));
  await assert.rejects(listCandidates([folderOf('a.jpg')], { signal }), /enough/);
});
