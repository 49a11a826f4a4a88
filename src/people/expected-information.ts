/**
 * The mutual information that two groupings share by chance alone, given the
 * sizes of their groups: what adjusts the AMI. Apart because it is exact, long
 * and the only place where sizes are enumerated.
 *
 * Source: Vinh, Epps and Bailey 2010, "Information theoretic measures for
 * clusterings comparison", JMLR 11, equation 24a.
 */
import type { Contingency } from './contingency.js';

/** Sizes with the number of groups that have them. */
function tally(sizes: Uint32Array): readonly (readonly [size: number, groups: number])[] {
  const counts = new Map<number, number>();
  for (const size of sizes) counts.set(size, (counts.get(size) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => a - b);
}

/** `ln k!` for k = 0 … n; compensated sums, so that a million terms lose no digits. */
function logFactorials(n: number): Float64Array {
  const logs = new Float64Array(n + 1);
  let sum = 0;
  let lost = 0;
  for (let k = 2; k <= n; k += 1) {
    const term = Math.log(k) - lost;
    const next = sum + term;
    lost = next - sum - term;
    sum = next;
    logs[k] = sum;
  }
  return logs;
}

/**
 * Expected mutual information in nats under random groupings of the same sizes.
 *
 * *Cost*: groups of equal size are treated once, so it is the sum over pairs of distinct sizes of the smaller one: at
 * most O(n √n), and far less where most groups are small. Memory: 8 bytes an item.
 */
export function expectedMutualInformation({ items, rowSizes, columnSizes }: Contingency): number {
  if (rowSizes.length <= 1 || columnSizes.length <= 1) return 0;
  const logs = logFactorials(items);
  const log = (k: number): number => logs[k] ?? 0;
  const columns = tally(columnSizes);
  let total = 0;
  for (const [a, rowGroups] of tally(rowSizes)) {
    for (const [b, columnGroups] of columns) {
      const fixed = log(a) + log(b) + log(items - a) + log(items - b) - log(items);
      const most = Math.min(a, b);
      let sum = 0;
      for (let shared = Math.max(1, a + b - items); shared <= most; shared += 1) {
        const chance = Math.exp(fixed - log(shared) - log(a - shared) - log(b - shared) - log(items - a - b + shared));
        sum += (shared / items) * Math.log((items * shared) / (a * b)) * chance;
      }
      total += sum * rowGroups * columnGroups;
    }
  }
  return total;
}
