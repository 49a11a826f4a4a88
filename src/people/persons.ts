/**
 * From faces that carry a person id to persons with their faces best first.
 * Apart because clustering, the network and the exports all need the same list.
 */
import type { AssignedFace, Person } from '../config/index.js';
import type { PersonRecord } from '../store/index.js';

function isBefore(a: AssignedFace, b: AssignedFace): number {
  return (
    (a.distance ?? Number.POSITIVE_INFINITY) - (b.distance ?? Number.POSITIVE_INFINITY) ||
    b.score - a.score ||
    (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
  );
}

/** Faces of each person, best first: nearest to the person's mean, then score, then id. */
export function facesByPerson(faces: readonly AssignedFace[]): ReadonlyMap<string, readonly AssignedFace[]> {
  const groups = new Map<string, AssignedFace[]>();
  for (const face of faces) {
    if (face.personId === null) continue;
    const group = groups.get(face.personId);
    if (group === undefined) groups.set(face.personId, [face]);
    else group.push(face);
  }
  for (const group of groups.values()) group.sort(isBefore);
  return groups;
}

/** Persons sorted by id; `records` are what the store knows of them beside their faces. */
export function personsOf(faces: readonly AssignedFace[], records: readonly PersonRecord[]): readonly Person[] {
  const known = new Map(records.map((record) => [record.id, record]));
  const persons = [...facesByPerson(faces)].map(([id, own]) => ({
    id,
    name: known.get(id)?.name ?? null,
    faceIds: own.map((face) => face.id),
    photos: new Set(own.map((face) => face.photoId)).size,
    cohesion: known.get(id)?.cohesion ?? null,
    doubt: known.get(id)?.doubt ?? null,
  }));
  return persons.sort((a, b) => (a.id < b.id ? -1 : 1));
}
