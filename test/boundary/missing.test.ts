/** What a user sees when the addon, ONNX Runtime or a model is not there or is damaged. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { extractOptions, hookedAddon, ROOT, runtimePath, samplePhotos } from './addon.js';

const CALL = `
  import { loadRuntime } from ${JSON.stringify(new URL('../../src/native/load.ts', import.meta.url).href)};
  try { loadRuntime(); console.log('loaded'); }
  catch (error) { console.log(error.name, error.code); console.log(error.message, error.path ?? ''); console.log('hint:', error.hint ?? ''); }`;

function describeWith(env: Record<string, string>): string {
  const child = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', CALL], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, ...env },
    timeout: 20_000,
  });
  assert.equal(child.signal, null, 'it answers, it does not hang');
  return child.stdout;
}

const empty = mkdtempSync(join(tmpdir(), 'faceweave-missing-'));
const garbage = join(empty, 'garbage.so');
writeFileSync(garbage, 'not a library');

test('everything in place loads', () => {
  assert.match(describeWith({}), /^loaded/);
});

test('a missing addon says so, with its path and a cure', () => {
  const said = describeWith({ FACEWEAVE_ADDON: join(empty, 'none.node') });
  assert.match(said, /^FaceweaveError ADDON_MISSING/);
  assert.ok(said.includes(join(empty, 'none.node')));
  assert.match(said, /hint: .+/);
});

test('a damaged addon says so', () => {
  assert.match(describeWith({ FACEWEAVE_ADDON: garbage }), /^FaceweaveError ADDON_DAMAGED/);
});

test('a missing ONNX Runtime says so at once', () => {
  const said = describeWith({ FACEWEAVE_ONNXRUNTIME: join(empty, 'none.so') });
  assert.match(said, /^FaceweaveError RUNTIME_MISSING/);
});

test('a damaged ONNX Runtime says so at once', () => {
  assert.match(describeWith({ FACEWEAVE_ONNXRUNTIME: garbage }), /^FaceweaveError RUNTIME_MISSING/);
});

test('the addon itself refuses a relative path, and a model that is not one', async () => {
  const addon = hookedAddon();
  assert.throws(() => addon.loadRuntime('libonnxruntime.so'), /RUNTIME_MISSING: .*not absolute/);
  addon.loadRuntime(runtimePath());
  const options = extractOptions();
  const withEmbedder = (path: string): Promise<unknown> =>
    new addon.ExtractJob({ ...options, embedder: { ...options.embedder, path } }).run(samplePhotos());
  await assert.rejects(withEmbedder(join(empty, 'none.onnx')), /^Error: MODEL_MISSING/);
  await assert.rejects(withEmbedder(garbage), /^Error: MODEL_INVALID/);
  await assert.rejects(withEmbedder(options.detector.path), /^Error: MODEL_INVALID/);
});
