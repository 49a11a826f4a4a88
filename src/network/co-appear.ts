/**
 * Who appears with whom: the projection of the table person × photograph onto
 * pairs of persons. Every edge of the project is made here and nowhere else.
 * Knows nothing of files, storage or pages.
 */
import type { AssignedFace, Edge, Photo } from '../config/domain.js';
import { FaceweaveError } from '../config/error.js';
import { compareText } from '../config/order.js';

/** What `coAppear` needs; the order of `photos` and `faces` does not matter. */
export interface CoAppearInput {
  readonly photos: readonly Photo[];
  readonly faces: readonly AssignedFace[];
  /** Edges resting on fewer photographs are hidden; 1 hides none. */
  readonly minWeight?: number;
  /** Persons seen in fewer photographs are hidden with their edges; 1 hides none. */
  readonly minSize?: number;
}

/** A person as a node of the network. */
export interface NetworkPerson {
  readonly id: string;
  /** Distinct photographs showing the person. */
  readonly photos: number;
  /** Faces of the person; more than `photos` when one photograph shows the person twice. */
  readonly faces: number;
  /** Shown persons this one appears with. */
  readonly degree: number;
  /** Sum of the weights of the shown edges. */
  readonly strength: number;
}

/** What the thresholds took out: `persons + hidden.persons` are all persons, and so with edges. */
export interface HiddenCounts {
  /** Persons below `minSize`. */
  readonly persons: number;
  /** Edges of hidden persons, whatever their weight. */
  readonly edgesOfHiddenPersons: number;
  /** Edges between shown persons below `minWeight`. */
  readonly edgesBelowMinWeight: number;
}

/** What the network rests on, so that the absence of an edge can be interpreted. */
export interface Coverage {
  /** `photosWithoutFaces + photosWithoutPersons + photosWithOnePerson + photosWithSeveralPersons`. */
  readonly photos: number;
  readonly photosWithoutFaces: number;
  /** Photographs with faces, none of which belongs to a person. */
  readonly photosWithoutPersons: number;
  readonly photosWithOnePerson: number;
  /** Photographs from which edges come. */
  readonly photosWithSeveralPersons: number;
  readonly undatedPhotos: number;
  /** `assignedFaces + unassignedFaces`. */
  readonly faces: number;
  readonly assignedFaces: number;
  /** Faces that belong to no person. */
  readonly unassignedFaces: number;
  /** Faces of a person beyond the first in one photograph; they add no weight and no self-loop. */
  readonly repeatedFaces: number;
}

/** The network of co-appearance. */
export interface Network {
  /** Sorted by id. */
  readonly persons: readonly NetworkPerson[];
  /** Sorted by source, then target; `photoIds` sorted by path. */
  readonly edges: readonly Edge[];
  readonly hidden: HiddenCounts;
  readonly coverage: Coverage;
  readonly minWeight: number;
  readonly minSize: number;
}

interface Pair {
  readonly first: number;
  readonly second: number;
  readonly photoIds: string[];
}

/**
 * Counts, for each pair of persons, the distinct photographs showing both.
 *
 * A person twice in a photograph counts once there, and never makes an edge
 * with itself. The result does not depend on the order of the input.
 *
 * *Errors*: `NETWORK_INPUT` when a face names a photograph that is not given.
 * *Cost*: time and memory proportional to the sum over photographs of the
 * pairs of persons they show (100 persons in one photograph: 4,950 pairs).
 */
