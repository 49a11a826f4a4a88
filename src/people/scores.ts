/**
 * How well a grouping of faces agrees with the truth, or with another grouping:
 * pairwise and B-cubed rates, and the indices that scikit-learn has, equal to
 * its figures. Pure; all from one contingency table.
 *
 * Sources: Amigó et al. 2009, "A comparison of extrinsic clustering evaluation metrics" (B-cubed); Rand 1971
 * (pairs); Hubert and Arabie 1985 (ARI); Vinh, Epps and Bailey 2010 (AMI, NMI); Rosenberg and Hirschberg 2007
 * (homogeneity, completeness, V-measure).
 */
import { ALONE, type Contingency, contingency } from './contingency.js';
import { expectedMutualInformation } from './expected-information.js';

/** One item: the cluster it was put in (null = alone) and the one it belongs to. */
export interface Labelled {
  readonly predicted: string | null;
  readonly truth: string;
}

/** Precision, recall and their harmonic mean, 0 … 1. */
export interface Rates {
  readonly precision: number;
  readonly recall: number;
  readonly f: number;
}

/** Pairwise and B-cubed rates. */
export interface ClusterRates {
  /** Of the pairs that lie together, how many should; of those that should, how many do. */
  readonly pairwise: Rates;
  /** The same for each item with its own group, averaged over items: large persons count less. */
  readonly bCubed: Rates;
}

/** All scores; 1 = the same grouping. */
export interface ClusterScores extends ClusterRates {
  /** Adjusted for chance: about 0 for a random grouping; may be below 0. Arithmetic mean of the entropies. */
  readonly ami: number;
  /** Adjusted for chance, over pairs; may be below 0. */
  readonly ari: number;
  /** Not adjusted: grows with the number of groups. Arithmetic mean, so equal to the V-measure. */
  readonly nmi: number;
  /** Each group holds one person only. */
  readonly homogeneity: number;
  /** Each person lies in one group only. */
  readonly completeness: number;
  readonly vMeasure: number;
}

/** F is 0 when both are 0. */
export function rates(precision: number, recall: number): Rates {
  return { precision, recall, f: precision + recall > 0 ? (2 * precision * recall) / (precision + recall) : 0 };
}

/** A share; of nothing, all is right. */
function share(part: number, whole: number): number {
  return whole === 0 ? 1 : part / whole;
}

function pairsWithin(sizes: Uint32Array): number {
  let pairs = 0;
  for (const size of sizes) pairs += (size * (size - 1)) / 2;
  return pairs;
}

/** Rows are the groups found, columns the truth. No pair at all: nothing is wrong, so 1. *Cost*: O(cells + groups). */
function pairwiseRates(table: Contingency): Rates {
  const together = pairsWithin(table.counts);
  return rates(share(together, pairsWithin(table.rowSizes)), share(together, pairsWithin(table.columnSizes)));
}

function bCubedRates({ items, rows, columns, counts, rowSizes, columnSizes }: Contingency): Rates {
  let precision = 0;
  let recall = 0;
  for (let cell = 0; cell < counts.length; cell += 1) {
    const count = counts[cell] ?? 0;
    precision += (count * count) / (rowSizes[rows[cell] ?? 0] ?? 1);
    recall += (count * count) / (columnSizes[columns[cell] ?? 0] ?? 1);
  }
  return rates(share(precision, items), share(recall, items));
}

function ratesOf(table: Contingency): ClusterRates {
  return { pairwise: pairwiseRates(table), bCubed: bCubedRates(table) };
}

/** Pairwise and B-cubed rates; an item without a cluster is a cluster of its own. */
export function scoreClustering(items: readonly Labelled[]): ClusterRates {
  return ratesOf(tableOf(items));
}

/** All scores of named items. */
export function scoreItems(items: readonly Labelled[]): ClusterScores {
  return scoresOf(tableOf(items));
}

