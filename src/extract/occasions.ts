/**
 * Which photographs show one occasion: near-duplicates (re-encoded, scaled, a
 * changed corner) and bursts (one camera, seconds apart, alike). Pure, and apart
 * from extraction because it looks at all photographs of a project at once.
 * Two photographs are linked by likeness (distance of their fingerprints) and
 * time; what is linked, directly or through others, is one occasion.
 */
import { compareText } from '../config/order.js';

/** What is known of one photograph. */
export interface OccasionPhoto {
  readonly id: string;
  readonly path: string;
  /** 16 hex digits; null = not known. */
  readonly fingerprint: string | null;
  /** `YYYY-MM-DDTHH:MM:SS` with or without an offset; null = unknown. */
  readonly takenAt: string | null;
  readonly make: string | null;
  readonly model: string | null;
  readonly serial: string | null;
}

/** How much likeness and time make one occasion. */
export interface OccasionOptions {
  /** Seconds between two photographs of a burst, at most; a chain of them may be longer. */
  readonly burstSeconds: number;
  /** Bits in which the fingerprints of near-duplicates differ, at most; 0 … `MOST_DISTANCE`. */
  readonly maxDistance: number;
}

/** Bits of 64 that near-duplicates may differ in: `NEAR_DUPLICATE` of `crates/photo`, measured there. */
export const DEFAULT_MAX_DISTANCE = 8;
/** Above this the search by bands would miss pairs; unrelated pictures differ in 32 bits on the average. */
export const MOST_DISTANCE = 15;
/** Frames of a burst may differ in so many times more bits: somebody moves, the camera pans. */
const BURST_LOOSENESS = 2;
/** Bits in which fingerprints are all but identical: dates that contradict each other then yield to the picture. */
const IDENTICAL_DISTANCE = 1;
/** Dated photographs further apart than this contradict each other, in seconds: time zones and unset summer time are 26 h at most. */
const CONTRADICTION_SECONDS = 26 * 3600;
/** Photographs that one is compared with in a bucket of the search (and frames in a burst's window), at most. */
const MOST_COMPARED = 500;
/** The 64 bits are searched in four bands of 16. */
const BANDS = 4;
const BAND_BITS = 16;

interface Known {
  readonly photo: OccasionPhoto;
  /** The fingerprint's upper and lower half; null = not known, or it says nothing. */
  readonly bits: readonly [number, number] | null;
  /** Seconds, as if every clock showed UTC; null = unknown. */
  readonly at: number | null;
  readonly camera: string | null;
}

/**
 * The first photograph (by path) of each one's occasion, by id; a photograph that is alone is its own.
 *
 * - Near-duplicates: at most `maxDistance` bits apart, unless both are dated and the dates are more than 26 h apart;
 *   then only when all but identical (1 bit).
 * - Bursts: one camera (make, model, serial number; at least one known), at most `burstSeconds` apart, and at most
 *   twice `maxDistance` bits apart.
 * - A chain ends where the next photograph is no near-duplicate and either later than `burstSeconds` or unlike:
 *   a pan of a thousand frames is one occasion. No chain joins two dated photographs more than 26 h apart by way of
 *   a third, unless all but identical pictures do.
 *
 * The order of `photos` does not matter. *Cost*: n log n and some hundred comparisons a photograph, for `maxDistance`
 * up to 7; more above. Where more than 500 different fingerprints share 16 bits of a band, each is compared with
 * the 500 next to it only: some of the less alike pairs may be missed there.
 */
export function groupOccasions(
  photos: readonly OccasionPhoto[],
  options: OccasionOptions,
): ReadonlyMap<string, string> {
  const maxDistance = Math.min(Math.max(Math.trunc(options.maxDistance), 0), MOST_DISTANCE);
  // One order for all that follows, whatever the order of arrival.
  const known = [...photos]
    .sort((a, b) => compareText(a.path, b.path) || compareText(a.id, b.id))
    .map(
      (photo): Known => ({
        photo,
        bits: bitsOf(photo.fingerprint),
        at: secondsOf(photo.takenAt),
        camera: cameraOf(photo),
      }),
    );
  const groups = new Groups(known);
  linkIdentical(known, groups);
  linkBursts(known, groups, { ...options, maxDistance });
  linkAlike(known, groups, maxDistance);
  return new Map(known.map(({ photo }, place) => [photo.id, known[groups.firstOf(place)]?.photo.id ?? photo.id]));
}

