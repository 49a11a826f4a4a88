/**
 * Seeded randomness, the same on every machine: for choices that must be able
 * to be made again, never for secrets.
 */

/** Mulberry32 (Tommy Ettinger, public domain): numbers from 0 up to 1; enough for choosing. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `count` of the numbers from 0 to `of` − 1, without repetition, sorted. */
export function choose(of: number, count: number, random: () => number): Uint32Array {
  const numbers = Uint32Array.from({ length: of }, (_, at) => at);
  const wanted = Math.min(of, count);
  for (let at = 0; at < wanted; at += 1) {
    const other = at + Math.floor(random() * (of - at));
    const [here, there] = [numbers[at] ?? 0, numbers[other] ?? 0];
    numbers[at] = there;
    numbers[other] = here;
  }
  return numbers.slice(0, wanted).sort();
}
