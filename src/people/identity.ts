/**
 * Which person is which: gives each cluster of faces an id that stays when the
 * clustering is made again with other faces or other numbers. Pure; the same
 * input in any order gives the same ids.
 */

import { compareText } from '../config/order.js';

/** Digits of a founding face's id that a person's id starts with. */
const SHORTEST_ID = 8;

function smallest(faceIds: readonly string[]): string {
  let least = faceIds[0] ?? '';
  for (const id of faceIds) if (id < least) least = id;
  return least;
}

/** The id for a person founded by this face, longer while `taken` holds it. */
export function foundingId(faceId: string, taken: ReadonlySet<string>): string {
  for (let digits = SHORTEST_ID; digits < faceId.length; digits += 1) {
    const id = `p${faceId.slice(0, digits)}`;
    if (!taken.has(id)) return id;
  }
  // The whole face id taken: only after a person outlived its founding face.
  for (let n = 0; ; n += 1) {
    const id = `p${faceId}${n === 0 ? '' : n.toString(16)}`;
    if (!taken.has(id)) return id;
  }
}

/**
 * One person id for each group of face ids, in the order of `groups`.
 *
 * `previous`: person of each face in the clustering before. A group inherits
 * the person it shares most faces with, the largest overlap first, each person
 * inherited once; the others get an id from their founding (smallest) face.
 * *Cost*: proportional to the faces, plus sorting the overlaps.
 */
export function namePersons(
  groups: readonly (readonly string[])[],
  previous: ReadonlyMap<string, string>,
): readonly string[] {
  const founders = groups.map(smallest);
  const overlaps: { group: number; person: string; faces: number }[] = [];
  for (const [group, faces] of groups.entries()) {
    const counts = new Map<string, number>();
    for (const face of faces) {
      const person = previous.get(face);
      if (person !== undefined) counts.set(person, (counts.get(person) ?? 0) + 1);
    }
    for (const [person, count] of counts) overlaps.push({ group, person, faces: count });
  }
  overlaps.sort(
    (a, b) =>
      b.faces - a.faces ||
      compareText(a.person, b.person) ||
      compareText(founders[a.group] ?? '', founders[b.group] ?? ''),
  );
  const ids = new Array<string | undefined>(groups.length).fill(undefined);
  const taken = new Set<string>();
  for (const { group, person } of overlaps) {
    if (ids[group] !== undefined || taken.has(person)) continue;
    ids[group] = person;
    taken.add(person);
  }
  // Retired ids are not given to strangers: a note that names one must not come to mean another.
  const reserved = new Set([...taken, ...previous.values()]);
  const unnamed = [...groups.keys()].filter((group) => ids[group] === undefined);
  unnamed.sort((a, b) => compareText(founders[a] ?? '', founders[b] ?? ''));
  for (const group of unnamed) {
    const id = foundingId(founders[group] ?? '', reserved);
    ids[group] = id;
    reserved.add(id);
  }
  return ids.map((id) => id ?? '');
}
