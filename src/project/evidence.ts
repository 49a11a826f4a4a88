/**
 * Where the photographs of a page lie, and whether they are still those that
 * were extracted: a page must not show one picture as evidence for what was
 * found in another that bore its name. It asks for size and time, as the walk does.
 */
import { lstat } from 'node:fs/promises';
import type { Photo } from '../config/index.js';
import type { KnownPath } from '../store/store.js';

/** Files asked at once, as in a walk. */
const ASKED_AT_ONCE = 64;

/** What became of the photographs since they were extracted. */
export interface Evidence {
  /** Absolute path of each photograph that is as it was, by photo id. */
  readonly places: ReadonlyMap<string, Buffer>;
  /** Ids of those that no file is known to hold any more: changed, missing, or out of reach. */
  readonly changed: ReadonlySet<string>;
}

/**
 * Looks at the photographs. Of copies the first that is as it was will do.
 *
 * *Cost*: one `lstat` a photograph. *Errors*: the signal's reason when aborted.
 */
export async function findEvidence(
  photos: readonly Photo[],
  known: ReadonlyMap<string, KnownPath>,
  locate: (path: string) => Buffer | null,
  signal: AbortSignal | undefined,
): Promise<Evidence> {
  const places = new Map<string, Buffer>();
  const changed = new Set<string>();
  for (let start = 0; start < photos.length; start += ASKED_AT_ONCE) {
    signal?.throwIfAborted();
    const batch = photos.slice(start, start + ASKED_AT_ONCE);
    const found = await Promise.all(batch.map((photo) => placeOf(photo, known, locate)));
    for (const [i, { id }] of batch.entries()) {
      const place = found[i] ?? null;
      if (place === null) changed.add(id);
      else places.set(id, place);
    }
  }
  return { places, changed };
}

async function placeOf(
  photo: Photo,
  known: ReadonlyMap<string, KnownPath>,
  locate: (path: string) => Buffer | null,
): Promise<Buffer | null> {
  for (const path of photo.paths) {
    const before = known.get(path);
    const place = locate(path);
    if (before !== undefined && place !== null && (await isAsItWas(place, before))) return place;
  }
  return null;
}

async function isAsItWas(place: Buffer, { sizeBytes, mtimeNs }: KnownPath): Promise<boolean> {
  try {
    const stats = await lstat(place, { bigint: true });
    return stats.isFile() && Number(stats.size) === sizeBytes && stats.mtimeNs.toString() === mtimeNs;
  } catch {
    // Whatever keeps the file from being looked at keeps it from being shown.
    return false;
  }
}
