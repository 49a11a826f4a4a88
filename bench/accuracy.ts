/**
 * How right are persons and edges with defaults, on photographs whose truth is
 * known? Two kinds of truth, as in corpora.md:
 *
 *   npx tsx bench/accuracy.ts people  <folder>                one folder a person
 *   npx tsx bench/accuracy.ts network <folder> <truth.json>   boxes, names and edges of composed photographs
 *   … --scorer <program>    also run `<program> people|network FACES.csv <truth>` and keep what it prints
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import { parseArgs } from 'node:util';
import { parse } from 'csv-parse/sync';
import { faceweaveOrFail, record, rounded, scratchFolder } from './measure.js';
import { type Labelled, majority, type Rates, scoreClustering, scoreEdges } from './scores.js';

/** Labelled Faces in the Wild is 250 × 250 with its person in the middle. */
const CENTRE_PX = 125;
const CENTRE_REACH_PX = 50;

interface FaceRow {
  readonly photo: string;
  readonly x: number;
  readonly y: number;
  readonly person: string | null;
}

interface Truth {
  readonly photos: Readonly<Record<string, { readonly people: readonly [string, number, number, number, number][] }>>;
  readonly edges: readonly [string, string, number][];
}

/** Centres of all faces, with their persons. */
function readFaces(csv: string): FaceRow[] {
  const rows: Record<string, string>[] = parse(csv, { columns: true });
  return rows.map((row) => ({
    photo: row['photo'] ?? '',
    x: Number(row['x']) + Number(row['width']) / 2,
    y: Number(row['y']) + Number(row['height']) / 2,
    person: row['person'] === '' ? null : (row['person'] ?? null),
  }));
}

function photosUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.jpe?g$/i.test(entry.name))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !path.includes('Face Network/'))
    .sort();
}

const flat = (name: string, { precision, recall, f }: Rates) => ({
  [`${name}Precision`]: rounded(precision, 4),
  [`${name}Recall`]: rounded(recall, 4),
  [`${name}F`]: rounded(f, 4),
});

/** The face nearest to the middle is the labelled one; a photograph without one counts as a person of its own. */
function scorePeople(faces: readonly FaceRow[], folder: string) {
  const central = new Map<string, { distance: number; person: string | null }>();
  for (const { photo, x, y, person } of faces) {
    const distance = Math.hypot(x - CENTRE_PX, y - CENTRE_PX);
    if (distance <= CENTRE_REACH_PX && distance < (central.get(photo)?.distance ?? Number.POSITIVE_INFINITY)) {
      central.set(photo, { distance, person });
    }
  }
  const photos = photosUnder(folder);
  const items = photos.map((photo): Labelled => {
    return { predicted: central.get(photo)?.person ?? null, truth: photo.split('/')[0] ?? '' };
  });
  const { pairwise, bCubed } = scoreClustering(items);
  const undetected = photos.filter((photo) => !central.has(photo)).length;
  return { photos: photos.length, undetected, ...flat('pairwise', pairwise), ...flat('bCubed', bCubed) };
}

/** A face belongs to the portrait whose middle half holds its centre; a person is called what most of its faces are. */
function scoreNetwork(faces: readonly FaceRow[], truth: Truth) {
  const found = new Map<string, Map<string, { distance: number; person: string | null }>>();
  for (const { photo: path, x, y, person } of faces) {
    const photo = path.replace(/^photos\//, '');
    const portrait = truth.photos[photo]?.people.find(([, x0, y0, x1, y1]) => {
      const quarter = (x1 - x0) / 4;
      return x >= x0 + quarter && x <= x1 - quarter && y >= y0 + quarter && y <= y1 - quarter;
    });
    if (portrait === undefined) continue;
    const [name, x0, y0, x1, y1] = portrait;
    const distance = Math.abs(x - (x0 + x1) / 2) + Math.abs(y - (y0 + y1) / 2);
    const inPhoto = found.get(photo) ?? new Map();
    found.set(photo, inPhoto);
    if (distance < (inPhoto.get(name)?.distance ?? Number.POSITIVE_INFINITY)) inPhoto.set(name, { distance, person });
  }
  const items = Object.entries(truth.photos).flatMap(([photo, { people }]) =>
    people.map(([name]): Labelled => ({ predicted: found.get(photo)?.get(name)?.person ?? null, truth: name })),
  );
  const votes = new Map<string, string[]>();
  for (const { predicted, truth: name } of items) {
    if (predicted !== null) votes.set(predicted, [...(votes.get(predicted) ?? []), name]);
  }
  const edges = new Map<string, number>();
  for (const inPhoto of found.values()) {
    const names = new Set<string>();
    for (const { person } of inPhoto.values()) {
      const voters = person === null ? [] : (votes.get(person) ?? []);
      const name = voters.length > 1 ? majority(voters) : undefined;
      if (name !== undefined) names.add(name);
    }
    const sorted = [...names].sort();
    for (const [index, a] of sorted.entries()) {
      for (const b of sorted.slice(index + 1)) {
        const key = JSON.stringify([a, b]);
        edges.set(key, (edges.get(key) ?? 0) + 1);
      }
    }
  }
  const wanted = new Map(truth.edges.map(([a, b, weight]) => [JSON.stringify([a, b].sort()), weight]));
  const { pairwise, bCubed } = scoreClustering(items);
  const portraits = [...found.values()].reduce((sum, inPhoto) => sum + inPhoto.size, 0);
  return {
    portraits: items.length,
    found: portraits,
    ...flat('pairwise', pairwise),
    ...flat('bCubed', bCubed),
    ...flat('edge', scoreEdges(edges, wanted)),
  };
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { scorer: { type: 'string' }, corpus: { type: 'string' }, threads: { type: 'string' } },
});
const [kind, folder, truthFile] = positionals;
if (folder === undefined || (kind !== 'people' && (kind !== 'network' || truthFile === undefined))) {
  process.stderr.write('usage: accuracy.ts people <folder> | network <folder> <truth.json> [--scorer <program>]\n');
  process.exit(2);
}
const scratch = scratchFolder();
const project = join(scratch, 'project');
const threads = values.threads === undefined ? [] : ['--threads', values.threads];
const run = await faceweaveOrFail(['run', folder, '--project', project, ...threads]);
const csv = join(scratch, 'faces.csv');
writeFileSync(csv, (await faceweaveOrFail(['export', 'faces', '--format', 'csv', '--project', project])).stdout);
const faces = readFaces(readFileSync(csv, 'utf8'));
const figures =
  truthFile === undefined
    ? scorePeople(faces, folder)
    : scoreNetwork(faces, JSON.parse(readFileSync(truthFile, 'utf8')));
const scorer: Record<string, unknown> = {};
if (values.scorer !== undefined) {
  const scored = spawnSync(values.scorer, [kind, csv, truthFile ?? folder], { encoding: 'utf8' });
  scorer['scorer'] = scored.status === 0 ? JSON.parse(scored.stdout) : `failed: ${scored.stderr.slice(0, 500)}`;
}
record(`accuracy-${kind}`, values.corpus ?? basename(folder), {
  ...figures,
  faces: faces.length,
  runWallSeconds: rounded(run.wallSeconds),
  runCpuSeconds: rounded(run.cpuSeconds),
  ...scorer,
});
