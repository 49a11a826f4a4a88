/**
 * What people decide about persons: each decision is checked against what holds
 * now, written to the journal with the faces it was made about, and replayed with
 * all others over what clustering proposed. Deciding is under the project's lock,
 * so that no two processes decide on different states.
 */
import { userInfo } from 'node:os';
import { type AssignedFace, FaceweaveError, type Person } from '../config/index.js';
import { inProject } from '../extract/index.js';
import { hasMosaics, inForce, personsOf, splitPersonId, undoneIn, writeMosaics } from '../people/index.js';
import {
  createDecisionJournal,
  type Decision,
  type JournalProblem,
  lockProject,
  type NewDecision,
  projectLayout,
} from '../store/index.js';
import { type DecisionsSummary, decisionsStep } from './decisions-step.js';
import { type ForgetRequest, type ForgetSummary, forget } from './forget.js';
import { Register } from './register.js';
import type { Parts } from './types.js';

/** Who decides, and why. */
export interface Said {
  /** Default: the user's name on this machine. */
  readonly author?: string;
  readonly note?: string;
}

/** One decision as written, and what holds now. */
export interface Decided extends DecisionsSummary {
  readonly decision: Decision;
  /** The person it made or speaks of; null for an undo and faces that are no person. */
  readonly person: string | null;
}

/** A person and the name it should bear. */
export interface NamedPerson {
  readonly person: string;
  readonly name: string;
}

/** What became of many names at once; `named + already + refused` are all that were given. */
export interface NamesSummary {
  readonly named: readonly NamedPerson[];
  /** Persons that bore the name before. */
  readonly already: readonly NamedPerson[];
  /** Persons that bear another name, which stays. */
  readonly refused: readonly (NamedPerson & { readonly present: string })[];
}

/** A decision of the journal, and whether it holds. */
export interface PastDecision {
  readonly decision: Decision;
  readonly holds: boolean;
}

/**
 * Decisions about persons. A person is given by its id, the beginning of it, or its name; a face by its id or the beginning
 * of it. *Errors*: `PERSON_UNKNOWN`, `PERSON_AMBIGUOUS`, `FACE_UNKNOWN`, `FACE_AMBIGUOUS`, `DECISION_REFUSED`,
 * `NOTHING_CLUSTERED`, `PROJECT_LOCKED`, `JOURNAL_*`.
 */
export interface People {
  /** All persons, sorted by id. */
  list(): Promise<readonly Person[]>;
  /** One person with its faces, best first. */
  show(person: string): Promise<{ readonly person: Person; readonly faces: readonly AssignedFace[] }>;
  /** null takes the name away. */
  name(person: string, name: string | null, said?: Said): Promise<Decided>;
  /** All of `from` are the human being `into`. */
  merge(into: string, from: readonly string[], said?: Said): Promise<Decided>;
  /** These faces of the person are another human being, together. */
  split(person: string, faces: readonly string[], said?: Said): Promise<Decided>;
  /** These faces belong to the person, whoever had them. */
  move(to: string, faces: readonly string[], said?: Said): Promise<Decided>;
  /** These faces do belong to the person; without faces, all it has. */
  confirm(person: string, faces?: readonly string[], said?: Said): Promise<Decided>;
  /** These faces do not belong to the person. */
  reject(person: string, faces: readonly string[], said?: Said): Promise<Decided>;
  /** These faces, whosever they are, are not this person's: the answer "no" to a merge. */
  keepApart(person: string, faces: readonly string[], said?: Said): Promise<Decided>;
  /** Names many; nobody who bears a name loses it. */
  nameAll(names: readonly NamedPerson[], said?: Said): Promise<NamesSummary>;
  /** These faces are no human being to be listed. */
  notAPerson(faces: readonly string[], said?: Said): Promise<Decided>;
  /** Takes back a decision, an undo too; without an id the last one that holds. */
  undo(decision?: string, said?: Said): Promise<Decided>;
  /** Takes every trace of persons and faces out of the project folder, for good. */
  forget(request: ForgetRequest): Promise<ForgetSummary>;
  /** The journal, oldest first, and the lines of it that do not count. */
  history(): Promise<{ readonly decisions: readonly PastDecision[]; readonly problems: readonly JournalProblem[] }>;
}

