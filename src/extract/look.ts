/**
 * What is to be done: the sources listed, compared with what the store knows.
 * Reads names, sizes and times, never a photograph, and writes nothing; `plan`
 * shows it, `extract` does it.
 */
import { type ExtractionPlan, type Listing, listCandidates, planExtraction } from '../archive/index.js';
import type { CropOwner, KnownPath, Store } from '../store/store.js';
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
}

/** Looks. `store` null: a project that is not there yet knows nothing. */
export async function look(store: Store | null, request: ExtractRequest): Promise<Look> {
  const { roots, projectDir, detector, embedder, options, signal } = request;
  const listing = await listCandidates(roots, { projectDir, ...(signal === undefined ? {} : { signal }) });
  const known = store === null ? new Map() : await knownOfRoots(store, roots, request.otherLabels ?? []);
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
  });
  return { listing, known, described, extracted, crops, plan };
}
