/**
 * `faceweave people suggest`: what is worth a look, as a list, as questions on a
 * terminal (y, n, s to skip, q to stop), or answered from a file.
 */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { type Person, usageError } from '../../config/index.js';
import type { Project, Suggestion } from '../../project/index.js';
import type { RawArguments } from '../arguments.js';
import { readText } from '../arguments.js';
import type { Ended, Session } from '../session.js';
import { visible } from '../terminal.js';

/** Shown when nothing else is asked for. */
const MOST_SHOWN = 20;

type Answer = 'y' | 'n' | 's';

/** Suggests, asks, or takes answers. */
export async function suggest(session: Session, raw: RawArguments): Promise<Ended> {
  const { project, args, terminal, record } = session;
  const all = await project.suggest();
  const names = new Map((await project.people.list()).map((person) => [person.id, person]));
  const file = readText(raw['answers']);
  if (file !== undefined) return answerAll(session, all, answersOf(file));
  if (raw['ask'] === true) return ask(session, all, names);
  const shown = args.json ? all : all.slice(0, MOST_SHOWN);
  for (const suggestion of shown) {
    if (args.json) await record({ type: 'suggestion', ...suggestion });
    else await terminal.data(`${sentenceOf(suggestion, names)}\n`);
  }
  if (!args.json && all.length > shown.length) terminal.talk(`and ${all.length - shown.length} more; --json lists all`);
  return { outcome: all.length === 0 ? 'nothing-found' : 'done', summary: { suggestions: all.length } };
}

async function ask(
  { project, terminal, call }: Session,
  all: readonly Suggestion[],
  names: ReadonlyMap<string, Person>,
): Promise<Ended> {
  const terminalInput = createInterface({ input: process.stdin, output: process.stderr });
  const counts = { yes: 0, no: 0, skipped: 0, stale: 0 };
  try {
    for (const suggestion of all) {
      const question = `${sentenceOf(suggestion, names)}\nIs that right? [y]es, [n]o, [s]kip, [q]uit: `;
      const typed = (await terminalInput.question(question, { signal: call.signal })).trim().toLowerCase();
      if (typed.startsWith('q')) break;
      if (!typed.startsWith('y') && !typed.startsWith('n')) {
        counts.skipped += 1;
        continue;
      }
      const isRight = typed.startsWith('y');
      if (await answerOne(project, suggestion.key, isRight)) counts[isRight ? 'yes' : 'no'] += 1;
      else counts.stale += 1;
    }
  } finally {
    terminalInput.close();
  }
  terminal.talk(
    `${counts.yes} yes, ${counts.no} no, ${counts.skipped} skipped, ${counts.stale} settled by an earlier answer`,
  );
  return { outcome: 'done', summary: counts };
}

async function answerAll(
  { project, terminal }: Session,
  all: readonly Suggestion[],
  answers: ReadonlyMap<string, Answer>,
): Promise<Ended> {
  const known = new Set(all.map(({ key }) => key));
  const counts = { yes: 0, no: 0, skipped: 0, stale: 0 };
  for (const [key, given] of answers) {
    if (given === 's') {
      counts.skipped += 1;
      continue;
    }
    if (known.has(key) && (await answerOne(project, key, given === 'y'))) {
      counts[given === 'y' ? 'yes' : 'no'] += 1;
    } else {
      counts.stale += 1;
      terminal.warn(`${key}: is not suggested (any more)`);
    }
  }
  return { outcome: 'done', summary: counts };
}

/** Decides, unless an earlier answer changed the persons it speaks of; returns whether it did. */
async function answerOne(project: Project, key: string, isRight: boolean): Promise<boolean> {
  const current = (await project.suggest()).find((suggestion) => suggestion.key === key);
  if (current === undefined) return false;
  await project.answer(current, isRight);
  return true;
}

/** One answer a line: the key of the suggestion, then y, n or s. */
function answersOf(file: string): ReadonlyMap<string, Answer> {
  const answers = new Map<string, Answer>();
  for (const [at, line] of readFileSync(file, 'utf8').split('\n').entries()) {
    const text = line.trim();
    if (text === '' || text.startsWith('#')) continue;
    const found = /^(.+?)\s+([yns])$/.exec(text);
    const [, key, given] = found ?? [];
    if (key === undefined || given === undefined) {
      throw usageError(`${file}, line ${at + 1}`, 'the key of a suggestion, then y, n or s', text);
    }
    answers.set(key, given as Answer);
  }
  return answers;
}

function sentenceOf(
  { kind, key, person, other, faces, probability, impact }: Suggestion,
  names: ReadonlyMap<string, Person>,
): string {
  const called = (id: string | null): string => {
    const name = id === null ? null : (names.get(id)?.name ?? null);
    return name === null ? (id ?? '') : `${visible(name)} (${id})`;
  };
  const what = {
    merge: () => `${called(person)} and ${called(other)} may be one person`,
    reject: () => `face ${faces[0]} may not be ${called(person)}`,
    'not-a-person': () => `${called(person)}, face ${faces[0]}, may be no face`,
  }[kind]();
  return `${what}: probability ${probability.toFixed(2)}, weight ${impact.toFixed(1)}  [${key}]`;
}
