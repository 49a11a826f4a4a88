/**
 * The package's own version, read from its package.json. Apart so that
 * `--version` loads nothing else.
 */
import { readFileSync } from 'node:fs';

/** Both `src/project` and `dist/project` lie two folders under the package's root. */
const MANIFEST = new URL('../../package.json', import.meta.url);

/** Such as `0.1.0`. */
export function packageVersion(): string {
  const manifest = JSON.parse(readFileSync(MANIFEST, 'utf8')) as { version: string };
  return manifest.version;
}
