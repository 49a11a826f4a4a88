/**
 * What the store knows of the sources that are walked, and of no other: whether
 * a path is gone is only ever asked of these. Apart from the work because here
 * it is decided what an extraction may forget.
 */
import { type Candidate, ownerOf, type SourceRoot } from '../archive/index.js';
import { FaceweaveError } from '../config/index.js';
import type { KnownPath, Store } from '../store/store.js';

/** The known paths of the roots. `otherLabels`: labels of the project's other sources. */
export async function knownOfRoots(
  store: Store,
  roots: readonly SourceRoot[],
  otherLabels: readonly string[],
): Promise<ReadonlyMap<string, KnownPath>> {
  const labels = roots.map(({ label }) => label);
  if (!labels.includes('')) return store.knownPaths(labels);
  // Paths without a label are all that no other source has.
  const all = new Set([...labels, ...otherLabels]);
  const walked = new Set<string | undefined>(labels);
  return new Map([...(await store.knownPaths())].filter(([path]) => walked.has(ownerOf(path, all))));
}

/**
 * Throws `SOURCE_EMPTY` when a source had photographs and holds no candidate
 * now: a disk that is not mounted looks like that, and everything known of it
 * would be forgotten. Paths that merely cannot be read are not `gone`.
 */
export function refuseEmptied(
  roots: readonly SourceRoot[],
  candidates: readonly Candidate[],
  known: ReadonlyMap<string, KnownPath>,
  gone: readonly string[],
): void {
  const labels = new Set(roots.map(({ label }) => label));
  const inUse = new Set(candidates.map(({ path }) => ownerOf(path, labels)));
  const lost = new Map<string, number>();
  for (const path of gone) {
    const owner = ownerOf(path, labels);
    if (owner === undefined || inUse.has(owner) || (known.get(path)?.photoId ?? null) === null) continue;
    lost.set(owner, (lost.get(owner) ?? 0) + 1);
  }
  for (const { label, given } of roots) {
    const photographs = lost.get(label);
    if (photographs === undefined) continue;
    throw new FaceweaveError(`${given}: nothing is left of the ${photographs} photographs known from here`, {
      code: 'SOURCE_EMPTY',
      path: given,
      hint: 'is the disk mounted? --allow-empty forgets them',
    });
  }
}
