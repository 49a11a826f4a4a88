/**
 * The step "network": persons and photographs from the store become the page
 * `Data/Image_Network.html` and the table `Data/Edges.csv`. It gathers the
 * pictures; what the page looks like is decided in `report`.
 */
import { basename, join } from 'node:path';
import {
  type AssignedFace,
  CLUSTERS_FOLDER,
  DATA_FOLDER,
  type Options,
  type Photo,
  type SourceRecord,
} from '../config/index.js';
import { inProject } from '../extract/index.js';
import { type Engine, type LongCall, report } from '../native/index.js';
import { coAppear, type Network } from '../network/index.js';
import { currentMosaics, facesByPerson, personsOf } from '../people/index.js';
import {
  edgesCsv,
  type NetworkPagePictures,
  type NetworkPageResult,
  planPictures,
  relativeUrl,
  writeNetworkPage,
} from '../report/index.js';
import { type KnownPath, type Store, writePrivateFile } from '../store/index.js';
import { findEvidence } from './evidence.js';
import { photoLocator } from './sources.js';
import { packageVersion } from './version.js';

/** File names under `Data/`. */
export const NETWORK_PAGE = 'Image_Network.html';
export const EDGES_TABLE = 'Edges.csv';

/** Longest sides and qualities: a node is drawn at up to 96 px, a thumbnail must show who stands where. */
const FACE_SIDE_PX = 96;
const THUMBNAIL_SIDE_PX = 360;
const JPEG_QUALITY = 80;
/** Pictures a native call: all cores busy, and an abort is noticed soon. */
const BATCH = 64;
/** Base64 writes three bytes as four characters. */
const BASE64_GROWTH = 4 / 3;

/** What the step needs besides the store. */
export interface NetworkInput extends LongCall {
  readonly projectDir: string;
  readonly sources: readonly SourceRecord[];
  readonly options: Pick<Options, 'scale' | 'minWeight' | 'minSize' | 'pageBudgetBytes' | 'threads'>;
}

/** What was drawn. */
export interface NetworkSummary {
  /** Persons shown, and those hidden by `minSize`. */
  readonly persons: number;
  readonly hiddenPersons: number;
  readonly edges: number;
  readonly hiddenEdges: number;
  /** Absolute paths. */
  readonly page: string;
  readonly table: string;
  readonly pageBytes: number;
  readonly facesInlined: number;
  readonly thumbnailsInlined: number;
  readonly photosLinked: number;
  /** Photographs of shown persons that changed or are missing since extraction: listed without a picture. */
  readonly photosChanged: number;
}

/** The network of a project, under the thresholds. */
export async function networkOf(
  store: Store,
  thresholds: Pick<Options, 'minWeight' | 'minSize'>,
): Promise<{ readonly network: Network; readonly photos: readonly Photo[]; readonly faces: readonly AssignedFace[] }> {
  const [photos, faces] = [await store.photos(), await store.faces()];
  return { network: coAppear({ photos, faces, ...thresholds }), photos, faces };
}

/** Writes page and table, replacing older ones at once. */
export async function buildNetwork(store: Store, engine: Engine, input: NetworkInput): Promise<NetworkSummary> {
  const { projectDir, sources, options } = input;
  input.signal?.throwIfAborted();
  const { minWeight, minSize } = options;
  const { network, photos, faces } = await networkOf(store, { minWeight, minSize });
  const counts = await store.counts();
  const page = join(projectDir, DATA_FOLDER, NETWORK_PAGE);
  const table = join(projectDir, DATA_FOLDER, EDGES_TABLE);
  const known = await store.knownPaths();
  const pictures = await gatherPictures(engine, input, { network, photos, faces, known, page });
  await writePrivateFile(table, edgesCsv(network, photos));
  const result: NetworkPageResult = await writeNetworkPage({
    outputFile: page,
    model: {
      title: titleOf(sources, projectDir),
      generator: `faceweave ${packageVersion()}`,
      network,
      people: personsOf(faces, await store.persons()),
      photos,
      faces,
      duplicates: counts.duplicates,
      skipped: counts.skipped,
      scale: options.scale,
      pictures,
      budgetBytes: options.pageBudgetBytes,
    },
  });
  return {
    persons: network.persons.length,
    hiddenPersons: network.hidden.persons,
    edges: network.edges.length,
    hiddenEdges: network.hidden.edgesBelowMinWeight + network.hidden.edgesOfHiddenPersons,
    page,
    table,
    pageBytes: result.bytes,
    facesInlined: result.facesInlined,
    thumbnailsInlined: result.thumbnailsInlined,
    photosLinked: result.photosLinked,
    photosChanged: pictures.changed.size,
  };
}

