/**
 * Synthetic networks with real pictures, for the browser tests: persons and
 * edges are made up, portraits and photographs are cut from the samples of
 * @vladmandic/face-api by the browser under test.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import type { AssignedFace, Box, Person, Photo } from '../../src/config/domain.js';
import { coAppear } from '../../src/network/index.js';
import { type NetworkPageInput, relativeUrl } from '../../src/report/index.js';
import { ASSIGNED_UNKNOWNS, PHOTO_UNKNOWNS } from '../samples.js';

const SAMPLES = path.join(fileURLToPath(new URL('../../node_modules/@vladmandic/face-api/demo', import.meta.url)));

interface Sample {
  readonly file: string;
  readonly width: number;
  readonly height: number;
  /** Centres and sides of the faces, in pixels, by hand. */
  readonly faces: readonly (readonly [number, number, number])[];
}

const SAMPLE_PHOTOS: readonly Sample[] = [
  {
    file: 'sample1.jpg',
    width: 1920,
    height: 1280,
    faces: [
      [500, 490, 230],
      [935, 555, 230],
      [1585, 325, 250],
    ],
  },
  {
    file: 'sample3.jpg',
    width: 1920,
    height: 1350,
    faces: [
      [693, 458, 240],
      [1200, 330, 250],
      [1600, 410, 230],
    ],
  },
  {
    file: 'sample4.jpg',
    width: 1920,
    height: 1448,
    faces: [
      [340, 275, 220],
      [755, 210, 220],
      [1085, 275, 210],
      [1340, 295, 210],
    ],
  },
  {
    file: 'sample5.jpg',
    width: 1920,
    height: 1398,
    faces: [
      [840, 227, 210],
      [680, 585, 230],
      [1228, 335, 220],
      [1505, 520, 240],
      [462, 1025, 250],
    ],
  },
  {
    file: 'sample6.jpg',
    width: 1920,
    height: 1537,
    faces: [
      [330, 660, 240],
      [783, 492, 250],
      [1225, 470, 250],
      [1582, 387, 250],
    ],
  },
];

/** A face of a sample photograph. */
interface Slot {
  readonly sample: number;
  readonly box: Box;
}

const SLOTS: readonly Slot[] = SAMPLE_PHOTOS.flatMap(({ faces }, sample) =>
  faces.map(([x, y, side]) => ({
    sample,
    box: { x: x - side / 2, y: y - side / 2, width: side, height: side },
  })),
);

/** Pictures cut from the samples: a portrait for each slot, a thumbnail and a mosaic. */
export interface SamplePictures {
  readonly portraits: readonly Buffer[];
  readonly thumbnails: readonly Buffer[];
  readonly mosaics: readonly Buffer[];
}

/** Cuts the pictures in a page of the browser. */
export async function cutPictures(browser: Browser): Promise<SamplePictures> {
  const page = await browser.newPage();
  const sources = await Promise.all(
    SAMPLE_PHOTOS.map(async ({ file }) => {
      const bytes = await readFile(path.join(SAMPLES, file));
      return `data:image/jpeg;base64,${bytes.toString('base64')}`;
    }),
  );
  const urls = await page.evaluate(`(${CUT_IN_BROWSER})(${JSON.stringify({ sources, slots: SLOTS })})`);
  await page.close();
  const { portraits, thumbnails, mosaics } = urls as Record<string, string[]>;
  const decode = (list: string[] = []): Buffer[] =>
    list.map((url) => Buffer.from(url.slice(url.indexOf(',') + 1), 'base64'));
  return {
    portraits: decode(portraits),
    thumbnails: decode(thumbnails),
    mosaics: decode(mosaics),
  };
}

