/**
 * `faceweave people`: who the persons are, and what a person at the keyboard
 * decides about them. Every decision is one line of the journal; this only reads
 * what was typed and says what became of it.
 */
import { FaceweaveError, type Person, usageError } from '../../config/index.js';
import type { Decided, PastDecision, People, Said } from '../../project/index.js';
import { type RawArguments, readText, readTexts } from '../arguments.js';
import type { Outcome } from '../outcome.js';
import { PEOPLE_ACTIONS } from '../people-actions.js';
import { count } from '../sentences.js';
import { type Ended, type Session, withSession } from '../session.js';
import { visible } from '../terminal.js';
import { importNames } from './people-names.js';
import { suggest } from './people-suggest.js';

type Action = (typeof PEOPLE_ACTIONS)[number];
type Deciding = Exclude<Action, 'list' | 'show' | 'history' | 'forget' | 'import' | 'suggest'>;

/** Handles the command. */
export function peopleCommand(raw: RawArguments): Promise<Outcome> {
  return withSession({ command: 'people', options: null, creates: false }, raw, async (session) => {
    const action = PEOPLE_ACTIONS.find((known) => known === raw['action']) ?? 'list';
    const subjects = readTexts(raw['subject']);
    switch (action) {
      case 'list':
        return list(session);
      case 'show':
        return show(session, subjects);
      case 'history':
        return history(session);
      case 'forget':
        return forget(session, subjects, raw);
      case 'import':
        return importNames(session, raw);
      case 'suggest':
        return suggest(session, raw);
      default:
        return decide(session, action, subjects, raw);
    }
  });
}

async function list({ project, args, terminal, record }: Session): Promise<Ended> {
  const persons = await project.people.list();
  if (args.json) for (const person of persons) await record(recordOf(person));
  else {
    const order = [...persons].sort((a, b) => b.photos - a.photos || (a.id < b.id ? -1 : 1));
    const width = Math.max(2, ...order.map(({ id }) => id.length));
    const lines = order.map(
      ({ id, name, photos, faceIds, doubt }) =>
        `${id.padEnd(width)}  ${String(photos).padStart(6)}  ${String(faceIds.length).padStart(6)}  ${visible(name ?? '–')}${doubt === null ? '' : `  (${doubt})`}`,
    );
    const head = `${'id'.padEnd(width)}  photos   faces  name`;
    await terminal.data(`${[head, ...lines].join('\n')}\n`);
  }
  return { outcome: persons.length === 0 ? 'nothing-found' : 'done', summary: { persons: persons.length } };
}

async function show({ project, args, terminal, record }: Session, subjects: readonly string[]): Promise<Ended> {
  const { person, faces } = await project.people.show(one(subjects, 'a person'));
  const paths = new Map((await project.store.photos()).map(({ id, path }) => [id, path]));
  if (args.json) {
    await record(recordOf(person));
    for (const { id, photoId, distance, probability, isDecided, box, crop } of faces) {
      await record({
        type: 'face',
        id,
        photo: paths.get(photoId) ?? photoId,
        distance,
        probability,
        isDecided,
        box,
        crop,
      });
    }
  } else {
    const cohesion = person.cohesion === null ? '' : `, cohesion ${person.cohesion.toFixed(2)}`;
    const lines = faces.map(({ id, photoId, distance, probability, isDecided }) => {
      const sure = isDecided ? 'decided' : probability === null ? '      –' : probability.toFixed(2).padStart(7);
      return `${id}  ${(distance ?? 0).toFixed(3)}  ${sure}  ${visible(paths.get(photoId) ?? photoId)}`;
    });
    await terminal.data(
      [
        `${person.id}  ${visible(person.name ?? 'without a name')}: ${count(faces.length, 'face')} in ${count(person.photos, 'photograph')}${cohesion}`,
        ...(person.doubt === null ? [] : [`doubtful: ${person.doubt}`]),
        `${'face'.padEnd(16)}  dist.  belongs  photograph`,
        ...lines,
        '',
      ].join('\n'),
    );
  }
  return { outcome: 'done', summary: { person: person.id, name: person.name, faces: faces.length } };
}

async function history({ project, args, terminal, record }: Session): Promise<Ended> {
  const { decisions, problems } = await project.people.history();
  if (args.json) {
    for (const { decision, holds } of decisions) await record({ ...decision, type: 'decision', holds });
    for (const problem of problems) await record({ type: 'journal-problem', ...problem });
  } else {
    const lines = decisions.map(sentenceOf);
    await terminal.data(lines.length === 0 ? 'Nothing was decided yet.\n' : `${lines.join('\n')}\n`);
  }
  for (const { line, message } of problems) terminal.warn(`decisions.ndjson, line ${line}: ${message}`);
  const holding = decisions.filter(({ holds, decision }) => holds && decision.kind !== 'undo').length;
  return { outcome: 'done', summary: { decisions: decisions.length, inForce: holding, problems: problems.length } };
}

