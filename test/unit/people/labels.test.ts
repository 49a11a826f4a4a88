/** Labels: what a table may say, which face a row means, and that every row is accounted for. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AssignedFace, Box, Photo } from '../../../src/config/index.js';
import { countLabels, evaluatePersons, matchLabels, readLabelRows } from '../../../src/people/index.js';
import { ASSIGNED_UNKNOWNS, PHOTO_UNKNOWNS } from '../../samples.js';

const HEAD = ['face', 'photo', 'x', 'y', 'width', 'height', 'name'];

function photo(id: string, ...paths: string[]): Photo {
  const path = paths[0] ?? '';
  const none = { takenAt: null, make: null, model: null, serial: null, ...PHOTO_UNKNOWNS };
  return { id, path, paths, width: 100, height: 100, ...none };
}

function face(id: string, photoId: string, ordinal: number, box: Box, personId: string | null = null): AssignedFace {
  const rest = { score: 0.9, points: [], crop: null, distance: null, ...ASSIGNED_UNKNOWNS };
  return { id, photoId, ordinal, box, personId, ...rest };
}

const box = (x: number, y: number): Box => ({ x, y, width: 20, height: 20 });

const PHOTOS = [
  photo('A', 'a.jpg', 'copies/a.jpg'),
  photo('B', 'b.jpg'),
  photo('C', 'c.jpg'),
  photo('D', 'caf\u00e9.jpg'),
];
const FACES = [
  face('left', 'A', 1, box(0, 40), 'p1'),
  face('middle', 'A', 2, box(45, 40), 'p1'),
  face('right', 'A', 3, box(80, 40), 'p2'),
  face('alone', 'B', 1, box(0, 0)),
  face('accent', 'D', 1, box(0, 0), 'p2'),
];

/** Rows as `face|photo|x|y|width|height|name`. */
function match(...lines: string[]) {
  const rows = readLabelRows([HEAD, ...lines.map((line) => line.split('|'))], 'labels.csv');
  return matchLabels(rows, PHOTOS, FACES);
}

function labelsOf(matched: ReturnType<typeof match>): Record<string, string> {
  return Object.fromEntries([...matched.labels].map(([id, { name, by }]) => [id, `${name} by ${by}`]));
}

test('a face is told by its id, its box, its photograph, or the middle', () => {
  const matched = match(
    'left||||||Ann',
    '|a.jpg|78|42|22|20|Bob',
    '|copies/a.jpg|||||Cem',
    '|b.jpg|||||Dan',
    '|cafe\u0301.jpg|||||Eve',
  );
  assert.deepEqual(labelsOf(matched), {
    left: 'Ann by face',
    right: 'Bob by box',
    middle: 'Cem by middle',
    alone: 'Dan by single',
    accent: 'Eve by single',
  });
  assert.deepEqual(matched.unused, []);
});

test('an id that is not known any more gives way to photograph and box', () => {
  assert.deepEqual(labelsOf(match('gone|a.jpg|0|40|20|20|Ann')), { left: 'Ann by box' });
  assert.deepEqual(match('gone||||||Ann').unused, [{ row: 2, reason: 'no-such-face' }]);
});

test('each row that labels nothing has its reason', () => {
  const { labels, unused } = match(
    'left||||||',
    '||||||Ann',
    'left|Ann',
    '|a.jpg|1|2|x|4|Ann',
    '|a.jpg|1|2|0|4|Ann',
    '|a.jpg|1|||4|Ann',
    'gone||||||Ann',
    '|none.jpg|||||Ann',
    '|c.jpg|||||Ann',
    '|a.jpg|20|80|20|20|Ann',
  );
  assert.equal(labels.size, 0);
  assert.deepEqual(
    unused.map(({ row, reason }) => `${row} ${reason}`),
    [
      '2 no-name',
      '3 no-target',
      '4 wrong-length',
      '5 unreadable-box',
      '6 unreadable-box',
      '7 unreadable-box',
      '8 no-such-face',
      '9 no-such-photo',
      '10 photo-without-face',
      '11 no-face-at-box',
    ],
  );
});

test('a row said again is counted once, and two names for a face count for none', () => {
  const matched = match(
    'left||||||Ann',
    '|a.jpg|0|40|20|20|Ann',
    'right||||||Bob',
    '|a.jpg|80|40|20|20|Cem',
    '|b.jpg|||||Dan',
    '|b.jpg|||||Eve',
  );
  assert.deepEqual(labelsOf(matched), { left: 'Ann by face' });
  assert.deepEqual(
    matched.unused.map(({ row, reason }) => `${row} ${reason}`),
    ['3 repeated', '4 contradiction', '5 contradiction', '6 contradiction', '7 contradiction'],
  );
});