/** Runs in the browser, whose globals are not typed here; hence text. */
const CUT_IN_BROWSER = `async ({ sources, slots }) => {
  const images = await Promise.all(sources.map(async (source) => {
    const image = new Image();
    image.src = source;
    await image.decode();
    return image;
  }));
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d');
  const portraits = [];
  const mosaics = [];
  for (const { sample, box } of slots) {
    const margin = box.width * 0.25;
    const side = box.width + 2 * margin;
    const cut = (x, y, size) =>
      context.drawImage(images[sample], box.x - margin, box.y - margin, side, side, x, y, size, size);
    Object.assign(canvas, { width: 112, height: 112 });
    cut(0, 0, 112);
    portraits.push(canvas.toDataURL('image/jpeg', 0.85));
    Object.assign(canvas, { width: 480, height: 320 });
    for (let tile = 0; tile < 6; tile += 1) cut((tile % 3) * 160, Math.floor(tile / 3) * 160, 160);
    mosaics.push(canvas.toDataURL('image/jpeg', 0.85));
  }
  const thumbnails = images.map((image) => {
    const height = Math.round((360 * image.naturalHeight) / image.naturalWidth);
    Object.assign(canvas, { width: 360, height });
    context.drawImage(image, 0, 0, 360, height);
    return canvas.toDataURL('image/jpeg', 0.8);
  });
  return { portraits, thumbnails, mosaics };
}`;

