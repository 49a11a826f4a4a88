/**
 * The table of landmarks: 68 points a face, in pixels of the upright photograph.
 * Apart from the faces' own table because its columns are many and only there
 * when landmarks were asked for.
 */
import { FACE_COLUMNS, type FaceColumn, type FaceRow, rounded } from './face-columns.js';

/** Landmarks of one face: x and y of each point. */
export interface LandmarkedFace {
  readonly faceId: string;
  readonly landmarks: Float32Array;
}

/** Points of the model, as dlib and iBUG count them. */
export const LANDMARK_POINTS = 68;
/** What says whose points they are. */
const KEYS: ReadonlySet<string> = new Set(['photo', 'face', 'person', 'name']);

/** photo, face, person, name. */
export const LANDMARK_KEYS: readonly FaceColumn[] = FACE_COLUMNS.filter(({ name }) => KEYS.has(name));

/** The keys, then x0,y0 … x67,y67 to a hundredth of a pixel. */
export function landmarkColumns(landmarks: readonly LandmarkedFace[]): readonly FaceColumn[] {
  const of = landmarkReader(landmarks);
  const points = Array.from(
    { length: LANDMARK_POINTS * 2 },
    (_, k): FaceColumn => ({
      name: `${k % 2 === 0 ? 'x' : 'y'}${k >> 1}`,
      kind: 'real',
      value: (row) => {
        const value = of(row)?.[k];
        return value === undefined ? null : rounded(value, 2);
      },
    }),
  );
  return [...LANDMARK_KEYS, ...points];
}

/** The points of a row's face; null when it has none. */
export function landmarkReader(landmarks: readonly LandmarkedFace[]): (row: FaceRow) => Float32Array | null {
  const known = new Map(landmarks.map(({ faceId, landmarks: points }) => [faceId, points]));
  return ({ face }) => known.get(face.id) ?? null;
}
