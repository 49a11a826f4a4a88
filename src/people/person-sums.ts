/**
 * Persons as sums of their faces' vectors: what a face's mean distance to a
 * person, and a person's cohesion, are read from without a look at pairs. Pure.
 */

/** Persons as sums of unit vectors. */
export interface PersonSums {
  readonly ids: readonly string[];
  readonly sizes: Uint32Array;
  /** Row-major `[persons × dims]`. */
  readonly totals: Float64Array;
  readonly dims: number;
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
