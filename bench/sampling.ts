/**
 * Which photographs a bench looks at: all JPEGs under a folder in a stable
 * order, and seeded choices among them, copied into a folder of their own. Apart
 * so that every bench that takes a sample takes it the same way.
 */
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { randomFrom } from '../src/people/random.js';

export { randomFrom } from '../src/people/random.js';

/** Paths of all JPEGs under `folder`, relative to it, with `/`, sorted. */
export function jpegsUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.jpe?g$/i.test(entry.name))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !path.includes('Face Network/'))
    .sort();
}

/** `count` of the items, or all when there are fewer; a larger count of the same seed holds the smaller one. */
export function sample<T>(items: readonly T[], count: number, seed: number): T[] {
  const random = randomFrom(seed);
  const keyed = items.map((item) => ({ item, key: random() }));
  keyed.sort((a, b) => a.key - b.key);
  return keyed.slice(0, count).map(({ item }) => item);
}

/** Copies the files into `target` under the same relative paths. */
export function copyInto(target: string, source: string, paths: readonly string[]): void {
  for (const path of paths) {
    mkdirSync(dirname(join(target, path)), { recursive: true });
    copyFileSync(join(source, path), join(target, path));
  }
}
