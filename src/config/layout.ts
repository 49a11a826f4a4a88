/**
 * Names of what lies in a project folder. They live in `config` because the
 * walk must know a project folder when it meets one, and the store makes it.
 */

/** The database; a folder that holds a file of this name is a project folder. */
export const DATABASE_FILE = 'faceweave.db';
/** Held by the process that writes to the project. */
export const LOCK_FILE = 'faceweave.lock';
/** What people decided, one JSON line each. */
export const DECISIONS_FILE = 'decisions.ndjson';
/** Crops of faces, in the sub-folders of their photographs. */
export const FACES_FOLDER = 'Faces';
/** A mosaic a person. */
export const CLUSTERS_FOLDER = 'Clusters';
/** Pages, tables and graph files. */
export const DATA_FOLDER = 'Data';
/** Pictures fetched for a list of links. */
export const DOWNLOADS_FOLDER = 'Downloads';
/** A manifest a run. */
export const RUNS_FOLDER = 'runs';
/** Name of the project folder that is made inside a source. */
export const PROJECT_FOLDER = 'Face Network';