/** Sets of photographs by their place in the list; the first place stands for the set. */
class Groups {
  readonly #parents: Int32Array;
  readonly #earliest: Float64Array;
  readonly #latest: Float64Array;

  constructor(known: readonly Known[]) {
    this.#parents = Int32Array.from(known.keys());
    this.#earliest = Float64Array.from(known, ({ at }) => at ?? Number.POSITIVE_INFINITY);
    this.#latest = Float64Array.from(known, ({ at }) => at ?? Number.NEGATIVE_INFINITY);
  }

  firstOf(place: number): number {
    let at = place;
    for (;;) {
      const parent = this.#parents[at] ?? at;
      if (parent === at) return at;
      const above = this.#parents[parent] ?? parent;
      this.#parents[at] = above;
      at = above;
    }
  }

  join(a: number, b: number): void {
    const [x, y] = [this.firstOf(a), this.firstOf(b)];
    if (x === y) return;
    const [first, other] = x < y ? [x, y] : [y, x];
    this.#parents[other] = first;
    this.#earliest[first] = Math.min(this.#earliest[first] ?? 0, this.#earliest[other] ?? 0);
    this.#latest[first] = Math.max(this.#latest[first] ?? 0, this.#latest[other] ?? 0);
  }

  /** Whether all dates of both sets are near enough to each other. */
  agree(a: number, b: number): boolean {
    const [x, y] = [this.firstOf(a), this.firstOf(b)];
    const latest = Math.max(this.#latest[x] ?? 0, this.#latest[y] ?? 0);
    const earliest = Math.min(this.#earliest[x] ?? 0, this.#earliest[y] ?? 0);
    return !(latest - earliest > CONTRADICTION_SECONDS);
  }
}

/** Equal fingerprints are one picture, whatever the dates say; first, so that later steps see few of them. */
function linkIdentical(known: readonly Known[], groups: Groups): void {
  const first = new Map<string, number>();
  for (const [place, { photo, bits }] of known.entries()) {
    if (bits === null || photo.fingerprint === null) continue;
    const key = photo.fingerprint.toLowerCase();
    const same = first.get(key);
    if (same === undefined) first.set(key, place);
    else groups.join(same, place);
  }
}

/** Photographs of one camera in the order of time, each compared with those shortly before it. */
function linkBursts(known: readonly Known[], groups: Groups, { burstSeconds, maxDistance }: OccasionOptions): void {
  const cameras = new Map<string, number[]>();
  for (const [place, { camera, at, bits }] of known.entries()) {
    if (camera === null || at === null || bits === null) continue;
    const own = cameras.get(camera);
    if (own === undefined) cameras.set(camera, [place]);
    else own.push(place);
  }
  for (const own of cameras.values()) {
    own.sort((a, b) => (known[a]?.at ?? 0) - (known[b]?.at ?? 0) || a - b);
    for (let later = 1; later < own.length; later += 1) {
      const b = own[later] ?? 0;
      for (let earlier = later - 1; earlier >= Math.max(0, later - MOST_COMPARED); earlier -= 1) {
        const a = own[earlier] ?? 0;
        if ((known[b]?.at ?? 0) - (known[a]?.at ?? 0) > burstSeconds) break;
        if (distance(known[a], known[b]) <= maxDistance * BURST_LOOSENESS) groups.join(a, b);
      }
    }
  }
}

/**
 * Near-duplicates at any time. The 64 bits are cut into four bands; two fingerprints that differ in d bits differ in
 * at most d/4 bits in one of them (pigeonholes), so that only photographs whose bands are that near are compared.
 * Norouzi et al., "Fast search in Hamming space with multi-index hashing", CVPR 2012.
 */
function linkAlike(known: readonly Known[], groups: Groups, maxDistance: number): void {
  const places = distinct(known);
  const [alike, doubtful]: [Pair[], Pair[]] = [[], []];
  const compare = (a: number, b: number): void => {
    const bits = distance(known[a], known[b]);
    if (bits > maxDistance) return;
    if (bits <= IDENTICAL_DISTANCE) groups.join(a, b);
    else (known[a]?.at === null || known[b]?.at === null ? doubtful : alike).push({ a, b, bits });
  };
  const masks = masksOf(Math.floor(maxDistance / BANDS));
  for (let band = 0; band < BANDS; band += 1) {
    const buckets = new Map<number, number[]>();
    for (const place of places) {
      const key = bandOf(known[place]?.bits ?? [0, 0], band);
      const bucket = buckets.get(key);
      if (bucket === undefined) buckets.set(key, [place]);
      else bucket.push(place);
    }
    for (const [key, bucket] of buckets) {
      for (const [index, a] of bucket.entries()) {
        for (const b of bucket.slice(index + 1, index + 1 + MOST_COMPARED)) compare(a, b);
      }
      for (const mask of masks) {
        // Each two buckets once, from the smaller key.
        const other = key < (key ^ mask) ? buckets.get(key ^ mask)?.slice(0, MOST_COMPARED) : undefined;
        for (const b of other ?? []) for (const a of bucket.slice(0, MOST_COMPARED)) compare(a, b);
      }
    }
  }
  // Likeliest first, dated ones before undated: which chain is refused must not depend on the order of arrival.
  for (const pairs of [alike, doubtful]) {
    pairs.sort((p, q) => p.bits - q.bits || p.a - q.a || p.b - q.b);
    for (const { a, b } of pairs) if (groups.agree(a, b)) groups.join(a, b);
  }
}

interface Pair {
  readonly a: number;
  readonly b: number;
  readonly bits: number;
}

/** One photograph for each fingerprint, in the order of fingerprints: the others are linked to it already. */
function distinct(known: readonly Known[]): readonly number[] {
  const seen = new Set<string>();
  const places: number[] = [];
  for (const [place, { bits, photo }] of known.entries()) {
    const key = photo.fingerprint?.toLowerCase() ?? '';
    if (bits === null || seen.has(key)) continue;
    seen.add(key);
    places.push(place);
  }
  return places.sort((a, b) => byBits(known[a], known[b]));
}

/** All words of a band's width with 1 to `radius` bits set. */
function masksOf(radius: number): readonly number[] {
  const words = Array.from({ length: 2 ** BAND_BITS }, (_, word) => word);
  return words.filter((word) => word > 0 && ones(word) <= radius);
}

function bandOf([high, low]: readonly [number, number], band: number): number {
  const word = band < BANDS / 2 ? high : low;
  return band % 2 === 0 ? word >>> BAND_BITS : word & (2 ** BAND_BITS - 1);
}

function byBits(a: Known | undefined, b: Known | undefined): number {
  const [x, y] = [a?.bits ?? [0, 0], b?.bits ?? [0, 0]];
  return x[0] - y[0] || x[1] - y[1];
}

function distance(a: Known | undefined, b: Known | undefined): number {
  if (a?.bits == null || b?.bits == null) return Number.POSITIVE_INFINITY;
  return ones(a.bits[0] ^ b.bits[0]) + ones(a.bits[1] ^ b.bits[1]);
}

/** Bits set in 32; Warren, "Hacker's Delight", figure 5-2. */
function ones(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** All bits equal is what a picture of one colour gives: blank pages are not one occasion. */
function bitsOf(fingerprint: string | null): readonly [number, number] | null {
  if (fingerprint === null || !/^[0-9a-f]{16}$/i.test(fingerprint) || /^(0+|f+)$/i.test(fingerprint)) return null;
  return [Number.parseInt(fingerprint.slice(0, 8), 16), Number.parseInt(fingerprint.slice(8), 16)];
}

/** The clock's own time, offsets left aside: the frames of a burst need not all state theirs. */
function secondsOf(takenAt: string | null): number | null {
  const clock = takenAt === null ? null : /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.exec(takenAt)?.[0];
  const milliseconds = clock === null || clock === undefined ? Number.NaN : Date.parse(`${clock}Z`);
  return Number.isNaN(milliseconds) ? null : milliseconds / 1000;
}

function cameraOf({ make, model, serial }: OccasionPhoto): string | null {
  return make === null && model === null && serial === null ? null : JSON.stringify([make, model, serial]);
}
