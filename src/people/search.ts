/**
 * Who is this? Compares a face that is in no person with all persons. One sum
 * vector a person, so that a face costs one product a person however many
 * faces there are. Pure.
 */
import type { Calibration } from './defaults.js';
import { probabilityOf } from './likeness.js';

/** Persons as sums of unit vectors. */
export interface PersonSums {
  readonly ids: readonly string[];
  readonly sizes: Uint32Array;
  /** Row-major `[persons × dims]`. */
  readonly totals: Float64Array;
  readonly dims: number;
}

/** A person a face may be. */
export interface Likely {
  readonly personId: string;
  /** Mean cosine distance to the person's faces, 0 … 2. */
  readonly distance: number;
  /** 0 … 1 that the face is this person, each person looked at alone; null without a calibration. */
  readonly probability: number | null;
}

/** Sums by person, persons in order of first appearance. */
export function personSums(vectors: Float32Array, dims: number, personOfRow: readonly (string | null)[]): PersonSums {
  const places = new Map<string, number>();
  for (const person of personOfRow) if (person !== null && !places.has(person)) places.set(person, places.size);
  const totals = new Float64Array(places.size * dims);
  const sizes = new Uint32Array(places.size);
  for (const [row, person] of personOfRow.entries()) {
    const place = person === null ? undefined : places.get(person);
    if (place === undefined) continue;
    sizes[place] = (sizes[place] ?? 0) + 1;
    for (let at = 0; at < dims; at += 1) {
      totals[place * dims + at] = (totals[place * dims + at] ?? 0) + (vectors[row * dims + at] ?? 0);
    }
  }
  return { ids: [...places.keys()], sizes, totals, dims };
}

/** The nearest persons, nearest first; ties by id. *Cost*: persons × dims. */
export function nearestPersons(
  vector: Float32Array,
  { ids, sizes, totals, dims }: PersonSums,
  calibration: Calibration | null,
  most: number,
): readonly Likely[] {
  const all = ids.map((personId, place): Likely => {
    let along = 0;
    for (let at = 0; at < dims; at += 1) along += (vector[at] ?? 0) * (totals[place * dims + at] ?? 0);
    const size = sizes[place] ?? 1;
    const distance = Math.min(2, Math.max(0, 1 - along / size));
    return {
      personId,
      distance,
      probability: calibration === null ? null : probabilityOf(distance, size, calibration),
    };
  });
  all.sort((a, b) => a.distance - b.distance || (a.personId < b.personId ? -1 : 1));
  return all.slice(0, most);
}
