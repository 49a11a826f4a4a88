/**
 * Persons and faces as they stand, to be looked up by what a user types: a whole
 * id, the beginning of one, or a name. What is not found, or found twice, is an
 * error that says what would be.
 */
import { type AssignedFace, FaceweaveError, type Person } from '../config/index.js';

/** The fewest characters that may stand for an id. */
const SHORTEST_PREFIX = 3;
const MOST_NAMED = 5;

/** Everybody and every face, for one command. */
export class Register {
  private readonly byFace: ReadonlyMap<string, AssignedFace>;

  constructor(
    /** Sorted by id. */
    readonly persons: readonly Person[],
    faces: readonly AssignedFace[],
  ) {
    this.byFace = new Map(faces.map((face) => [face.id, face]));
  }

  /** *Errors*: `PERSON_UNKNOWN`, `PERSON_AMBIGUOUS`. */
  person(given: string): Person {
    const exact = this.persons.find(({ id }) => id === given);
    if (exact !== undefined) return exact;
    const name = given.normalize('NFC');
    const named = this.persons.filter((person) => person.name === name);
    const found = named.length > 0 ? named : this.persons.filter(({ id }) => isBeginning(given, id));
    const [only] = found;
    if (only !== undefined && found.length === 1) return only;
    if (only === undefined) {
      throw new FaceweaveError(`no person is called ${given}`, {
        code: 'PERSON_UNKNOWN',
        hint: '`faceweave people list` shows ids and names',
      });
    }
    throw ambiguous('PERSON_AMBIGUOUS', `${given} may be ${found.length} persons`, found);
  }

  /** *Errors*: `FACE_UNKNOWN`, `FACE_AMBIGUOUS`, `DECISION_REFUSED` for none. */
  faces(given: readonly string[]): readonly AssignedFace[] {
    if (given.length === 0) throw new FaceweaveError('no face was named', { code: 'DECISION_REFUSED' });
    return [...new Map(given.map((text) => this.face(text)).map((face) => [face.id, face])).values()];
  }

  /** Faces that must be the person's. *Errors*: as `faces`, and `DECISION_REFUSED` for another person's. */
  facesOfPerson(person: string, given: readonly string[]): string[] {
    const found = this.faces(given);
    const stranger = found.find(({ personId }) => personId !== person);
    if (stranger !== undefined) {
      const owner = stranger.personId === null ? 'to no person' : `to ${stranger.personId}`;
      throw new FaceweaveError(`face ${stranger.id} belongs ${owner}, not to ${person}`, { code: 'DECISION_REFUSED' });
    }
    return found.map(({ id }) => id);
  }

  /** Faces of a person, best first. */
  facesOf(person: Person): readonly AssignedFace[] {
    return person.faceIds.flatMap((id) => this.byFace.get(id) ?? []);
  }

  /** The faces each person has now. */
  anchors(...persons: readonly string[]): Record<string, string[]> {
    const wanted = new Set(persons);
    return Object.fromEntries(
      this.persons.filter(({ id }) => wanted.has(id)).map(({ id, faceIds }) => [id, [...faceIds].sort()]),
    );
  }

  private face(given: string): AssignedFace {
    const exact = this.byFace.get(given);
    if (exact !== undefined) return exact;
    const found = [...this.byFace.values()].filter(({ id }) => isBeginning(given, id));
    const [only] = found;
    if (only !== undefined && found.length === 1) return only;
    if (only === undefined) {
      throw new FaceweaveError(`no face has the id ${given}`, {
        code: 'FACE_UNKNOWN',
        hint: '`faceweave people show <person>` lists the faces of a person',
      });
    }
    throw ambiguous('FACE_AMBIGUOUS', `${given} may be ${found.length} faces`, found);
  }
}

function isBeginning(given: string, id: string): boolean {
  return given.length >= SHORTEST_PREFIX && id.startsWith(given);
}

function ambiguous(code: string, message: string, found: readonly { readonly id: string }[]): FaceweaveError {
  const some = found.slice(0, MOST_NAMED).map(({ id }) => id);
  return new FaceweaveError(`${message}: ${some.join(', ')}${found.length > some.length ? ', …' : ''}`, {
    code,
    hint: 'give more of the id',
  });
}
