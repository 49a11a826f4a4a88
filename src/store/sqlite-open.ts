/**
 * Finds a SQLite, opens a database file privately, and turns what SQLite
 * reports into errors with a code. Node's own `node:sqlite` where it is good
 * (22.13 and later), else the package of the same interface. It knows nothing
 * of photographs: the tables are in `sqlite-schema.ts`.
 */
import { accessSync, chmodSync, closeSync, constants, existsSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { FaceweaveError } from '../config/error.js';

/** A value SQLite keeps. */
export type SqlValue = string | number | bigint | null | Uint8Array;
/** One row of an answer, by column. */
export type SqlRow = Readonly<Record<string, SqlValue>>;

/** The part of a prepared statement that is used. */
export interface SqlStatement {
  run(...values: SqlValue[]): { readonly changes: number | bigint };
  get(...values: SqlValue[]): SqlRow | undefined;
  all(...values: SqlValue[]): readonly SqlRow[];
  iterate(...values: SqlValue[]): Iterable<SqlRow>;
}

/** The part of `DatabaseSync` that is used. */
export interface SqlDatabase {
  exec(sql: string): void;
  prepare(sql: string): SqlStatement;
  close(): void;
}

interface SqliteModule {
  readonly DatabaseSync: new (path: string | URL, options?: { readonly readOnly: boolean }) => SqlDatabase;
}

const PRIVATE_FILE = 0o600;
const PACKAGE = '@photostructure/sqlite';
const FIRST_GOOD_NODE: readonly [number, number] = [22, 13];
/** How long a statement waits for another process to finish its transaction. */
const BUSY_TIMEOUT_MS = 5000;

/**
 * Opens the database file; creates it, empty and private (0600), when `create`
 * is set. SQLite gives its `-wal` and `-shm` files the mode of the database.
 *
 * Where nothing can be written and nothing is to be created, it is opened to be
 * read: whoever writes to it then gets `STORE_READONLY`.
 *
 * Durability: write-ahead log, synchronous NORMAL. A killed process loses
 * nothing that was committed; a power cut may take back the last commits, never
 * half of one.
 *
 * Errors: `STORE_UNAVAILABLE`, `STORE_MISSING`, and those of `storeError`.
 */
export async function openDatabase(path: string, create: boolean): Promise<SqlDatabase> {
  const { DatabaseSync } = await loadSqlite();
  try {
    if (!existsSync(path)) {
      if (!create) throw missingError(path);
      closeSync(openSync(path, 'a', PRIVATE_FILE));
    }
    if (!create && !isWritable(path)) return openReadOnly(DatabaseSync, path);
    if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, PRIVATE_FILE);
    const database = new DatabaseSync(path);
    try {
      database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
      database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON');
      return database;
    } catch (cause) {
      database.close();
      throw cause;
    }
  } catch (cause) {
    throw storeError(path, cause);
  }
}

