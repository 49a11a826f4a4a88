/**
 * The links of a list become files of the project: each fetched once, a bounded
 * number at a time, what failed tried again by the next run. Paths of a list are
 * taken where they lie. The result is candidates and refusals, like a folder's.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, lstat, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { FaceweaveError } from '../config/error.js';
import { DOWNLOADS_FOLDER } from '../config/layout.js';
import type { Candidate, Refusal } from './candidate.js';
import { type FetchRules, fetchLink } from './fetch.js';
import { type ListRow, readList } from './list.js';
import type { SourceRoot } from './source.js';

/** One link as it was last fetched (the store's `FetchedLink` fits). */
export interface KnownLink {
  readonly url: string;
  /** File in the folder of downloads; null = nothing was kept. */
  readonly file: string | null;
  readonly etag: string | null;
  readonly lastModified: string | null;
  readonly fetchedAt: string;
  readonly code: string | null;
  readonly message: string | null;
}

/** What fetching needs. */
export interface ListFetching {
  readonly projectDir: string;
  /** Links fetched at once. */
  readonly connections: number;
  /** false: what is missing is counted, and nothing is fetched. */
  readonly isOn?: boolean;
  readonly rules: FetchRules;
  readonly known: ReadonlyMap<string, KnownLink>;
  /** Keeps what was learned; called every some links, so that a kill loses little. */
  readonly save: (links: readonly KnownLink[]) => Promise<void>;
  readonly onFetched?: (done: number, total: number) => void;
}

/** What a list came to. */
export interface ListedSource {
  readonly candidates: readonly Candidate[];
  readonly refused: readonly Refusal[];
  /** `name` and the further columns of each row, by path. */
  readonly attributes: readonly { readonly path: string; readonly attributes: Readonly<Record<string, string>> }[];
  /** Links that are still to be fetched, when nothing is to be fetched now. */
  readonly toFetch: number;
}

/** Links between two savings. */
const SAVE_EVERY = 64;
const FILE_DIGITS = 32;

/** File name of a link in the folder of downloads. */
export function downloadName(url: string): string {
  return createHash('sha256').update(url).digest('hex').slice(0, FILE_DIGITS);
}

/** Reads a list and fetches what is missing; `fetching` null: says only how much that is. */
export async function listedSource(root: SourceRoot, fetching: ListFetching | null): Promise<ListedSource> {
  const { rows, refused } = await readList(root.absolute, root.label);
  const links = [...new Set(rows.flatMap(({ target }) => ('url' in target ? [target.url] : [])))];
  const known = new Map(fetching?.known);
  const folder = fetching === null ? null : join(fetching.projectDir, DOWNLOADS_FOLDER);
  const isHere = (url: string): boolean => {
    const file = known.get(url)?.file ?? null;
    return folder !== null && file !== null && existsSync(join(folder, file));
  };
  const missing = links.filter((url) => !isHere(url));
  const isFetching = fetching !== null && fetching.isOn !== false;
  if (isFetching && folder !== null && missing.length > 0) {
    await fetchAll(missing, folder, fetching, known);
  }
  const candidates: Candidate[] = [];
  const more: Refusal[] = [...refused];
  for (const row of rows) {
    const found = await fileOf(row, dirname(root.absolute), folder, known);
    if (found === null) continue;
    if ('code' in found) more.push(found);
    else candidates.push(found);
  }
  return {
    candidates,
    refused: more,
    attributes: rows.map(({ path, attributes }) => ({ path, attributes })),
    toFetch: isFetching ? 0 : missing.length,
  };
}

async function fetchAll(
  links: readonly string[],
  folder: string,
  { connections, rules, save, onFetched }: ListFetching,
  known: Map<string, KnownLink>,
): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  let next = 0;
  let done = 0;
  let unsaved: KnownLink[] = [];
  const saveAll = async (): Promise<void> => {
    const batch = unsaved;
    unsaved = [];
    if (batch.length > 0) await save(batch);
  };
  const work = async (): Promise<void> => {
    for (;;) {
      rules.signal?.throwIfAborted();
      const url = links[next];
      next += 1;
      if (url === undefined) return;
      const link = await fetchOne(url, folder, rules);
      known.set(url, link);
      unsaved.push(link);
      done += 1;
      onFetched?.(done, links.length);
      if (unsaved.length >= SAVE_EVERY) await saveAll();
    }
  };
  try {
    // All are awaited, so that none still writes when an error goes on its way.
    const ended = await Promise.allSettled(Array.from({ length: Math.min(connections, links.length) }, work));
    for (const end of ended) if (end.status === 'rejected') throw end.reason;
  } finally {
    await saveAll();
  }
}

async function fetchOne(url: string, folder: string, rules: FetchRules): Promise<KnownLink> {
  const name = downloadName(url);
  const partial = join(folder, `.${name}.${process.pid}.tmp`);
  const common = { url, fetchedAt: new Date().toISOString() };
  try {
    const { etag, lastModified } = await fetchLink(url, partial, rules);
    await rename(partial, join(folder, name));
    return { ...common, file: name, etag, lastModified, code: null, message: null };
  } catch (cause) {
    rules.signal?.throwIfAborted();
    // A full or closed disk is no fault of the link, and no other link would fare better.
    if (!(cause instanceof FaceweaveError) || !cause.code.startsWith('LINK_')) throw cause;
    return { ...common, file: null, etag: null, lastModified: null, code: cause.code, message: cause.message };
  } finally {
    await rm(partial, { force: true });
  }
}

/** The file of a row: a candidate, or why there is none; null = a link that is still to be fetched. */
async function fileOf(
  { path, target }: ListRow,
  listFolder: string,
  folder: string | null,
  known: ReadonlyMap<string, KnownLink>,
): Promise<Candidate | Refusal | null> {
  let absolute: string;
  if ('url' in target) {
    const link = known.get(target.url);
    if (link === undefined || folder === null) return null;
    if (link.file === null) return { path, code: link.code ?? 'LINK_FAILED', message: link.message ?? '' };
    absolute = join(folder, link.file);
  } else {
    absolute = resolve(listFolder, target.file);
  }
  try {
    const stats = await lstat(absolute, { bigint: true });
    if (!stats.isFile()) return { path, code: 'FILE_NOT_REGULAR', message: 'is not a regular file' };
    return { path, absolute, sizeBytes: Number(stats.size), mtimeNs: stats.mtimeNs.toString() };
  } catch (cause) {
    const reason =
      cause instanceof Error && 'code' in cause && cause.code === 'ENOENT' ? 'no such file' : String(cause);
    return { path, code: 'FILE_READ', message: `the file cannot be read: ${reason}` };
  }
}
