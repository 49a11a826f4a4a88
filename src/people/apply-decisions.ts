/**
 * From what clustering proposed to what holds: replays the journal over the
 * proposal in the store, measures faces and persons, and saves the result. Run
 * after every clustering and every decision, always over everything, so that
 * no order of events can leave a trace.
 */
import { FaceweaveError } from '../config/index.js';
import type { JournalContent, PersonRecord, Store, VectorTable } from '../store/index.js';
import { calibrationOf } from './defaults.js';
import type { IdleDecision } from './ledger.js';
import { likenesses, type PersonLikeness } from './likeness.js';
import { type Contested, type Replayed, replay } from './replay.js';

/** What holds now. */
export interface Applied {
  readonly persons: number;
  /** Faces in no person. */
  readonly unassigned: number;
  /** Faces that a decision placed. */
  readonly decided: number;
  readonly idle: readonly IdleDecision[];
}

/** Persons of this many faces and more are doubted for being unlike each other. */
const DOUBTED_FROM = 4;

/**
 * Replays and saves.
 *
 * *Errors*: `NOTHING_CLUSTERED` before the first clustering. *Cost*: proportional to the faces: their vectors are read once.
 */
export async function applyDecisions(store: Store, journal: Pick<JournalContent, 'decisions'>): Promise<Applied> {
  const proposed = await store.clustering();
  if (proposed === null) {
    throw new FaceweaveError('the faces are not grouped into persons yet', {
      code: 'NOTHING_CLUSTERED',
      hint: 'run `faceweave cluster` first, or `faceweave run <folder>` for all steps',
    });
  }
  const table = await store.vectors(proposed.embedderId);
  const rowOf = new Map(table.faceIds.map((id, row) => [id, row]));
  const inSight = proposed.assignments.filter(({ faceId }) => rowOf.has(faceId));
  const replayed = await replay(inSight, journal.decisions, async (contested) => nearestOf(contested, table, rowOf));
  const personOfRow = table.faceIds.map((id) => replayed.personOf.get(id) ?? null);
  const found = likenesses(table, personOfRow, calibrationOf(proposed.embedderId));
  const assignments = table.faceIds.map((faceId, row) => ({
    faceId,
    personId: personOfRow[row] ?? null,
    distance: found.faces[row]?.distance ?? null,
    probability: replayed.firm.has(faceId) ? 1 : (found.faces[row]?.probability ?? null),
    isDecided: replayed.firm.has(faceId),
  }));
  const persons = recordsOf(replayed, found.persons, coreCutOf(proposed.options));
  await store.saveAssignments(assignments, persons);
  return {
    persons: persons.length,
    unassigned: personOfRow.filter((person) => person === null).length,
    decided: assignments.filter(({ isDecided }) => isDecided).length,
    idle: replayed.idle,
  };
}

/** The cut that large clusters tended to in the clustering in force; null = it had none. */
function coreCutOf(options: string): number | null {
  const read = JSON.parse(options) as { readonly coreThreshold?: number | null; readonly threshold?: number };
  return read.coreThreshold ?? read.threshold ?? null;
}

function recordsOf(
  { names }: Replayed,
  persons: ReadonlyMap<string, PersonLikeness>,
  cut: number | null,
): readonly PersonRecord[] {
  return [...persons].map(([id, { faces, cohesion }]) => {
    const isUnlike = cut !== null && cohesion !== null && faces >= DOUBTED_FROM && 1 - cohesion > cut;
    return {
      id,
      name: names.get(id) ?? null,
      cohesion,
      doubt: isUnlike ? 'its faces are unlike each other' : null,
    };
  });
}

/** For each open face the person whose sure faces it is nearest to on average. */
function nearestOf({ faces, persons }: Contested, table: VectorTable, rowOf: ReadonlyMap<string, number>): string[] {
  const { vectors, dims } = table;
  const means = [...persons].map(([person, own]) => {
    const mean = new Float64Array(dims);
    for (const face of own) {
      const start = (rowOf.get(face) ?? 0) * dims;
      for (let at = 0; at < dims; at += 1) mean[at] = (mean[at] ?? 0) + (vectors[start + at] ?? 0) / own.length;
    }
    return { person, mean };
  });
  return faces.map((face) => {
    const start = (rowOf.get(face) ?? 0) * dims;
    let best = '';
    let highest = Number.NEGATIVE_INFINITY;
    for (const { person, mean } of means) {
      let cosine = 0;
      for (let at = 0; at < dims; at += 1) cosine += (vectors[start + at] ?? 0) * (mean[at] ?? 0);
      if (cosine > highest) {
        highest = cosine;
        best = person;
      }
    }
    return best;
  });
}
