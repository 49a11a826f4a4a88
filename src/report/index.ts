/**
 * Page models → templates → files, and the tables of `export`. Reads nothing
 * but its templates: every value comes in as an argument, every picture as a
 * buffer or a relative address.
 */

export { FACE_COLUMNS, type FaceTableInput, faceRows, type NamedPerson, type Tier } from './face-columns.js';
export { FACE_DATABASE_KEY, type FaceVectors, faceDatabase, VECTOR_PREFIX, vectorReader } from './face-database.js';
export { jsonForScript } from './json-for-script.js';
export { LANDMARK_KEYS, landmarkColumns, landmarkReader } from './landmark-table.js';
export type { NetworkPageInput, NetworkPagePictures, NetworkPageResult } from './network-page.js';
export { renderNetworkPage, writeNetworkPage } from './network-page.js';
export { type ListColumn, parquetTable } from './parquet.js';
export type { PicturePlan, PicturePlanInput } from './pictures.js';
export { DEFAULT_PICTURE_BUDGET_BYTES, planPictures } from './pictures.js';
export { relativeUrl } from './relative-url.js';
export type { CsvStyle } from './tables.js';
export {
  columnsCsv,
  columnsJson,
  edgesCsv,
  edgesJson,
  facesCsv,
  facesJson,
  peopleCsv,
  peopleJson,
} from './tables.js';
export { scoreText, type TuningColumn, tuningColumns } from './tuning-columns.js';
export {
  LABELS_CAUTION,
  renderTuning,
  SCORE_NAMES,
  STABILITY_CAUTION,
  type TuningPageInput,
  tuningCsv,
} from './tuning-page.js';
