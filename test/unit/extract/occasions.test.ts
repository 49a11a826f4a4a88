/** Occasions: bursts and near-duplicates, against a comparison of every pair, in any order of arrival. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_MAX_DISTANCE, groupOccasions, type OccasionPhoto } from '../../../src/extract/occasions.js';

const OPTIONS = { burstSeconds: 5, maxDistance: DEFAULT_MAX_DISTANCE };
const PICTURE = 0x0123_4567_89ab_cdefn;

/** The picture with its lowest `bits` bits, or those from `from` on, turned. */
const changed = (bits: number, from = 0): string =>
  (PICTURE ^ (((1n << BigInt(bits)) - 1n) << BigInt(from))).toString(16).padStart(16, '0');

let counter = 0;
function photo(facts: Partial<OccasionPhoto> = {}): OccasionPhoto {
  counter += 1;
  const id = `id${String(counter).padStart(5, '0')}`;
  const unknown = { fingerprint: null, takenAt: null, make: null, model: null, serial: null };
  return { id, path: `${String(counter).padStart(5, '0')}.jpg`, ...unknown, ...facts };
}

/** A generator of numbers that is the same on every machine (Numerical Recipes' constants). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const groupsOf = (photos: readonly OccasionPhoto[], options = OPTIONS): number => {
  const occasions = groupOccasions(photos, options);
  assert.equal(occasions.size, photos.length);
  return new Set(occasions.values()).size;
};
const at = (second: number): string => new Date(Date.UTC(2001, 1, 3, 4, 5, second)).toISOString().slice(0, 19);
const camera = { make: 'Canon', model: 'EOS 5D' };

test('a photograph that is alone is its own occasion', () => {
  const photos = [photo(), photo({ fingerprint: changed(0) }), photo({ fingerprint: changed(30), takenAt: at(0) })];
  assert.deepEqual(
    [...groupOccasions(photos, OPTIONS)],
    photos.map(({ id }) => [id, id]),
  );
  assert.equal(groupOccasions([], OPTIONS).size, 0);
});

test('near-duplicates are one occasion up to the distance, and not beyond', () => {
  for (const from of [0, 13, 29, 56]) {
    assert.equal(groupsOf([photo({ fingerprint: changed(0) }), photo({ fingerprint: changed(8, from) })]), 1);
    assert.equal(groupsOf([photo({ fingerprint: changed(0) }), photo({ fingerprint: changed(9, from % 55) })]), 2);
  }
});

test('the first photograph by path stands for the occasion', () => {
  const later = photo({ path: 'z.jpg', fingerprint: changed(0) });
  const first = photo({ path: 'a.jpg', fingerprint: changed(2) });
  const occasions = groupOccasions([later, first], OPTIONS);
  assert.deepEqual([occasions.get(later.id), occasions.get(first.id)], [first.id, first.id]);
});

test('dates that contradict each other keep likenesses apart, unless all but identical', () => {
  const old = { fingerprint: changed(0), takenAt: '1999-01-01T00:00:00' };
  assert.equal(groupsOf([photo(old), photo({ fingerprint: changed(4), takenAt: at(0) })]), 2);
  assert.equal(groupsOf([photo(old), photo({ fingerprint: changed(1), takenAt: at(0) })]), 1);
  // One of them undated, or a time zone apart: nothing contradicts.
  assert.equal(groupsOf([photo(old), photo({ fingerprint: changed(4) })]), 1);
  assert.equal(groupsOf([photo(old), photo({ fingerprint: changed(4), takenAt: '1999-01-01T14:00:00+14:00' })]), 1);
});

test('an undated photograph does not join two that contradict each other', () => {
  const photos = [
    photo({ fingerprint: changed(4), takenAt: '1999-01-01T00:00:00' }),
    photo({ fingerprint: changed(0) }),
    photo({ fingerprint: changed(4, 20), takenAt: '2005-01-01T00:00:00' }),
  ];
  assert.equal(groupsOf(photos), 2);
});

test('a burst is one camera, seconds apart, and alike to a looser degree', () => {
  const first = photo({ fingerprint: changed(0), takenAt: at(0), ...camera });
  const frame = (bits: number, facts: Partial<OccasionPhoto>): OccasionPhoto =>
    photo({ fingerprint: changed(bits), ...camera, ...facts });
  assert.equal(groupsOf([first, frame(15, { takenAt: at(3) })]), 1);
  assert.equal(groupsOf([first, frame(15, { takenAt: at(6) })]), 2);
  assert.equal(groupsOf([first, frame(19, { takenAt: at(3) })]), 2);
  assert.equal(groupsOf([first, frame(15, { takenAt: at(3), serial: '2' })]), 2);
  assert.equal(groupsOf([first, frame(15, { takenAt: null })]), 2);
  const noCamera = { make: null, model: null };
  assert.equal(groupsOf([photo({ ...first, ...noCamera }), frame(15, { takenAt: at(3), ...noCamera })]), 2);
});

test('a slow pan of a thousand frames is one burst, and a pause with another picture ends it', () => {
  const random = numbers(1);
  let picture = PICTURE;
  const frames = Array.from({ length: 1000 }, (_, k) => {
    for (let turn = 0; turn < (k === 500 ? 40 : 4); turn += 1) picture ^= 1n << BigInt(Math.floor(random() * 64));
    const pause = k < 500 ? 0 : 60;
    return photo({ fingerprint: picture.toString(16).padStart(16, '0'), takenAt: at(k * 2 + pause), ...camera });
  });
  assert.equal(groupsOf(frames.slice(0, 500)), 1);
  assert.equal(groupsOf(frames), 2);
});

test('pictures of one colour are not alike', () => {
  const blank = { fingerprint: '0'.repeat(16) };
  assert.equal(groupsOf([photo(blank), photo(blank), photo({ fingerprint: 'f'.repeat(16) })]), 3);
});

/** Undated heaps of near-duplicates around random pictures. */
function heap(count: number, seed: number): OccasionPhoto[] {
  const random = numbers(seed);
  const word = (): bigint => BigInt(Math.floor(random() * 2 ** 32));
  let picture = 0n;
  return Array.from({ length: count }, (_, k) => {
    if (k % 4 === 0) picture = (word() << 32n) | word();
    let bits = picture;
    for (let turn = Math.floor(random() * 9); turn > 0; turn -= 1) bits ^= 1n << BigInt(Math.floor(random() * 64));
    return photo({ fingerprint: bits.toString(16).padStart(16, '0') });
  });
}

