/**
 * Deciding about persons from the command line, on real photographs: what was
 * decided survives clustering anew, is undone exactly, and what is forgotten is
 * nowhere in the project folder any more.
 */
import assert from 'node:assert/strict';
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openStore } from '../../../src/store/index.js';
import { faceweave, photographs, records, sample, scratch, tables } from '../faceweave.js';

type Json = Readonly<Record<string, unknown>>;

async function people(project: string, ...args: string[]): Promise<readonly Json[]> {
  const { code, stdout, stderr } = await faceweave(['people', ...args, '--project', project, '--json']);
  assert.equal(code, 0, stderr);
  return records(stdout);
}

async function persons(project: string): Promise<readonly Json[]> {
  return (await people(project, 'list')).filter(({ type }) => type === 'person');
}

async function facesOf(project: string, person: string): Promise<readonly string[]> {
  const shown = await people(project, 'show', person);
  return shown.filter(({ type }) => type === 'face').map(({ id }) => String(id));
}

test('names, merges and rejections hold through other thresholds and new photographs; undo gives back what was', async () => {
  const source = photographs(join(scratch(), 'photos'), [1, 2, 3]);
  const project = join(source, 'Face Network');
  await faceweave(['run', source, '--quiet']);
  const before = await tables(project);
  const [first, second, third] = await persons(project);
  assert.ok(first !== undefined && second !== undefined && third !== undefined);
  const [a, b, c] = [String(first['id']), String(second['id']), String(third['id'])];
  await people(project, 'name', a, 'Zoë', 'Ångström', '--author', 'archivist', '--note', 'by the caption');
  await people(project, 'merge', 'Zoë Ångström', b);
  const merged = await facesOf(project, a);
  const [lost] = await facesOf(project, c);
  await people(project, 'not-a-person', String(lost));

  for (const threshold of ['0.05', '1.2']) {
    sample(threshold === '0.05' ? 4 : 5, join(source, `new${threshold}.jpg`));
    await faceweave(['run', source, '--threshold', threshold, '--quiet']);
    const now = new Set(await facesOf(project, 'Zoë Ångström'));
    assert.ok(
      merged.every((face) => now.has(face)),
      `at ${threshold} the merged faces are still one person`,
    );
    const rows = JSON.parse((await tables(project))['faces.json'] ?? '') as { face: string; person: string | null }[];
    assert.equal(rows.find(({ face }) => face === lost)?.person ?? null, null);
  }
  const history = await people(project, 'history');
  assert.deepEqual(
    history.filter(({ type }) => type === 'decision').map(({ kind, holds }) => [kind, holds]),
    [
      ['name', true],
      ['merge', true],
      ['not-a-person', true],
    ],
  );
  for (let n = 0; n < 3; n += 1) await people(project, 'undo');
  await faceweave(['cluster', '--project', project, '--quiet']);
  const undone = await tables(project);
  const kept = (json: string | undefined): Json[] =>
    (JSON.parse(json ?? '[]') as Json[]).filter(({ photo }) => !String(photo).startsWith('new'));
  const groups = (rows: readonly Json[]): string[] => {
    const byPerson = new Map<string, string[]>();
    for (const row of rows) {
      const key = String(row['person'] ?? row['face']);
      byPerson.set(key, [...(byPerson.get(key) ?? []), String(row['face'])].sort());
    }
    return [...byPerson.values()].map((faces) => faces.join()).sort();
  };
  // The persons of the three first photographs are grouped as before; photographs that came since may join them.
  assert.deepEqual(groups(kept(undone['faces.json'])), groups(kept(before['faces.json'])));
  assert.doesNotMatch(undone['people.csv'] ?? '', /Zoë/);
});

test('a torn journal warns and loses nothing; wrong ids are refused with a cure', async () => {
  const source = photographs(join(scratch(), 'photos'), [1]);
  const project = join(source, 'Face Network');
  await faceweave(['run', source, '--quiet']);
  const [first] = await persons(project);
  await people(project, 'name', String(first?.['id']), 'Ada');
  appendFileSync(join(project, 'decisions.ndjson'), '{"v":1,"id":"d00000000000000ff","kind":"wizardry"}\n{"v":1,"id":');
  const named = await faceweave(['people', 'name', 'Ada', 'Ada L', '--project', project]);
  assert.equal(named.code, 0, named.stderr);
  assert.match(named.stderr, /does not know the kind "wizardry"/);
  const history = await faceweave(['people', 'history', '--project', project]);
  assert.match(history.stdout, /Ada L/);
  assert.match(readFileSync(join(project, 'decisions.ndjson'), 'utf8'), /wizardry/);

  for (const [args, said] of [
    [['name', 'nobody', 'X'], /no person is called nobody/],
    [['name', 'Ada L'], /a name after the person/],
    [['split', 'Ada L', 'ffffffffffffffff'], /no face has the id/],
    [['undo', 'd0'], /expected the id of one decision/],
    [['merge', 'Ada L', 'Ada L'], /at least one other person/],
    [['forget', 'Ada L'], /cannot be undone/],
  ] as const) {
    const { code, stderr } = await faceweave(['people', ...args, '--project', project]);
    assert.equal(code, 2, stderr);
    assert.match(stderr, said);
  }
});

