/**
 * The tables of a project's database and their version. Apart from the queries
 * because a change here is a change of the format on disk: raise
 * `SCHEMA_VERSION` and write the step from the version before in `MIGRATIONS`.
 *
 * Inside, rows are numbered by small integers; the ids that derive from content
 * are unique columns. Vectors, nine tenths of the bytes, are little-endian f32.
 */
import { FaceweaveError } from '../config/error.js';
import type { SqlDatabase } from './sqlite-open.js';

/** Version of the tables below. A store with a higher one is refused. */
export const SCHEMA_VERSION = 4;
/** "FcWv" in ASCII: marks the file as ours. */
const APPLICATION_ID = 0x46635776;

const TABLES = `
CREATE TABLE model (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  job TEXT NOT NULL,
  dims INTEGER,
  card TEXT NOT NULL
) STRICT;
CREATE TABLE photo (
  id INTEGER PRIMARY KEY,
  content TEXT NOT NULL UNIQUE,      -- public id: 32 hex digits
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  size_bytes INTEGER NOT NULL,
  format TEXT NOT NULL,
  orientation INTEGER NOT NULL,
  taken_at TEXT, make TEXT, model TEXT, serial TEXT,
  latitude REAL, longitude REAL,     -- degrees, WGS 84
  fingerprint TEXT,                  -- perceptual hash, 16 hex digits
  occasion INTEGER REFERENCES photo (id)
) STRICT;
CREATE TABLE path (
  path TEXT PRIMARY KEY,             -- BINARY collation: the order of UTF-8 bytes
  size_bytes INTEGER NOT NULL,
  mtime_ns INTEGER NOT NULL,
  photo INTEGER REFERENCES photo (id),  -- NULL = skipped, and then:
  code TEXT, message TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX path_photo ON path (photo, path);
CREATE TABLE extraction (
  photo INTEGER NOT NULL REFERENCES photo (id),
  detector INTEGER NOT NULL REFERENCES model (id),
  embedder INTEGER NOT NULL REFERENCES model (id),
  PRIMARY KEY (photo, detector, embedder)
) STRICT, WITHOUT ROWID;
CREATE TABLE face (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,         -- public id: 16 hex digits
  photo INTEGER NOT NULL REFERENCES photo (id),
  ordinal INTEGER NOT NULL,
  x REAL NOT NULL, y REAL NOT NULL, width REAL NOT NULL, height REAL NOT NULL,
  score REAL NOT NULL,
  points BLOB NOT NULL,              -- 10 × f32
  crop TEXT,
  retired INTEGER NOT NULL DEFAULT 0, -- 1 = a later extraction of its photograph did not find it again
  quality REAL, sharpness REAL, pose REAL, brightness REAL, size_px REAL,
  part BLOB,                         -- 4 × f32: what the crop shows
  age REAL, gender REAL,
  landmarks BLOB                     -- 136 × f32
) STRICT;
CREATE INDEX face_photo ON face (photo);
CREATE TABLE vector (
  id INTEGER PRIMARY KEY,
  model INTEGER NOT NULL REFERENCES model (id),
  face INTEGER NOT NULL REFERENCES face (id),
  numbers BLOB NOT NULL,             -- dims × f32, unit length
  UNIQUE (model, face)
) STRICT;
CREATE TABLE proposal (              -- what clustering drew; decisions never change it
  face INTEGER PRIMARY KEY REFERENCES face (id),
  person TEXT,                       -- public id: p + hex digits
  distance REAL
) STRICT;
CREATE TABLE person (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,         -- public id: p + hex digits
  given_name TEXT,                   -- by a decision
  cohesion REAL,                     -- mean cosine of two of its faces
  doubt TEXT
) STRICT;
CREATE TABLE assignment (            -- what holds: the proposal after all decisions
  face INTEGER PRIMARY KEY REFERENCES face (id),
  person INTEGER REFERENCES person (id),
  distance REAL,
  probability REAL,                  -- that the face belongs to its person
  decided INTEGER NOT NULL DEFAULT 0 -- 1 = a decision placed it
) STRICT;
CREATE TABLE conflict (
  photo INTEGER NOT NULL REFERENCES photo (id),
  kept INTEGER NOT NULL REFERENCES face (id),
  moved INTEGER NOT NULL REFERENCES face (id),
  PRIMARY KEY (photo, kept, moved)
) STRICT, WITHOUT ROWID;
CREATE TABLE run (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  command TEXT NOT NULL,
  started_at TEXT NOT NULL,
  finished_at TEXT,
  manifest TEXT NOT NULL DEFAULT '{}'
) STRICT;
CREATE TABLE setting (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE path_attribute (
  path TEXT NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (path, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE link (
  url TEXT PRIMARY KEY,
  file TEXT, etag TEXT, last_modified TEXT,
  fetched_at TEXT NOT NULL,
  code TEXT, message TEXT
) STRICT, WITHOUT ROWID;
CREATE TABLE archive (               -- listed to its end, every member settled
  path TEXT PRIMARY KEY,
  size_bytes INTEGER NOT NULL,
  mtime_ns INTEGER NOT NULL,
  members INTEGER NOT NULL,          -- paths it has in the table of paths
  others TEXT NOT NULL               -- JSON: members that are no pictures, by extension
) STRICT, WITHOUT ROWID;
`;