async function forget(
  { project, args, terminal }: Session,
  subjects: readonly string[],
  raw: RawArguments,
): Promise<Ended> {
  const faces = readTexts(raw['face']);
  if (raw['yes'] !== true) {
    throw new FaceweaveError('forgetting cannot be undone', {
      code: 'USAGE',
      hint: `add --yes to forget ${[...subjects, ...faces.map((face) => `face ${face}`)].join(', ') || 'the persons you name'} for good`,
    });
  }
  const summary = await project.people.forget({ persons: subjects, faces });
  if (!args.json && !args.quiet) {
    await terminal.data(
      `${count(summary.faces, 'face')} of ${count(summary.persons, 'person', 'persons')} forgotten, with ${count(summary.crops, 'crop')}; deleted: ${summary.files.join(', ') || 'no table or page'}.\n`,
    );
    terminal.talk('hint: faceweave cluster and faceweave network write tables and page anew, without them');
  }
  for (const path of summary.left) terminal.warn(`${visible(path)} still names them; it is not faceweave’s to change`);
  return { outcome: 'done', summary: { ...summary } };
}

async function decide(
  session: Session,
  action: Deciding,
  subjects: readonly string[],
  raw: RawArguments,
): Promise<Ended> {
  const { project, args, terminal } = session;
  const [author, note] = [readText(raw['author']), readText(raw['note'])];
  const said: Said = { ...(author === undefined ? {} : { author }), ...(note === undefined ? {} : { note }) };
  const decided = await DECIDE[action](project.people, subjects, said, raw);
  const { decision, person, persons, unassigned, problems, idle } = decided;
  for (const { line, message } of problems) terminal.warn(`decisions.ndjson, line ${line}: ${message}`);
  for (const { decision: id, message } of idle) terminal.warn(`decision ${id}: ${message}`);
  if (!args.json && !args.quiet) {
    const about = person === null ? '' : ` ${person}`;
    await terminal.data(`${decision.kind}${about}: decided as ${decision.id}; ${count(persons, 'person')} now.\n`);
    terminal.talk('hint: faceweave network draws the page anew; faceweave people undo takes this back');
  }
  return { outcome: 'done', summary: { decision: decision.id, kind: decision.kind, person, persons, unassigned } };
}

type Decide = (people: People, subjects: readonly string[], said: Said, raw: RawArguments) => Promise<Decided>;

const DECIDE: Readonly<Record<Deciding, Decide>> = {
  name: (people, subjects, said, raw) => {
    const [person, ...words] = subjects;
    if (person === undefined) throw usageError('people name', 'a person and a name', 'nothing');
    if (raw['clear'] === true) return people.name(person, null, said);
    if (words.length === 0) throw usageError('people name', 'a name after the person', 'nothing');
    return people.name(person, words.join(' '), said);
  },
  merge: (people, [into, ...from], said) => people.merge(required(into, 'a person'), from, said),
  split: (people, [person, ...faces], said) => people.split(required(person, 'a person'), faces, said),
  move: (people, [to, ...faces], said) => people.move(required(to, 'a person'), faces, said),
  confirm: (people, [person, ...faces], said) => people.confirm(required(person, 'a person'), faces, said),
  reject: (people, [person, ...faces], said) => people.reject(required(person, 'a person'), faces, said),
  'not-a-person': (people, faces, said) => people.notAPerson(faces, said),
  undo: (people, [decision], said) => people.undo(decision, said),
};

function one(subjects: readonly string[], what: string): string {
  const [first, second] = subjects;
  if (second !== undefined) throw usageError('people show', `${what} alone`, subjects.join(' '));
  return required(first, what);
}

function required(text: string | undefined, what: string): string {
  if (text !== undefined) return text;
  throw new FaceweaveError(`${what} is missing`, { code: 'USAGE', hint: 'faceweave people --help' });
}

function recordOf({ id, name, photos, faceIds, cohesion, doubt }: Person) {
  return { type: 'person', id, name, photos, faces: faceIds.length, bestFace: faceIds[0] ?? null, cohesion, doubt };
}

function sentenceOf({ decision, holds }: PastDecision): string {
  const what = contentOf(decision);
  const note = decision.note === undefined ? '' : `  “${visible(decision.note)}”`;
  return `${decision.id}  ${decision.at}  ${visible(decision.author)}  ${what}${note}${holds ? '' : '  (undone)'}`;
}

function contentOf(decision: PastDecision['decision']): string {
  switch (decision.kind) {
    case 'name':
      return decision.name === null
        ? `name ${decision.person}: none`
        : `name ${decision.person}: ${visible(decision.name)}`;
    case 'merge':
      return `merge ${decision.from.join(' ')} into ${decision.into}`;
    case 'split':
      return `split ${count(decision.faces.length, 'face')} from ${decision.person}`;
    case 'move':
      return `move ${count(decision.faces.length, 'face')} to ${decision.to}`;
    case 'confirm':
      return `confirm ${count(decision.faces.length, 'face')} of ${decision.person}`;
    case 'reject':
      return `reject ${count(decision.faces.length, 'face')} from ${decision.person}`;
    case 'not-a-person':
      return `not a person: ${count(decision.faces.length, 'face')}`;
    case 'undo':
      return `undo ${decision.decision}`;
  }
}
