/**
 * A table of labels read and matched to the faces of a project: what
 * `evaluate` and `tune` begin with.
 */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { readDelimited } from '../archive/index.js';
import { labelsError, type MatchedLabels, matchLabels, readLabelRows } from '../people/index.js';
import type { Store } from '../store/index.js';

/** Which table, and which of its columns holds the true names. */
export interface LabelsRequest {
  /** Path of the CSV, relative to the working directory. */
  readonly labels: string;
  /** Default `name`. */
  readonly nameColumn?: string;
}

/**
 * Reads the table and matches its rows.
 *
 * *Errors*: `LABELS_READ` (no such file, not UTF-8, no table), `LABELS_EMPTY`, `LABELS_COLUMNS`, `STORE_*`.
 */
export async function readLabels(store: Store, { labels, nameColumn }: LabelsRequest): Promise<MatchedLabels> {
  const path = resolve(labels);
  const bytes = await readFile(path).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message.replace(/, \w+( '[\s\S]*')?$/, '') : String(cause);
    throw labelsError(path, 'LABELS_READ', `cannot be read: ${reason}`, cause);
  });
  const records = readDelimited(bytes, (problem, cause) => labelsError(path, 'LABELS_READ', problem, cause));
  const rows = readLabelRows(records, path, nameColumn);
  return matchLabels(rows, await store.photos(), await store.faces());
}
