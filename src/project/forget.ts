/**
 * Forgetting: every trace of faces and persons leaves the project folder. Rows,
 * free pages and the log of the database, lines of the journal, crops, mosaics,
 * tables and pages, records of runs. The only step that takes back what was written,
 * because a person shown has a right that an archive has not.
 */
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FaceweaveError } from '../config/index.js';
import { inProject } from '../extract/index.js';
import { hasMosaics, personsOf, writeMosaics } from '../people/index.js';
import {
  createDecisionJournal,
  type Decision,
  type Forgotten,
  lockProject,
  NOBODY_ID,
  projectLayout,
  writePrivateFile,
} from '../store/index.js';
import { decisionsStep } from './decisions-step.js';
import { Register } from './register.js';
import type { Parts } from './types.js';

/** What was forgotten, and what could not be. */
export interface ForgetSummary {
  readonly persons: number;
  readonly faces: number;
  readonly crops: number;
  /** Tables and pages deleted, relative to the project folder: each is written anew by its own command. */
  readonly files: readonly string[];
  /** Files in the project folder that still hold an id or a name, such as notes of your own. */
  readonly left: readonly string[];
}

/** Persons and faces by id, beginning of an id, or name. */
export interface ForgetRequest {
  readonly persons: readonly string[];
  readonly faces: readonly string[];
}

/** Forgets. The photographs themselves stay, and a later extraction with other models may find the faces again. */
export async function forget(parts: Parts, request: ForgetRequest): Promise<ForgetSummary> {
  const { store, engine, projectDir } = parts;
  const lock = await lockProject(projectLayout(projectDir), 'people forget', new Date().toISOString());
  try {
    const forgotten = await whatToForget(parts, request);
    if (forgotten.faceIds.length === 0) {
      throw new FaceweaveError('nobody was named', { code: 'DECISION_REFUSED', hint: 'name a person, or --face' });
    }
    const gone = new Set(forgotten.faceIds);
    const crops = await cropsOf(parts, gone);
    for (const crop of crops) await rm(inProject(projectDir, crop), { force: true });
    await rewriteJournal(projectDir, forgotten);
    await store.forget(forgotten);
    const files = await deleteOutputs(projectDir);
    await scrubManifests(projectDir, forgotten.personIds);
    await decisionsStep(store, projectDir);
    if (await hasMosaics(projectDir)) {
      const faces = await store.faces();
      await writeMosaics(engine, { projectDir, faces, cropPath: (crop) => inProject(projectDir, crop), threads: 0 });
    }
    // Once more: what was written since lies in the log.
    await store.forget({ faceIds: [], personIds: [], names: [] });
    const left = await filesWith(projectDir, [...forgotten.faceIds, ...forgotten.personIds, ...forgotten.names]);
    return {
      persons: forgotten.personIds.length,
      faces: forgotten.faceIds.length,
      crops: crops.length,
      files,
      left,
    };
  } finally {
    lock.release();
  }
}

async function whatToForget({ store }: Parts, request: ForgetRequest): Promise<Forgotten> {
  const faces = await store.faces();
  const register = new Register(personsOf(faces, await store.persons()), faces);
  const persons = request.persons.map((given) => register.person(given));
  const personIds = [...new Set(persons.map(({ id }) => id))];
  const named = request.faces.length === 0 ? [] : register.faces(request.faces).map(({ id }) => id);
  const faceIds = [...new Set([...(await store.facesOfPersons(personIds)), ...named])];
  return { faceIds, personIds, names: persons.flatMap(({ name }) => (name === null ? [] : [name])) };
}

async function cropsOf({ store }: Parts, gone: ReadonlySet<string>): Promise<readonly string[]> {
  return (await store.crops()).flatMap(({ faceId, crop }) => (crop !== null && gone.has(faceId) ? [crop] : []));
}

/** Decisions lose the forgotten faces and persons; those about nobody else are dropped, with what undid them. */
async function rewriteJournal(projectDir: string, { faceIds, personIds, names }: Forgotten): Promise<void> {
  const faces = new Set(faceIds);
  const persons = new Set(personIds);
  const dropped = new Set<string>();
  const marks = [...faceIds, ...personIds, ...names];
  await createDecisionJournal(projectDir).rewrite(
    (decision) => {
      const rest = without(decision, faces, persons, names, dropped);
      if (rest === null) dropped.add(decision.id);
      return rest;
    },
    (text) => !marks.some((mark) => text.includes(mark)),
  );
}

function without(
  decision: Decision,
  faces: ReadonlySet<string>,
  persons: ReadonlySet<string>,
  names: readonly string[],
  dropped: ReadonlySet<string>,
): Decision | null {
  const anchors = Object.fromEntries(
    Object.entries(decision.anchors ?? {}).flatMap(([person, own]) =>
      persons.has(person) ? [] : [[person, own.filter((face) => !faces.has(face))]],
    ),
  );
  const note =
    decision.note !== undefined && names.some((name) => decision.note?.includes(name)) ? undefined : decision.note;
  const { note: _note, anchors: _anchors, ...bare } = decision;
  const common = { ...(note === undefined ? {} : { note }), ...(decision.anchors === undefined ? {} : { anchors }) };
  const stay = (own: readonly string[]): string[] => own.filter((face) => !faces.has(face));
  const nobody = (person: string): string => (persons.has(person) ? NOBODY_ID : person);
  switch (bare.kind) {
    case 'name':
      return persons.has(bare.person) ? null : { ...bare, ...common };
    case 'merge': {
      const from = bare.from.filter((person) => !persons.has(person));
      return persons.has(bare.into) || from.length === 0 ? null : { ...bare, from, ...common };
    }
    case 'split': {
      const own = stay(bare.faces);
      return own.length === 0 ? null : { ...bare, person: nobody(bare.person), faces: own, ...common };
    }
    case 'move': {
      const own = stay(bare.faces);
      const from = bare.from === null || persons.has(bare.from) ? null : bare.from;
      return own.length === 0 || persons.has(bare.to) ? null : { ...bare, from, faces: own, ...common };
    }
    case 'confirm':
    case 'reject': {
      const own = stay(bare.faces);
      return own.length === 0 || persons.has(bare.person) ? null : { ...bare, faces: own, ...common };
    }
    case 'not-a-person': {
      const own = stay(bare.faces);
      return own.length === 0 ? null : { ...bare, faces: own, ...common };
    }
    case 'undo':
      return dropped.has(bare.decision) ? null : { ...bare, ...common };
  }
}

/** Tables and pages hold everybody: all that lies in the folder of results goes. */
async function deleteOutputs(projectDir: string): Promise<readonly string[]> {
  const { data } = projectLayout(projectDir);
  const names = (await readdir(data, { withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);
  for (const name of names) await rm(join(data, name), { force: true });
  return names.sort().map((name) => `Data/${name}`);
}

/** Manifests may name persons. */
async function scrubManifests(projectDir: string, personIds: readonly string[]): Promise<void> {
  const { runs } = projectLayout(projectDir);
  for (const name of await readdir(runs)) {
    const path = join(runs, name);
    const text = await readFile(path, 'utf8');
    const scrubbed = personIds.reduce((rest, person) => rest.replaceAll(person, NOBODY_ID), text);
    if (scrubbed !== text) await writePrivateFile(path, scrubbed);
  }
}

/** Files of the project folder in which any of the texts stands. */
async function filesWith(projectDir: string, texts: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  const entries = await readdir(projectDir, { withFileTypes: true, recursive: true });
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = await readFile(path);
    if (texts.some((text) => bytes.includes(text))) found.push(path.slice(projectDir.length + 1));
  }
  return found.sort();
}
