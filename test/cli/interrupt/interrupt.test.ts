/**
 * Ctrl-C: the first finishes what has begun, saves it, says how to go on and
 * ends with 130; the second stops now. Both leave a project that goes on.
 */
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { faceweave, photographs, records, scratch } from '../faceweave.js';

/** Sends SIGINT as soon as the extraction reports, `times` times. */
function interruptAtFirstFace(times: number): (child: ChildProcess) => void {
  return (child) => {
    let isSent = false;
    child.stderr?.on('data', (text: Buffer) => {
      if (isSent || !/"faces":[1-9]/.test(String(text))) return;
      isSent = true;
      for (let n = 0; n < times; n += 1) setTimeout(() => child.kill('SIGINT'), n * 20);
    });
  };
}

test('the first Ctrl-C saves what was done and ends with 130', async () => {
  const root = scratch();
  const source = photographs(join(root, 'photos'), [1, 2, 3, 4, 5, 6]);
  const project = join(root, 'project');
  const args = ['run', source, '--project', project, '--threads', '1', '--batch-size', '2', '--json'];
  const stopped = await faceweave([...args, '--progress', 'json'], { onStart: interruptAtFirstFace(1) });
  assert.equal(stopped.code, 130, stopped.stderr);
  assert.match(stopped.stderr, /^hint: run the same command again to go on$/m);
  const summary = records(stopped.stdout).at(-1) ?? {};
  assert.equal(summary['exitCode'], 130);
  const saved = Number(summary['photos']);
  assert.ok(saved >= 1 && saved < 6, `${saved} photographs were saved`);
  const [name = ''] = readdirSync(join(project, 'runs'));
  const manifest = JSON.parse(readFileSync(join(project, 'runs', name), 'utf8')) as Record<string, unknown>;
  assert.equal(manifest['outcome'], 'interrupted');

  const resumed = records((await faceweave(args)).stdout).at(-1) ?? {};
  assert.equal(resumed['newPhotos'], 6 - saved);
  assert.equal(resumed['photos'], 6);
});

test('the second Ctrl-C stops now', async () => {
  const root = scratch();
  const source = photographs(join(root, 'photos'), [1, 2, 3, 4, 5, 6]);
  const project = join(root, 'project');
  const args = ['run', source, '--project', project, '--threads', '1'];
  const stopped = await faceweave([...args, '--progress', 'json'], { onStart: interruptAtFirstFace(2) });
  assert.equal(stopped.code, 130);
  assert.equal((await faceweave(args)).code, 0);
});
