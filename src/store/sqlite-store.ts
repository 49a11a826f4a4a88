/**
 * The store on SQLite: puts the queries of each topic together behind the
 * asynchronous interface, and turns whatever fails into an error with a code.
 */
import { FaceweaveError } from '../config/error.js';
import { archiveQueries } from './sqlite-archives.js';
import { extractionQueries } from './sqlite-extraction.js';
import { forgetQueries } from './sqlite-forget.js';
import { listQueries } from './sqlite-lists.js';
import { closeDatabase, isWritable, openDatabase, storeError } from './sqlite-open.js';
import { pathQueries } from './sqlite-paths.js';
import { personQueries } from './sqlite-persons.js';
import { photoQueries } from './sqlite-photos.js';
import { runQueries } from './sqlite-runs.js';
import { prepareSchema } from './sqlite-schema.js';
import { createSession } from './sqlite-session.js';
import type { Store } from './store.js';

/** How to open a database. */
export interface SqliteStoreOptions {
  /** Make the file when it is not there; else that is `STORE_MISSING`. */
  readonly create: boolean;
  /** Highest run number already taken by a manifest on the disk. */
  readonly lastRunNumber: number;
}

/**
 * Opens a database file as a store.
 *
 * Errors: `STORE_MISSING`, `STORE_UNAVAILABLE`, `STORE_NEWER`, `STORE_DAMAGED`,
 * `STORE_READONLY`, `STORE_BUSY`, `STORE_OPEN`, and from the methods also
 * `STORE_FULL`, `STORE_IO`, `STORE_ARGUMENT`, `STORE_CLOSED`.
 */
export async function openSqliteStore(path: string, options: SqliteStoreOptions): Promise<Store> {
  const database = await openDatabase(path, options.create);
  try {
    prepareSchema(database, path, options.create || isWritable(path));
  } catch (cause) {
    database.close();
    throw storeError(path, cause);
  }
  const session = createSession(database);
  const paths = pathQueries(session);
  const extraction = extractionQueries(session);
  const lists = listQueries(session);
  const archives = archiveQueries(session);
  const photos = photoQueries(session);
  const persons = personQueries(session);
  const runs = runQueries(session, options.lastRunNumber);
  const forgetting = forgetQueries(session);
  let isOpen = true;

  /** A query as the interface offers it: settles later, fails with a code. */
  function offer<Arguments extends unknown[], Result>(query: (...given: Arguments) => Result) {
    return async (...given: Arguments): Promise<Result> => {
      if (!isOpen) throw new FaceweaveError(`${path}: the store is closed`, { code: 'STORE_CLOSED', path });
      try {
        return query(...given);
      } catch (cause) {
        throw storeError(path, cause);
      }
    };
  }

  return {
    knownPaths: offer(paths.knownPaths),
    savePaths: offer(paths.savePaths),
    skipped: offer(paths.skipped),
    extractedPhotoIds: offer(extraction.extractedPhotoIds),
    saveModel: offer(extraction.saveModel),
    models: offer(extraction.models),
    saveBatch: offer(extraction.saveBatch),
    facesOfPhotos: offer(extraction.facesOfPhotos),
    crops: offer(extraction.crops),
    saveAttributes: offer(extraction.saveAttributes),
    saveOccasions: offer(extraction.saveOccasions),
    landmarks: offer(photos.landmarks),
    savePathAttributes: offer(lists.savePathAttributes),
    pathAttributes: offer(lists.pathAttributes),
    fetchedLinks: offer(lists.fetchedLinks),
    saveFetchedLinks: offer(lists.saveFetchedLinks),
    settledArchives: offer(archives.settledArchives),
    saveSettledArchives: offer(archives.saveSettledArchives),
    currentEmbedder: offer(extraction.currentEmbedder),
    photos: offer(photos.photos),
    faces: offer(photos.faces),
    vectors: offer(photos.vectors),
    counts: offer(photos.counts),
    saveClustering: offer(persons.saveClustering),
    clustering: offer(persons.clustering),
    saveAssignments: offer(persons.saveAssignments),
    persons: offer(persons.persons),
    facesOfPersons: offer(forgetting.facesOfPersons),
    forget: offer(forgetting.forget),
    beginRun: offer(runs.beginRun),
    finishRun: offer(runs.finishRun),
    runs: offer(runs.runs),
    latestRun: offer(runs.latestRun),
    sources: offer(runs.sources),
    saveSources: offer(runs.saveSources),
    async close() {
      if (!isOpen) return;
      isOpen = false;
      session.release();
      closeDatabase(database);
    },
  };
}
