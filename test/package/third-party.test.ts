/**
 * THIRD-PARTY.md is written from the lockfiles; this test fails when a
 * dependency came, went or changed its licence without the file saying so.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

test('THIRD-PARTY.md lists what the lockfiles hold', () => {
  const checked = spawnSync(process.execPath, ['scripts/third-party.mjs', '--check'], { cwd: ROOT, encoding: 'utf8' });
  assert.equal(checked.status, 0, checked.stderr);
});
