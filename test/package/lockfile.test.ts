/**
 * `npm ci` refuses a lockfile that lacks an optional package of any platform,
 * and npm writes such lockfiles; found here rather than on a fresh machine.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

test('package-lock.json lists the optional packages of every platform', () => {
  const checked = spawnSync(process.execPath, ['scripts/complete-lock.mjs', '--check'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  assert.equal(checked.status, 0, checked.stderr);
});

test('package-lock.json names no host', () => {
  assert.doesNotMatch(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'), /"resolved": "https?:/);
});