/** A seeded sequence of numbers in 0 … 1 (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** What a sample project is made of. */
export interface SampleOptions {
  /** Project folder; the page goes to its `Data`, mosaics to `Clusters`, photographs beside it. */
  readonly folder: string;
  readonly title: string;
  readonly persons: number;
  /** Photographs with two or more persons, and with one. */
  readonly groups: number;
  readonly alone: number;
  readonly communities: number;
  readonly seed: number;
  readonly names: readonly (string | null)[];
  readonly pictures: SamplePictures;
  readonly minWeight?: number;
  readonly budgetBytes?: number;
  /** Path of a photograph; default albums of numbered files. */
  readonly pathOf?: (photo: number) => string;
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

/** The id of the n-th sample person. */
export function personId(number: number): string {
  return `p${hex((number + 1) * 0x01_0e_b7, 8)}`;
}

/** Makes photographs, faces and persons, and the page's input from them. */
export function sampleInput(options: SampleOptions): NetworkPageInput {
  const random = randomNumbers(options.seed);
  const photos: Photo[] = [];
  const faces: AssignedFace[] = [];
  const pathOf = options.pathOf ?? ((photo) => `album-${hex(photo % 7, 2)}/IMG_${String(photo).padStart(4, '0')}.jpg`);
  const addPhoto = (members: readonly number[]): void => {
    const number = photos.length;
    const sample = SLOTS[(members[0] ?? 0) % SLOTS.length]?.sample ?? 0;
    const { width, height } = SAMPLE_PHOTOS[sample] ?? { width: 1, height: 1 };
    const id = hex(number * 5 + sample, 32);
    const dated = number % 9 !== 8;
    const year = 1996 + Math.floor(random() * 14);
    const month = String(1 + Math.floor(random() * 12)).padStart(2, '0');
    photos.push({
      id,
      path: pathOf(number),
      paths: [pathOf(number)],
      width,
      height,
      takenAt: dated ? `${year}-${month}-04T10:29:00` : null,
      make: number % 2 === 0 ? 'NIKON CORPORATION' : 'Canon',
      model: number % 2 === 0 ? 'NIKON D90' : 'Canon EOS 5D',
      serial: null,
      ...PHOTO_UNKNOWNS,
    });
    const inSample = SLOTS.filter((slot) => slot.sample === sample);
    const free = new Set(inSample);
    for (const [place, member] of members.slice(0, inSample.length).entries()) {
      // A person is put where the photograph shows their own portrait, if it does.
      const own = SLOTS[member % SLOTS.length];
      const slot = own !== undefined && free.has(own) ? own : [...free].at(-1);
      if (slot !== undefined) free.delete(slot);
      faces.push({
        id: hex(number * 64 + place, 16),
        photoId: id,
        ordinal: place + 1,
        box: slot?.box ?? { x: 0, y: 0, width: 1, height: 1 },
        score: 0.9,
        points: [],
        crop: null,
        ...ASSIGNED_UNKNOWNS,
        personId: personId(member),
        distance: 0.1 + 0.4 * random(),
      });
    }
  };
  const connected = Math.ceil(options.persons * 0.85);
  for (let group = 0; group < options.groups; group += 1) {
    const community = group % options.communities;
    const members = new Set<number>();
    const wanted = 2 + Math.floor(random() * 2.6);
    for (let tries = 0; members.size < wanted && tries < 30; tries += 1) {
      const home = random() < 0.93 ? community : Math.floor(random() * options.communities);
      const size = Math.ceil(connected / options.communities);
      const member = home + options.communities * Math.floor(size * random() ** 1.7);
      if (member < connected) members.add(member);
    }
    addPhoto([...members]);
  }
  for (let number = 0; number < options.alone; number += 1) {
    addPhoto([number < options.persons ? options.persons - 1 - number : number % connected]);
  }
  photos.push({
    id: hex(999_999, 32),
    path: 'landscape.jpg',
    paths: ['landscape.jpg'],
    width: 10,
    height: 10,
    takenAt: null,
    make: null,
    model: null,
    serial: null,
    ...PHOTO_UNKNOWNS,
  });

  const seen = new Set(faces.map((face) => face.personId));
  const people: Person[] = [];
  for (let number = 0; number < options.persons; number += 1) {
    const id = personId(number);
    if (!seen.has(id)) continue;
    const own = faces.filter((face) => face.personId === id);
    people.push({
      id,
      name: options.names[number] ?? null,
      faceIds: own.map((face) => face.id),
      photos: new Set(own.map((face) => face.photoId)).size,
      cohesion: null,
      doubt: null,
    });
  }
  const { portraits, thumbnails } = options.pictures;
  const slotOf = (id: string): number => (Number.parseInt(id.slice(1), 16) / 0x01_0e_b7 - 1) % SLOTS.length;
  const page = pageFile(options.folder);
  return {
    title: options.title,
    generator: 'faceweave 0.1.0',
    network: coAppear({ photos, faces, minWeight: options.minWeight ?? 1 }),
    people,
    photos,
    faces,
    duplicates: 4,
    skipped: 3,
    ...(options.budgetBytes === undefined ? {} : { budgetBytes: options.budgetBytes }),
    pictures: {
      faces: new Map(
        people.flatMap(({ id }): [string, Buffer][] => {
          const portrait = portraits[slotOf(id)];
          return portrait === undefined ? [] : [[id, portrait]];
        }),
      ),
      thumbnails: new Map(
        photos.flatMap((photo): [string, Buffer][] => {
          const thumbnail = thumbnails[sampleOf(photo)];
          return thumbnail === undefined ? [] : [[photo.id, thumbnail]];
        }),
      ),
      photoUrls: new Map(
        photos.map((photo) => [photo.id, relativeUrl(page, path.join(options.folder, '..', photo.path))]),
      ),
      mosaicUrls: new Map(people.map(({ id }) => [id, relativeUrl(page, mosaicFile(options.folder, id))])),
    },
  };
}

function sampleOf(photo: Photo): number {
  return SAMPLE_PHOTOS.findIndex(({ width, height }) => width === photo.width && height === photo.height);
}

/** Where the page of a project stands. */
export function pageFile(folder: string): string {
  return path.join(folder, 'Data', 'Image_Network.html');
}

function mosaicFile(folder: string, id: string): string {
  return path.join(folder, 'Clusters', `${id}.jpg`);
}

/** Writes mosaics (of the persons `wanted`) and originals (of the photographs `wanted`) to the disk. */
export async function writeNeighbours(
  folder: string,
  input: NetworkPageInput,
  pictures: SamplePictures,
  wanted: { readonly mosaics: readonly string[]; readonly photos: readonly string[] },
): Promise<void> {
  await mkdir(path.join(folder, 'Clusters'), { recursive: true });
  for (const [number, id] of wanted.mosaics.entries()) {
    const mosaic = pictures.mosaics[number % pictures.mosaics.length];
    if (mosaic !== undefined) await writeFile(mosaicFile(folder, id), mosaic);
  }
  for (const id of wanted.photos) {
    const photo = input.photos.find((candidate) => candidate.id === id);
    const sample = photo === undefined ? undefined : SAMPLE_PHOTOS[sampleOf(photo)];
    if (photo === undefined || sample === undefined) continue;
    const file = path.join(folder, '..', photo.path);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, await readFile(path.join(SAMPLES, sample.file)));
  }
}
