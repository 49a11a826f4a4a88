/**
 * What tests leave unsaid of photographs and faces: facts most tests have no
 * interest in, in one place so that a further fact is added here alone.
 */

/** Facts of a photograph that states nothing. */
export const PHOTO_UNKNOWNS = {
  latitude: null,
  longitude: null,
  fingerprint: null,
  occasionId: null,
} as const;

/** Facts of a photograph as extraction hands it over. */
export const NEW_PHOTO_UNKNOWNS = { latitude: null, longitude: null, fingerprint: null } as const;

/** Facts of a face of which nothing more was measured. */
export const FACE_UNKNOWNS = { quality: null, cropPart: null, age: null, gender: null } as const;

/** The same of a face with its person. */
export const ASSIGNED_UNKNOWNS = { ...FACE_UNKNOWNS, probability: null, isDecided: false } as const;
