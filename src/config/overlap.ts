/**
 * How much two boxes of one photograph are the same place. In `config` because
 * faces found again and faces that labels mean are both told by it, and those
 * modules may not import each other.
 */
import type { Box } from './domain.js';

/** Intersection over union of two boxes, 0 … 1. */
export function overlapOf(a: Box, b: Box): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / (a.width * a.height + b.width * b.height - shared);
}