const apart = (a: OccasionPhoto, b: OccasionPhoto): number =>
  (BigInt(`0x${a.fingerprint}`) ^ BigInt(`0x${b.fingerprint}`)).toString(2).replaceAll('0', '').length;

test('finds exactly what a comparison of every pair finds', () => {
  for (const maxDistance of [0, 1, 3, 4, 6, 8, 11]) {
    const photos = heap(400, maxDistance + 1);
    const parents = photos.map((_, index) => index);
    const root = (index: number): number => (parents[index] === index ? index : root(parents[index] ?? index));
    for (const [a, one] of photos.entries()) {
      for (const [b, other] of photos.entries()) {
        // All but identical pictures are one occasion under any distance but nought.
        if (b < a && apart(one, other) <= maxDistance) {
          const [x, y] = [root(a), root(b)];
          parents[Math.max(x, y)] = Math.min(x, y);
        }
      }
    }
    const expected = photos.map((_, index) => photos[root(index)]?.id);
    const found = groupOccasions(photos, { burstSeconds: 0, maxDistance });
    assert.deepEqual(
      photos.map(({ id }) => found.get(id)),
      expected,
      `distance ${maxDistance}`,
    );
  }
});

test('the order of arrival changes nothing', () => {
  const random = numbers(7);
  const photos = heap(300, 9).map((one) =>
    random() < 0.3 ? one : { ...one, ...camera, takenAt: at(Math.floor(random() * 20) * 40000) },
  );
  const expected = [...groupOccasions(photos, OPTIONS)].sort();
  for (let turn = 0; turn < 5; turn += 1) {
    const shuffled = photos
      .map((one) => ({ one, key: random() }))
      .sort((a, b) => a.key - b.key)
      .map(({ one }) => one);
    assert.deepEqual([...groupOccasions(shuffled, OPTIONS)].sort(), expected);
  }
});

test('time grows hardly faster than the photographs', () => {
  const secondsOf = (count: number): number => {
    const photos = heap(count, 3);
    const before = process.cpuUsage();
    groupOccasions(photos, OPTIONS);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6;
  };
  secondsOf(5_000);
  // A ratio, because a busy machine is slower at both. Every pair with every other would take four times as long.
  const [few, many] = [secondsOf(40_000), secondsOf(80_000)];
  assert.ok(many < 3.5 * few, `${few} s, then ${many} s`);
});
