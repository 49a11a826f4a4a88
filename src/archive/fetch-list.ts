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
import { whatInstead } from './picture-bytes.js';
import type { SourceRoot } from './source.js';

/** One link as it was last fetched (the store's `FetchedLink` fits). */
export interface KnownLink {
  /** See `linkKey`: without user and password. */
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
  /** Whether what lies at a path was skipped by the last extraction. */
  readonly wasSkipped?: (path: string) => boolean;
  /** Skipped ones are asked for again, though there is a file. */
  readonly isRetry?: boolean;
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
  /** Paths whose links are to be asked for, when nothing is to be fetched now: nothing is said about them yet. */
  readonly pending: readonly string[];
  /** The number of these links. */
  readonly toFetch: number;
}

/** Links between two savings. */
const SAVE_EVERY = 64;
const FILE_DIGITS = 32;

/** File name of a link in the folder of downloads. */
export function downloadName(url: string): string {
  return createHash('sha256').update(url).digest('hex').slice(0, FILE_DIGITS);
}

/**
 * What a link is remembered by: the link itself, but without a user and password, which are kept nowhere; a digest of
 * the whole link tells those apart that differ in them alone.
 */
export function linkKey(link: string): string {
  const url = URL.canParse(link) ? new URL(link) : null;
  if (url === null || (url.username === '' && url.password === '')) return link;
  url.username = '';
  url.password = '';
  return `${url.href} ${downloadName(link)}`;
}

/** Reads a list and fetches what is missing; `fetching` null: says only how much that is. */
export async function listedSource(root: SourceRoot, fetching: ListFetching | null): Promise<ListedSource> {
  const { rows, refused } = await readList(root.absolute, root.label);
  const known = new Map(fetching?.known);
  const folder = fetching === null ? null : join(fetching.projectDir, DOWNLOADS_FOLDER);
  const wanted = new Set<string>();
  for (const { path, target } of rows) {
    if (!('url' in target) || wanted.has(target.url)) continue;
    if (await isToBeAsked(target.url, path, folder, known, fetching)) wanted.add(target.url);
  }
  const isFetching = fetching !== null && fetching.isOn !== false;
  if (isFetching && folder !== null && wanted.size > 0) await fetchAll([...wanted], folder, fetching, known);
  const candidates: Candidate[] = [];
  const pending: string[] = [];
  const more: Refusal[] = [...refused];
  for (const row of rows) {
    if (!isFetching && 'url' in row.target && wanted.has(row.target.url)) {
      pending.push(row.path);
      continue;
    }
    const found = await fileOf(row, dirname(root.absolute), folder, known);
    if ('code' in found) more.push(found);
    else candidates.push(found);
  }
  return {
    candidates,
    refused: more,
    attributes: rows.map(({ path, attributes }) => ({ path, attributes })),
    pending,
    toFetch: isFetching ? 0 : wanted.size,
  };
}

/** Whether its file is missing, or is none that could be used: no picture at all, or, on a retry, one that was skipped. */
async function isToBeAsked(
  url: string,
  path: string,
  folder: string | null,
  known: ReadonlyMap<string, KnownLink>,
  fetching: ListFetching | null,
): Promise<boolean> {
  const file = known.get(linkKey(url))?.file ?? null;
  if (folder === null || file === null || !existsSync(join(folder, file))) return true;
  if (fetching?.wasSkipped?.(path) !== true) return false;
  return fetching.isRetry === true || (await whatInstead(join(folder, file))) !== null;
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
      const link = await fetchOne(url, known.get(linkKey(url)), folder, rules);
      known.set(link.url, link);
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

/** Asks for one link; a file that was there goes on being there unless a picture takes its place. */
async function fetchOne(
  url: string,
  before: KnownLink | undefined,
  folder: string,
  rules: FetchRules,
): Promise<KnownLink> {
  const name = downloadName(url);
  const file = join(folder, name);
  const partial = join(folder, `.${name}.${process.pid}.tmp`);
  const common = { url: linkKey(url), fetchedAt: new Date().toISOString() };
  const isHere = before?.file === name && existsSync(file);
  const isGood = isHere && (await whatInstead(file)) === null;
  // What was no picture is known by its reason; what was a picture only as long as it is here.
  const isSeen = before !== undefined && (isHere || before.code === NO_PICTURE);
  try {
    const fetched = await fetchLink(url, partial, rules, isSeen ? before : null);
    const instead = await whatInstead(fetched === null ? file : partial).catch(() => null);
    if (fetched === null && before !== undefined && (isGood || !isHere)) return { ...before, ...common };
    if (instead === null && fetched !== null) {
      await rename(partial, file);
      return { ...common, ...fetched, file: name, code: null, message: null };
    }
    if (isGood && before !== undefined) return before;
    await rm(file, { force: true });
    const { etag, lastModified } = fetched ?? before ?? { etag: null, lastModified: null };
    return {
      ...common,
      etag,
      lastModified,
      file: null,
      code: NO_PICTURE,
      message: `the link led to ${instead}, no picture`,
    };
  } catch (cause) {
    rules.signal?.throwIfAborted();
    // A full or closed disk is no fault of the link, and no other link would fare better.
    if (!(cause instanceof FaceweaveError) || !cause.code.startsWith('LINK_')) throw cause;
    if (isHere && before !== undefined) return before;
    return { ...common, file: null, etag: null, lastModified: null, code: cause.code, message: cause.message };
  } finally {
    await rm(partial, { force: true });
  }
}

/** Code of a link behind which something came that is no picture. */
const NO_PICTURE = 'LINK_CONTENT';

/** The file of a row: a candidate, or why there is none. */
async function fileOf(
  { path, target }: ListRow,
  listFolder: string,
  folder: string | null,
  known: ReadonlyMap<string, KnownLink>,
): Promise<Candidate | Refusal> {
  let absolute: string;
  if ('url' in target) {
    const link = known.get(linkKey(target.url));
    if (link === undefined || folder === null || link.file === null) {
      return { path, code: link?.code ?? 'LINK_FAILED', message: link?.message ?? 'the link was not fetched' };
    }
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
