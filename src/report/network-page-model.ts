/**
 * From the network, its photographs and pictures to the data of the page:
 * which pictures fit into it, which photograph stands where, and how large a
 * node is. Pure; the same input gives the same data.
 */
import type { AssignedFace, Photo } from '../config/domain.js';
import { layOut } from '../network/index.js';
import type { NetworkPageInput } from './network-page.js';
import type { NetworkPageData, PageFace, PagePhoto } from './network-page-data.js';
import { DEFAULT_PICTURE_BUDGET_BYTES, evidenceOrder, faceOrder, inlinedBytes } from './pictures.js';

/** Radius of a node of no photographs: a face is still a face at this size. */
const SMALLEST_RADIUS = 12;
const DEFAULT_SCALE = 10;
/** Photographs listed for one edge or one person; the tables have all of them. */
const MOST_PHOTOS_LISTED = 200;

/** What became of the pictures. */
export interface PictureCounts {
  readonly facesInlined: number;
  readonly thumbnailsInlined: number;
  readonly photosLinked: number;
}

/** A node's radius in page units: 12 + scale · log10(1 + photographs). */
export function nodeRadius(photographs: number, scale: number): number {
  return Math.round((SMALLEST_RADIUS + scale * Math.log10(1 + photographs)) * 10) / 10;
}

/** The data of the page, and what became of the pictures. */
export function buildNetworkPageModel(input: NetworkPageInput): {
  readonly model: NetworkPageData;
  readonly counts: PictureCounts;
} {
  const { network } = input;
  const scale = input.scale ?? DEFAULT_SCALE;
  const pictures = choosePictures(input);
  const shown = new Map(network.persons.map((person, number) => [person.id, number]));
  const people = new Map(input.people.map((person) => [person.id, person]));
  const appearances = groupAppearances(input.faces, shown);
  const photos = new PhotoList(input, pictures.thumbnails, appearances.ofPhoto, shown);

  const edges = network.edges.map((edge) => ({
    source: shown.get(edge.source) ?? 0,
    target: shown.get(edge.target) ?? 0,
    weight: edge.weight,
    photoNumbers: clearestFirst(edge.photoIds, [edge.source, edge.target], appearances.ofPhoto)
      .slice(0, MOST_PHOTOS_LISTED)
      .map((id) => photos.numberOf(id)),
  }));
  const radii = new Map(network.persons.map((person) => [person.id, nodeRadius(person.photos, scale)]));
  const positions = layOut({
    nodes: network.persons.map(({ id }) => ({ id, radius: radii.get(id) ?? SMALLEST_RADIUS })),
    edges: network.edges,
  });
  const persons = network.persons.map((person) => {
    const position = positions.get(person.id) ?? { x: 0, y: 0 };
    const photoIds = [...(appearances.ofPerson.get(person.id) ?? [])];
    return {
      id: person.id,
      name: people.get(person.id)?.name ?? null,
      photos: person.photos,
      degree: person.degree,
      strength: person.strength,
      x: position.x,
      y: position.y,
      radius: radii.get(person.id) ?? SMALLEST_RADIUS,
      face: dataUrl(pictures.faces.get(person.id)),
      mosaic: input.pictures.mosaicUrls.get(person.id) ?? null,
      photoNumbers: clearestFirst(photoIds, [person.id], appearances.ofPhoto)
        .slice(0, MOST_PHOTOS_LISTED)
        .map((id) => photos.numberOf(id)),
    };
  });

  const model: NetworkPageData = {
    title: input.title,
    generator: input.generator,
    scale,
    minWeight: network.minWeight,
    minSize: network.minSize,
    persons,
    edges,
    photos: photos.list,
    coverage: network.coverage,
    hidden: network.hidden,
    duplicates: input.duplicates,
    skipped: input.skipped,
    thumbnailsInlined: pictures.counts.thumbnailsInlined,
    photosLinked: pictures.counts.photosLinked,
    photosChanged: input.pictures.changed?.size ?? 0,
  };
  return { model, counts: pictures.counts };
}

/** Faces first, then thumbnails of the heaviest edges, until the budget is spent. */
function choosePictures(input: NetworkPageInput): {
  readonly faces: ReadonlyMap<string, Buffer>;
  readonly thumbnails: ReadonlyMap<string, Buffer>;
  readonly counts: PictureCounts;
} {
  let left = Math.max(0, input.budgetBytes ?? DEFAULT_PICTURE_BUDGET_BYTES);
  const take = (ids: readonly string[], from: ReadonlyMap<string, Buffer>) => {
    const taken = new Map<string, Buffer>();
    for (const id of ids) {
      const picture = from.get(id);
      if (picture === undefined || inlinedBytes(picture.length) > left) continue;
      left -= inlinedBytes(picture.length);
      taken.set(id, picture);
    }
    return taken;
  };
  const evidence = evidenceOrder(input.network);
  const changed = evidence.filter((id) => input.pictures.changed?.has(id) ?? false);
  const faces = take(faceOrder(input.network), input.pictures.faces);
  const thumbnails = take(evidence, input.pictures.thumbnails);
  return {
    faces,
    thumbnails,
    counts: {
      facesInlined: faces.size,
      thumbnailsInlined: thumbnails.size,
      photosLinked: evidence.length - thumbnails.size - changed.length,
    },
  };
}

