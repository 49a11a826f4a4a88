/**
 * File names as text: every sequence of bytes comes back as it was, UTF-8 stays
 * readable, and the order of texts is that of plain names.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesToPath, pathToBytes } from '../../../src/archive/index.js';

function encode(bytes: readonly number[]): string {
  return bytesToPath(Uint8Array.from(bytes));
}

/** Bytes that are likely to meet the rules: backslashes, x, hex digits, pieces of UTF-8, newline, quote. */
const TELLING = [
  0x5c, 0x78, 0x35, 0x63, 0x66, 0x46, 0x0a, 0x22, 0xff, 0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0xed, 0xa0,
];

function pseudoRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

test('UTF-8 stays as it is, with newlines, quotes and markup', () => {
  const name = 'Zoë "x"\n<script>😀\ufeff\\server.jpg';
  assert.equal(bytesToPath(Buffer.from(name)), name);
  assert.deepEqual(pathToBytes(name), Buffer.from(name));
});

test('bytes that are not UTF-8 are escaped, each', () => {
  assert.equal(encode([0x41, 0xe9, 0x2e, 0x6a]), 'A\\xe9.j');
  assert.equal(encode([0xc3, 0xa9, 0xc3]), 'é\\xc3');
  assert.equal(encode([0xc0, 0x80]), '\\xc0\\x80');
  assert.equal(encode([0xed, 0xa0, 0x80]), '\\xed\\xa0\\x80');
});

test('a backslash that would read as an escape is escaped itself', () => {
  assert.equal(bytesToPath(Buffer.from('\\xe9')), '\\x5cxe9');
  assert.equal(bytesToPath(Buffer.from('\\xE9 \\x5 \\\\')), '\\xE9 \\x5 \\\\');
});

test('20,000 random names come back byte for byte, and no two share a text', () => {
  const random = pseudoRandom(7);
  const texts = new Map<string, string>();
  for (let round = 0; round < 20_000; round += 1) {
    const bytes = Buffer.alloc(1 + Math.floor(random() * 9));
    for (let at = 0; at < bytes.length; at += 1) {
      const telling = TELLING[Math.floor(random() * TELLING.length)] ?? 0;
      bytes[at] = random() < 0.8 ? telling : Math.floor(random() * 256);
    }
    const text = bytesToPath(bytes);
    assert.deepEqual(pathToBytes(text), bytes, bytes.toString('hex'));
    const hex = bytes.toString('hex');
    assert.equal(texts.get(text) ?? hex, hex);
    texts.set(text, hex);
  }
});
