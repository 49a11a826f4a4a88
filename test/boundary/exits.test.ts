/** Fifty processes that extract and end by themselves: every one exits with 0, none by a signal. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { extractOptions, hookedAddonPath, runtimePath, samplePhotos } from './addon.js';

const RUNS = 50;
const AT_ONCE = 4;

const SCRIPT = `
  const { addon, runtime, options, path } = JSON.parse(process.argv[1]);
  const { loadRuntime, ExtractJob } = require(addon);
  loadRuntime(runtime);
  const job = new ExtractJob(options);
  job.run([{ path: Buffer.from(path) }]).then((batch) => console.log(batch.outcomes[0].status));`;

function once(argument: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['-e', SCRIPT, argument], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.once('error', reject);
    // The job is left open on purpose: networks that nobody closed must not disturb the exit either.
    child.once('close', (code, signal) => resolve(`${output.trim()} ${code} ${signal}`));
  });
}

test(`${RUNS} clean exits after an extraction`, async () => {
  const path = samplePhotos()[0]?.path.toString();
  const argument = JSON.stringify({
    addon: hookedAddonPath(),
    runtime: runtimePath(),
    options: extractOptions(1),
    path,
  });
  let left = RUNS;
  const endings: string[] = [];
  const lane = async (): Promise<void> => {
    while (left-- > 0) endings.push(await once(argument));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  assert.equal(endings.length, RUNS);
  assert.deepEqual(new Set(endings), new Set(['extracted 0 null']));
});
