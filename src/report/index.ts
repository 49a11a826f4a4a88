/**
 * Page models → templates → files, and the tables of `export`. Reads nothing
 * but its templates: every value comes in as an argument, every picture as a
 * buffer or a relative address.
 */

export { jsonForScript } from './json-for-script.js';
export type { NetworkPageInput, NetworkPagePictures, NetworkPageResult } from './network-page.js';
export { renderNetworkPage, writeNetworkPage } from './network-page.js';
export type { PicturePlan, PicturePlanInput } from './pictures.js';
export { DEFAULT_PICTURE_BUDGET_BYTES, planPictures } from './pictures.js';
export { relativeUrl } from './relative-url.js';
export type { FaceTableInput, NamedPerson } from './tables.js';
export {
  edgesCsv,
  edgesJson,
  facesCsv,
  facesJson,
  peopleCsv,
  peopleJson,
} from './tables.js';