/** The decisions of an open project. */
export function peopleOf(parts: Parts): People {
  const { store, projectDir } = parts;
  const journal = createDecisionJournal(projectDir);
  const register = async (): Promise<Register> => {
    if ((await store.clustering()) === null) await decisionsStep(store, projectDir);
    const faces = await store.faces();
    return new Register(personsOf(faces, await store.persons()), faces);
  };
  const decide = async (
    said: Said | undefined,
    make: (now: Register) => Promise<NewDecisionBody> | NewDecisionBody,
  ): Promise<Decided> => {
    const lock = await lockProject(projectLayout(projectDir), 'people', new Date().toISOString());
    try {
      const body = await make(await register());
      const [decision] = await journal.append([{ ...signature(said), ...body } as NewDecision]);
      if (decision === undefined) throw new FaceweaveError('the decision was not written', { code: 'INTERNAL' });
      const summary = await decisionsStep(store, projectDir);
      await refreshMosaics(parts);
      return { ...summary, decision, person: personMeant(decision) };
    } finally {
      lock.release();
    }
  };

  return {
    list: async () => (await register()).persons,
    show: async (person) => {
      const now = await register();
      const found = now.person(person);
      return { person: found, faces: now.facesOf(found) };
    },
    name: (person, name, said) =>
      decide(said, (now) => {
        const { id } = now.person(person);
        const trimmed = name?.normalize('NFC').trim() ?? null;
        if (trimmed === '')
          throw refused(
            'a name of at least one letter',
            'an empty name',
            'to take a name away: people name <person> --clear',
          );
        return { kind: 'name', person: id, name: trimmed, anchors: now.anchors(id) };
      }),
    merge: (into, from, said) =>
      decide(said, (now) => {
        const target = now.person(into).id;
        const others = [...new Set(from.map((person) => now.person(person).id))].filter((id) => id !== target);
        if (others.length === 0) throw refused('at least one other person', `only ${target}`);
        return { kind: 'merge', into: target, from: others, anchors: now.anchors(target, ...others) };
      }),
    split: (person, faces, said) =>
      decide(said, (now) => {
        const { id, faceIds } = now.person(person);
        const own = now.facesOfPerson(id, faces);
        if (own.length === faceIds.length) throw refused(`some of the ${faceIds.length} faces of ${id}`, 'all of them');
        return { kind: 'split', person: id, faces: own, anchors: now.anchors(id) };
      }),
    move: (to, faces, said) =>
      decide(said, (now) => {
        const { id } = now.person(to);
        const moved = now.faces(faces);
        const owners = new Set(moved.map(({ personId }) => personId));
        const from = owners.size === 1 ? (moved[0]?.personId ?? null) : null;
        const named = [...owners].filter((owner) => owner !== null);
        return { kind: 'move', faces: moved.map((face) => face.id), from, to: id, anchors: now.anchors(id, ...named) };
      }),
    confirm: (person, faces, said) =>
      decide(said, (now) => {
        const { id, faceIds } = now.person(person);
        const own = faces === undefined || faces.length === 0 ? faceIds : now.facesOfPerson(id, faces);
        return { kind: 'confirm', person: id, faces: [...own], anchors: now.anchors(id) };
      }),
    reject: (person, faces, said) =>
      decide(said, (now) => {
        const { id } = now.person(person);
        return { kind: 'reject', person: id, faces: now.facesOfPerson(id, faces), anchors: now.anchors(id) };
      }),
    keepApart: (person, faces, said) =>
      decide(said, (now) => {
        const { id } = now.person(person);
        return { kind: 'reject', person: id, faces: now.faces(faces).map((face) => face.id), anchors: now.anchors(id) };
      }),
    nameAll: async (names, said) => {
      const lock = await lockProject(projectLayout(projectDir), 'people', new Date().toISOString());
      try {
        const now = await register();
        const named: NamedPerson[] = [];
        const already: NamedPerson[] = [];
        const refusals: (NamedPerson & { readonly present: string })[] = [];
        for (const { person, name } of names) {
          const { id, name: present } = now.person(person);
          if (present === null) named.push({ person: id, name });
          else if (present === name) already.push({ person: id, name });
          else refusals.push({ person: id, name, present });
        }
        const decisions = named.map(({ person, name }) => ({
          ...signature(said),
          ...({ kind: 'name', person, name, anchors: now.anchors(person) } as const),
        }));
        await journal.append(decisions);
        if (named.length > 0) await decisionsStep(store, projectDir);
        return { named, already, refused: refusals };
      } finally {
        lock.release();
      }
    },
    notAPerson: (faces, said) =>
      decide(said, (now) => ({ kind: 'not-a-person', faces: now.faces(faces).map(({ id }) => id) })),
    undo: (given, said) =>
      decide(said, async () => {
        const { decisions } = await journal.read();
        const holding = inForce(decisions).decisions;
        const target = given ?? holding.at(-1)?.id;
        if (target === undefined) throw refused('a decision that holds', 'none in the journal');
        const found = decisions.filter(({ id }) => id === target || id.startsWith(target));
        const [only] = found;
        if (found.length !== 1 || only === undefined) {
          throw refused(
            'the id of one decision',
            `${target}, which is ${found.length === 0 ? 'none' : 'several'}`,
            'people history lists them',
          );
        }
        if (undoneIn(decisions).undone.has(only.id))
          throw refused('a decision that holds', `${only.id}, which is undone`);
        return { kind: 'undo', decision: only.id };
      }),
    forget: (request) => forget(parts, request),
    history: async () => {
      const { decisions, problems } = await journal.read();
      const { undone } = undoneIn(decisions);
      return { decisions: decisions.map((decision) => ({ decision, holds: !undone.has(decision.id) })), problems };
    },
  };
}

type WithoutSignature<T> = T extends unknown ? Omit<T, 'author' | 'note'> : never;
type NewDecisionBody = WithoutSignature<NewDecision>;

function signature({ author, note }: Said = {}): { readonly author: string; readonly note?: string } {
  return { author: author ?? userName(), ...(note === undefined ? {} : { note }) };
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A user without an entry, as in some containers.
    return 'unknown';
  }
}

function personMeant(decision: Decision): string | null {
  switch (decision.kind) {
    case 'name':
    case 'confirm':
    case 'reject':
      return decision.person;
    case 'merge':
      return decision.into;
    case 'split':
      return splitPersonId(decision.id);
    case 'move':
      return decision.to;
    case 'not-a-person':
    case 'undo':
      return null;
  }
}

function refused(expected: string, found: string, hint?: string): FaceweaveError {
  return new FaceweaveError(`expected ${expected}, found ${found}`, {
    code: 'DECISION_REFUSED',
    ...(hint === undefined ? {} : { hint }),
  });
}

/** Mosaics show what holds; only those of persons that changed are drawn, and none where there were none. */
async function refreshMosaics({ store, engine, projectDir }: Parts): Promise<void> {
  if (!(await hasMosaics(projectDir))) return;
  const faces = await store.faces();
  await writeMosaics(engine, { projectDir, faces, cropPath: (crop) => inProject(projectDir, crop), threads: 0 });
}
