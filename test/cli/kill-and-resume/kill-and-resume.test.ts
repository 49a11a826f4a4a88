/**
 * Killed with SIGKILL while it extracts, then run to the end: the same tables
 * as a project never killed.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { faceweave, photographs, records, scratch, tables } from '../faceweave.js';

test('a killed run goes on to the same ids, faces and persons', async () => {
  const root = scratch();
  const source = photographs(join(root, 'photos'), [1, 2, 3, 4, 5, 6]);
  const whole = join(root, 'whole');
  const killed = join(root, 'killed');
  await faceweave(['run', source, '--project', whole]);

  // Killed as soon as the first batch is seen to be done: batches of one photograph.
  const args = ['run', source, '--project', killed, '--batch-size', '1', '--progress', 'json'];
  for (const faces of [1, 8]) {
    const { code } = await faceweave(args, {
      onStart: (child) =>
        child.stderr?.on('data', (text: Buffer) => {
          const found = [...String(text).matchAll(/"faces":(\d+)/g)].map((match) => Number(match[1]));
          if (found.some((number) => number >= faces)) child.kill('SIGKILL');
        }),
    });
    assert.notEqual(code, 4);
  }
  const last = await faceweave(['run', source, '--project', killed, '--json']);
  assert.equal(last.code, 0, last.stderr);
  assert.equal(records(last.stdout).at(-1)?.['photos'], 6);
  assert.deepEqual(await tables(killed), await tables(whole));
});
