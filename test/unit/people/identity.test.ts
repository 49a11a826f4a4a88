/** Person ids: from the founding face, and stable from one clustering to the next. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foundingId, namePersons } from '../../../src/people/index.js';

const face = (digit: string): string => digit.repeat(16);
const NONE: ReadonlyMap<string, string> = new Map();

test('a new person is named after its smallest face, in any order', () => {
  assert.deepEqual(namePersons([[face('b'), face('a')], [face('c')]], NONE), ['paaaaaaaa', 'pcccccccc']);
  assert.deepEqual(namePersons([[face('c')], [face('a'), face('b')]], NONE), ['pcccccccc', 'paaaaaaaa']);
});

test('faces whose first digits agree found persons with longer ids', () => {
  const one = `${'a'.repeat(8)}00000000`;
  const two = `${'a'.repeat(8)}10000000`;
  assert.deepEqual(namePersons([[two], [one]], NONE), ['paaaaaaaa1', 'paaaaaaaa']);
  assert.equal(foundingId(one, new Set(['paaaaaaaa'])), 'paaaaaaaa0');
});

test('a person keeps its id when it gains faces', () => {
  const previous = new Map([[face('c'), 'poldoldol']]);
  assert.deepEqual(namePersons([[face('a'), face('c')]], previous), ['poldoldol']);
});

test('after a split the larger part keeps the id', () => {
  const previous = new Map(['a', 'b', 'c'].map((digit) => [face(digit), 'p1']));
  assert.deepEqual(namePersons([[face('a')], [face('b'), face('c')]], previous), ['paaaaaaaa', 'p1']);
});

test('after a merge the person with more faces keeps its id', () => {
  const previous = new Map([
    [face('a'), 'p1'],
    [face('b'), 'p2'],
    [face('c'), 'p2'],
  ]);
  assert.deepEqual(namePersons([[face('a'), face('b'), face('c')]], previous), ['p2']);
});

test('the id of a person that was merged away is not given to a stranger', () => {
  const previous = new Map([
    [face('a'), 'pdddddddd'],
    [face('b'), 'p2'],
    [face('c'), 'p2'],
  ]);
  const ids = namePersons([[face('a'), face('b'), face('c')], [face('d')]], previous);
  assert.deepEqual(ids, ['p2', 'pddddddddd']);
});
