/**
 * The one order of names and paths: by the bytes of their UTF-8, which is the
 * order of their code points. It lives in `config` because the walk of an
 * archive and the database must agree on it, and neither may import the other.
 */

const FIRST_SURROGATE = 0xd800;
const AFTER_SURROGATES = 0xe000;

/**
 * Orders two texts as their UTF-8 bytes order (SQLite's BINARY collation).
 * JavaScript's own `<` compares UTF-16 units and puts U+1F600 before U+FF5E.
 */
export function compareText(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let at = 0; at < shared; at += 1) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left !== right) return rankOfUnit(left) - rankOfUnit(right);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above every single unit, so they rank last. */
function rankOfUnit(unit: number): number {
  if (unit < FIRST_SURROGATE) return unit;
  return unit < AFTER_SURROGATES ? unit + 0x2000 : unit - 0x800;
}
