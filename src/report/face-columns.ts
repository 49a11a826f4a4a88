/**
 * The columns of the table of faces: what each is called, what it holds, in
 * which order. Apart because the table is written as CSV, JSON, Parquet and HDF5,
 * and a column must mean the same in all of them.
 */
import type { AssignedFace, Person, Photo } from '../config/domain.js';
import { compareText } from '../config/order.js';

/** Id and name of a person; `null` until somebody gave a name. */
export type NamedPerson = Pick<Person, 'id' | 'name'>;

/** Whether a face may found a person (1), may join one (2), or is only listed (3). */
export type Tier = 1 | 2 | 3;

/** What the table of faces is made of; order does not matter. */
export interface FaceTableInput {
  readonly photos: readonly Photo[];
  readonly faces: readonly AssignedFace[];
  readonly people: readonly NamedPerson[];
  /** The tier of a face; without it the column is empty. */
  readonly tierOf?: (face: AssignedFace) => Tier;
}

/** One face with what its columns are read from. */
export interface FaceRow {
  readonly face: AssignedFace;
  /** null = the photograph is not in sight. */
  readonly photo: Photo | null;
  readonly name: string | null;
  readonly tier: Tier | null;
}

/** One column; `whole` numbers are never missing, the others may be (`null`). */
export interface FaceColumn {
  readonly name: string;
  readonly kind: 'text' | 'whole' | 'real';
  value(row: FaceRow): string | number | null;
}

const text = (name: string, value: (row: FaceRow) => string | null): FaceColumn => ({ name, kind: 'text', value });

/** A number with at most so many decimals, so that the same face gives the same text. */
const real = (name: string, decimals: number, value: (row: FaceRow) => number | null | undefined): FaceColumn => ({
  name,
  kind: 'real',
  value: (row) => {
    const number = value(row);
    return number === null || number === undefined ? null : rounded(number, decimals);
  },
});

const whole = (name: string, value: (row: FaceRow) => number): FaceColumn => ({ name, kind: 'whole', value });

/**
 * All columns, in order. The order is public: new ones come last. `face` is the face's id, `person` empty when it
 * belongs to none. Boxes in pixels of the upright photograph, to a hundredth; score and cosine distance to six
 * decimals. `paths` is the number of files that are this photograph, `occasion` the id of the first photograph of
 * its occasion, `latitude` and `longitude` degrees (WGS 84), `age` years, `gender` 0 male … 1 female.
 */
export const FACE_COLUMNS: readonly FaceColumn[] = [
  text('photo', ({ photo }) => photo?.path ?? null),
  text('face', ({ face }) => face.id),
  real('x', 2, ({ face }) => face.box.x),
  real('y', 2, ({ face }) => face.box.y),
  real('width', 2, ({ face }) => face.box.width),
  real('height', 2, ({ face }) => face.box.height),
  real('score', 6, ({ face }) => face.score),
  text('person', ({ face }) => face.personId),
  real('distance', 6, ({ face }) => face.distance),
  text('taken_at', ({ photo }) => photo?.takenAt ?? null),
  text('make', ({ photo }) => photo?.make ?? null),
  text('model', ({ photo }) => photo?.model ?? null),
  text('name', ({ name }) => name),
  text('photo_id', ({ face }) => face.photoId),
  text('crop', ({ face }) => face.crop),
  real('quality', 4, ({ face }) => face.quality?.score),
  real('sharpness', 4, ({ face }) => face.quality?.sharpness),
  real('pose', 4, ({ face }) => face.quality?.pose),
  real('brightness', 4, ({ face }) => face.quality?.brightness),
  real('size_px', 2, ({ face }) => face.quality?.sizePx),
  real('tier', 0, ({ tier }) => tier),
  whole('paths', ({ photo }) => photo?.paths.length ?? 0),
  real('latitude', 7, ({ photo }) => photo?.latitude),
  real('longitude', 7, ({ photo }) => photo?.longitude),
  text('serial', ({ photo }) => photo?.serial ?? null),
  text('occasion', ({ photo }) => photo?.occasionId ?? null),
  real('age', 1, ({ face }) => face.age),
  real('gender', 4, ({ face }) => face.gender),
];

/** Sorted by photograph path, then by the face's place in it. */
export function faceRows(input: FaceTableInput): readonly FaceRow[] {
  const photos = new Map(input.photos.map((photo) => [photo.id, photo]));
  const names = new Map(input.people.map((person) => [person.id, person.name]));
  return input.faces
    .map((face) => ({
      face,
      photo: photos.get(face.photoId) ?? null,
      name: face.personId === null ? null : (names.get(face.personId) ?? null),
      tier: input.tierOf?.(face) ?? null,
    }))
    .sort(
      (a, b) =>
        compareText(a.photo?.path ?? '', b.photo?.path ?? '') ||
        a.face.ordinal - b.face.ordinal ||
        compareText(a.face.id, b.face.id),
    );
}

/** Rounds half away from zero; never `-0`, never an exponent within the sizes that occur. */
export function rounded(value: number, decimals: number): number {
  const result = Number(value.toFixed(decimals));
  return result === 0 ? 0 : result;
}
