/**
 * How alike the faces of each person are: each face's distance to its person,
 * the probability that it belongs there, and each person's cohesion. One pass
 * over the vectors, in double precision, whatever drew the persons:
 * clustering or people. Pure.
 *
 * For unit vectors with sum S of n: the mean cosine of a face x to the others is (⟨x, S⟩ − 1) / (n − 1), and of all
 * pairs (|S|² − n) / (n (n − 1)).
 */
import type { VectorTable } from '../store/index.js';
import type { Calibration } from './defaults.js';
import { personSums } from './person-sums.js';

/** One face against its person. */
export interface Likeness {
  /** Cosine distance to the mean of the person's faces, the face among them; 0 for a face alone. */
  readonly distance: number;
  /** 0 … 1; 1 for a face alone; null without a calibration. */
  readonly probability: number | null;
}

/** What the vectors say of each face and person. */
export interface Likenesses {
  /** By row of the table; null = in no person. */
  readonly faces: readonly (Likeness | null)[];
  readonly persons: ReadonlyMap<string, PersonLikeness>;
}

/** One person's faces among each other. */
export interface PersonLikeness {
  readonly faces: number;
  /** Mean cosine of two different faces; null for one face. */
  readonly cohesion: number | null;
}

/** No distance makes it surer than this: of the cases at either end, that many are the other way round. */
const SURE = { least: 0.01, most: 0.995 };

/** *Cost*: faces × dims, twice; memory one sum a person. */
export function likenesses(
  { vectors, dims }: Pick<VectorTable, 'vectors' | 'dims'>,
  personOfRow: readonly (string | null)[],
  calibration: Calibration | null,
): Likenesses {
  const { ids, sizes, totals } = personSums(vectors, dims, personOfRow);
  const places = new Map(ids.map((person, place) => [person, place]));
  const lengths = ids.map((_, place) => Math.sqrt(product(totals, place * dims, totals, place * dims, dims)));
  const faces = personOfRow.map((person, row): Likeness | null => {
    const place = person === null ? undefined : places.get(person);
    if (place === undefined) return null;
    const size = sizes[place] ?? 0;
    if (size === 1) return { distance: 0, probability: calibration === null ? null : 1 };
    const along = product(vectors, row * dims, totals, place * dims, dims);
    const length = lengths[place] ?? 0;
    const toOthers = 1 - (along - 1) / (size - 1);
    return {
      distance: length === 0 ? 1 : Math.min(2, Math.max(0, 1 - along / length)),
      probability: calibration === null ? null : probabilityOf(toOthers, size - 1, calibration),
    };
  });
  const persons = new Map<string, PersonLikeness>();
  for (const [place, person] of ids.entries()) {
    const n = sizes[place] ?? 0;
    const length = lengths[place] ?? 0;
    persons.set(person, { faces: n, cohesion: n === 1 ? null : (length * length - n) / (n * (n - 1)) });
  }
  return { faces, persons };
}

/**
 * The probability that a face belongs to a person whose other faces are at this mean cosine distance: a logistic curve
 * whose middle moves with the number of the others, because the mean of many is steadier (docs/algorithms.md).
 */
export function probabilityOf(distance: number, others: number, { slope, middle, one }: Calibration): number {
  const centre = middle + (one - middle) / (1 + (others - 1) / 4);
  return SURE.least + (SURE.most - SURE.least) / (1 + Math.exp(slope * (distance - centre)));
}

/** ⟨values[start …], others[from …]⟩. */
function product(
  values: Float32Array | Float64Array,
  start: number,
  others: Float64Array,
  from: number,
  dims: number,
): number {
  let sum = 0;
  for (let at = 0; at < dims; at += 1) sum += (values[start + at] ?? 0) * (others[from + at] ?? 0);
  return sum;
}
