/** Nothing leaves the machine: the ONNX Runtime we take has no uploader, and one that has is told to keep still. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { extractOptions, hookedAddonPath, runtimePath, samplePhotos } from './addon.js';

test('the pinned library holds no collector’s address', () => {
  const library = readFileSync(runtimePath());
  for (const word of ['OneCollector', 'events.data.microsoft']) {
    assert.equal(library.includes(word), false, `${word}: builds from 1.29 on report home; take an older one`);
  }
});

test('an extraction leaves nothing in the temporary folder or at home, and forbids telemetry', () => {
  const home = mkdtempSync(join(tmpdir(), 'faceweave-home-'));
  const script = `
    const { addon, runtime, options, path } = JSON.parse(process.argv[1]);
    const { loadRuntime, ExtractJob } = require(addon);
    loadRuntime(runtime);
    new ExtractJob(options).run([{ path: Buffer.from(path) }]).then(() => {
      console.log('telemetry forbidden:', process.env.ORT_DISABLE_TELEMETRY);
    });`;
  const path = samplePhotos()[0]?.path.toString();
  const argument = JSON.stringify({
    addon: hookedAddonPath(),
    runtime: runtimePath(),
    options: extractOptions(1),
    path,
  });
  const env = { PATH: process.env['PATH'] ?? '', HOME: home, TMPDIR: home, XDG_CACHE_HOME: home, XDG_DATA_HOME: home };
  const child = spawnSync(process.execPath, ['-e', script, argument], { env, encoding: 'utf8' });
  assert.equal(child.status, 0, child.stderr);
  assert.match(child.stdout, /telemetry forbidden: 1/);
  assert.deepEqual(readdirSync(home), []);
});
