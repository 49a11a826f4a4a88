/**
 * The journal of decisions: what is appended is read back, whatever else stands
 * in the file; bad lines are reported and kept; the published schema is current.
 */
import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { FaceweaveError } from '../../../src/config/index.js';
import { createDecisionJournal, decisionJsonSchema, type NewDecision } from '../../../src/store/index.js';
import { scratchFolder } from './project.js';

const author = 'ada';
const FACE = '00000000000000a1';
const OTHER = '00000000000000b2';

/** One of each kind. */
const DECISIONS: readonly NewDecision[] = [
  { kind: 'name', author, person: 'p000000a1', name: 'Zoë "Z"\nO’Neil', anchors: { p000000a1: [FACE] } },
  { kind: 'name', author, person: 'p000000a1', name: null },
  { kind: 'merge', author, into: 'p000000a1', from: ['p000000b2'], note: 'same scar' },
  { kind: 'split', author, person: 'p000000a1', faces: [OTHER] },
  { kind: 'move', author, faces: [FACE, OTHER], from: null, to: 'p000000b2' },
  { kind: 'confirm', author, person: 'p000000a1', faces: [FACE] },
  { kind: 'reject', author, person: 'p000000a1', faces: [OTHER] },
  { kind: 'not-a-person', author, faces: [OTHER] },
  { kind: 'undo', author, decision: 'd0000000000000001' },
];

function counter(): () => string {
  let number = 0;
  return () => {
    number += 1;
    return number.toString(16).padStart(16, '0');
  };
}

function journalIn(folder: string) {
  return createDecisionJournal(folder, { now: () => new Date('2026-01-02T03:04:05Z'), randomHex: counter() });
}

test('an absent journal is empty', async (t) => {
  const journal = journalIn(scratchFolder(t));
  assert.deepEqual(await journal.read(), { decisions: [], problems: [] });
  await journal.append([]);
  assert.ok(!existsSync(journal.path));
});

test('every kind comes back, one line each, private', async (t) => {
  const journal = journalIn(scratchFolder(t));
  const written = await journal.append(DECISIONS);
  assert.deepEqual(written[0], { v: 1, id: 'd0000000000000001', at: '2026-01-02T03:04:05.000Z', ...DECISIONS[0] });
  assert.deepEqual(await journal.read(), { decisions: written, problems: [] });
  const lines = readFileSync(journal.path, 'utf8').split('\n');
  assert.equal(lines.length, DECISIONS.length + 1);
  if (process.platform !== 'win32') assert.equal(statSync(journal.path).mode & 0o777, 0o600);
});

test('appending leaves what is there byte for byte', async (t) => {
  const journal = journalIn(scratchFolder(t));
  const first = '{"hello": true}\nsome nonsense\n';
  writeFileSync(journal.path, first);
  await journal.append(DECISIONS.slice(0, 1));
  assert.ok(readFileSync(journal.path, 'utf8').startsWith(first));
});

test('a torn last line is reported, kept, and never glued to the next decision', async (t) => {
  const folder = scratchFolder(t);
  const journal = journalIn(folder);
  const written = await journal.append(DECISIONS.slice(0, 2));
  const whole = readFileSync(journal.path, 'utf8');
  appendFileSync(journal.path, '{"v":1,"id":"d00000000000000ff","at":"2026-01-0');
  const torn = await journal.read();
  assert.deepEqual(torn.decisions, written);
  assert.deepEqual(
    torn.problems.map(({ line, code }) => [line, code]),
    [[3, 'DECISION_TORN']],
  );
  const after = await journal.append(DECISIONS.slice(2, 3));
  const { decisions, problems } = await journal.read();
  assert.deepEqual(decisions, [...written, ...after]);
  assert.deepEqual(
    problems.map(({ line, code }) => [line, code]),
    [[3, 'DECISION_INVALID']],
  );
  assert.ok(readFileSync(journal.path, 'utf8').startsWith(whole));
});

