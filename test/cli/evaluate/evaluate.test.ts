/**
 * `evaluate` on real photographs: counts that add up, scores that follow from
 * the labels, tables of labels that cannot be used, and nothing written.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { faceweave, photographs, records, scratch } from '../faceweave.js';

const root = scratch();
const source = join(root, 'photos');
let faces: Record<string, string>[] = [];

/** Writes a table of labels; returns its path. */
function table(name: string, text: string | Buffer): string {
  const path = join(root, name);
  writeFileSync(path, text);
  return path;
}

function evaluate(labels: string, ...more: string[]) {
  return faceweave(['evaluate', source, '--labels', labels, ...more]);
}

function fieldsOf(record: unknown, ...keys: string[]): unknown[] {
  return keys.map((key) => (record as Record<string, unknown>)[key]);
}

before(async () => {
  photographs(source, [1, 3]);
  await faceweave(['run', source, '--no-mosaic']);
  faces = parse((await faceweave(['export', 'faces', source])).stdout, { columns: true });
  assert.equal(faces.length, 6);
});

test('labels that say what was found score 1; others what they should', async () => {
  const right = faces.map(({ face, person }) => `${face},${person === '' ? `alone ${face}` : `name of ${person}`}`);
  const perfect = await evaluate(table('right.csv', `face,name\n${right.join('\n')}\n`), '--json');
  assert.equal(perfect.code, 0);
  const [record, summary] = records(perfect.stdout);
  assert.deepEqual(fieldsOf(record, 'type', 'mixedPersons', 'splitNames'), ['evaluation', [], []]);
  assert.deepEqual(fieldsOf(record?.['scores'], 'ami', 'ari', 'nmi', 'vMeasure'), [1, 1, 1, 1]);
  assert.deepEqual(fieldsOf(summary, 'type', 'exitCode', 'faces', 'labelled', 'unlabelled'), ['summary', 0, 6, 6, 0]);

  // One person in two photographs at least: under one name for all, every pair is wanted.
  const one = await evaluate(
    table('one.csv', `face,name\n${faces.map(({ face }) => `${face},Ann`).join('\n')}\n`),
    '--json',
  );
  const [all] = records(one.stdout);
  const [pairwise] = fieldsOf(all?.['scores'], 'pairwise');
  const sizes = new Map<string, number>();
  for (const { person = '', face = '' } of faces) sizes.set(person || face, (sizes.get(person || face) ?? 0) + 1);
  const pairs = [...sizes.values()].reduce((sum, size) => sum + (size * (size - 1)) / 2, 0);
  assert.ok(pairs > 0, 'the photographs share a person');
  assert.deepEqual(fieldsOf(pairwise, 'precision', 'recall'), [1, pairs / 15]);
});

test('by photograph and box; each row and each face is accounted for, in words and in a file', async () => {
  const [first, second] = faces;
  const { x, y, width, height } = first ?? {};
  const labels = table(
    'boxes.csv',
    [
      'photo;x;y;width;height;Person',
      `sample1.jpg;${x};${y};${width};${height};Ann`,
      'sample3.jpg;;;;;Bob',
      'none.jpg;;;;;Cem',
      `sample1.jpg;0;0;5;5;Dan`,
      'sample1.jpg;0;0;5;five;Dan',
      `sample1.jpg;${x};${y};${width};${height};Ann`,
    ].join('\r\n'),
  );
  const output = join(root, 'record.json');
  const { code, stdout, stderr } = await evaluate(labels, '--name-column', 'person', '--output', output);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^6 rows = 2 matched \(1 by box, 1 nearest to the middle of several\) \+ 4 not used \(/);
  assert.match(stdout, /^6 faces = 2 labelled \+ 4 without a label/m);
  assert.match(stderr, /warning: 1 label without a box .*nearest to the middle/);
  const record = JSON.parse(readFileSync(output, 'utf8'));
  const used = Object.entries(record.labels.unused).filter(([, number]) => number !== 0);
  assert.deepEqual(Object.fromEntries(used), {
    'no-such-photo': 1,
    'no-face-at-box': 1,
    'unreadable-box': 1,
    repeated: 1,
  });
  const cells: [number, number, number][] = record.confusion.cells;
  assert.equal(
    cells.reduce((sum, [, , number]) => sum + number, 0),
    2,
  );
  assert.ok(record.confusion.persons.includes(first?.['person']), 'the person at the box');
  assert.notEqual(second, undefined);
});

