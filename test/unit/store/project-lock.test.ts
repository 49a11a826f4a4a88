/**
 * One writer a project: a second is refused with the name of the first, and the
 * lock ends with its process, killed or not.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { FaceweaveError } from '../../../src/config/index.js';
import { createProjectFolder, lockProject, openStore, projectLayout } from '../../../src/store/index.js';
import { scratchFolder } from './project.js';

const SINCE = '2026-01-01T00:00:00.000Z';

async function refusal(work: Promise<unknown>): Promise<FaceweaveError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof FaceweaveError, `refused with ${String(error)}`);
  return error;
}

test('a second lock is refused and names the first; released, it is free', async (t) => {
  const layout = createProjectFolder(scratchFolder(t));
  const first = await lockProject(layout, 'extract', SINCE);
  const error = await refusal(lockProject(layout, 'cluster', SINCE));
  assert.equal(error.code, 'PROJECT_LOCKED');
  assert.match(error.message, new RegExp(`extract, process ${process.pid}, since ${SINCE}`));
  first.release();
  first.release();
  (await lockProject(layout, 'cluster', SINCE)).release();
});

test('a locked project can still be read', async (t) => {
  const folder = scratchFolder(t);
  const layout = createProjectFolder(folder);
  const lock = await lockProject(layout, 'extract', SINCE);
  const store = await openStore(folder, { create: true });
  assert.equal((await store.counts()).files, 0);
  await store.close();
  lock.release();
});

test('a lock ends with a process that is killed', async (t) => {
  const folder = scratchFolder(t);
  createProjectFolder(folder);
  const script = `
    import { lockProject, projectLayout } from './src/store/index.js';
    await lockProject(projectLayout(process.argv[1]), 'extract', '${SINCE}');
    console.log('held');
    setInterval(() => {}, 1000);
  `;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(createInterface(child.stdout), 'line');
  assert.equal((await refusal(lockProject(projectLayout(folder), 'run', SINCE))).code, 'PROJECT_LOCKED');
  child.kill('SIGKILL');
  await once(child, 'exit');
  (await lockProject(projectLayout(folder), 'run', SINCE)).release();
});
