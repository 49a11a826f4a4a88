/**
 * The tables of a store of version 1, as faceweave wrote them, with one photograph
 * and one face: what an upgrade must carry over.
 */

/** Runs in an empty database. */
export const VERSION_1 = `
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
  taken_at TEXT, make TEXT, model TEXT, serial TEXT
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
  retired INTEGER NOT NULL DEFAULT 0 -- 1 = a later extraction of its photograph did not find it again
) STRICT;
CREATE INDEX face_photo ON face (photo);
CREATE TABLE vector (
  id INTEGER PRIMARY KEY,
  model INTEGER NOT NULL REFERENCES model (id),
  face INTEGER NOT NULL REFERENCES face (id),
  numbers BLOB NOT NULL,             -- dims × f32, unit length
  UNIQUE (model, face)
) STRICT;
CREATE TABLE person (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE          -- public id: p + hex digits
) STRICT;
CREATE TABLE assignment (
  face INTEGER PRIMARY KEY REFERENCES face (id),
  person INTEGER REFERENCES person (id),
  distance REAL
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
PRAGMA application_id = 1180915574;
PRAGMA user_version = 1;
INSERT INTO model VALUES (1, 'embedder-1', 'embed', 2, '{}'), (2, 'detector-1', 'detect', NULL, '{}');
INSERT INTO photo VALUES (1, '00000000000000000000000000000001', 640, 480, 1000, 'jpeg', 1, NULL, 'Canon', NULL, NULL);
INSERT INTO path VALUES ('a.jpg', 1000, 1700000000123456789, 1, NULL, NULL);
INSERT INTO extraction VALUES (1, 2, 1);
INSERT INTO face VALUES (1, 'abcdef0123456789', 1, 1, 10, 20, 30, 40, 0.9, zeroblob(40), 'Faces/face1_a.jpg', 0);
INSERT INTO vector VALUES (1, 1, 1, x'0000803f00000000');
`;
