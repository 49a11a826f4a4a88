/**
 * What is to be done: the sources listed, compared with what the store knows.
 * Reads names, sizes and times, never a photograph, and writes nothing; `plan`
 * shows it, `extract` does it.
 */
import {
  type ExtractionPlan,
  type KnownLink,
  type ListedSource,
  type ListFetching,
  type Listing,
  listCandidates,
  listedSource,
  ownerOf,
  planExtraction,
} from '../archive/index.js';
import { compareText } from '../config/index.js';
import { report } from '../native/index.js';
import type { CropOwner, KnownPath, PathAttributes, Store } from '../store/store.js';
import { photosWithoutCrops } from './crops.js';
import { knownOfRoots } from './known.js';
import type { ExtractRequest } from './types.js';

/** What was found and what follows from it. */
export interface Look {
  readonly listing: Listing;
  readonly known: ReadonlyMap<string, KnownPath>;
  /** Ids of photographs that these models have described. */
  readonly described: readonly string[];
  /** Of those, the ones whose crops are there too, where crops are wanted. */
  readonly extracted: ReadonlySet<string>;
  readonly crops: readonly CropOwner[];
  readonly plan: ExtractionPlan<KnownPath>;
  /** What lists say of their paths. */
  readonly attributes: readonly PathAttributes[];
  /** Links that are to be fetched, when nothing is fetched now. */
  readonly toFetch: number;
}

/** Paths that are kept though they were not listed: of sources that name some of their files only. */
function keptPaths({ roots, otherLabels = [] }: ExtractRequest): (path: string) => boolean {
  const partial = new Set(roots.filter(({ kind }) => kind === 'names').map(({ label }) => label));
  if (partial.size === 0) return () => false;
  const all = new Set([...roots.map(({ label }) => label), ...otherLabels]);
  return (path) => partial.has(ownerOf(path, all) ?? '');
}

/** Looks. `store` null: a project that is not there yet knows nothing. */
export async function look(store: Store | null, request: ExtractRequest): Promise<Look> {
  const { roots, projectDir, detector, embedder, options, signal } = request;
  const known: ReadonlyMap<string, KnownPath> =
    store === null ? new Map() : await knownOfRoots(store, roots, request.otherLabels ?? []);
  const { maxEntries, maxBytes, maxRatio } = options;
  // What was skipped is tried again only from a fresh listing: the listing itself may have refused it.
  const settled = store === null || request.retry === true ? new Map() : await store.settledArchives();
  const walked = await listCandidates(roots, {
    projectDir,
    known,
    settled,
    limits: { maxEntries, maxBytes, maxRatio },
    ...(signal === undefined ? {} : { signal }),
  });
  const { listing, attributes, pending, toFetch } = await withLists(store, walked, known, request);
  const isKept = keptPaths(request);
  const described = store === null ? [] : await store.extractedPhotoIds(detector.stored.id, embedder.stored.id);
  // Without their crops they are read again; their faces keep their ids.
  const crops = store !== null && options.crops ? await store.crops() : [];
  const inSight = crops.filter(({ isRetired }) => !isRetired);
  const cropless = await photosWithoutCrops(inSight, projectDir);
  const extracted = new Set(described.filter((id) => !cropless.has(id)));
  const plan = planExtraction<KnownPath>({
    candidates: listing.candidates,
    refused: listing.refused,
    known,
    extracted,
    retry: request.retry ?? false,
    isKept: (path) => pending.has(path) || isKept(path),
  });
  return { listing, known, described, extracted, crops, plan, attributes, toFetch };
}

/** What the lists among the sources come to, joined to what the walk found. */
async function withLists(
  store: Store | null,
  walked: Listing,
  paths: ReadonlyMap<string, KnownPath>,
  request: ExtractRequest,
) {
  const lists = request.roots.filter(({ kind }) => kind === 'list');
  if (lists.length === 0) return { listing: walked, attributes: [], pending: new Set<string>(), toFetch: 0 };
  const { options, signal, onProgress } = request;
  const known = store === null ? new Map<string, KnownLink>() : await store.fetchedLinks();
  const fetching = (store: Store): ListFetching => ({
    projectDir: request.projectDir,
    connections: options.connections,
    isOn: request.fetch !== false,
    known,
    wasSkipped: (path) => paths.get(path)?.photoId === null,
    isRetry: request.retry ?? false,
    save: (links) => store.saveFetchedLinks(links),
    onFetched: (completed, total) => report(onProgress, { step: 'fetch', completed, total, done: false }),
    rules: {
      timeoutMs: options.fetchTimeout * 1000,
      retries: options.fetchRetries,
      maxBytes: options.maxBytes,
      allowPrivate: options.allowPrivate,
      ...(signal === undefined ? {} : { signal }),
    },
  });
  const listed: ListedSource[] = [];
  for (const root of lists) listed.push(await listedSource(root, store === null ? null : fetching(store)));
  const byPath = (a: { readonly path: string }, b: { readonly path: string }): number => compareText(a.path, b.path);
  return {
    listing: {
      ...walked,
      candidates: [...walked.candidates, ...listed.flatMap(({ candidates }) => candidates)].sort(byPath),
      refused: [...walked.refused, ...listed.flatMap(({ refused }) => refused)].sort(byPath),
    },
    attributes: listed.flatMap(({ attributes }) => attributes),
    pending: new Set(listed.flatMap(({ pending }) => pending)),
    toFetch: listed.reduce((sum, list) => sum + list.toFetch, 0),
  };
}
