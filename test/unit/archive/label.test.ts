/** Labels of sources in a project that has some: bound to a folder, never shared. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelSources, ownerOf, recognise, recordOf, type SourceRoot } from '../../../src/archive/index.js';

const PROJECT = '/archive/project';

function root(absolute: string, label = '', isFolder = true): SourceRoot {
  return { absolute, label, given: absolute, isFolder };
}

const free = async (_label: string): Promise<boolean> => false;

async function labels(roots: readonly SourceRoot[], remembered: readonly SourceRoot[], isTaken = free) {
  const records = remembered.map((source) => recordOf(source, PROJECT));
  const labelled = await labelSources(roots, PROJECT, records, isTaken);
  return Object.fromEntries(labelled.map(({ absolute, label }) => [absolute, label]));
}

test('the first run keeps its labels; later ones know them again and name the new', async () => {
  assert.deepEqual(await labels([root('/archive/a')], []), { '/archive/a': '' });
  const given = await labels([root('/archive/a'), root('/b/a'), root('/b/IMG.jpg', '', false)], [root('/archive/a')]);
  assert.equal(given['/archive/a'], '');
  assert.match(given['/b/a'] ?? '', /^a@[0-9a-f]{6}$/);
  assert.match(given['/b/IMG.jpg'] ?? '', /^IMG@[0-9a-f]{6}\.jpg$/);
});

test('a label that paths begin with already is not given', async () => {
  const [short = ''] = Object.values(await labels([root('/b/a')], [root('/archive/a')]));
  const [long = ''] = Object.values(
    await labels([root('/b/a')], [root('/archive/a')], async (label) => label === short),
  );
  assert.equal(long.length, short.length + 1);
  assert.ok(long.startsWith(short));
});

test('the real path counts before the way from the project folder', () => {
  const remembered = [recordOf(root('/archive/a', 'a'), PROJECT)];
  const [moved, same] = [root('/moved/a'), root('/archive/a')];
  assert.equal(recognise([moved], '/moved/project', remembered).get(moved)?.label, 'a');
  const both = recognise([moved, same], '/moved/project', remembered);
  assert.deepEqual([both.get(moved), both.get(same)?.label], [undefined, 'a']);
  assert.equal(recognise([root('/archive/a', '', false)], PROJECT, remembered).size, 0);
});

test('a path belongs to the source whose label it begins with, else to the one without', () => {
  const all = new Set(['', 's2@1de352', 'IMG.jpg']);
  assert.equal(ownerOf('s2@1de352/a/b.jpg', all), 's2@1de352');
  assert.equal(ownerOf('IMG.jpg', all), 'IMG.jpg');
  assert.equal(ownerOf('s2/a.jpg', all), '');
  assert.equal(ownerOf('s2/a.jpg', new Set(['s3'])), undefined);
});