test('two names for one face count for none, and are told', async () => {
  const id = faces[0]?.['face'];
  const { code, stdout, stderr } = await evaluate(table('two.csv', `face,name\n${id},Ann\n${id},Bob\n`));
  assert.equal(code, 1, 'nothing to score');
  assert.match(stderr, /warning: 2 rows give a face another name/);
  assert.match(stdout, /0 matched \+ 2 not used \(2 that give one face several names\)[\s\S]*No label was matched/);
});

test('names with control characters cannot forge a line', async () => {
  const [a, b] = faces;
  const text = `face,name\n${a?.['face']},"Ann\u001b[2J\nBob"\n${b?.['face']},Cem\n`;
  const all = [...faces].slice(2).map(({ face }) => `${face},"Ann\u001b[2J\nBob"`);
  const { stdout } = await evaluate(table('control.csv', `${text}${all.join('\n')}\n`));
  assert.ok(!stdout.includes('\u001b'));
  assert.doesNotMatch(stdout, /^Bob/m);
  assert.match(stdout, /Ann\\x1b\[2J\\nBob/);
});

test('tables that cannot be used are told with their code', async () => {
  const cases: [string | Buffer, string, RegExp][] = [
    ['', 'LABELS_EMPTY', /is empty/],
    ['face,name\n', 'LABELS_EMPTY', /no rows below its head/],
    ['face,who\na,b\n', 'LABELS_COLUMNS', /no column "name" of true names; its columns: face, who/],
    ['file,name\na,b\n', 'LABELS_COLUMNS', /no column "face" or "photo"/],
    [Buffer.from('\ufeffface,name\na,b\n', 'utf16le'), 'LABELS_READ', /UTF-16/],
    [Buffer.of(0x66, 0xff, 0x0a), 'LABELS_READ', /not UTF-8/],
    ['face,name\n"a,b\n', 'LABELS_READ', /no table/],
  ];
  for (const [text, code, message] of cases) {
    const finished = await evaluate(table('bad.csv', text), '--json');
    const [error] = records(finished.stdout);
    assert.equal(finished.code, 4, code);
    assert.equal(error?.['code'], code);
    assert.match(String(error?.['message']), message);
    assert.match(finished.stderr, /bad\.csv: the table of labels .*\nhint: labels are a CSV/);
  }
  const missing = await evaluate(join(root, 'none.csv'));
  assert.equal(missing.code, 4);
  assert.match(missing.stderr, /none\.csv: the table of labels cannot be read: ENOENT: no such file or directory\n/);
  const none = await faceweave(['evaluate', source]);
  assert.equal(none.code, 2);
  assert.match(none.stderr, /--labels: expected a CSV of labels, received nothing/);
});

test('a project before its first clustering is told so; evaluating records no run', async () => {
  const project = join(root, 'extracted');
  await faceweave(['extract', source, '--project', project]);
  const labels = table('any.csv', 'photo,name\nsample1.jpg,Ann\n');
  const early = await faceweave(['evaluate', '--project', project, '--labels', labels]);
  assert.equal(early.code, 4);
  assert.match(early.stderr, /not grouped into persons yet/);
  const runs = () => readdirSync(join(source, 'Face Network', 'runs'));
  const earlier = runs();
  assert.equal((await evaluate(labels)).code, 0);
  assert.deepEqual(runs(), earlier);
});
