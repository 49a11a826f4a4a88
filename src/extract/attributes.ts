/**
 * Landmarks, age and gender asked for after faces were found: from their crops,
 * which show enough, so that no photograph is read again; only a face without a
 * crop goes back to its photograph. Photographs extracted just now have them.
 */
import { readFile } from 'node:fs/promises';
import type { AssignedFace } from '../config/index.js';
import type { Engine } from '../native/index.js';
import type { FaceAttributes, Store } from '../store/store.js';
import { inProject } from './crops.js';
import type { ExtractRequest } from './types.js';

/** Crops handed to native code at once. */
const BATCH = 256;
const LANDMARK_NUMBERS = 136;

/** What was asked for later, and what came of it. */
export interface AttributeSummary {
  /** Faces described from their crops. */
  readonly described: number;
  /** Faces without a crop that can be read: extract with crops, and ask again. */
  readonly withoutCrop: number;
}

/** Where in a crop its face lies. */
interface InCrop {
  readonly face: AssignedFace;
  readonly path: Buffer;
  /** Pixels of the crop for a pixel of the photograph. */
  readonly scale: number;
  /** Corner of the crop, in pixels of the photograph. */
  readonly corner: readonly [number, number];
}

/** Describes the faces in sight that lack what is asked for, and saves it. */
export async function describeFaces(store: Store, engine: Engine, request: ExtractRequest): Promise<AttributeSummary> {
  const { landmarker, attributes, projectDir, options, signal, onProgress } = request;
  if (landmarker === undefined && attributes === undefined) return { described: 0, withoutCrop: 0 };
  const measured = new Set((landmarker === undefined ? [] : await store.landmarks()).map(({ faceId }) => faceId));
  const lacking = (await store.faces()).filter(
    ({ id, age }) => (landmarker !== undefined && !measured.has(id)) || (attributes !== undefined && age === null),
  );
  let described = 0;
  for (let start = 0; start < lacking.length; start += BATCH) {
    signal?.throwIfAborted();
    const found = await Promise.all(lacking.slice(start, start + BATCH).map((face) => inCrop(face, projectDir)));
    const crops = found.flatMap((crop) => (crop === null ? [] : [crop]));
    if (crops.length === 0) continue;
    const batch = await engine.attributes(
      {
        ...(landmarker === undefined ? {} : { landmarker }),
        ...(attributes === undefined ? {} : { attributes }),
        ...{ threads: options.threads, maxPixels: options.maxPixels, maxBytes: options.maxBytes },
      },
      crops.map(({ face, path, scale, corner: [x, y] }) => ({
        path,
        boxes: Float32Array.of(
          (face.box.x - x) * scale,
          (face.box.y - y) * scale,
          face.box.width * scale,
          face.box.height * scale,
        ),
      })),
      { ...(signal === undefined ? {} : { signal }), ...(onProgress === undefined ? {} : { onProgress }) },
    );
    const saved: FaceAttributes[] = [];
    let row = 0;
    for (const [at, outcome] of batch.outcomes.entries()) {
      const crop = crops[at];
      if (outcome.status !== 'described' || crop === undefined) continue;
      const own = batch.landmarks.slice(row * LANDMARK_NUMBERS, (row + 1) * LANDMARK_NUMBERS);
      saved.push({
        faceId: crop.face.id,
        landmarks: own.length === 0 ? null : own.map((value, i) => value / crop.scale + (crop.corner[i % 2] ?? 0)),
        age: batch.ages[row] ?? null,
        gender: batch.genders[row] ?? null,
      });
      row += outcome.faces;
    }
    await store.saveAttributes(saved);
    described += saved.length;
  }
  return { described, withoutCrop: lacking.length - described };
}

/** The crop of a face with its scale; null when there is none, or none that is what the store says. */
async function inCrop(face: AssignedFace, projectDir: string): Promise<InCrop | null> {
  const [x, y, width] = face.cropPart ?? [];
  if (face.crop === null || x === undefined || y === undefined || width === undefined) return null;
  const path = inProject(projectDir, face.crop);
  const crop = await readFile(path).catch(() => null);
  const pixels = crop === null ? null : jpegWidth(crop);
  return pixels === null ? null : { face, path, scale: pixels / width, corner: [x, y] };
}

/** Width in the frame header of a JPEG that we wrote; null when it is none (ITU T.81, B.2.2). */
export function jpegWidth(bytes: Buffer): number | null {
  let at = 2;
  while (at + 9 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] ?? 0;
    // Frames: C0 to CF but for tables and arithmetic coding's marks.
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) return bytes.readUInt16BE(at + 7);
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  return null;
}
