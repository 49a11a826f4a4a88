/**
 * JSON that may stand inside a `<script>` element. It is the one value that
 * templates write unescaped, so it lives apart and is small enough to be read.
 */

const ESCAPES: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

/**
 * JSON of `value` in which no character can end the script element, open a
 * comment, start an entity, or break a line of JavaScript.
 *
 * *Meaning of special values*: `undefined` becomes `null`, as JSON has none.
 */
export function jsonForScript(value: unknown): string {
  const json = JSON.stringify(value) ?? 'null';
  return json.replace(/[<>&\u2028\u2029]/g, (character) => ESCAPES[character] ?? '');
}
