/**
 * The door to a project's store: from a project folder to an open `Store`. Which
 * database stands behind it is decided here and known nowhere else.
 */
import { createProjectFolder, lastRunNumber, projectLayout } from './project-folder.js';
import { openSqliteStore } from './sqlite-store.js';
import type { Store } from './store.js';

/** How to open a project's store. */
export interface OpenStoreOptions {
  /** Make the project folder and the database when they are not there. */
  readonly create?: boolean;
}

/**
 * Opens the store of a project folder.
 *
 * Errors: `STORE_MISSING` when there is none and `create` is not set,
 * `PROJECT_CREATE`, `PROJECT_FOREIGN`, and those of `openSqliteStore`.
 */
export async function openStore(projectDir: string, options: OpenStoreOptions = {}): Promise<Store> {
  const create = options.create === true;
  const layout = create ? createProjectFolder(projectDir) : projectLayout(projectDir);
  return openSqliteStore(layout.database, { create, lastRunNumber: lastRunNumber(layout) });
}
