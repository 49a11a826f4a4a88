/**
 * Puts optional packages of other platforms back into package-lock.json. npm
 * drops those it could not look up when the lockfile was made (npm/cli#4828),
 * and then `npm ci` refuses the lockfile everywhere. Run after `npm install`.
 *
 *   node scripts/complete-lock.mjs            add what is missing
 *   node scripts/complete-lock.mjs --check    fail when something is missing
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const file = join(root, 'package-lock.json');
const lock = JSON.parse(readFileSync(file, 'utf8'));

const SYSTEMS = ['android', 'aix', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const CPUS = ['arm64', 'arm', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64', 'wasm32'];
const LIBCS = new Map([
  ['gnu', 'glibc'],
  ['gnueabihf', 'glibc'],
  ['musl', 'musl'],
  ['musleabihf', 'musl'],
]);

/** What a package such as `@scope/name-linux-arm64-gnu` says of itself in its name. */
function platformOf(name) {
  const words = name.split(/[-/]/);
  const fields = {
    os: words.filter((word) => SYSTEMS.includes(word)),
    cpu: words.filter((word) => CPUS.includes(word)),
    libc: words.flatMap((word) => LIBCS.get(word) ?? []),
  };
  return Object.fromEntries(Object.entries(fields).filter(([, values]) => values.length > 0));
}

/** Whether npm finds `name` from the package at `path`, walking up as Node does. */
function isLocked(name, path) {
  const folders = path.split('/node_modules/');
  return (
    folders.some(
      (_, index) => `${folders.slice(0, index + 1).join('/node_modules/')}/node_modules/${name}` in lock.packages,
    ) || `node_modules/${name}` in lock.packages
  );
}

const missing = [];
for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (isLocked(name, path)) continue;
    if (!/^\d/.test(version)) throw new Error(`${path}: ${name}@${version} is no exact version`);
    missing.push(`node_modules/${name}`);
    lock.packages[`node_modules/${name}`] = {
      version,
      ...platformOf(name),
      ...(entry.dev === true ? { dev: true } : {}),
      optional: true,
    };
  }
}

if (process.argv.includes('--check')) {
  for (const path of missing) process.stderr.write(`package-lock.json lacks ${path}\n`);
  process.exitCode = missing.length === 0 ? 0 : 1;
} else if (missing.length > 0) {
  const sorted = Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1));
  writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`);
  process.stderr.write(`complete-lock: ${missing.length} entries added\n`);
}