/**
 * All scores, one label an item; a negative label is an item alone.
 *
 * *Cost*: O(n + cells), and what the expected information costs. *Errors*: `ARGUMENT` when the lengths differ.
 */
export function scoreLabels(predicted: ArrayLike<number>, truth: ArrayLike<number>): ClusterScores {
  return scoresOf(contingency(predicted, truth));
}

/** The adjusted Rand index alone, for comparing groupings many times over. */
export function adjustedRand(first: ArrayLike<number>, second: ArrayLike<number>): number {
  return randOf(contingency(first, second));
}

function tableOf(items: readonly Labelled[]): Contingency {
  const [clusters, persons] = [new Map<string, number>(), new Map<string, number>()];
  const code = (known: Map<string, number>, text: string): number => {
    const found = known.get(text);
    if (found !== undefined) return found;
    known.set(text, known.size);
    return known.size - 1;
  };
  return contingency(
    items.map(({ predicted }) => (predicted === null ? ALONE : code(clusters, predicted))),
    items.map(({ truth }) => code(persons, truth)),
  );
}

function scoresOf(table: Contingency): ClusterScores {
  const found = entropy(table.rowSizes, table.items);
  const truth = entropy(table.columnSizes, table.items);
  const shared = sharedInformation(table);
  const homogeneity = truth === 0 ? 1 : shared / truth;
  const completeness = found === 0 ? 1 : shared / found;
  const vMeasure = rates(homogeneity, completeness).f;
  return {
    ...ratesOf(table),
    ami: isSame(table) ? 1 : adjusted(shared, expectedMutualInformation(table), (found + truth) / 2),
    ari: randOf(table),
    nmi: isSame(table) ? 1 : normalised(shared, (found + truth) / 2),
    homogeneity,
    completeness,
    vMeasure,
  };
}

/** Every group of the one is a group of the other; also when there is nothing. */
function isSame({ counts, rowSizes, columnSizes }: Contingency): boolean {
  return counts.length === rowSizes.length && counts.length === columnSizes.length;
}

function normalised(shared: number, most: number): number {
  return most === 0 ? 1 : shared / most;
}

/** The smallest difference that is taken for one: at equal numbers rounding decides nothing. */
const LEAST = Number.EPSILON;

function adjusted(shared: number, expected: number, most: number): number {
  const room = most - expected;
  return (shared - expected) / (Math.abs(room) < LEAST ? LEAST : room);
}

/** Nats. */
function entropy(sizes: Uint32Array, items: number): number {
  if (sizes.length <= 1) return 0;
  let sum = 0;
  for (const size of sizes) sum -= (size / items) * (Math.log(size) - Math.log(items));
  return sum;
}

/** Mutual information, nats; never below 0. */
function sharedInformation({ items, rows, columns, counts, rowSizes, columnSizes }: Contingency): number {
  if (rowSizes.length <= 1 || columnSizes.length <= 1) return 0;
  let sum = 0;
  for (let cell = 0; cell < counts.length; cell += 1) {
    const count = counts[cell] ?? 0;
    const sizes = Math.log(rowSizes[rows[cell] ?? 0] ?? 1) + Math.log(columnSizes[columns[cell] ?? 0] ?? 1);
    sum += (count / items) * (Math.log(count) + Math.log(items) - sizes);
  }
  return Math.max(0, sum);
}

/** From the four counts of pairs, as scikit-learn does: exact where the textbook form cancels. */
function randOf(table: Contingency): number {
  const both = pairsWithin(table.counts);
  const foundOnly = pairsWithin(table.rowSizes) - both;
  const truthOnly = pairsWithin(table.columnSizes) - both;
  if (foundOnly === 0 && truthOnly === 0) return 1;
  const neither = (table.items * (table.items - 1)) / 2 - both - foundOnly - truthOnly;
  return (
    (2 * (both * neither - foundOnly * truthOnly)) /
    ((both + truthOnly) * (truthOnly + neither) + (both + foundOnly) * (foundOnly + neither))
  );
}
