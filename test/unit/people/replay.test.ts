/**
 * Decisions against clusterings that change under them: whatever is proposed,
 * what was decided holds, and undoing everything gives back the proposal.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ledgerOf, undoneIn } from '../../../src/people/ledger.js';
import { type ProposedFace, replay } from '../../../src/people/replay.js';
import type { Decision } from '../../../src/store/index.js';

/** Faces are 16 hex digits, persons p and 8. */
const face = (n: number): string => n.toString(16).padStart(16, '0');
const person = (n: number): string => `p${n.toString(16).padStart(8, '0')}`;

let made = 0;
function decision(body: Record<string, unknown>): Decision {
  made += 1;
  const id = `d${made.toString(16).padStart(16, '0')}`;
  return { v: 1, id, at: '2026-01-01T00:00:00.000Z', author: 'tester', ...body } as unknown as Decision;
}

/** Proposal from groups: `{ 1: [0, 1] }` = person 1 has faces 0 and 1. */
function proposal(groups: Readonly<Record<number, readonly number[]>>): ProposedFace[] {
  return Object.entries(groups).flatMap(([id, faces]) =>
    faces.map((n) => ({ faceId: face(n), personId: person(Number(id)) })),
  );
}

/** Takes the first candidate, so that every call is visible in the result. */
const first = async ({ faces, persons }: { faces: readonly string[]; persons: ReadonlyMap<string, unknown> }) =>
  faces.map(() => [...persons.keys()][0] ?? '');

const anchorsOf = (groups: Readonly<Record<number, readonly number[]>>) =>
  Object.fromEntries(Object.entries(groups).map(([id, faces]) => [person(Number(id)), faces.map(face)]));

test('without decisions the proposal holds', async () => {
  const given = proposal({ 1: [0, 1], 2: [2] });
  const { personOf, names } = await replay(given, [], first);
  for (const { faceId, personId } of given) assert.equal(personOf.get(faceId), personId);
  assert.equal(names.size, 0);
});

test('a named person that clustering swallows stays, with its faces and its name', async () => {
  const name = decision({ kind: 'name', person: person(1), name: 'Ada', anchors: anchorsOf({ 1: [0, 1] }) });
  // Clustering now puts Ada's two faces into person 2, who has five of her own.
  const { personOf, names } = await replay(proposal({ 2: [0, 1, 2, 3, 4, 5, 6] }), [name], async ({ faces }) =>
    faces.map(() => person(2)),
  );
  assert.equal(personOf.get(face(0)), person(1));
  assert.equal(personOf.get(face(1)), person(1));
  assert.equal(personOf.get(face(2)), person(2));
  assert.equal(names.get(person(1)), 'Ada');
});

test('a merge holds though clustering parts them again, and new faces of either join', async () => {
  const merge = decision({
    kind: 'merge',
    into: person(1),
    from: [person(2)],
    anchors: anchorsOf({ 1: [0, 1, 2], 2: [3] }),
  });
  const { personOf } = await replay(proposal({ 1: [0, 1, 2, 7], 2: [3, 8] }), [merge], first);
  for (const n of [0, 1, 2, 3, 7, 8]) assert.equal(personOf.get(face(n)), person(1), `face ${n}`);
});

test('split faces stay apart though clustering puts them together; a new face goes to the nearer', async () => {
  const split = decision({
    kind: 'split',
    person: person(1),
    faces: [face(2), face(3)],
    anchors: anchorsOf({ 1: [0, 1, 2, 3] }),
  });
  const asked: string[][] = [];
  const { personOf } = await replay(proposal({ 1: [0, 1, 2, 3, 9] }), [split], async ({ faces, persons }) => {
    asked.push([...persons.keys()]);
    return faces.map(() => [...persons.keys()][1] ?? '');
  });
  const other = `p${split.id.slice(1)}`;
  assert.deepEqual(
    [0, 1, 2, 3, 9].map((n) => personOf.get(face(n))),
    [person(1), person(1), other, other, other],
  );
  assert.deepEqual(asked, [[person(1), other]]);
});

test('a rejected face leaves, alone if nobody else has it; not-a-person leaves to nobody; move and confirm hold', async () => {
  const groups = { 1: [0, 1, 2], 2: [3, 4] };
  const decisions = [
    decision({ kind: 'reject', person: person(1), faces: [face(2)], anchors: anchorsOf({ 1: [0, 1, 2] }) }),
    decision({ kind: 'not-a-person', faces: [face(4)] }),
    decision({ kind: 'move', faces: [face(3)], from: person(2), to: person(1), anchors: anchorsOf(groups) }),
    decision({ kind: 'confirm', person: person(1), faces: [face(0)], anchors: anchorsOf({ 1: [0, 1, 3] }) }),
  ];
  // Clustering puts the confirmed face elsewhere.
  const { personOf } = await replay(proposal({ 1: [1, 2, 3], 2: [4], 5: [0, 6] }), decisions, first);
  assert.equal(personOf.get(face(0)), person(1));
  assert.equal(personOf.get(face(3)), person(1));
  assert.equal(personOf.get(face(4)), null);
  const alone = personOf.get(face(2));
  assert.notEqual(alone, person(1));
  assert.equal([...personOf.values()].filter((owner) => owner === alone).length, 1);
});

test('undo takes back, undo of undo brings back, and undos that undo nothing are told', () => {
  const name = decision({ kind: 'name', person: person(1), name: 'Ada' });
  const undo = decision({ kind: 'undo', decision: name.id });
  const again = decision({ kind: 'undo', decision: undo.id });
  assert.equal(ledgerOf([name, undo]).names.size, 0);
  assert.equal(ledgerOf([name, undo, again]).names.get(person(1)), 'Ada');
  const stray = decision({ kind: 'undo', decision: 'dffffffffffffffff' });
  assert.deepEqual(
    undoneIn([name, stray]).idle.map(({ decision: id }) => id),
    [stray.id],
  );
});

