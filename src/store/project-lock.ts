/**
 * One writing process a project: two extractions side by side would number
 * faces, crops and runs over each other. The lock is a transaction that SQLite
 * holds open on a small file of its own, so that the operating system ends it
 * with the process, however that dies; readers of the project are not kept out.
 */
import { FaceweaveError } from '../config/error.js';
import { LOCK_FILE } from '../config/layout.js';
import type { ProjectLayout } from './project-folder.js';
import { closeDatabase, openDatabase, type SqlDatabase, storeError } from './sqlite-open.js';

/** A lock that is held. */
export interface ProjectLock {
  /** Lets the next process in. May be called twice. */
  release(): void;
}

const HOLDER = `CREATE TABLE IF NOT EXISTS holder (
  one INTEGER PRIMARY KEY CHECK (one = 1), process INTEGER NOT NULL, command TEXT NOT NULL, since TEXT NOT NULL
) STRICT`;

/**
 * Takes the project's lock for `command`, at once or not at all.
 *
 * Errors: `PROJECT_LOCKED`, saying who holds it; `STORE_READONLY` and the other
 * codes of a database that cannot be opened.
 */
export async function lockProject(layout: ProjectLayout, command: string, since: string): Promise<ProjectLock> {
  const path = `${layout.root}/${LOCK_FILE}`;
  const database = await openDatabase(path, true);
  try {
    database.exec('PRAGMA busy_timeout = 0');
    // Who holds it must be committed to be read by others; then the lock itself is a transaction left open.
    database.exec('BEGIN IMMEDIATE');
    database.exec(HOLDER);
    database.prepare('INSERT OR REPLACE INTO holder VALUES (1, ?, ?, ?)').run(process.pid, command, since);
    database.exec('COMMIT');
    database.exec('BEGIN IMMEDIATE');
  } catch (cause) {
    const refusal = storeError(path, cause);
    const holder = refusal.code === 'STORE_BUSY' ? holderOf(database) : undefined;
    database.close();
    if (refusal.code !== 'STORE_BUSY') throw refusal;
    throw new FaceweaveError(`another faceweave is working on this project${holder ?? ''}`, {
      code: 'PROJECT_LOCKED',
      path: layout.root,
      hint: 'wait until it has finished; `faceweave status` and `faceweave export` can be run meanwhile',
      cause,
    });
  }
  let isHeld = true;
  return {
    release() {
      if (!isHeld) return;
      isHeld = false;
      database.exec('ROLLBACK');
      closeDatabase(database);
    },
  };
}

function holderOf(database: SqlDatabase): string | undefined {
  try {
    const row = database.prepare('SELECT process, command, since FROM holder').get();
    return row === undefined ? undefined : ` (${row['command']}, process ${row['process']}, since ${row['since']})`;
  } catch {
    // It was taken this very moment: the lock is known, its holder not yet.
    return undefined;
  }
}
