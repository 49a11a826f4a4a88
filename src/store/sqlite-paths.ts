/**
 * Queries about paths: what is known of each file of the sources, which were
 * skipped and why. A path is a row of its own, so that a photograph may have
 * several and a moved file keeps its faces.
 */
import type { SkippedFile } from '../config/domain.js';
import type { SqlRow } from './sqlite-open.js';
import { argumentError, readNumber, readText, readTextOrNull, type SqlSession } from './sqlite-session.js';
import type { KnownPath } from './store.js';

// The time exceeds what a JavaScript number holds exactly, so it goes in and out as text.
const KNOWN = `SELECT path.path AS path, path.size_bytes AS size_bytes, CAST(mtime_ns AS TEXT) AS mtime_ns, content, code, message
  FROM path LEFT JOIN photo ON photo.id = path.photo`;
const UNDER_LABEL = `${KNOWN} WHERE path.path = ? OR (path.path >= ? AND path.path < ?) ORDER BY path.path`;
const SAVE = `INSERT INTO path (path, size_bytes, mtime_ns, photo, code, message)
  VALUES (?, ?, CAST(? AS INTEGER), (SELECT id FROM photo WHERE content = ?), ?, ?)
  ON CONFLICT (path) DO UPDATE SET size_bytes = excluded.size_bytes, mtime_ns = excluded.mtime_ns,
    photo = excluded.photo, code = excluded.code, message = excluded.message
  RETURNING photo`;

/** The methods of `Store` that concern paths. */
export function pathQueries(session: SqlSession) {
  return {
    knownPaths(sources?: readonly string[]): ReadonlyMap<string, KnownPath> {
      const known = new Map<string, KnownPath>();
      const keep = (row: SqlRow): void => {
        const path = readKnown(row);
        known.set(path.path, path);
      };
      if (sources === undefined) {
        for (const row of session.sql(`${KNOWN} ORDER BY path.path`).iterate()) keep(row);
      } else {
        for (const label of sources) {
          // '0' follows '/' in ASCII: the range holds all that begins with the label and a slash.
          for (const row of session.sql(UNDER_LABEL).iterate(label, `${label}/`, `${label}0`)) keep(row);
        }
      }
      return known;
    },

    savePaths(paths: readonly KnownPath[], gone: readonly string[]): void {
      session.transaction(() => {
        for (const path of gone) {
          session.sql('DELETE FROM path WHERE path = ?').run(path);
          session.sql('DELETE FROM path_attribute WHERE path = ?').run(path);
        }
        writePaths(session, paths);
      });
    },

    skipped(): readonly SkippedFile[] {
      return session
        .sql('SELECT path, code, message FROM path WHERE photo IS NULL ORDER BY path')
        .all()
        .map((row) => ({
          path: readText(row, 'path'),
          code: readText(row, 'code'),
          message: readTextOrNull(row, 'message') ?? '',
        }));
    },
  };
}

/** Inserts or replaces paths; the photographs they name must be there. Within the caller's transaction. */
export function writePaths(session: SqlSession, paths: readonly KnownPath[]): void {
  for (const { path, sizeBytes, mtimeNs, photoId, code, message } of paths) {
    if ((photoId === null) === (code === null)) {
      throw argumentError(`${path}: a path has either a photograph or the code of why it was skipped`);
    }
    const row = session.sql(SAVE).get(path, sizeBytes, mtimeNs, photoId, code, message);
    if (photoId !== null && row?.photo === null) {
      throw argumentError(`${path}: photograph ${photoId} is not in the store`);
    }
  }
}

function readKnown(row: SqlRow): KnownPath {
  return {
    path: readText(row, 'path'),
    sizeBytes: readNumber(row, 'size_bytes'),
    mtimeNs: readText(row, 'mtime_ns'),
    photoId: readTextOrNull(row, 'content'),
    code: readTextOrNull(row, 'code'),
    message: readTextOrNull(row, 'message'),
  };
}
