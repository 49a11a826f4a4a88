/**
 * Which pictures a page carries inside itself. A page that is mailed or
 * published should open alone, but an archive's thumbnails would make it
 * gigabytes: faces come first, then the evidence of the strongest edges, and
 * what no longer fits is linked to its file instead.
 */
import type { Network } from '../network/index.js';

/** Bytes of pictures a page carries at most, as written (base64 included): opens quickly, can still be mailed. */
export const DEFAULT_PICTURE_BUDGET_BYTES = 24 * 1024 * 1024;

/** Expected size of a face picture (96 px) and of a thumbnail (360 px) as JPEG; only for planning. */
const FACE_BYTES = 4_000;
const THUMBNAIL_BYTES = 22_000;

/** What the plan is made from. */
export interface PicturePlanInput {
  readonly network: Network;
  readonly budgetBytes?: number;
}

/** What is worth making, most important first. */
export interface PicturePlan {
  /** Persons whose face picture the page carries. */
  readonly faces: readonly string[];
  /** Photographs whose thumbnail is worth making; the page carries as many as fit. */
  readonly thumbnails: readonly string[];
  /** Photographs behind edges that are linked, not carried. */
  readonly links: readonly string[];
}

/** Bytes of a JPEG once it stands in the page as a `data:` address. */
export function inlinedBytes(jpegBytes: number): number {
  return 'data:image/jpeg;base64,'.length + 4 * Math.ceil(jpegBytes / 3);
}

/**
 * Photographs behind edges: those of the heaviest edge first (ties in the
 * order of the network), each once. The order in which thumbnails get room.
 */
export function evidenceOrder(network: Network): readonly string[] {
  const edges = [...network.edges].sort((a, b) => b.weight - a.weight);
  const order = new Set<string>();
  for (const edge of edges) for (const id of edge.photoIds) order.add(id);
  return [...order];
}

/** Persons in the order in which their faces get room: most photographs first. */
export function faceOrder(network: Network): readonly string[] {
  return [...network.persons].sort((a, b) => b.photos - a.photos).map((person) => person.id);
}

/**
 * Decides which pictures to make for a page of at most `budgetBytes` of
 * pictures, from their usual sizes. The page itself counts the real bytes
 * again: no page exceeds its budget, however large the pictures come out.
 */
export function planPictures(input: PicturePlanInput): PicturePlan {
  const budget = Math.max(0, input.budgetBytes ?? DEFAULT_PICTURE_BUDGET_BYTES);
  const faces = faceOrder(input.network).slice(0, Math.floor(budget / inlinedBytes(FACE_BYTES)));
  const rest = budget - faces.length * inlinedBytes(FACE_BYTES);
  const evidence = evidenceOrder(input.network);
  // Twice the expected number: photographs may be smaller than usual, a thumbnail may fail.
  const room = 2 * Math.floor(rest / inlinedBytes(THUMBNAIL_BYTES));
  return { faces, thumbnails: evidence.slice(0, room), links: evidence.slice(room) };
}
