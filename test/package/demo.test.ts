/**
 * `make demo` is the first thing a newcomer types: this runs its last step on
 * the build at hand, and pins what it must show.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

test('the demo prints persons, edges and the path of the page', () => {
  const demo = spawnSync(process.execPath, [join(ROOT, 'scripts', 'demo.mjs')], { cwd: ROOT, encoding: 'utf8' });
  assert.equal(demo.status, 0, demo.stderr);
  assert.match(demo.stdout, /^6 photographs in /m);
  assert.match(demo.stdout, /^person,name,/m);
  assert.match(demo.stdout, /^source,target,weight,photos$/m);
  const page = /^Open in a browser: (.+)$/m.exec(demo.stdout)?.[1] ?? '';
  assert.ok(existsSync(page), `${page} is not there`);
});