/** The step from each version to the next, from version 1 on. */
const MIGRATIONS: readonly string[] = [
  `
ALTER TABLE photo ADD COLUMN latitude REAL;
ALTER TABLE photo ADD COLUMN longitude REAL;
ALTER TABLE photo ADD COLUMN fingerprint TEXT;
ALTER TABLE photo ADD COLUMN occasion INTEGER REFERENCES photo (id);
ALTER TABLE face ADD COLUMN quality REAL;
ALTER TABLE face ADD COLUMN sharpness REAL;
ALTER TABLE face ADD COLUMN pose REAL;
ALTER TABLE face ADD COLUMN brightness REAL;
ALTER TABLE face ADD COLUMN size_px REAL;
ALTER TABLE face ADD COLUMN part BLOB;
ALTER TABLE face ADD COLUMN age REAL;
ALTER TABLE face ADD COLUMN gender REAL;
ALTER TABLE face ADD COLUMN landmarks BLOB;
CREATE TABLE path_attribute (
  path TEXT NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (path, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE link (
  url TEXT PRIMARY KEY,
  file TEXT, etag TEXT, last_modified TEXT,
  fetched_at TEXT NOT NULL,
  code TEXT, message TEXT
) STRICT, WITHOUT ROWID;
`,
  `
CREATE TABLE proposal (
  face INTEGER PRIMARY KEY REFERENCES face (id),
  person TEXT,
  distance REAL
) STRICT;
INSERT INTO proposal SELECT face, (SELECT name FROM person WHERE person.id = assignment.person), distance FROM assignment;
ALTER TABLE person ADD COLUMN given_name TEXT;
ALTER TABLE person ADD COLUMN cohesion REAL;
ALTER TABLE person ADD COLUMN doubt TEXT;
ALTER TABLE assignment ADD COLUMN probability REAL;
ALTER TABLE assignment ADD COLUMN decided INTEGER NOT NULL DEFAULT 0;
`,
  // Archives of earlier versions have no mark and are listed once more: an interrupted one was taken for finished.
  `
CREATE TABLE archive (
  path TEXT PRIMARY KEY,
  size_bytes INTEGER NOT NULL,
  mtime_ns INTEGER NOT NULL,
  members INTEGER NOT NULL,
  others TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`,
];

/**
 * Makes the tables in an empty file, or checks that they are ours and known, and
 * brings those of an earlier version up to date, in one transaction.
 *
 * Errors: `STORE_READONLY` when it is of an earlier version and cannot be written; `STORE_NEWER` when a later faceweave wrote them; `STORE_DAMAGED` when
 * the file is some other database.
 */
export function prepareSchema(database: SqlDatabase, path: string, canWrite = true): void {
  const version = readNumber(database, 'PRAGMA user_version', 'user_version');
  const application = readNumber(database, 'PRAGMA application_id', 'application_id');
  const tables = readNumber(database, 'SELECT count(*) AS tables FROM sqlite_schema', 'tables');
  if (tables === 0 && version === 0) {
    createTables(database);
    return;
  }
  if (application !== APPLICATION_ID) {
    throw new FaceweaveError(`${path}: this database was not made by faceweave`, {
      code: 'STORE_DAMAGED',
      path,
      hint: 'choose another project folder with --project',
    });
  }
  if (version > SCHEMA_VERSION) {
    throw new FaceweaveError(
      `${path}: written by a newer faceweave (store version ${version}; this one knows up to ${SCHEMA_VERSION})`,
      { code: 'STORE_NEWER', path, hint: 'update faceweave; nothing was changed' },
    );
  }
  if (version < SCHEMA_VERSION && !canWrite) {
    throw new FaceweaveError(
      `${path}: written by an earlier faceweave (store version ${version}; this one reads ${SCHEMA_VERSION}), and it cannot be written to be brought up to date`,
      { code: 'STORE_READONLY', path, hint: 'copy the project folder to where it can be written' },
    );
  }
  if (version < SCHEMA_VERSION) migrate(database);
}

function migrate(database: SqlDatabase): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    // Read under the lock: another process may have done it by now.
    const version = readNumber(database, 'PRAGMA user_version', 'user_version');
    for (const step of MIGRATIONS.slice(version - 1)) database.exec(step);
    database.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
    database.exec('COMMIT');
  } catch (cause) {
    database.exec('ROLLBACK');
    throw cause;
  }
}

function createTables(database: SqlDatabase): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    // Another process may have made them between the check and the lock.
    if (readNumber(database, 'PRAGMA user_version', 'user_version') === 0) {
      database.exec(TABLES);
      database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}`);
    }
    database.exec('COMMIT');
  } catch (cause) {
    database.exec('ROLLBACK');
    throw cause;
  }
}

function readNumber(database: SqlDatabase, sql: string, column: string): number {
  return Number(database.prepare(sql).get()?.[column] ?? 0);
}
