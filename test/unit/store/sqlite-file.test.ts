/**
 * The database as a file: private, refused when newer, damaged or foreign, small,
 * and whole after the process that writes it is killed.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { FaceweaveError } from '../../../src/config/index.js';
import { openStore } from '../../../src/store/index.js';
import { closeDatabase, openDatabase } from '../../../src/store/sqlite-open.js';
import { SCHEMA_VERSION } from '../../../src/store/sqlite-schema.js';
import { batchOf, DETECTOR, EMBEDDER, saveModels, scratchFolder, scratchStore } from './project.js';
import { VERSION_1 } from './version-1.js';

const DATABASE = 'faceweave.db';

async function refusalOf(work: Promise<unknown>): Promise<FaceweaveError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof FaceweaveError, `refused with ${String(error)}`);
  return error;
}

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

test('without a project there is none, and none is made', async (t) => {
  const folder = scratchFolder(t);
  const error = await refusalOf(openStore(join(folder, 'none')));
  assert.equal(error.code, 'STORE_MISSING');
  assert.ok(error.hint?.includes('extract'));
  assert.deepEqual(readdirSync(folder), []);
});

test('database, log and index are 0600, folders 0700', { skip: process.platform === 'win32' }, async (t) => {
  const folder = join(scratchFolder(t), 'Face Network');
  const store = await openStore(folder, { create: true });
  t.after(() => store.close());
  await saveModels(store);
  assert.equal(modeOf(folder), '700');
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    assert.equal(modeOf(path), statSync(path).isDirectory() ? '700' : '600', name);
  }
  assert.ok(readdirSync(folder).includes(`${DATABASE}-wal`));
});

test('a database that others may read is made private again', { skip: process.platform === 'win32' }, async (t) => {
  const { store, folder } = await scratchStore(t);
  await store.close();
  chmodSync(join(folder, DATABASE), 0o644);
  await (await openStore(folder)).close();
  assert.equal(modeOf(join(folder, DATABASE)), '600');
});

test('a store of a newer version is refused and stays as it is', async (t) => {
  const { store, folder } = await scratchStore(t);
  await store.close();
  const path = join(folder, DATABASE);
  const database = await openDatabase(path, false);
  database.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
  closeDatabase(database);
  const before = readFileSync(path);
  const error = await refusalOf(openStore(folder, { create: true }));
  assert.equal(error.code, 'STORE_NEWER');
  assert.match(
    error.message,
    new RegExp(`store version ${SCHEMA_VERSION + 1}; this one knows up to ${SCHEMA_VERSION}`),
  );
  assert.deepEqual(readFileSync(path), before);
});

/** Columns by table, as SQLite lists them. */
async function columnsOf(path: string): Promise<Readonly<Record<string, readonly string[]>>> {
  const database = await openDatabase(path, false);
  const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND sql IS NOT NULL").all();
  const columns = tables.map(({ name }) => {
    const rows = database.prepare(`SELECT name, type FROM pragma_table_info('${String(name)}')`).all();
    return [String(name), rows.map((row) => `${String(row['name'])} ${String(row['type'])}`)] as const;
  });
  database.close();
  return Object.fromEntries(columns.sort());
}

test('a store of version 1 is brought up to date, with what it holds', async (t) => {
  const folder = scratchFolder(t);
  const path = join(folder, DATABASE);
  const old = await openDatabase(path, true);
  old.exec(VERSION_1);
  old.close();
  const store = await openStore(folder);
  const [face] = await store.faces();
  assert.equal(face?.id, 'abcdef0123456789');
  assert.equal(face?.quality, null);
  assert.equal((await store.photos())[0]?.make, 'Canon');
  assert.deepEqual([...(await store.vectors('embedder-1')).vectors], [1, 0]);
  assert.equal((await store.settledArchives()).size, 0, 'archives of before are listed once more');
  await store.close();
  const made = await scratchStore(t);
  await made.store.close();
  assert.deepEqual(await columnsOf(path), await columnsOf(join(made.folder, DATABASE)));
});

test('what is no database, and another program’s database, are refused', async (t) => {
  const folder = scratchFolder(t);
  writeFileSync(join(folder, DATABASE), 'this is no database '.repeat(500));
  const error = await refusalOf(openStore(folder));
  assert.equal(error.code, 'STORE_DAMAGED');
  assert.match(error.hint ?? '', /decisions\.ndjson/);
  const foreign = scratchFolder(t);
  const database = await openDatabase(join(foreign, DATABASE), true);
  database.exec('CREATE TABLE other (id INTEGER)');
  database.close();
  assert.match((await refusalOf(openStore(foreign))).message, /not made by faceweave/);
});

