/**
 * Archives that were listed to their end and whose members are all settled.
 * Apart from paths because an archive is no file of its own: what it holds may
 * only be taken from the paths when nothing of it was left out.
 */
import { readNumber, readText, type SqlSession } from './sqlite-session.js';
import type { SettledArchive } from './store.js';

const SAVE = `INSERT OR REPLACE INTO archive (path, size_bytes, mtime_ns, members, others)
  VALUES (?, ?, CAST(? AS INTEGER), ?, ?)`;
// The time exceeds what a JavaScript number holds exactly, so it goes in and out as text.
const ALL = `SELECT path, size_bytes, CAST(mtime_ns AS TEXT) AS mtime_ns, members, others FROM archive ORDER BY path`;

/** The methods of `Store` that concern archives. */
export function archiveQueries(session: SqlSession) {
  return {
    settledArchives(): ReadonlyMap<string, SettledArchive> {
      const archives = new Map<string, SettledArchive>();
      for (const row of session.sql(ALL).iterate()) {
        const path = readText(row, 'path');
        archives.set(path, {
          path,
          sizeBytes: readNumber(row, 'size_bytes'),
          mtimeNs: readText(row, 'mtime_ns'),
          members: readNumber(row, 'members'),
          others: JSON.parse(readText(row, 'others')) as Record<string, number>,
        });
      }
      return archives;
    },

    saveSettledArchives(archives: readonly SettledArchive[]): void {
      session.transaction(() => {
        for (const { path, sizeBytes, mtimeNs, members, others } of archives) {
          session.sql(SAVE).run(path, sizeBytes, mtimeNs, members, JSON.stringify(others));
        }
      });
    },
  };
}
