/** The counts of a run: that they add up, what its digest depends on, and when it stops. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Tally, type TallyRules } from '../../../src/extract/tally.js';

const photo = (path: string, photoId: string) => ({ path, photoId, code: null, message: null });
const bad = (path: string) => ({ path, photoId: null, code: 'FILE_EMPTY', message: 'empty' });

function tallyOf(rules: TallyRules = {}): Tally {
  return new Tally(rules);
}

test('photographs, duplicates and skipped files are all paths', () => {
  const tally = tallyOf();
  tally.addAll([photo('a', '1'), photo('b', '1'), photo('c', '2'), bad('d')]);
  assert.deepEqual(tally.counts(), { photos: 2, duplicates: 1, skipped: 1 });
});

test('the digest depends on paths and contents, not on the order they came in', () => {
  const [one, two, three] = [tallyOf(), tallyOf(), tallyOf()];
  one.addAll([photo('a', '1'), photo('b', '2')]);
  two.addAll([photo('b', '2'), photo('a', '1')]);
  three.addAll([photo('a', '2'), photo('b', '1')]);
  assert.equal(one.digest(), two.digest());
  assert.notEqual(one.digest(), three.digest());
});

test('skipped files are told at once and listed in the order of paths', () => {
  const told: string[] = [];
  const tally = tallyOf({ onSkipped: (path) => told.push(path) });
  tally.addAll([bad('z'), bad('a')], true);
  assert.deepEqual(told, ['z', 'a']);
  assert.deepEqual(
    tally.skippedFiles().map(({ path }) => path),
    ['a', 'z'],
  );
  assert.equal(tally.newlySkipped, 2);
});

test('limits: strict allows none, maxErrors as many as it says', () => {
  const strict = tallyOf({ strict: true });
  strict.checkLimits();
  strict.addAll([bad('x')]);
  assert.throws(() => strict.checkLimits(), { code: 'FILE_SKIPPED', path: 'x' });
  const one = tallyOf({ maxErrors: 1 });
  one.addAll([bad('x')]);
  one.checkLimits();
  one.addAll([bad('y')]);
  assert.throws(() => one.checkLimits(), { code: 'TOO_MANY_SKIPPED' });
});
