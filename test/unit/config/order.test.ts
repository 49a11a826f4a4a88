/**
 * The order of texts: that of their UTF-8 bytes, above all where JavaScript's
 * own order of UTF-16 units differs.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareText } from '../../../src/config/index.js';

const TEXTS = [
  '',
  'a',
  'a/b',
  'a-b',
  'a.b',
  'A',
  'é',
  'e\u0301',
  '\ud7ff',
  '\ue000',
  '\uff5e',
  '\uffff',
  '😀',
  '😁',
  '𐀀',
  'a😀',
  'a\uff5e',
];

test('orders every pair as their UTF-8 bytes', () => {
  for (const a of TEXTS) {
    for (const b of TEXTS) {
      const expected = Buffer.compare(Buffer.from(a), Buffer.from(b));
      assert.equal(Math.sign(compareText(a, b)), expected, `${JSON.stringify(a)} ${JSON.stringify(b)}`);
    }
  }
});

test("differs from JavaScript's order for characters beyond the first plane", () => {
  assert.ok('😀' < '\uff5e');
  assert.ok(compareText('😀', '\uff5e') > 0);
});
