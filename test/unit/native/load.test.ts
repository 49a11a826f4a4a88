/**
 * The search for the addon and for ONNX Runtime: what is taken first, and what
 * a failure tells. Made-up surroundings; nothing is loaded.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { FaceweaveError } from '../../../src/config/error.js';
import { findAddon, findRuntime, type Platform, type Surroundings, tripleOf } from '../../../src/native/index.js';
import { isOlder } from '../../../src/native/platform.js';

const LINUX: Platform = { os: 'linux', arch: 'x64', libc: 'glibc', glibc: '2.36' };

function around(files: readonly string[], changes: Partial<Surroundings> = {}): Surroundings {
  return {
    platform: LINUX,
    env: {},
    packageRoot: '/app',
    packageFolder: (name) => `/app/node_modules/${name}`,
    exists: (path) => files.includes(path),
    ...changes,
  };
}

function failure(run: () => unknown): FaceweaveError {
  try {
    run();
  } catch (thrown) {
    assert.ok(thrown instanceof FaceweaveError);
    return thrown;
  }
  return assert.fail('nothing was thrown');
}

test('a build in the checkout is taken before an installed package', () => {
  const built = join('/app', 'faceweave.linux-x64-gnu.node');
  const installed = '/app/node_modules/@faceweave/core-linux-x64-gnu/faceweave.linux-x64-gnu.node';
  assert.equal(findAddon(around([built, installed])), built);
  assert.equal(findAddon(around([installed])), installed);
});

test('the environment variable wins and is made absolute', () => {
  const env = { FACEWEAVE_ADDON: '/elsewhere/a.node' };
  assert.equal(findAddon(around(['/elsewhere/a.node'], { env })), '/elsewhere/a.node');
});

test('an environment variable that names nothing is an error, not a fallback', () => {
  const built = join('/app', 'faceweave.linux-x64-gnu.node');
  const error = failure(() => findAddon(around([built], { env: { FACEWEAVE_ADDON: '/nowhere' } })));
  assert.equal(error.code, 'ADDON_MISSING');
  assert.equal(error.path, '/nowhere');
});

test('a missing addon names the platform, what was tried, and numbered cures', () => {
  const error = failure(() => findAddon(around([], { packageFolder: () => null })));
  assert.equal(error.code, 'ADDON_MISSING');
  assert.match(error.message, /linux-x64-gnu \(glibc 2\.36\)/);
  assert.match(error.message, /@faceweave\/core-linux-x64-gnu: not installed/);
  assert.match(error.message, /\n {2}1\. .*\n {2}2\. /);
});

test('musl is told apart, with the one cure that works', () => {
  const platform: Platform = { os: 'linux', arch: 'x64', libc: 'musl', glibc: null };
  assert.equal(tripleOf(platform), 'linux-x64-musl');
  const error = failure(() => findRuntime(around([], { platform })));
  assert.equal(error.code, 'RUNTIME_MISSING');
  assert.match(error.message, /musl/);
  assert.match(error.message, /node:22-slim/);
});

test('ONNX Runtime comes from its platform package before onnxruntime-node', () => {
  const own = '/app/node_modules/@faceweave/runtime-linux-x64-gnu/lib/libonnxruntime.so.1';
  const microsoft = '/app/node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime.so.1';
  assert.equal(findRuntime(around([own, microsoft])), own);
  assert.equal(findRuntime(around([microsoft])), microsoft);
});

test('an old glibc is named as the first cure', () => {
  const platform: Platform = { ...LINUX, glibc: '2.17' };
  assert.match(failure(() => findRuntime(around([], { platform }))).message, /1\. glibc 2\.17 is too old/);
  assert.equal(isOlder('2.9', '2.28'), true);
  assert.equal(isOlder('2.28', '2.28'), false);
});
