/**
 * Two groupings of the same items counted against each other: how many items
 * lie in each group of the one and each group of the other. Every score of a
 * clustering is a sum over these counts, so they are made once, and flat.
 */
import { FaceweaveError } from '../config/error.js';

/** Counts of two groupings. Only cells that hold an item are there, ordered by row, then column. */
export interface Contingency {
  readonly items: number;
  /** Items in each group of the first grouping. */
  readonly rowSizes: Uint32Array;
  /** Items in each group of the second grouping. */
  readonly columnSizes: Uint32Array;
  /** Row, column and items of each cell that is not empty. */
  readonly rows: Uint32Array;
  readonly columns: Uint32Array;
  readonly counts: Uint32Array;
}

/** What stands for "alone": any negative label. */
export const ALONE = -1;

/** One of a label and the items that have it. */
interface Dense {
  readonly codes: Uint32Array;
  readonly sizes: Uint32Array;
}

/** Labels as 0, 1, 2 … in the order of their first item; each negative one is a group of its own. */
function denseCodes(labels: ArrayLike<number>): Dense {
  const codes = new Uint32Array(labels.length);
  const known = new Map<number, number>();
  const sizes = new Uint32Array(labels.length);
  let groups = 0;
  for (let at = 0; at < labels.length; at += 1) {
    const label = labels[at] ?? ALONE;
    let code = label < 0 ? undefined : known.get(label);
    if (code === undefined) {
      code = groups;
      groups += 1;
      if (label >= 0) known.set(label, code);
    }
    codes[at] = code;
    sizes[code] = (sizes[code] ?? 0) + 1;
  }
  return { codes, sizes: sizes.subarray(0, groups) };
}

/**
 * Counts two groupings, one label an item each; a negative label is an item alone.
 *
 * *Cost*: O(n + cells) time and memory, by counting sort of the rows. *Errors*: `ARGUMENT` when the lengths differ.
 */
export function contingency(first: ArrayLike<number>, second: ArrayLike<number>): Contingency {
  if (first.length !== second.length) {
    throw new FaceweaveError(`labels: expected ${first.length} in both groupings, found ${second.length}`, {
      code: 'ARGUMENT',
    });
  }
  const items = first.length;
  const { codes: rowOf, sizes: rowSizes } = denseCodes(first);
  const { codes: columnOf, sizes: columnSizes } = denseCodes(second);
  // Columns are sorted first and rows second, each stably: the cells come out in order.
  const byColumn = countingSort(columnOf, columnSizes, undefined);
  const order = countingSort(rowOf, rowSizes, byColumn);
  const rows = new Uint32Array(items);
  const columns = new Uint32Array(items);
  const counts = new Uint32Array(items);
  let cells = 0;
  for (const item of order) {
    const [row, column] = [rowOf[item] ?? 0, columnOf[item] ?? 0];
    if (cells === 0 || rows[cells - 1] !== row || columns[cells - 1] !== column) {
      rows[cells] = row;
      columns[cells] = column;
      cells += 1;
    }
    counts[cells - 1] = (counts[cells - 1] ?? 0) + 1;
  }
  return {
    items,
    rowSizes,
    columnSizes,
    rows: rows.slice(0, cells),
    columns: columns.slice(0, cells),
    counts: counts.slice(0, cells),
  };
}

/** Item numbers ordered by code, equal ones as they stand in `order`. */
function countingSort(codes: Uint32Array, sizes: Uint32Array, order: Uint32Array | undefined): Uint32Array {
  const next = new Uint32Array(sizes.length);
  let start = 0;
  for (let code = 0; code < sizes.length; code += 1) {
    next[code] = start;
    start += sizes[code] ?? 0;
  }
  const sorted = new Uint32Array(codes.length);
  for (let at = 0; at < codes.length; at += 1) {
    const item = order === undefined ? at : (order[at] ?? 0);
    const code = codes[item] ?? 0;
    const place = next[code] ?? 0;
    sorted[place] = item;
    next[code] = place + 1;
  }
  return sorted;
}
