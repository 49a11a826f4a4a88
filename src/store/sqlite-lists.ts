/**
 * What lists of links leave in the store: how each link was last fetched, and
 * the further columns of each line. Apart from paths because a folder has neither.
 */
import { readText, readTextOrNull, type SqlSession } from './sqlite-session.js';
import type { FetchedLink, PathAttributes } from './store.js';

const SAVE_LINK = `INSERT OR REPLACE INTO link (url, file, etag, last_modified, fetched_at, code, message)
  VALUES (?, ?, ?, ?, ?, ?, ?)`;

/** The methods of `Store` that concern lists. */
export function listQueries(session: SqlSession) {
  return {
    savePathAttributes(given: readonly PathAttributes[]): void {
      session.transaction(() => {
        for (const { path, attributes } of given) {
          session.sql('DELETE FROM path_attribute WHERE path = ?').run(path);
          for (const [name, value] of Object.entries(attributes)) {
            session.sql('INSERT INTO path_attribute VALUES (?, ?, ?)').run(path, name, value);
          }
        }
      });
    },

    pathAttributes(): readonly PathAttributes[] {
      const byPath = new Map<string, Record<string, string>>();
      // Names come from users: an object without a prototype takes any of them.
      const none = (): Record<string, string> => Object.create(null) as Record<string, string>;
      for (const row of session.sql('SELECT path, name, value FROM path_attribute ORDER BY path, name').iterate()) {
        const path = readText(row, 'path');
        const attributes = byPath.get(path) ?? none();
        byPath.set(path, attributes);
        attributes[readText(row, 'name')] = readText(row, 'value');
      }
      return [...byPath].map(([path, attributes]) => ({ path, attributes }));
    },

    fetchedLinks(): ReadonlyMap<string, FetchedLink> {
      const links = new Map<string, FetchedLink>();
      for (const row of session.sql('SELECT * FROM link ORDER BY url').iterate()) {
        const url = readText(row, 'url');
        links.set(url, {
          url,
          file: readTextOrNull(row, 'file'),
          etag: readTextOrNull(row, 'etag'),
          lastModified: readTextOrNull(row, 'last_modified'),
          fetchedAt: readText(row, 'fetched_at'),
          code: readTextOrNull(row, 'code'),
          message: readTextOrNull(row, 'message'),
        });
      }
      return links;
    },

    saveFetchedLinks(links: readonly FetchedLink[]): void {
      session.transaction(() => {
        for (const { url, file, etag, lastModified, fetchedAt, code, message } of links) {
          session.sql(SAVE_LINK).run(url, file, etag, lastModified, fetchedAt, code, message);
        }
      });
    },
  };
}