export function coAppear(input: CoAppearInput): Network {
  const minWeight = Math.max(1, input.minWeight ?? 1);
  const minSize = Math.max(1, input.minSize ?? 1);
  const photos = [...input.photos].sort((a, b) => compareText(a.path, b.path) || compareText(a.id, b.id));
  const personIds = [...new Set(input.faces.flatMap((face) => (face.personId === null ? [] : [face.personId])))].sort(
    compareText,
  );
  const numberOf = new Map(personIds.map((id, number) => [id, number]));

  const facesOfPhoto = new Map<string, number>(photos.map((photo) => [photo.id, 0]));
  const personsOfPhoto = new Map<string, Set<number>>();
  const faceCounts = new Uint32Array(personIds.length);
  let assignedFaces = 0;
  for (const face of input.faces) {
    const seen = facesOfPhoto.get(face.photoId);
    if (seen === undefined) {
      throw new FaceweaveError(`face ${face.id} belongs to unknown photograph ${face.photoId}`, {
        code: 'NETWORK_INPUT',
      });
    }
    facesOfPhoto.set(face.photoId, seen + 1);
    const person = face.personId === null ? undefined : numberOf.get(face.personId);
    if (person === undefined) continue;
    assignedFaces += 1;
    faceCounts[person] = (faceCounts[person] ?? 0) + 1;
    const persons = personsOfPhoto.get(face.photoId);
    if (persons === undefined) personsOfPhoto.set(face.photoId, new Set([person]));
    else persons.add(person);
  }

  const photoCounts = new Uint32Array(personIds.length);
  const pairs = new Map<number, Pair>();
  let appearances = 0;
  const coverage = { withoutFaces: 0, withoutPersons: 0, one: 0, several: 0, undated: 0 };
  for (const photo of photos) {
    if (photo.takenAt === null) coverage.undated += 1;
    const persons = personsOfPhoto.get(photo.id);
    if (persons === undefined) {
      if (facesOfPhoto.get(photo.id) === 0) coverage.withoutFaces += 1;
      else coverage.withoutPersons += 1;
      continue;
    }
    if (persons.size === 1) coverage.one += 1;
    else coverage.several += 1;
    appearances += persons.size;
    const sorted = [...persons].sort((a, b) => a - b);
    for (const [position, first] of sorted.entries()) {
      photoCounts[first] = (photoCounts[first] ?? 0) + 1;
      for (const second of sorted.slice(position + 1)) {
        const key = first * personIds.length + second;
        const pair = pairs.get(key);
        if (pair === undefined) pairs.set(key, { first, second, photoIds: [photo.id] });
        else pair.photoIds.push(photo.id);
      }
    }
  }

  const isShown = (person: number): boolean => (photoCounts[person] ?? 0) >= minSize;
  const degrees = new Uint32Array(personIds.length);
  const strengths = new Uint32Array(personIds.length);
  const edges: Edge[] = [];
  let edgesOfHiddenPersons = 0;
  let edgesBelowMinWeight = 0;
  const sortedPairs = [...pairs.values()].sort((a, b) => a.first - b.first || a.second - b.second);
  for (const { first, second, photoIds } of sortedPairs) {
    const source = personIds[first];
    const target = personIds[second];
    if (source === undefined || target === undefined || !isShown(first) || !isShown(second)) {
      edgesOfHiddenPersons += 1;
    } else if (photoIds.length < minWeight) {
      edgesBelowMinWeight += 1;
    } else {
      edges.push({ source, target, weight: photoIds.length, photoIds });
      for (const person of [first, second]) {
        degrees[person] = (degrees[person] ?? 0) + 1;
        strengths[person] = (strengths[person] ?? 0) + photoIds.length;
      }
    }
  }
  const persons: NetworkPerson[] = [];
  for (const [number, id] of personIds.entries()) {
    if (!isShown(number)) continue;
    persons.push({
      id,
      photos: photoCounts[number] ?? 0,
      faces: faceCounts[number] ?? 0,
      degree: degrees[number] ?? 0,
      strength: strengths[number] ?? 0,
    });
  }
  return {
    persons,
    edges,
    hidden: {
      persons: personIds.length - persons.length,
      edgesOfHiddenPersons,
      edgesBelowMinWeight,
    },
    coverage: {
      photos: photos.length,
      photosWithoutFaces: coverage.withoutFaces,
      photosWithoutPersons: coverage.withoutPersons,
      photosWithOnePerson: coverage.one,
      photosWithSeveralPersons: coverage.several,
      undatedPhotos: coverage.undated,
      faces: input.faces.length,
      assignedFaces,
      unassignedFaces: input.faces.length - assignedFaces,
      repeatedFaces: assignedFaces - appearances,
    },
    minWeight,
    minSize,
  };
}