/** Lehmer's generator. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48271) % 2147483647;
    return state % below;
  };
}

/** Clusters by chance: faces in order, each into one of the persons; ids by where most of a group was before. */
function clustering(faces: number, random: (below: number) => number): ProposedFace[] {
  const persons = 3 + random(10);
  return Array.from({ length: faces }, (_, n) => ({
    faceId: face(n),
    personId: random(20) === 0 ? null : person((n % persons) + random(2)),
  }));
}

test('200 decisions and 20 clusterings by chance: every decision holds at every step, undoing all gives the proposal', async () => {
  for (const seed of [1, 7, 42]) {
    const random = generator(seed);
    let faces = 60;
    let given = clustering(faces, random);
    const decisions: Decision[] = [];
    for (let step = 0; decisions.length < 200 || step % 11 !== 10; step += 1) {
      if (step % 11 === 10) {
        // New photographs, other parameters: everything is drawn anew.
        faces += random(6);
        given = clustering(faces, random);
      } else {
        const now = await replay(given, decisions, first);
        const next = chance(now.personOf, decisions, random);
        if (next !== null) decisions.push(next);
      }
      const { personOf } = await replay(given, decisions, first);
      assert.equal(personOf.size, given.length, 'every face is accounted for');
      check(decisions, personOf, `seed ${seed}, step ${step}`);
      const shuffled = [...given].sort((a, b) => (a.faceId.at(-1) ?? '').localeCompare(b.faceId.at(-1) ?? ''));
      assert.deepEqual(
        new Map([...(await replay(shuffled, decisions, first)).personOf].sort()),
        new Map([...personOf].sort()),
      );
    }
    const { undone } = undoneIn(decisions);
    const undos = decisions
      .filter(({ id, kind }) => kind !== 'undo' && !undone.has(id))
      .reverse()
      .map(({ id }) => decision({ kind: 'undo', decision: id }));
    const { personOf, names } = await replay(given, [...decisions, ...undos], first);
    for (const { faceId, personId } of given) assert.equal(personOf.get(faceId), personId);
    assert.equal(names.size, 0);
  }
});

/** A decision such as a person at the keyboard could make now. */
function chance(
  personOf: ReadonlyMap<string, string | null>,
  before: readonly Decision[],
  random: (below: number) => number,
): Decision | null {
  const groups = new Map<string, string[]>();
  for (const [id, owner] of personOf) if (owner !== null) groups.set(owner, [...(groups.get(owner) ?? []), id]);
  const persons = [...groups.keys()].sort();
  const pick = (): string => persons[random(persons.length)] ?? '';
  const one = pick();
  const other = pick();
  const own = groups.get(one) ?? [];
  const anchors = { [one]: own };
  switch (random(8)) {
    case 0:
      return decision({ kind: 'name', person: one, name: `N${random(99)}`, anchors });
    case 1:
      if (one === other) return null;
      return decision({ kind: 'merge', into: one, from: [other], anchors: { ...anchors, [other]: groups.get(other) } });
    case 2:
      if (own.length < 2) return null;
      return decision({ kind: 'split', person: one, faces: own.slice(0, 1 + random(own.length - 1)), anchors });
    case 3: {
      const moved = (groups.get(other) ?? []).slice(0, 1);
      return decision({ kind: 'move', faces: moved, from: other, to: one, anchors });
    }
    case 4:
      return decision({ kind: 'confirm', person: one, faces: own.slice(0, 2), anchors });
    case 5:
      return decision({ kind: 'reject', person: one, faces: own.slice(0, 1), anchors });
    case 6:
      return decision({ kind: 'not-a-person', faces: own.slice(0, 1) });
    default: {
      const target = before[random(Math.max(1, before.length))];
      if (target === undefined || undoneIn(before).undone.has(target.id)) return null;
      return decision({ kind: 'undo', decision: target.id });
    }
  }
}

/** What the decisions in force promise, each unless a later one says otherwise of the same face. */
function check(all: readonly Decision[], personOf: ReadonlyMap<string, string | null>, where: string): void {
  const { undone } = undoneIn(all);
  const holding = all.filter(({ id, kind }) => kind !== 'undo' && !undone.has(id));
  const { resolve } = ledgerOf(all);
  const spoken = new Set<string>();
  for (const one of holding.toReversed()) {
    const say = (faces: readonly string[], owner: string | null): void => {
      for (const id of faces) {
        if (spoken.has(id) || !personOf.has(id)) continue;
        spoken.add(id);
        assert.equal(
          personOf.get(id),
          owner === null ? null : resolve(owner),
          `${where}: ${one.kind} ${one.id}, face ${id}`,
        );
      }
    };
    switch (one.kind) {
      case 'merge':
        say(
          [one.into, ...one.from].flatMap((id) => one.anchors?.[id] ?? []),
          one.into,
        );
        break;
      case 'split':
        say(one.faces, `p${one.id.slice(1)}`);
        break;
      case 'move':
        say(one.faces, one.to);
        break;
      case 'confirm':
        say(one.faces, one.person);
        break;
      case 'not-a-person':
        say(one.faces, null);
        break;
      case 'reject':
        for (const id of one.faces) {
          if (spoken.has(id) || !personOf.has(id)) continue;
          spoken.add(id);
          assert.notEqual(personOf.get(id), resolve(one.person), `${where}: reject ${one.id}, face ${id}`);
        }
        break;
      default:
        break;
    }
  }
}
