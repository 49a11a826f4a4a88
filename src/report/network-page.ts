/**
 * The network page: its input, and the file it becomes.
 */
import type { AssignedFace, Person, Photo } from '../config/domain.js';
import type { Network } from '../network/index.js';
import { writePrivateFile } from '../store/index.js';
import { buildNetworkPageModel } from './network-page-model.js';
import { renderPage } from './render.js';

/** The pictures of the page; each map may lack entries. */
export interface NetworkPagePictures {
  /** JPEG of each person's best face, by person id; about 112 px is enough. */
  readonly faces: ReadonlyMap<string, Buffer>;
  /** JPEG thumbnail of each photograph, upright, by photo id; those of `planPictures` at 360 px. */
  readonly thumbnails: ReadonlyMap<string, Buffer>;
  /** `relativeUrl(page, original)` by photo id. */
  readonly photoUrls: ReadonlyMap<string, string>;
  /** Photographs that are not what they were when they were extracted: listed, never shown. */
  readonly changed?: ReadonlySet<string>;
  /** `relativeUrl(page, mosaic)` by person id; no entry: the page says that there is none. */
  readonly mosaicUrls: ReadonlyMap<string, string>;
}

/** Everything a network page shows. */
export interface NetworkPageInput {
  /** Heading: the project's or the source's name. */
  readonly title: string;
  /** Program and version, such as `faceweave 0.1.0`. */
  readonly generator: string;
  readonly network: Network;
  readonly people: readonly Person[];
  readonly photos: readonly Photo[];
  readonly faces: readonly AssignedFace[];
  /** Files with the content of another one, and files that could not be read. */
  readonly duplicates: number;
  readonly skipped: number;
  /** A node's size is 12 + scale · log10(1 + photographs); the default is 10. */
  readonly scale?: number;
  readonly pictures: NetworkPagePictures;
  /** Bytes of pictures inside the page; default `DEFAULT_PICTURE_BUDGET_BYTES`. */
  readonly budgetBytes?: number;
}

/** What was written. */
export interface NetworkPageResult {
  readonly bytes: number;
  readonly facesInlined: number;
  readonly thumbnailsInlined: number;
  /** Photographs behind edges that the page links instead of carrying. */
  readonly photosLinked: number;
}

/** The page as text; the same input gives the same bytes. */
export async function renderNetworkPage(
  input: NetworkPageInput,
): Promise<{ readonly html: string; readonly result: NetworkPageResult }> {
  const { model, counts } = buildNetworkPageModel(input);
  const html = await renderPage('network', { title: model.title, page: model });
  return { html, result: { bytes: Buffer.byteLength(html), ...counts } };
}

/**
 * Writes the page to `outputFile` (mode 0600), replacing an older one at once.
 *
 * *Errors*: `REPORT_ASSET_MISSING` when the page's script was not built; those of the file system.
 */
export async function writeNetworkPage(options: {
  readonly outputFile: string;
  readonly model: NetworkPageInput;
}): Promise<NetworkPageResult> {
  const { html, result } = await renderNetworkPage(options.model);
  await writePrivateFile(options.outputFile, html);
  return result;
}
