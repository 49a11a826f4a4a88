/**
 * What is remembered of archives, and how often one is gone through: an archive
 * is left closed only when it was listed to its end and all of it is settled.
 */
import assert from 'node:assert/strict';
import fs, { mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import {
  type ArchiveMark,
  type Candidate,
  type Listing,
  listCandidates,
  openMemberReader,
  orderMembers,
  type PathState,
  planExtraction,
  resolveSources,
} from '../../../src/archive/index.js';
import { tarOf, zipOf } from './zip-writer.js';

const LIMITS = { maxEntries: 100, maxBytes: 4 * 2 ** 20, maxRatio: 50 };
const DATA = Buffer.from('a picture');

const folders: string[] = [];
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** An archive in a folder of its own, of whole seconds, so that its time can be set again. */
function archiveWith(name: string, bytes: Buffer): string {
  const folder = mkdtempSync(join(tmpdir(), 'faceweave-memory-'));
  folders.push(folder);
  const path = join(folder, name);
  writeFileSync(path, bytes);
  utimesSync(path, 1_700_000_000, 1_700_000_000);
  return path;
}

/** Other bytes under the same size and time: whoever opens it sees them. */
function spoil(path: string): void {
  const { size, atime, mtime } = statSync(path);
  writeFileSync(path, Buffer.alloc(size, 'x'));
  utimesSync(path, atime, mtime);
}

interface Memory {
  readonly known?: ReadonlyMap<string, PathState>;
  readonly settled?: ReadonlyMap<string, ArchiveMark>;
}

function listed(path: string, memory: Memory = {}, limits = LIMITS): Promise<Listing> {
  return listCandidates(resolveSources([path]), { limits, ...memory });
}

/** What the store would know after a run that settled these, each with a photograph or as it was refused. */
function knownOf({ candidates, refused }: Pick<Listing, 'candidates' | 'refused'>): ReadonlyMap<string, PathState> {
  const states: readonly PathState[] = [
    ...candidates.map(({ path, sizeBytes, mtimeNs }) => ({ path, sizeBytes, mtimeNs, photoId: path })),
    ...refused.map(({ sizeBytes = 0, mtimeNs = '0', ...entry }) => ({ ...entry, sizeBytes, mtimeNs, photoId: null })),
  ];
  return new Map(states.map((state) => [state.path, state]));
}

const settledOf = ({ archives }: Listing): ReadonlyMap<string, ArchiveMark> =>
  new Map(archives.map((mark) => [mark.path, mark]));

const pathsOf = (items: readonly { readonly path: string }[]): readonly string[] => items.map(({ path }) => path);

/** Counts how often a file is opened as a stream from now on. */
function countStreams(context: TestContext): () => number {
  const original = fs.createReadStream;
  let opened = 0;
  fs.createReadStream = (...given: Parameters<typeof original>) => {
    opened += 1;
    return original(...given);
  };
  syncBuiltinESMExports();
  context.after(() => {
    fs.createReadStream = original;
    syncBuiltinESMExports();
  });
  return () => opened;
}

const FILES = ['b.jpg', 'a.jpg', 'd.jpg', 'c.jpg', 'notes.txt'].map((name) => ({ name, data: DATA }));

for (const [name, bytes] of [
  ['a.zip', zipOf(FILES)],
  ['a.tar', tarOf(FILES)],
  ['a.tgz', gzipSync(tarOf(FILES))],
] as const) {
  test(`${name}: settled and unchanged it is not opened, and gives the same again`, async () => {
    const path = archiveWith(name, bytes);
    const first = await listed(path);
    assert.equal(first.candidates.length, 4);
    spoil(path);
    assert.equal((await listed(path)).refused[0]?.code, 'ARCHIVE_READ', 'opened, it would be seen');
    const memory = { known: knownOf(first), settled: settledOf(first) };
    const again = await listed(path, memory);
    assert.deepEqual(pathsOf(again.candidates), pathsOf(first.candidates));
    assert.deepEqual([again.refused, again.others, again.archives], [[], first.others, []]);
    utimesSync(path, 1_700_000_001, 1_700_000_001);
    assert.equal((await listed(path, memory)).refused[0]?.code, 'ARCHIVE_READ', 'another time: opened');
  });

  test(`${name}: known members alone do not make it remembered`, async () => {
    const path = archiveWith(name, bytes);
    const first = await listed(path);
    const some = knownOf({ candidates: first.candidates.slice(0, 1), refused: [] });
    assert.equal((await listed(path, { known: some })).candidates.length, 4, 'no mark');
    const lost = await listed(path, { known: some, settled: settledOf(first) });
    assert.equal(lost.candidates.length, 4, 'a mark, but paths are missing');
  });
}

test('an archive that was not listed to its end has no mark, and what lies behind is found later', async () => {
  for (const [name, bytes] of [
    ['a.zip', zipOf(FILES)],
    ['a.tar', tarOf(FILES)],
  ] as const) {
    const path = archiveWith(name, bytes);
    const some = await listed(path, {}, { ...LIMITS, maxEntries: 2 });
    assert.deepEqual([some.candidates.length, some.archives], [2, []]);
    assert.equal((await listed(path, { known: knownOf(some), settled: settledOf(some) })).candidates.length, 4);
  }
});

test('an archive without a picture is remembered too', async () => {
  const path = archiveWith('a.tar', tarOf([{ name: 'notes.txt', data: DATA }]));
  const first = await listed(path);
  spoil(path);
  const again = await listed(path, { settled: settledOf(first) });
  assert.deepEqual([again.refused, again.others.get('txt')], [[], 1]);
});

test('a member that is too large is refused unread, and tried when it no longer is', async () => {
  const path = archiveWith('a.tar', tarOf([{ name: '1.jpg', data: Buffer.alloc(1000) }]));
  const small = { ...LIMITS, maxBytes: 999 };
  const first = await listed(path, {}, small);
  assert.deepEqual([first.candidates.length, first.refused[0]?.code], [0, 'ARCHIVE_LIMIT']);
  const memory = { known: knownOf(first), settled: settledOf(first) };
  const again = await listed(path, memory, small);
  assert.deepEqual([again.candidates.length, again.refused[0]?.code], [0, 'ARCHIVE_LIMIT']);
  const larger = await listed(path, memory);
  assert.equal(planExtraction({ ...larger, known: memory.known }).toRead.length, 1);
});

test('what an archive held is out of reach, not gone, when it cannot be read to its end', async () => {
  const bytes = tarOf(FILES);
  const path = archiveWith('a.tar', bytes);
  const known = knownOf(await listed(path));
  writeFileSync(path, bytes.subarray(0, 1100));
  const cut = await listed(path, { known });
  assert.deepEqual(pathsOf(cut.candidates), ['a.tar/b.jpg']);
  const { gone, unreachable } = planExtraction({ ...cut, known });
  assert.deepEqual([gone, pathsOf(unreachable)], [[], ['a.tar/a.jpg', 'a.tar/d.jpg', 'a.tar/c.jpg']]);
});

test('a tar is gone through once to list and once to read, whatever is refused on the way', async (context) => {
  const large = Buffer.alloc(2000);
  const bytes = tarOf(
    ['c', 'b', 'a', 'd', 'f', 'e'].map((name, at) => ({ name: `${name}.jpg`, data: at % 2 === 0 ? large : DATA })),
  );
  const path = archiveWith('a.tar', bytes);
  const streams = countStreams(context);
  const { candidates } = await listed(path);
  assert.equal(streams(), 1);
  const limits = { ...LIMITS, maxBytes: 1000 };
  const read = async (wanted: readonly Candidate[]): Promise<readonly string[]> => {
    const reader = openMemberReader(limits);
    const came: string[] = [];
    for (const candidate of wanted) {
      came.push(
        await reader.read(candidate).then(
          (data) => data.toString(),
          ({ code }: { code: string }) => code,
        ),
      );
    }
    await reader.close();
    return came;
  };
  const expected = candidates.map((_, at) => (at % 2 === 0 ? 'ARCHIVE_LIMIT' : DATA.toString()));
  assert.deepEqual(await read(candidates), expected);
  assert.equal(streams(), 2);
  // Sorted by name and without places, as they are remembered: listed once more, then read in the tar's order.
  const sorted = candidates
    .map((candidate) => ({ ...candidate, member: candidate.member && { ...candidate.member, index: null } }))
    .sort((a, b) => (a.path < b.path ? -1 : 1)) as Candidate[];
  const ordered = await orderMembers(sorted, limits);
  assert.deepEqual(pathsOf(ordered), pathsOf(candidates));
  assert.deepEqual(await read(ordered), expected);
  assert.equal(streams(), 4);
});

test('a tar that breaks off is not gone through again for each member behind the break', async (context) => {
  const bytes = tarOf(FILES);
  const path = archiveWith('a.tar', bytes);
  const { candidates } = await listed(path);
  writeFileSync(path, bytes.subarray(0, 1100));
  const streams = countStreams(context);
  const reader = openMemberReader(LIMITS);
  assert.equal((await reader.read(candidates[0] as Candidate)).toString(), DATA.toString());
  for (const candidate of candidates.slice(1)) await assert.rejects(reader.read(candidate), { code: 'ARCHIVE_MEMBER' });
  await reader.close();
  assert.equal(streams(), 1);
});

test('an abort ends the listing and the reading of a tar in the middle of a member', async () => {
  const bytes = tarOf([
    { name: '1.jpg', data: DATA },
    { name: '2.jpg', data: Buffer.alloc(64 * 2 ** 20) },
    { name: '3.jpg', data: DATA },
  ]);
  const path = archiveWith('a.tar', bytes);
  const limits = { ...LIMITS, maxBytes: 2 ** 30 };
  const { candidates } = await listed(path, {}, limits);
  const listing = new AbortController();
  const walk = listCandidates(resolveSources([path]), { limits, signal: listing.signal });
  setTimeout(() => listing.abort(new Error('enough')), 1);
  await assert.rejects(walk, /enough/);
  const reading = new AbortController();
  const reader = openMemberReader(limits, reading.signal);
  await reader.read(candidates[0] as Candidate);
  const third = reader.read(candidates[2] as Candidate);
  reading.abort(new Error('enough of it'));
  await assert.rejects(third, /enough of it/);
  await reader.close();
});
