/**
 * Identity of faces: ids from content, and matching by overlap when a
 * photograph is extracted again, so that names given to a face survive another
 * detector. Pure; knows neither files nor the store.
 */
import { createHash } from 'node:crypto';
import { type Box, type Face, overlapOf } from '../config/index.js';

/** Overlap above which two boxes of one photograph are one face, as the field's re-scans do. */
export const SAME_FACE_IOU = 0.5;

/** 16 hex digits from the photograph's content and the rounded box; `attempt` only when taken. */
export function faceIdOf(photoId: string, box: Box, attempt = 0): string {
  const rounded = [box.x, box.y, box.width, box.height].map((value) => Math.round(value));
  const suffix = attempt === 0 ? '' : `:${attempt}`;
  return createHash('sha256')
    .update(`${photoId}:${rounded.join(',')}${suffix}`)
    .digest('hex')
    .slice(0, 16);
}

/**
 * One id for each box of a photograph, in the order of `boxes`: the id of the
 * stored face it overlaps most (each stored face at most once, best pair
 * first), else a new one from its content.
 */
export function identify(
  photoId: string,
  boxes: readonly Box[],
  stored: readonly Pick<Face, 'id' | 'box'>[],
): readonly string[] {
  const ids = new Array<string | undefined>(boxes.length).fill(undefined);
  const taken = new Set<string>();
  const pairs = boxes.flatMap((box, index) =>
    stored
      .map((face) => ({ index, id: face.id, overlap: overlapOf(box, face.box) }))
      .filter(({ overlap }) => overlap > SAME_FACE_IOU),
  );
  pairs.sort((a, b) => b.overlap - a.overlap || a.index - b.index || (a.id < b.id ? -1 : 1));
  for (const { index, id } of pairs) {
    if (ids[index] !== undefined || taken.has(id)) continue;
    ids[index] = id;
    taken.add(id);
  }
  return boxes.map((box, index) => {
    const known = ids[index];
    if (known !== undefined) return known;
    let attempt = 0;
    let id = faceIdOf(photoId, box);
    while (taken.has(id)) {
      attempt += 1;
      id = faceIdOf(photoId, box, attempt);
    }
    taken.add(id);
    return id;
  });
}
