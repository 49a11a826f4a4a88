/**
 * The id written beside every vector: which weights made it, and by which
 * protocol. Vectors of two ids are never compared. It is apart because it is a
 * promise to every database ever written: whoever changes it orphans vectors.
 */
import { createHash } from 'node:crypto';
import type { ModelCard } from './card.js';

/** Digits of the id taken from its hash: 48 bits, far beyond the handful of models a project sees. */
const ID_DIGITS = 12;

/**
 * `<name>-<12 hex digits>`, of the sha256 of the ONNX file's sha256 and the
 * protocol: the input's size, layout, channels, mean, scale and template, the
 * vector's length, and whether the mirrored chip counts. A card's words are not
 * part of it, so that rewording a card keeps all vectors.
 */
export function modelId(card: Pick<ModelCard, 'name' | 'sha256' | 'input' | 'dims' | 'mirror'>): string {
  const { size, layout, channels, mean, scale, template } = card.input;
  const input = { size: size ?? null, layout, channels, mean, scale, template: template ?? null };
  const protocol = canonicalJson({ input, dims: card.dims, mirror: card.mirror });
  const digest = createHash('sha256').update(card.sha256).update(protocol).digest('hex');
  return `${card.name}-${digest.slice(0, ID_DIGITS)}`;
}

/** JSON with the keys of every object in order, without spaces. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
