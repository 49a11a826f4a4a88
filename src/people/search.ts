/**
 * Who is this? Compares a face that is in no person with all persons. One sum
 * vector a person, so that a face costs one product a person however many
 * faces there are. Pure.
 */
import type { Calibration } from './defaults.js';
import { probabilityOf } from './likeness.js';
import type { PersonSums } from './person-sums.js';

/** A person a face may be. */
export interface Likely {
  readonly personId: string;
  /** Mean cosine distance to the person's faces, 0 … 2. */
  readonly distance: number;
  /** 0 … 1 that the face is this person, each person looked at alone; null without a calibration. */
  readonly probability: number | null;
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
