/** The words of the command line: escapes, errors, rates, suggestions. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearest } from '../../../src/cli/nearest.js';
import { outcomeOfError } from '../../../src/cli/outcome.js';
import { duration, pace, progressLine, progressView } from '../../../src/cli/progress.js';
import { errorLines, type Terminal, visible } from '../../../src/cli/terminal.js';
import { FaceweaveError } from '../../../src/config/index.js';

test('control characters and direction marks are made visible', () => {
  assert.equal(visible('a\nb\r\u001b[31m\u202e\u0085'), 'a\\nb\\r\\x1b[31m\\u202e\\x85');
  assert.equal(visible('Übung “”.jpg'), 'Übung “”.jpg');
});

test('an error is path, cause, then hint; a path in the message is not said twice', () => {
  const error = new FaceweaveError('cause', { code: 'X', path: 'a\nb', hint: 'cure' });
  assert.deepEqual(errorLines(error), ['faceweave: a\\nb: cause', 'hint: cure']);
  const whole = new FaceweaveError('/p/x: cause', { code: 'X', path: '/p/x' });
  assert.deepEqual(errorLines(whole), ['faceweave: /p/x: cause']);
});

test('mistakes of the command line are 2, the rest 4', () => {
  assert.equal(outcomeOfError(new FaceweaveError('', { code: 'USAGE' })), 'wrong-usage');
  assert.equal(outcomeOfError(new FaceweaveError('', { code: 'STORE_FULL' })), 'cannot-run');
  assert.equal(outcomeOfError(new TypeError('x')), 'cannot-run');
});

test('rate and time left come once they have settled', () => {
  assert.equal(pace(10, 100, 100), null);
  assert.deepEqual(pace(10, 100, 2000), { perSecond: 5, secondsLeft: 18 });
  const progress = { step: 'extract', completed: 10, total: 100, faces: 12, skipped: 1, done: false };
  assert.equal(
    progressLine(progress, 2000),
    'extract: 10 of 100 photographs · 10% · 12 faces · 1 skipped · 5.0/s · 18s left',
  );
  assert.equal(duration(3725), '1h 02m');
  assert.equal(duration(65), '1m 05s');
});

test('without a terminal a plain line comes every few seconds, not more', () => {
  const lines: string[] = [];
  let time = 0;
  const terminal: Terminal = {
    isLive: false,
    columns: 80,
    quiet: false,
    data: async () => {},
    isReaderGone: () => false,
    signal: (line) => lines.push(line),
    talk: (line) => lines.push(line),
    error: () => {},
    complain: () => {},
    warn: () => {},
    status: () => assert.fail('nothing is redrawn'),
  };
  const view = progressView('auto', terminal, () => time);
  for (time = 0; time <= 11_000; time += 100) view({ step: 'extract', completed: 1, total: 2, done: false });
  assert.equal(lines.length, 2);
});

test('a slip of the fingers is recognised, another word is not', () => {
  assert.equal(nearest('min-sizes', ['min-size', 'min-weight']), 'min-size');
  assert.equal(nearest('extrakt', ['extract', 'export']), 'extract');
  assert.equal(nearest('banana', ['extract', 'export']), undefined);
});
