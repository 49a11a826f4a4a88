/**
 * Keeps the fixture registry honest: every file that the tests carry has a
 * source, and a licence or the command that made it. Photographs of people are
 * not ours to copy without one.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const SOURCE_CODE = /\.(ts|mts|mjs|js|rs|py|sh)$/;

interface Entry {
  readonly path: string;
  readonly what: string;
  readonly source: string;
  readonly licence?: string;
  readonly madeBy?: string;
}

function filesUnder(folder: string): string[] {
  if (!existsSync(join(ROOT, folder))) return [];
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? filesUnder(path) : [path];
  });
}

function fixtureFiles(): string[] {
  const crates = readdirSync(join(ROOT, 'crates')).map((name) => `crates/${name}/tests`);
  return ['test/fixtures', ...crates]
    .flatMap(filesUnder)
    .filter(
      (path) =>
        path !== 'test/fixtures/registry.json' &&
        !SOURCE_CODE.test(path) &&
        !/__pycache__|proptest-regressions/.test(path),
    );
}

const covers = (entry: Entry, path: string): boolean =>
  entry.path.endsWith('/**') ? path.startsWith(entry.path.slice(0, -2)) : entry.path === path;

/** What is wrong between a registry and the files that are there. */
function registryTrouble(entries: readonly Entry[], files: readonly string[]): string[] {
  const unregistered = files.filter((path) => !entries.some((entry) => covers(entry, path)));
  const gone = entries.filter((entry) => !files.some((path) => covers(entry, path)));
  const unsourced = entries.filter((entry) => !entry.what || !entry.source || !(entry.licence || entry.madeBy));
  return [
    ...unregistered.map((path) => `${path}: not registered`),
    ...gone.map((entry) => `${entry.path}: registered, but not there`),
    ...unsourced.map((entry) => `${entry.path}: needs what, source, and licence or madeBy`),
  ];
}

const registry: { entries: Entry[] } = JSON.parse(readFileSync(join(ROOT, 'test/fixtures/registry.json'), 'utf8'));

test('every fixture is registered with its source and licence or command', () => {
  assert.deepEqual(registryTrouble(registry.entries, fixtureFiles()), []);
});

test('an unregistered file, a vanished file and an entry without source are found', () => {
  const entries: Entry[] = [
    { path: 'test/fixtures/a/**', what: 'a', source: 'made here', madeBy: 'a.py' },
    { path: 'test/fixtures/gone.jpg', what: 'b', source: 'made here', madeBy: 'b.py' },
    { path: 'test/fixtures/c.jpg', what: 'c', source: 'somewhere' },
  ];
  assert.deepEqual(registryTrouble(entries, ['test/fixtures/a/1.jpg', 'test/fixtures/b.jpg', 'test/fixtures/c.jpg']), [
    'test/fixtures/b.jpg: not registered',
    'test/fixtures/gone.jpg: registered, but not there',
    'test/fixtures/c.jpg: needs what, source, and licence or madeBy',
  ]);
});
