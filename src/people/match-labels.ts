/**
 * Which face each label means: by id, by the box it lies in, or by the middle
 * of the photograph. Every row ends as the label of one face or with the reason
 * why not. Pure; the order of the rows decides ties only.
 */
import type { AssignedFace, Box, Photo } from '../config/domain.js';
import { overlapOf } from '../config/overlap.js';
import type { LabelRow, LabelRows, UnusedReason, UnusedRow } from './label-rows.js';

/** How a face was found: by its id, at the box, alone in its photograph, or nearest to the middle of several. */
export type MatchedBy = 'face' | 'box' | 'single' | 'middle';

/** The true person of a face. */
export interface FaceLabel {
  readonly row: number;
  readonly name: string;
  readonly by: MatchedBy;
}

/** Labels by face; the rows of the table = `labels` + `unused`. */
export interface MatchedLabels {
  readonly labels: ReadonlyMap<string, FaceLabel>;
  /** Sorted by row. */
  readonly unused: readonly UnusedRow[];
  readonly recomposed: number;
}

/** Least overlap of a labelled box and a found one, intersection over union: frames are drawn by many habits. */
export const LEAST_OVERLAP = 0.3;

/**
 * Matches each row to a face. A face's id wins where it is known; else the photograph and the box decide, so that
 * labels outlive another detection. One box labels one face and takes the one it overlaps most.
 *
 * *Cost*: O(rows + faces), times the faces of one photograph for boxes.
 */
export function matchLabels(
  { rows, unused: unread, recomposed }: LabelRows,
  photos: readonly Photo[],
  faces: readonly AssignedFace[],
): MatchedLabels {
  const known = new Set(faces.map(({ id }) => id));
  const photoAt = photoFinder(photos);
  const facesOf = new Map<string, AssignedFace[]>();
  for (const face of faces) push(facesOf, face.photoId, face);
  const unused: UnusedRow[] = [...unread];
  const claims = new Map<string, FaceLabel[]>();
  const claim = (faceId: string, { row, name }: LabelRow, by: MatchedBy): void => {
    push(claims, faceId, { row, name, by });
  };
  const refuse = ({ row }: Pick<LabelRow, 'row'>, reason: UnusedReason): void => {
    unused.push({ row, reason });
  };
  const boxed = new Map<string, BoxedRow[]>();
  for (const row of rows) {
    if (row.faceId !== null && known.has(row.faceId)) {
      claim(row.faceId, row, 'face');
      continue;
    }
    const photo = row.photo === null ? undefined : photoAt(row.photo);
    const inPhoto = photo === undefined ? [] : (facesOf.get(photo.id) ?? []);
    const [only] = inPhoto;
    if (row.photo === null) refuse(row, 'no-such-face');
    else if (photo === undefined) refuse(row, 'no-such-photo');
    else if (only === undefined) refuse(row, 'photo-without-face');
    else if (row.box !== null) push(boxed, photo.id, { row, box: row.box });
    else if (inPhoto.length === 1) claim(only.id, row, 'single');
    else claim(nearestToMiddle(photo, inPhoto).id, row, 'middle');
  }
  for (const [photoId, own] of boxed) {
    const faceOf = pairBoxes(own, facesOf.get(photoId) ?? []);
    for (const { row, box } of own) {
      const faceId = faceOf.get(keyOf(box));
      if (faceId === undefined) refuse(row, 'no-face-at-box');
      else claim(faceId, row, 'box');
    }
  }
  const labels = new Map<string, FaceLabel>();
  for (const [faceId, own] of claims) {
    own.sort((a, b) => a.row - b.row);
    const [first, ...others] = own;
    if (first === undefined) continue;
    if (others.some(({ name }) => name !== first.name)) {
      for (const label of own) refuse(label, 'contradiction');
      continue;
    }
    labels.set(faceId, first);
    for (const label of others) refuse(label, 'repeated');
  }
  return { labels, unused: unused.sort((a, b) => a.row - b.row), recomposed };
}

function push<Item>(groups: Map<string, Item[]>, key: string, item: Item): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, [item]);
  else group.push(item);
}

interface BoxedRow {
  readonly row: LabelRow;
  readonly box: Box;
}

/** A photograph by any of its paths; where none is equal, by the one that is in another form of Unicode. */
function photoFinder(photos: readonly Photo[]): (path: string) => Photo | undefined {
  const exact = new Map<string, Photo>();
  const composed = new Map<string, Photo | undefined>();
  for (const photo of photos) {
    for (const path of photo.paths) {
      exact.set(path, photo);
      const form = path.normalize('NFC');
      // Two photographs under one form: neither is meant for sure.
      composed.set(form, composed.has(form) && composed.get(form) !== photo ? undefined : photo);
    }
  }
  return (path) => exact.get(path) ?? composed.get(path.normalize('NFC'));
}

function nearestToMiddle({ width, height }: Photo, faces: readonly AssignedFace[]): AssignedFace {
  const distance = ({ box }: AssignedFace): number =>
    Math.hypot(box.x + box.width / 2 - width / 2, box.y + box.height / 2 - height / 2);
  return faces.reduce((best, face) => {
    const nearer = distance(face) - distance(best) || face.ordinal - best.ordinal;
    return nearer < 0 ? face : best;
  });
}

/** Equal boxes are one, whatever they are called. */
function keyOf({ x, y, width, height }: Box): string {
  return `${x} ${y} ${width} ${height}`;
}

/** Face of each box, the largest overlap first, each face taken once; ties go to the earlier row, then the face that is first. */
function pairBoxes(rows: readonly BoxedRow[], faces: readonly AssignedFace[]): ReadonlyMap<string, string> {
  const boxes = new Map(rows.map(({ box }) => [keyOf(box), box]));
  const pairs: { readonly key: string; readonly faceId: string; readonly overlap: number }[] = [];
  for (const [key, box] of boxes) {
    for (const face of faces) {
      const overlap = overlapOf(box, face.box);
      if (overlap >= LEAST_OVERLAP) pairs.push({ key, faceId: face.id, overlap });
    }
  }
  pairs.sort((a, b) => b.overlap - a.overlap);
  const faceOf = new Map<string, string>();
  const taken = new Set<string>();
  for (const { key, faceId } of pairs) {
    if (faceOf.has(key) || taken.has(faceId)) continue;
    faceOf.set(key, faceId);
    taken.add(faceId);
  }
  return faceOf;
}