test('the box with the larger overlap takes the face; the other one finds none', () => {
  const matched = match('|a.jpg|5|40|20|20|Ann', '|a.jpg|1|40|20|20|Bob');
  assert.deepEqual(labelsOf(matched), { left: 'Bob by box' });
  assert.deepEqual(matched.unused, [{ row: 2, reason: 'no-face-at-box' }]);
});

test('an overlap of 0.3 is enough, less is not', () => {
  // 20 × 20 boxes shifted by s overlap by (20 − s) / (20 + s).
  assert.equal(match('|b.jpg|10.7|0|20|20|Ann').labels.size, 1);
  assert.equal(match('|b.jpg|10.8|0|20|20|Ann').labels.size, 0);
});

test('names are trimmed and compared in NFC', () => {
  const matched = match('left|||||| Jose\u0301 ', 'right||||||Jos\u00e9');
  assert.deepEqual(labelsOf(matched), { left: 'Jos\u00e9 by face', right: 'Jos\u00e9 by face' });
  assert.equal(matched.recomposed, 1);
});

test('a table that cannot be used is told', () => {
  const read = (...records: string[][]) => readLabelRows(records, 'labels.csv');
  assert.throws(() => read(), { code: 'LABELS_EMPTY', path: 'labels.csv' });
  assert.throws(() => read(['face', 'name']), { code: 'LABELS_EMPTY', message: /no rows below its head/ });
  assert.throws(() => read(['face', 'person'], ['a', 'b']), {
    code: 'LABELS_COLUMNS',
    message: /"name".*face, person/,
  });
  assert.throws(() => read(['name', 'file'], ['a', 'b']), { code: 'LABELS_COLUMNS', message: /"face" or "photo"/ });
  assert.throws(() => read(['photo', 'x', 'y', 'name'], ['a', '1', '1', 'b']), { message: /"width", "height"/ });
  assert.throws(() => read(['face', 'name', 'Name'], ['a', 'b', 'c']), { message: /"name" twice/ });
  assert.equal(
    readLabelRows(
      [
        ['Face', 'who'],
        ['a', 'b'],
      ],
      'labels.csv',
      'Who',
    ).rows[0]?.name,
    'b',
  );
});

test('an evaluation counts every row and face, and says where persons and names differ', () => {
  const matched = match('left||||||Ann', 'middle||||||Bob', 'accent||||||Bob', 'alone||||||Bob', 'gone||||||Ann');
  const evaluation = evaluatePersons(matched, FACES);
  const { labels, faces, mixedPersons, splitNames, confusion, scores } = evaluation;
  assert.deepEqual([labels.rows, labels.matched.face, labels.unused['no-such-face']], [5, 4, 1]);
  assert.deepEqual(faces, { faces: 5, labelled: 4, unlabelled: 1, inNoPerson: 1 });
  const names = [
    { name: 'Ann', faces: 1 },
    { name: 'Bob', faces: 1 },
  ];
  assert.deepEqual(mixedPersons, [{ person: 'p1', faces: 2, names }]);
  const persons = ['p1', 'p2', null].map((person) => ({ person, faces: 1 }));
  assert.deepEqual(splitNames, [{ name: 'Bob', faces: 3, persons }]);
  assert.deepEqual(confusion, {
    names: ['Ann', 'Bob'],
    persons: ['p1', 'p2', null],
    cells: [
      [0, 0, 1],
      [1, 0, 1],
      [1, 1, 1],
      [1, 2, 1],
    ],
  });
  // One pair is together and should not be; three should be and none is.
  assert.deepEqual([scores?.pairwise.precision, scores?.pairwise.recall], [0, 0]);
  assert.equal(countLabels(matched).rows, 5);
  assert.equal(evaluatePersons(match('gone||||||Ann'), FACES).scores, null);
});

test('two faces in no person are two persons, not one', () => {
  const faces = [face('one', 'A', 1, box(0, 0)), face('two', 'A', 2, box(50, 0))];
  const rows = readLabelRows(
    [
      ['face', 'name'],
      ['one', 'Ann'],
      ['two', 'Ann'],
    ],
    'labels.csv',
  );
  const { scores, splitNames } = evaluatePersons(matchLabels(rows, PHOTOS, faces), faces);
  assert.equal(scores?.pairwise.recall, 0);
  assert.deepEqual(splitNames, [{ name: 'Ann', faces: 2, persons: [{ person: null, faces: 2 }] }]);
});
