/**
 * What is worth a look: persons who may be one, faces that may be another's, and
 * things that may be no face, ranked by how much of the network hangs on
 * them. Suggestions decide nothing. Pure.
 */
import type { AssignedFace, Edge } from '../config/index.js';
import { compareText } from '../config/order.js';
import type { Calibration } from './defaults.js';
import { probabilityOf } from './likeness.js';
import type { PersonSums } from './person-sums.js';

/** One thing to decide. */
export interface Suggestion {
  readonly kind: 'merge' | 'reject' | 'not-a-person';
  /** Stays the same while persons and faces do: what an answer refers to. */
  readonly key: string;
  /** The person, and for a merge the one that would become it. */
  readonly person: string;
  readonly other: string | null;
  /** The face meant; for a merge none. */
  readonly faces: readonly string[];
  /** 0 … 1 that the suggestion is right. */
  readonly probability: number;
  /** Connections that would change, times the probability. */
  readonly impact: number;
}

/** What suggestions are made from. */
export interface SuggestInput {
  readonly faces: readonly AssignedFace[];
  readonly edges: readonly Edge[];
  readonly sums: PersonSums;
  readonly calibration: Calibration;
  /** Whether a decision says already that this face is not this person's. */
  readonly isBarred: (face: string, person: string) => boolean;
}

/** Pairs less likely than this are not worth a person's time. */
const LEAST_PROBABILITY = 0.02;
/** All pairs of so many persons, those in most photographs first, are compared: some seconds. */
export const MOST_COMPARED = 5000;
/** A face alone that the detector was less sure of than this may be none. */
const DOUBTFUL_SCORE = 0.65;

/** All suggestions, the weightiest first; ties by key. */
export function suggestions(input: SuggestInput): readonly Suggestion[] {
  const own = new Map<string, AssignedFace[]>();
  for (const face of input.faces) {
    if (face.personId === null) continue;
    const list = own.get(face.personId);
    if (list === undefined) own.set(face.personId, [face]);
    else list.push(face);
  }
  const degrees = new Map<string, number>();
  for (const { source, target } of input.edges) {
    degrees.set(source, (degrees.get(source) ?? 0) + 1);
    degrees.set(target, (degrees.get(target) ?? 0) + 1);
  }
  const all = [...merges(input, own, degrees), ...strays(input, own), ...noFaces(own, degrees)];
  return all.sort((a, b) => b.impact - a.impact || b.probability - a.probability || compareText(a.key, b.key));
}

/** Pairs of persons who are never in one photograph and near enough to be one. */
function merges(
  { sums, calibration, isBarred }: SuggestInput,
  own: ReadonlyMap<string, readonly AssignedFace[]>,
  degrees: ReadonlyMap<string, number>,
): Suggestion[] {
  const { ids, sizes, totals, dims } = sums;
  const photos = new Map([...own].map(([id, faces]) => [id, new Set(faces.map(({ photoId }) => photoId))]));
  const order = ids
    .map((id, place) => ({ id, place, photos: photos.get(id)?.size ?? 0 }))
    .filter(({ id }) => own.has(id))
    .sort((a, b) => b.photos - a.photos || compareText(a.id, b.id))
    .slice(0, MOST_COMPARED);
  const found: Suggestion[] = [];
  for (const [at, a] of order.entries()) {
    for (const b of order.slice(at + 1)) {
      let along = 0;
      const [startA, startB] = [a.place * dims, b.place * dims];
      for (let axis = 0; axis < dims; axis += 1) along += (totals[startA + axis] ?? 0) * (totals[startB + axis] ?? 0);
      const [sizeA, sizeB] = [sizes[a.place] ?? 1, sizes[b.place] ?? 1];
      const probability = probabilityOf(1 - along / (sizeA * sizeB), Math.min(sizeA, sizeB), calibration);
      if (probability < LEAST_PROBABILITY || shareAny(photos.get(a.id), photos.get(b.id))) continue;
      if ((own.get(b.id) ?? []).some(({ id }) => isBarred(id, a.id))) continue;
      found.push({
        ...{ kind: 'merge', key: `merge ${a.id} ${b.id}`, person: a.id, other: b.id, faces: [], probability },
        impact: probability * (1 + Math.min(degrees.get(a.id) ?? 0, degrees.get(b.id) ?? 0)),
      });
    }
  }
  return found;
}

function shareAny(a: ReadonlySet<string> | undefined, b: ReadonlySet<string> | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  const [small, large] = a.size < b.size ? [a, b] : [b, a];
  for (const id of small) if (large.has(id)) return true;
  return false;
}

/** Faces unlikely to be their person's, by the connections that rest on their photograph alone. */
function strays({ edges }: SuggestInput, own: ReadonlyMap<string, readonly AssignedFace[]>): Suggestion[] {
  const fragile = new Map<string, number>();
  for (const { source, target, photoIds } of edges) {
    const [only] = photoIds;
    if (photoIds.length !== 1 || only === undefined) continue;
    for (const person of [source, target]) {
      const key = `${person} ${only}`;
      fragile.set(key, (fragile.get(key) ?? 0) + 1);
    }
  }
  return [...own.values()].flat().flatMap((face): Suggestion[] => {
    const { id, personId, probability, isDecided, photoId } = face;
    if (personId === null || probability === null || isDecided || probability >= 0.5) return [];
    const wrong = 1 - probability;
    const impact = wrong * (1 + (fragile.get(`${personId} ${photoId}`) ?? 0));
    return [
      {
        kind: 'reject',
        key: `reject ${personId} ${id}`,
        person: personId,
        other: null,
        faces: [id],
        probability: wrong,
        impact,
      },
    ];
  });
}

/** Persons of one face that the detector was not sure of. */
function noFaces(
  own: ReadonlyMap<string, readonly AssignedFace[]>,
  degrees: ReadonlyMap<string, number>,
): Suggestion[] {
  return [...own].flatMap(([person, faces]): Suggestion[] => {
    const [only] = faces;
    if (faces.length !== 1 || only === undefined || only.isDecided || only.score >= DOUBTFUL_SCORE) return [];
    const probability = 1 - only.score;
    return [
      {
        ...{ kind: 'not-a-person', key: `not-a-person ${only.id}`, person, other: null, faces: [only.id], probability },
        impact: probability * (1 + (degrees.get(person) ?? 0)),
      },
    ];
  });
}