test('cut at any byte, every whole line before the cut is read', async (t) => {
  const journal = journalIn(scratchFolder(t));
  const written = await journal.append(DECISIONS);
  const bytes = readFileSync(journal.path);
  for (let length = 0; length <= bytes.length; length += 7) {
    const kept = bytes.subarray(0, length);
    writeFileSync(journal.path, kept);
    const wholeLines = kept.filter((byte) => byte === 0x0a).length;
    const { decisions, problems } = await journal.read();
    assert.ok(decisions.length >= wholeLines && decisions.length <= wholeLines + 1);
    assert.deepEqual(decisions, written.slice(0, decisions.length));
    assert.ok(problems.every((problem) => problem.code === 'DECISION_TORN'));
  }
});

test('unknown kinds, invalid lines and duplicate ids are reported and do not count', async (t) => {
  const journal = journalIn(scratchFolder(t));
  const [first] = await journal.append(DECISIONS.slice(0, 1));
  const common = '"v":1,"at":"2026-01-02T03:04:05Z","author":"a"';
  appendFileSync(
    journal.path,
    [
      `{${common},"id":"d00000000000000a1","kind":"teleport","person":"p000000a1"}`,
      `{${common},"id":"d0000000000000001","kind":"undo","decision":"d0000000000000001"}`,
      `{${common},"id":"d00000000000000a2","kind":"split","person":"p000000a1","faces":[]}`,
      '{"v":2,"kind":"undo"}',
      '[]',
      '',
      'nonsense',
      '',
    ].join('\n'),
  );
  const { decisions, problems } = await journal.read();
  assert.deepEqual(decisions, [first]);
  assert.deepEqual(
    problems.map(({ line, code }) => [line, code]),
    [
      [2, 'DECISION_UNKNOWN_KIND'],
      [3, 'DECISION_DUPLICATE_ID'],
      [4, 'DECISION_INVALID'],
      [5, 'DECISION_INVALID'],
      [6, 'DECISION_INVALID'],
      [8, 'DECISION_INVALID'],
    ],
  );
  assert.match(problems[2]?.message ?? '', /faces/);
  assert.match(problems[0]?.text ?? '', /teleport/);
});

test('fields this version does not know are kept', async (t) => {
  const journal = journalIn(scratchFolder(t));
  const line = `{"v":1,"id":"d00000000000000a1","at":"2026-01-02T03:04:05Z","author":"a","kind":"undo","decision":"d0000000000000001","why":"x"}`;
  writeFileSync(journal.path, `${line}\n`);
  assert.deepEqual((await journal.read()).decisions, [JSON.parse(line)]);
});

test('a decision that is not one is refused before anything is written', async (t) => {
  const journal = journalIn(scratchFolder(t));
  const wrong: NewDecision = { kind: 'split', author, person: 'nobody', faces: [FACE] };
  await assert.rejects(
    journal.append([...DECISIONS, wrong]),
    (error) => error instanceof FaceweaveError && error.code === 'USAGE' && error.message.includes('person id'),
  );
  assert.ok(!existsSync(journal.path));
});

test('two writers at once do not mix their lines', async (t) => {
  const folder = scratchFolder(t);
  const writers = [createDecisionJournal(folder), createDecisionJournal(folder)];
  await Promise.all(Array.from({ length: 40 }, (_, at) => writers[at % 2]?.append(DECISIONS)));
  const { decisions, problems } = await createDecisionJournal(folder).read();
  assert.deepEqual([decisions.length, problems], [40 * DECISIONS.length, []]);
});

test('the published schema is the one of the code', () => {
  const published = readFileSync(new URL('../../../src/store/decisions.schema.json', import.meta.url), 'utf8');
  const current: unknown = JSON.parse(JSON.stringify(decisionJsonSchema()));
  assert.deepEqual(
    JSON.parse(published),
    current,
    'write JSON.stringify(decisionJsonSchema()) to decisions.schema.json',
  );
});