/** Whether the file and its folder, which takes the log, can be written. */
export function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    accessSync(dirname(path), constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Without a log and its index nobody writes to it, and the file is read as one that does not change: SQLite would else
 * want to write both beside it. With the two beside it, it is read with them.
 */
function openReadOnly(DatabaseSync: SqliteModule['DatabaseSync'], path: string): SqlDatabase {
  const log = statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  const immutable = pathToFileURL(path);
  immutable.searchParams.set('immutable', '1');
  // Node 22.13 takes no such address: then the plain file is left.
  const unchanging = [immutable, immutable.href];
  const isInUse = log > 0 || existsSync(`${path}-shm`);
  const places = isInUse ? [path, ...(log > 0 ? [] : unchanging)] : [...unchanging, path];
  let reason: unknown;
  for (const place of places) {
    try {
      return asked(new DatabaseSync(place, { readOnly: true }));
    } catch (cause) {
      reason ??= cause;
    }
  }
  throw reason;
}

/** SQLite opens a file when it is first asked for something. */
function asked(database: SqlDatabase): SqlDatabase {
  try {
    database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
    return database;
  } catch (cause) {
    database.close();
    throw cause;
  }
}

/**
 * Closes a database, its log carried over into the main file and emptied, unless
 * another process is using it. Done here because a package that cannot finalize
 * statements closes only when they are collected, and would leave it all in the log.
 */
export function closeDatabase(database: SqlDatabase): void {
  try {
    database.exec('PRAGMA busy_timeout = 0; PRAGMA wal_checkpoint(TRUNCATE)');
  } catch {
    // Nothing is lost: the log is read at the next opening.
  }
  database.close();
}

/** The error for a project that is not there. */
function missingError(path: string): FaceweaveError {
  return new FaceweaveError(`${path}: there is no project here`, {
    code: 'STORE_MISSING',
    path,
    hint: 'run "faceweave extract" first, or name the project folder with --project',
  });
}

/** Codes of SQLite (the low byte of an extended code) that a user can do something about. */
const CAUSES: ReadonlyMap<number, { readonly code: string; readonly text: string; readonly hint: string }> = new Map([
  [5, { code: 'STORE_BUSY', text: 'another process is writing to it', hint: 'wait until it has finished' }],
  [6, { code: 'STORE_BUSY', text: 'another process has locked it', hint: 'wait until it has finished' }],
  [8, { code: 'STORE_READONLY', text: 'it cannot be written', hint: 'check the rights of the project folder' }],
  [10, { code: 'STORE_IO', text: 'the disk reported an error', hint: 'check the disk' }],
  [11, { code: 'STORE_DAMAGED', text: 'the database is damaged', hint: '' }],
  [13, { code: 'STORE_FULL', text: 'the disk is full', hint: 'make room and run the same command again' }],
  [14, { code: 'STORE_OPEN', text: 'it cannot be opened', hint: 'check the rights of the project folder' }],
  [26, { code: 'STORE_DAMAGED', text: 'this is not a database', hint: '' }],
]);
const DAMAGED_HINT =
  'restore faceweave.db from a backup; or move it away together with Faces, Clusters and Data, to a place outside your photographs, and extract again; decisions.ndjson is a file of its own and stays';

/** What SQLite or the disk reported, as the store's error. Errors that are already ours pass through. */
export function storeError(path: string, cause: unknown): FaceweaveError {
  if (cause instanceof FaceweaveError) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  const known = CAUSES.get(resultCode(cause));
  if (known === undefined) {
    return new FaceweaveError(`${path}: ${message}`, { code: 'STORE_FAILED', path, cause });
  }
  const hint = known.hint === '' ? DAMAGED_HINT : known.hint;
  return new FaceweaveError(`${path}: ${known.text} (${message})`, { code: known.code, path, hint, cause });
}

function resultCode(cause: unknown): number {
  if (!(cause instanceof Error)) return 0;
  if ('errcode' in cause && typeof cause.errcode === 'number') return cause.errcode & 0xff;
  const errno = 'code' in cause ? cause.code : undefined;
  if (errno === 'EACCES' || errno === 'EPERM' || errno === 'EROFS') return 8;
  if (errno === 'ENOSPC') return 13;
  return RESULT_TEXTS.get(cause.message) ?? 0;
}

/** SQLite's own words for its codes: the package reports no number when a statement fails half-way. */
const RESULT_TEXTS: ReadonlyMap<string, number> = new Map([
  ['database is locked', 5],
  ['database table is locked', 6],
  ['attempt to write a readonly database', 8],
  ['disk I/O error', 10],
  ['database disk image is malformed', 11],
  ['database or disk is full', 13],
  ['unable to open database file', 14],
  ['file is not a database', 26],
]);

async function loadSqlite(): Promise<SqliteModule> {
  const builtIn = hasGoodBuiltIn() ? await importQuietly('node:sqlite') : undefined;
  const found = builtIn ?? (await importQuietly(PACKAGE));
  if (found !== undefined) return found;
  throw new FaceweaveError(`no SQLite: Node ${process.versions.node} has none, and ${PACKAGE} is not installed`, {
    code: 'STORE_UNAVAILABLE',
    hint: `use Node ${FIRST_GOOD_NODE.join('.')} or later, or install without --omit=optional so that ${PACKAGE} comes along`,
  });
}

function hasGoodBuiltIn(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > FIRST_GOOD_NODE[0] || (major === FIRST_GOOD_NODE[0] && minor >= FIRST_GOOD_NODE[1]);
}

/**
 * Imports a SQLite if it is there. Node calls its own experimental on stderr at
 * the first import; a user of faceweave can do nothing with that, so it is held
 * back, and no other warning is.
 */
async function importQuietly(name: string): Promise<SqliteModule | undefined> {
  const emitWarning = process.emitWarning;
  process.emitWarning = (warning: string | Error, ...rest: unknown[]): void => {
    const text = typeof warning === 'string' ? warning : warning.message;
    if (!text.includes('SQLite is an experimental feature')) Reflect.apply(emitWarning, process, [warning, ...rest]);
  };
  try {
    const imported: unknown = await import(name);
    return isSqlite(imported) ? imported : undefined;
  } catch {
    return undefined;
  } finally {
    process.emitWarning = emitWarning;
  }
}

function isSqlite(imported: unknown): imported is SqliteModule {
  return typeof imported === 'object' && imported !== null && 'DatabaseSync' in imported;
}