test('what is forgotten is in no byte of the project folder', async () => {
  const source = photographs(join(scratch(), 'photos'), [1, 2, 3]);
  const project = join(source, 'Face Network');
  await faceweave(['run', source, '--quiet']);
  const [first, second] = await persons(project);
  const [a, b] = [String(first?.['id']), String(second?.['id'])];
  await people(project, 'name', a, 'Rosalind');
  await people(project, 'name', b, 'Dorothy', '--note', 'not Rosalind');
  await people(project, 'merge', b, String((await persons(project))[2]?.['id']));
  const faces = await facesOf(project, a);
  const store = await openStore(project, { create: false });
  const table = await store.vectors((await store.currentEmbedder()) ?? '');
  const known = (await store.faces()).filter(({ id }) => faces.includes(id));
  await store.close();
  const vectors = faces.map((face) => {
    const start = table.faceIds.indexOf(face) * table.dims;
    return Buffer.from(new Uint8Array(table.vectors.slice(start, start + table.dims).buffer));
  });
  const crops = known.flatMap(({ crop }) => (crop === null ? [] : [readFileSync(join(project, crop))]));
  assert.ok(vectors.length > 0 && crops.length === faces.length);
  const marks = [...faces, a, 'Rosalind'].map((text) => Buffer.from(text));
  // Part of a vector and of a crop: a page of the database may divide the whole.
  const pieces = [...vectors, ...crops].flatMap((bytes) => [bytes.subarray(0, 24), bytes.subarray(-24)]);
  assert.ok(placesOf(project, [...marks, ...vectors.map((bytes) => bytes.subarray(0, 24))]).length > 0);

  await people(project, 'forget', 'Rosalind', '--yes');
  assert.deepEqual(placesOf(project, [...marks, ...pieces.filter((piece) => !isCommon(piece))]), []);
  // The others are as they were, and everything can be made anew.
  assert.ok((await persons(project)).some(({ name }) => name === 'Dorothy'));
  assert.equal((await faceweave(['cluster', '--project', project, '--quiet'])).code, 0);
  assert.equal((await faceweave(['network', '--project', project, '--quiet'])).code, 0);
  assert.deepEqual(placesOf(project, marks), []);
});

/** The first and last bytes of every JPEG are alike. */
function isCommon(piece: Buffer): boolean {
  return piece.subarray(0, 4).equals(Buffer.from([0xff, 0xd8, 0xff, 0xe0]));
}

/** Files of the folder that hold any of the bytes. */
function placesOf(folder: string, wanted: readonly Buffer[]): readonly string[] {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile());
  return entries
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => {
      const bytes = readFileSync(path);
      return wanted.some((mark) => bytes.includes(mark) || path.includes(mark.toString()));
    });
}

test('find names the person in a photograph that is not in the project', async () => {
  const root = scratch();
  const source = photographs(join(root, 'photos'), [1, 2]);
  const project = join(source, 'Face Network');
  await faceweave(['run', source, '--quiet']);
  sample(1, join(root, 'unknown.jpg'));
  const { code, stdout, stderr } = await faceweave(['find', join(root, 'unknown.jpg'), '--project', project, '--json']);
  assert.equal(code, 0, stderr);
  const found = records(stdout).filter(({ type }) => type === 'found');
  assert.ok(found.length > 0);
  for (const { persons: likely } of found) {
    const [best] = likely as { distance: number; probability: number; photos: string[] }[];
    assert.ok(best !== undefined && best.distance < 0.3 && best.probability > 0.9, JSON.stringify(best));
    assert.ok(best.photos.includes('sample1.jpg'));
  }
  // The same picture under two names is found under both.
  sample(1, join(root, 'again.jpg'));
  const both = ['unknown.jpg', 'again.jpg'].map((name) => join(root, name));
  const twice = records((await faceweave(['find', ...both, '--project', project, '--json'])).stdout);
  for (const path of both) {
    assert.equal(twice.filter(({ type, photo }) => type === 'found' && photo === path).length, found.length);
  }
  const missing = await faceweave(['find', join(root, 'no.jpg'), '--project', project]);
  assert.equal(missing.code, 3);
  assert.match(missing.stderr, /no\.jpg/);
});

test('a gallery names its people once; suggestions are answered from a file, and a no is not asked again', async () => {
  const root = scratch();
  const source = photographs(join(root, 'photos'), [1, 2, 3, 4]);
  const project = join(source, 'Face Network');
  // So strict that everybody is alone: there is something to suggest.
  await faceweave(['run', source, '--threshold', '0.02', '--quiet']);
  sample(1, join(root, 'gallery', 'Ada Lovelace', 'a.jpg'));
  const imported = await people(project, 'import', '--gallery', join(root, 'gallery'));
  const summary = imported.at(-1);
  assert.deepEqual([summary?.['named'], summary?.['unmatched'], summary?.['refused']], [1, 0, 0]);
  const again = await people(project, 'import', '--gallery', join(root, 'gallery'));
  assert.equal(again.at(-1)?.['already'], 1);
  const [named] = (await persons(project)).filter(({ name }) => name === 'Ada Lovelace');
  assert.ok(named !== undefined);

  const suggested = await faceweave(['people', 'suggest', '--project', project, '--json']);
  const keys = records(suggested.stdout).flatMap(({ type, key }) => (type === 'suggestion' ? [String(key)] : []));
  assert.ok(keys.length > 0, suggested.stdout);
  const answers = join(root, 'answers.txt');
  writeFileSync(answers, `# seen on Tuesday\n${keys[0]} n\nmerge p00000000 p11111111 y\n`);
  const given = await faceweave(['people', 'suggest', '--answers', answers, '--project', project, '--json']);
  assert.equal(given.code, 0, given.stderr);
  const counts = records(given.stdout).at(-1);
  assert.deepEqual([counts?.['no'], counts?.['stale']], [1, 1]);
  const left = await faceweave(['people', 'suggest', '--project', project, '--json']);
  assert.ok(!records(left.stdout).some(({ key }) => key === keys[0]));
});