function titleOf(sources: readonly SourceRecord[], projectDir: string): string {
  const names = sources.map(({ absolute }) => basename(absolute)).filter((name) => name !== '');
  return names.length > 0 ? names.join(', ') : basename(projectDir);
}

interface Drawn {
  readonly network: Network;
  readonly photos: readonly Photo[];
  readonly faces: readonly AssignedFace[];
  readonly known: ReadonlyMap<string, KnownPath>;
  readonly page: string;
}

type Pictures = NetworkPagePictures & { readonly changed: ReadonlySet<string> };

async function gatherPictures(engine: Engine, input: NetworkInput, drawn: Drawn): Promise<Pictures> {
  const { projectDir, sources, options } = input;
  const plan = planPictures({ network: drawn.network, budgetBytes: options.pageBudgetBytes });
  const groups = facesByPerson(drawn.faces);
  const shown = new Set(drawn.network.persons.flatMap(({ id }) => groups.get(id) ?? []).map(({ photoId }) => photoId));
  const photos = drawn.photos.filter(({ id }) => shown.has(id));
  const locate = await photoLocator(sources, projectDir);
  const { places, changed } = await findEvidence(photos, drawn.known, locate, input.signal);

  const crops: Wanted[] = plan.faces.flatMap((personId) => {
    const crop = groups.get(personId)?.find((face) => face.crop !== null)?.crop;
    return crop === undefined || crop === null ? [] : [{ id: personId, path: inProject(projectDir, crop) }];
  });
  const originals: Wanted[] = plan.thumbnails.flatMap((photoId) => {
    const place = places.get(photoId);
    return place === undefined ? [] : [{ id: photoId, path: place }];
  });
  const total = crops.length + originals.length;
  const progress = { completed: 0, total };
  const faces = await thumbnailsOf(engine, input, crops, FACE_SIDE_PX, options.pageBudgetBytes, progress);
  const left = options.pageBudgetBytes - inlinedBytes(faces);
  const thumbnails = await thumbnailsOf(engine, input, originals, THUMBNAIL_SIDE_PX, left, progress);
  report(input.onProgress, { step: 'network', completed: total, total, done: true });

  const photoUrls = new Map<string, string>();
  for (const [id, place] of places) photoUrls.set(id, relativeUrl(drawn.page, place));
  const mosaicUrls = new Map<string, string>();
  for (const id of await currentMosaics(projectDir, drawn.faces)) {
    mosaicUrls.set(id, relativeUrl(drawn.page, join(projectDir, CLUSTERS_FOLDER, `${id}.jpg`)));
  }
  return { faces, thumbnails, photoUrls, mosaicUrls, changed };
}

interface Wanted {
  readonly id: string;
  readonly path: Buffer;
}

function inlinedBytes(images: ReadonlyMap<string, Buffer>): number {
  let bytes = 0;
  for (const image of images.values()) bytes += image.length * BASE64_GROWTH;
  return bytes;
}

/** JPEGs by id, in order, until the budget is spent; a picture that cannot be made is left out. */
async function thumbnailsOf(
  engine: Engine,
  input: NetworkInput,
  wanted: readonly Wanted[],
  maxSidePx: number,
  budgetBytes: number,
  progress: { completed: number; readonly total: number },
): Promise<ReadonlyMap<string, Buffer>> {
  const images = new Map<string, Buffer>();
  let left = budgetBytes;
  for (let start = 0; start < wanted.length && left > 0; start += BATCH) {
    input.signal?.throwIfAborted();
    const batch = wanted.slice(start, start + BATCH);
    const paths = batch.map(({ path }) => path);
    const made = await engine.thumbnails(paths, maxSidePx, JPEG_QUALITY, input.options.threads);
    for (const [i, { id }] of batch.entries()) {
      const image = made.images[i];
      if (image === undefined || image.length === 0) continue;
      images.set(id, image);
      left -= image.length * BASE64_GROWTH;
    }
    progress.completed += batch.length;
    report(input.onProgress, { step: 'network', ...progress, done: false });
  }
  return images;
}
