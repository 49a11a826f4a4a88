/**
 * Trouble that is nobody's fault: a full disk, a project that cannot be written,
 * a second process, a time that is up, a store from the future. Each ends with a
 * clear error, nothing is damaged, and the same command goes on afterwards.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDatabase } from '../../../src/store/sqlite-open.js';
import { faceweave, photographs, records, scratch } from '../faceweave.js';

const NOBODY = 65534;
const isRoot = process.getuid?.() === 0;

test('a disk that fills up: exit 4 with the cure, and with more room the same command goes on', async (t) => {
  if (!isRoot) return t.skip('only root can make a disk of two megabytes');
  let mounted: string | undefined;
  // Before the scratch folder's own end, which cannot remove what is mounted.
  t.after(() => mounted !== undefined && execFileSync('umount', [mounted]));
  const root = scratch();
  const disk = join(root, 'disk');
  mkdirSync(disk);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=640k', 'tmpfs', disk]);
  mounted = disk;
  const source = photographs(join(root, 'photos'), [1, 2, 3, 4, 5, 6]);
  const project = join(disk, 'project');
  // Fills the disk but for what the tables of a new store take.
  const ballast = join(disk, 'ballast');
  writeFileSync(ballast, Buffer.alloc(300 * 1024, 1));
  const full = await faceweave(['run', source, '--project', project, '--batch-size', '1']);
  assert.equal(full.code, 4, full.stderr);
  assert.match(full.stderr, /full|No space|no space/);
  assert.match(full.stderr, /hint: /);
  execFileSync('rm', [ballast]);
  execFileSync('mount', ['-o', 'remount,size=16m', disk]);
  const again = await faceweave(['run', source, '--project', project, '--json']);
  assert.equal(again.code, 0, again.stderr);
  const fresh = await faceweave(['run', source, '--project', join(root, 'other'), '--json']);
  const faces = (text: string): unknown => records(text).at(-1)?.['faces'];
  assert.equal(faces(again.stdout), faces(fresh.stdout));
});

test('a project folder that cannot be written: exit 4, the cause named, nothing changed', async (t) => {
  if (!isRoot) return t.skip('root reads and writes everything: only root can become nobody');
  const root = scratch();
  const source = photographs(join(root, 'photos'), [1]);
  const project = join(root, 'project');
  assert.equal((await faceweave(['run', source, '--project', project])).code, 0);
  const before = readdirSync(project).sort();
  execFileSync('chown', ['-R', `${NOBODY}:${NOBODY}`, root]);
  execFileSync('chmod', ['-R', 'a-w', project]);
  photographs(source, [2]);
  const run = await faceweave(['run', source, '--project', project], { uid: NOBODY });
  assert.equal(run.code, 4, run.stderr);
  assert.match(run.stderr, /cannot be (written|opened)|readonly|permission denied/i);
  assert.deepEqual(readdirSync(project).sort(), before);
  // A folder in which no project can be made at all.
  const closed = join(root, 'closed');
  mkdirSync(closed);
  chmodSync(closed, 0o555);
  const made = await faceweave(['extract', source, '--project', join(closed, 'project')], { uid: NOBODY });
  assert.equal(made.code, 4);
  assert.match(made.stderr, /cannot be made: .*(permission denied|EACCES)/i);
  assert.match(made.stderr, /hint: name another folder with --project/);
});

test('a project that cannot be written is read: status, export, plan; an older store says what to do', async (t) => {
  if (!isRoot) return t.skip('only root can become a user without rights');
  const root = scratch();
  const source = photographs(join(root, 'photos'), [1, 2]);
  const project = join(root, 'a project?');
  assert.equal((await faceweave(['run', source, '--project', project])).code, 0);
  const writable = await faceweave(['export', 'faces', '--format', 'csv', '--project', project]);
  const close = (): void => {
    execFileSync('chown', ['-R', `${NOBODY}:${NOBODY}`, root]);
    execFileSync('chmod', ['-R', 'a-w', project]);
  };
  close();
  const before = readdirSync(project).sort();
  const user = { uid: NOBODY };
  const status = await faceweave(['status', '--project', project, '--json'], user);
  assert.equal(status.code, 0, status.stderr);
  const exported = await faceweave(['export', 'faces', '--format', 'csv', '--project', project], user);
  assert.deepEqual([exported.code, exported.stdout], [0, writable.stdout], exported.stderr);
  const plan = await faceweave(['plan', source, '--project', project, '--json'], user);
  assert.equal(records(plan.stdout).at(-1)?.['unchanged'], 2, plan.stderr);
  const cluster = await faceweave(['cluster', '--project', project], user);
  assert.deepEqual(
    [cluster.code, /cannot be (written|opened)|readonly/i.test(cluster.stderr)],
    [4, true],
    cluster.stderr,
  );
  assert.deepEqual(readdirSync(project).sort(), before);
  const database = await openDatabase(join(project, 'faceweave.db'), false);
  database.exec('PRAGMA user_version = 2; PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
  close();
  const older = await faceweave(['status', '--project', project], user);
  assert.equal(older.code, 4);
  assert.match(older.stderr, /written by an earlier faceweave \(store version 2.*\n.*hint: copy the project folder/);
});

test('a second process on the same project is refused and named, reading is not', async () => {
  const root = scratch();
  const source = photographs(join(root, 'photos'), [1, 2, 3, 4, 5, 6]);
  const project = join(root, 'project');
  const first = faceweave(['run', source, '--project', project, '--threads', '1', '--batch-size', '1']);
  while (!existsSync(join(project, 'faceweave.lock')) || statSync(join(project, 'faceweave.lock')).size === 0) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const second = await faceweave(['extract', source, '--project', project, '--json']);
  const finished = await first;
  assert.equal(finished.code, 0, finished.stderr);
  assert.equal(second.code, 4, second.stdout);
  assert.equal(records(second.stdout).find(({ type }) => type === 'error')?.['code'], 'PROJECT_LOCKED');
  assert.match(second.stderr, /another faceweave is working on this project/);
  assert.equal((await faceweave(['status', '--project', project])).code, 0);
});

test('a time that is up ends like Ctrl-C: exit 130, all finished work saved, the next run goes on', async () => {
  const root = scratch();
  const source = photographs(join(root, 'photos'), [1, 2, 3, 4, 5, 6]);
  const project = join(root, 'project');
  const args = ['extract', source, '--project', project, '--batch-size', '1', '--threads', '1', '--json'];
  const short = await faceweave([...args, '--max-time', '1ms']);
  assert.equal(short.code, 130, short.stderr);
  assert.match(short.stderr, /--max-time/);
  assert.match(short.stderr, /hint: .*again/);
  const rest = await faceweave(args);
  assert.equal(rest.code, 0, rest.stderr);
  assert.equal(records(rest.stdout).at(-1)?.['photos'], 6);
  const wrong = await faceweave([...args, '--max-time', 'soon']);
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /--max-time.*90s, 45m, 2h/);
});

test('a store of a newer faceweave is left alone', async () => {
  const root = scratch();
  const source = photographs(join(root, 'photos'), [1]);
  const project = join(root, 'project');
  assert.equal((await faceweave(['extract', source, '--project', project])).code, 0);
  const database = await openDatabase(join(project, 'faceweave.db'), false);
  database.exec('PRAGMA user_version = 99');
  database.close();
  const run = await faceweave(['extract', source, '--project', project]);
  assert.equal(run.code, 4);
  assert.match(run.stderr, /written by a newer faceweave \(store version 99/);
  assert.match(run.stderr, /hint: update faceweave; nothing was changed/);
});
