/**
 * Scores of a clustering and of a network against known truth: pairwise and
 * B-cubed precision, recall and F, and the same for weighted edges. Pure, so
 * that the tests can check it against numbers worked out by hand.
 *
 * Sources: Amigó et al. 2009, "A comparison of extrinsic clustering evaluation
 * metrics" (B-cubed); pairwise counts as in Rand 1971.
 */

/** One item: the cluster it was put in (null = alone) and the one it belongs to. */
export interface Labelled {
  readonly predicted: string | null;
  readonly truth: string;
}

/** Precision, recall and their harmonic mean. */
export interface Rates {
  readonly precision: number;
  readonly recall: number;
  readonly f: number;
}

/** F is 0 when both are 0. */
export function rates(precision: number, recall: number): Rates {
  return { precision, recall, f: precision + recall > 0 ? (2 * precision * recall) / (precision + recall) : 0 };
}

function tally(keys: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

const pairs = (counts: Map<string, number>): number => {
  let sum = 0;
  for (const count of counts.values()) sum += (count * (count - 1)) / 2;
  return sum;
};

/** Pairwise and B-cubed rates; an item without a cluster is a cluster of its own. */
export function scoreClustering(items: readonly Labelled[]): { readonly pairwise: Rates; readonly bCubed: Rates } {
  const named = items.map(({ predicted, truth }, index) => ({
    predicted: predicted === null ? `\u0000${index}` : predicted,
    truth,
  }));
  const joint = tally(named.map((item) => JSON.stringify([item.predicted, item.truth])));
  const predicted = tally(named.map((item) => item.predicted));
  const truth = tally(named.map((item) => item.truth));
  const together = pairs(joint);
  let precision = 0;
  let recall = 0;
  for (const [key, count] of joint) {
    const [cluster, person]: [string, string] = JSON.parse(key);
    precision += (count * count) / (predicted.get(cluster) ?? 1);
    recall += (count * count) / (truth.get(person) ?? 1);
  }
  const total = Math.max(items.length, 1);
  return {
    pairwise: rates(together / Math.max(pairs(predicted), 1), together / Math.max(pairs(truth), 1)),
    bCubed: rates(precision / total, recall / total),
  };
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
