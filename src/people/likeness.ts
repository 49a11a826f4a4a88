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
  /** Mean cosine of two different faces, by person; null for one face. */
  readonly cohesion: ReadonlyMap<string, number | null>;
}

/** No distance makes it surer than this: of the cases at either end, that many are the other way round. */
const SURE = { least: 0.01, most: 0.995 };

/** Sum of the vectors and number of faces of a person. */
interface Sum {
  readonly total: Float64Array;
  faces: number;
}

/** *Cost*: faces × dims, twice; memory one sum a person. */
export function likenesses(
  { vectors, dims }: Pick<VectorTable, 'vectors' | 'dims'>,
  personOfRow: readonly (string | null)[],
  calibration: Calibration | null,
): Likenesses {
  const sums = sumsOf(vectors, dims, personOfRow);
  const lengths = new Map([...sums].map(([person, { total }]) => [person, Math.sqrt(product(total, 0, total, dims))]));
  const faces = personOfRow.map((person, row): Likeness | null => {
    const sum = person === null ? undefined : sums.get(person);
    if (person === null || sum === undefined) return null;
    if (sum.faces === 1) return { distance: 0, probability: calibration === null ? null : 1 };
    const along = product(vectors, row * dims, sum.total, dims);
    const length = lengths.get(person) ?? 0;
    const toOthers = 1 - (along - 1) / (sum.faces - 1);
    return {
      distance: length === 0 ? 1 : Math.min(2, Math.max(0, 1 - along / length)),
      probability: calibration === null ? null : probabilityOf(toOthers, sum.faces - 1, calibration),
    };
  });
  const cohesion = new Map<string, number | null>();
  for (const [person, { faces: n }] of sums) {
    const length = lengths.get(person) ?? 0;
    cohesion.set(person, n === 1 ? null : (length * length - n) / (n * (n - 1)));
  }
  return { faces, cohesion };
}

/**
 * The probability that a face belongs to a person whose other faces are at this mean cosine distance: a logistic curve
 * whose middle moves with the number of the others, because the mean of many is steadier (docs/algorithms.md).
 */
export function probabilityOf(distance: number, others: number, { slope, middle, one }: Calibration): number {
  const centre = middle + (one - middle) / (1 + (others - 1) / 4);
  return SURE.least + (SURE.most - SURE.least) / (1 + Math.exp(slope * (distance - centre)));
}

function sumsOf(vectors: Float32Array, dims: number, personOfRow: readonly (string | null)[]): Map<string, Sum> {
  const sums = new Map<string, Sum>();
  for (const [row, person] of personOfRow.entries()) {
    if (person === null) continue;
    let sum = sums.get(person);
    if (sum === undefined) {
      sum = { total: new Float64Array(dims), faces: 0 };
      sums.set(person, sum);
    }
    sum.faces += 1;
    const { total } = sum;
    const start = row * dims;
    for (let at = 0; at < dims; at += 1) total[at] = (total[at] ?? 0) + (vectors[start + at] ?? 0);
  }
  return sums;
}

/** ⟨values[start …], other⟩. */
function product(values: Float32Array | Float64Array, start: number, other: Float64Array, dims: number): number {
  let sum = 0;
  for (let at = 0; at < dims; at += 1) sum += (values[start + at] ?? 0) * (other[at] ?? 0);
  return sum;
}
