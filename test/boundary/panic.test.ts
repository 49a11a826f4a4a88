/** A panic in Rust, wherever it starts, reaches JavaScript as an error and never ends the process. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { hookedAddon, hookedAddonPath } from './addon.js';

const addon = hookedAddon();

test('a panic in a function, a constructor, a method or a getter is thrown', () => {
  assert.throws(() => addon.panicSync(), /on purpose: sync/);
  assert.throws(() => new addon.PanicClass(true), /on purpose: constructor/);
  const instance = new addon.PanicClass(false);
  assert.throws(() => instance.method(), /on purpose: method/);
  assert.throws(() => instance.value, /on purpose: getter/);
});

test('a panic on a job’s thread, in its pool or in the conversion rejects with INTERNAL', async () => {
  await assert.rejects(addon.panicJob(), /^Error: INTERNAL: .*on purpose: job/);
  await assert.rejects(addon.panicPool(), /^Error: INTERNAL: .*on purpose: pool/);
  await assert.rejects(addon.panicConvert(), /^Error: INTERNAL: .*on purpose: convert/);
});

test('the process lives on after every kind of panic', () => {
  const script = `
    const addon = require(process.argv[1]);
    const quiet = (call) => { try { return call(); } catch {} };
    quiet(() => addon.panicSync());
    quiet(() => new addon.PanicClass(true));
    Promise.allSettled([addon.panicJob(), addon.panicPool(), addon.panicConvert()])
      .then((settled) => console.log(settled.map((one) => one.status).join(' ')));`;
  const child = spawnSync(process.execPath, ['-e', script, hookedAddonPath()], { encoding: 'utf8' });
  assert.deepEqual([child.status, child.signal, child.stdout.trim()], [0, null, 'rejected rejected rejected']);
});
