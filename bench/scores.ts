/**
 * Scores of the benches: those of a clustering are the product's own, those of
 * a network against known truth are here. Pure, so that the tests can check
 * them against numbers worked out by hand.
 */
import { type Rates, rates } from '../src/people/scores.js';

export { type Labelled, type Rates, rates, scoreClustering } from '../src/people/scores.js';

function tally(keys: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

/** Weighted edges by name: the weight both have counts as found. */
export function scoreEdges(found: ReadonlyMap<string, number>, truth: ReadonlyMap<string, number>): Rates {
  const sum = (weights: ReadonlyMap<string, number>) => [...weights.values()].reduce((a, b) => a + b, 0);
  let shared = 0;
  for (const [edge, weight] of found) shared += Math.min(weight, truth.get(edge) ?? 0);
  return rates(shared / Math.max(sum(found), 1), shared / Math.max(sum(truth), 1));
}

/** The value most items have; the first one seen wins a tie. */
export function majority(values: readonly string[]): string | undefined {
  let best: string | undefined;
  let most = 0;
  for (const [value, count] of tally(values)) {
    if (count > most) {
      best = value;
      most = count;
    }
  }
  return best;
}