type FacesOfPhoto = ReadonlyMap<string, readonly AssignedFace[]>;

function groupAppearances(
  faces: readonly AssignedFace[],
  shown: ReadonlyMap<string, number>,
): { readonly ofPhoto: FacesOfPhoto; readonly ofPerson: ReadonlyMap<string, ReadonlySet<string>> } {
  const ofPhoto = new Map<string, AssignedFace[]>();
  const ofPerson = new Map<string, Set<string>>();
  for (const face of faces) {
    if (face.personId === null || !shown.has(face.personId)) continue;
    const inPhoto = ofPhoto.get(face.photoId);
    if (inPhoto === undefined) ofPhoto.set(face.photoId, [face]);
    else inPhoto.push(face);
    const photosOfPerson = ofPerson.get(face.personId);
    if (photosOfPerson === undefined) ofPerson.set(face.personId, new Set([face.photoId]));
    else photosOfPerson.add(face.photoId);
  }
  for (const inPhoto of ofPhoto.values()) {
    inPhoto.sort((a, b) => a.ordinal - b.ordinal || (a.id < b.id ? -1 : 1));
  }
  return { ofPhoto, ofPerson };
}

/**
 * Orders photographs by how surely they show all of `personIds`: by the cosine
 * distance of the least certain of their faces, ties by id.
 */
function clearestFirst(
  photoIds: readonly string[],
  personIds: readonly string[],
  facesOfPhoto: FacesOfPhoto,
): readonly string[] {
  const doubt = (photoId: string): number => {
    const faces = facesOfPhoto.get(photoId) ?? [];
    return Math.max(
      ...personIds.map((personId) =>
        Math.min(2, ...faces.filter((face) => face.personId === personId).map((face) => face.distance ?? 2)),
      ),
    );
  };
  return photoIds
    .map((id) => ({ id, doubt: doubt(id) }))
    .sort((a, b) => a.doubt - b.doubt || (a.id < b.id ? -1 : 1))
    .map(({ id }) => id);
}

/** The photographs of the page, each once, numbered in the order in which they are asked for. */
class PhotoList {
  readonly list: PagePhoto[] = [];
  private readonly numbers = new Map<string, number>();
  private readonly known: ReadonlyMap<string, Photo>;

  constructor(
    private readonly input: NetworkPageInput,
    private readonly thumbnails: ReadonlyMap<string, Buffer>,
    private readonly facesOfPhoto: FacesOfPhoto,
    private readonly shown: ReadonlyMap<string, number>,
  ) {
    this.known = new Map(input.photos.map((photo) => [photo.id, photo]));
  }

  numberOf(photoId: string): number {
    const given = this.numbers.get(photoId);
    if (given !== undefined) return given;
    const number = this.list.length;
    this.numbers.set(photoId, number);
    const photo = this.known.get(photoId);
    this.list.push({
      path: photo?.path ?? photoId,
      copies: Math.max(0, (photo?.paths.length ?? 1) - 1),
      width: photo?.width ?? 1,
      height: photo?.height ?? 1,
      takenAt: photo?.takenAt ?? null,
      camera: photo === undefined ? null : cameraOf(photo),
      thumbnail: dataUrl(this.thumbnails.get(photoId)),
      isChanged: this.input.pictures.changed?.has(photoId) ?? false,
      url: this.input.pictures.photoUrls.get(photoId) ?? null,
      faces: (this.facesOfPhoto.get(photoId) ?? []).map((face) => this.pageFace(face)),
    });
    return number;
  }

  private pageFace(face: AssignedFace): PageFace {
    const { x, y, width, height } = face.box;
    const number = face.personId === null ? undefined : this.shown.get(face.personId);
    return [number ?? 0, Math.round(x), Math.round(y), Math.round(width), Math.round(height)];
  }
}

/** `NIKON D90`, not `NIKON CORPORATION NIKON D90`: many models repeat their maker. */
function cameraOf(photo: Photo): string | null {
  const { make, model } = photo;
  if (make === null || model === null) return model ?? make;
  const maker = make.split(' ', 1)[0] ?? make;
  return model.toLowerCase().startsWith(maker.toLowerCase()) ? model : `${make} ${model}`;
}

function dataUrl(jpeg: Buffer | undefined): string | null {
  return jpeg === undefined ? null : `data:image/jpeg;base64,${jpeg.toString('base64')}`;
}