test('a damaged page is reported as damage', async (t) => {
  const { store, folder } = await scratchStore(t);
  await store.saveBatch(batchOf(Array.from({ length: 200 }, (_, at) => at)));
  await store.close();
  const path = join(folder, DATABASE);
  const bytes = readFileSync(path);
  // The schema on the first pages stays readable: its damage would be found at opening.
  bytes.fill(0xa5, bytes.length / 2);
  writeFileSync(path, bytes);
  const damaged = await openStore(folder);
  t.after(() => damaged.close());
  assert.equal((await refusalOf(damaged.vectors(EMBEDDER).then(() => damaged.faces()))).code, 'STORE_DAMAGED');
});

test('closing carries the log over into the one file', async (t) => {
  const { store, folder } = await scratchStore(t);
  await store.saveBatch(batchOf([1, 2, 3]));
  await store.close();
  const copy = scratchFolder(t);
  copyFileSync(join(folder, DATABASE), join(copy, DATABASE));
  const opened = await openStore(copy);
  t.after(() => opened.close());
  assert.equal((await opened.counts()).photos, 3);
});

test('an empty file is a store yet to be filled', async (t) => {
  const folder = scratchFolder(t);
  writeFileSync(join(folder, DATABASE), '');
  const store = await openStore(folder);
  t.after(() => store.close());
  assert.equal((await store.counts()).files, 0);
});

test('run numbers go on after the manifests on the disk', async (t) => {
  const folder = scratchFolder(t);
  mkdirSync(join(folder, 'runs'));
  writeFileSync(join(folder, 'runs', '41.json'), '{}');
  const store = await openStore(folder, { create: true });
  t.after(() => store.close());
  assert.equal(await store.beginRun('extract', '2026-01-02T03:04:05Z'), 42);
});

test('a face with its vector takes at most 2 kB', async (t) => {
  const { store, folder } = await scratchStore(t);
  for (let start = 0; start < 2000; start += 100) {
    await store.saveBatch(
      batchOf(
        Array.from({ length: 100 }, (_, at) => start + at),
        1,
      ),
    );
  }
  await store.close();
  const bytesAFace = statSync(join(folder, DATABASE)).size / 2000;
  assert.ok(bytesAFace > 192 * 4 && bytesAFace <= 2048, `${bytesAFace} bytes a face`);
});

/** Saves batches for ever and prints the number of each after it is saved. */
const WRITER = `
const { openStore } = await import(process.env.STORE_MODULE);
const { batchOf } = await import(process.env.PROJECT_MODULE);
const store = await openStore(process.env.PROJECT_DIR);
for (let number = Number(process.env.FIRST); ; number += 1) {
  await store.saveBatch(batchOf(Array.from({ length: 20 }, (_, at) => number * 20 + at)));
  process.stdout.write(number + '\\n');
}`;

function startWriter(folder: string, first: number): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', WRITER], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      STORE_MODULE: new URL('../../../src/store/index.ts', import.meta.url).href,
      PROJECT_MODULE: new URL('./project.ts', import.meta.url).href,
      PROJECT_DIR: folder,
      FIRST: String(first),
    },
  });
}

test('killed while saving, five times: every acknowledged batch is there, each batch whole', async (t) => {
  const { store, folder } = await scratchStore(t);
  await store.close();
  let next = 0;
  for (const acknowledged of [1, 3, 8, 13, 30]) {
    const writer = startWriter(folder, next);
    assert.ok(writer.stdout !== null);
    let seen = 0;
    let last = next - 1;
    for await (const line of createInterface({ input: writer.stdout })) {
      last = Number(line);
      seen += 1;
      if (seen === acknowledged) writer.kill('SIGKILL');
    }
    if (writer.signalCode === null) await once(writer, 'exit');
    const survivor = await openStore(folder);
    const { photos, faces } = await survivor.counts();
    const ids = await survivor.extractedPhotoIds(DETECTOR, EMBEDDER);
    const vectors = await survivor.vectors(EMBEDDER);
    await survivor.close();
    assert.equal(photos % 20, 0, 'a batch is torn');
    assert.ok(photos >= (last + 1) * 20, `${photos} photographs after batch ${last} was acknowledged`);
    assert.deepEqual([faces, ids.length, vectors.faceIds.length], [photos * 2, photos, photos * 2]);
    next = photos / 20;
  }
});

test('a copy of the files taken after a kill opens too', async (t) => {
  const { store, folder } = await scratchStore(t);
  await store.saveBatch(batchOf([1, 2, 3]));
  const copy = scratchFolder(t);
  for (const name of [DATABASE, `${DATABASE}-wal`]) copyFileSync(join(folder, name), join(copy, name));
  const opened = await openStore(copy);
  t.after(() => opened.close());
  assert.equal((await opened.counts()).photos, 3);
});
