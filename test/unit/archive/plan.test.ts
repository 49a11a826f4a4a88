/**
 * The plan of an extraction: unchanged, to be read, gone. Nothing is concluded
 * about what could not be looked at.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Candidate, planExtraction } from '../../../src/archive/index.js';

const PHOTO = '00112233445566778899aabbccddeeff';

function candidate(path: string, sizeBytes = 10, mtimeNs = '5'): Candidate {
  return { path, absolute: `/photos/${path}`, sizeBytes, mtimeNs };
}

function known(path: string, photoId: string | null = PHOTO) {
  return [path, { path, sizeBytes: 10, mtimeNs: '5', photoId }] as const;
}

function paths(entries: readonly { readonly path: string }[]): string[] {
  return entries.map((entry) => entry.path);
}

test('the same size and time is unchanged; another is read', () => {
  const plan = planExtraction({
    candidates: [candidate('a'), candidate('b', 11), candidate('c', 10, '6'), candidate('d')],
    refused: [],
    known: new Map([known('a'), known('b'), known('c'), known('e')]),
  });
  assert.deepEqual(paths(plan.unchanged), ['a']);
  assert.deepEqual(paths(plan.toRead), ['b', 'c', 'd']);
  assert.deepEqual(plan.gone, ['e']);
});

test('a skipped file is tried again when it changed, or on request', () => {
  const input = {
    candidates: [candidate('a'), candidate('b', 11)],
    refused: [],
    known: new Map([known('a', null), known('b', null)]),
  };
  assert.deepEqual(paths(planExtraction(input).toRead), ['b']);
  assert.deepEqual(paths(planExtraction({ ...input, retry: true }).toRead), ['a', 'b']);
});

test('a file skipped by a limit is looked at again: the limit may be another one today', () => {
  const big = { path: 'big', sizeBytes: 10, mtimeNs: '5', photoId: null, code: 'PHOTO_TOO_LARGE' };
  const bad = { path: 'bad', sizeBytes: 10, mtimeNs: '5', photoId: null, code: 'PHOTO_DECODE' };
  const plan = planExtraction({
    candidates: [candidate('bad'), candidate('big')],
    refused: [],
    known: new Map([big, bad].map((state) => [state.path, state])),
  });
  assert.deepEqual(paths(plan.toRead), ['big']);
});

test('a photograph that these models have not seen is read', () => {
  const input = { candidates: [candidate('a')], refused: [], known: new Map([known('a')]) };
  assert.deepEqual(paths(planExtraction({ ...input, extracted: new Set([PHOTO]) }).toRead), []);
  assert.deepEqual(paths(planExtraction({ ...input, extracted: new Set<string>() }).toRead), ['a']);
});

test('what lies under a folder that cannot be read is not gone', () => {
  const plan = planExtraction({
    candidates: [],
    refused: [{ path: 'closed', code: 'FOLDER_READ', message: 'x' }],
    known: new Map([known('closed/a'), known('closed2/a'), known('closed')]),
  });
  assert.deepEqual(paths(plan.unreachable), ['closed/a']);
  assert.deepEqual(plan.gone, ['closed2/a']);
  assert.deepEqual(plan.refused, [
    { path: 'closed', code: 'FOLDER_READ', message: 'x', sizeBytes: 0, mtimeNs: '0', photoId: null },
  ]);
});

test('when the source itself cannot be read, nothing is gone', () => {
  const refused = [{ path: '.', code: 'FOLDER_READ', message: 'x' }];
  assert.deepEqual(planExtraction({ candidates: [], refused, known: new Map([known('a/b')]) }).gone, []);
});

test('a link that gives nothing now leaves its photograph as it was, and is told of', () => {
  const refusal = (path: string, code: string) => ({ path, code, message: 'why' });
  const plan = planExtraction({
    candidates: [],
    refused: [
      refusal('had', 'LINK_FAILED'),
      refusal('had-none', 'LINK_FAILED'),
      refusal('file', 'FILE_READ'),
      refusal('new', 'LINK_STATUS'),
    ],
    known: new Map([known('had'), known('had-none', null), known('file')]),
  });
  assert.deepEqual(paths(plan.withheld), ['had']);
  assert.deepEqual(paths(plan.unreachable), ['had']);
  assert.deepEqual(paths(plan.refused), ['had-none', 'file', 'new']);
  assert.deepEqual(plan.gone, []);
});
