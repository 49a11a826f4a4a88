/**
 * Reads faceweave's tables with the tools its users read them with: pandas and
 * NetworkX in the project's own venv (requirements.txt) must see the same
 * persons, edges and weights, and must get the same network from the faces alone.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const PYTHON = process.env.FACEWEAVE_TEST_PYTHON ?? join(ROOT, '.venv', 'bin', 'python');
const SAMPLES = join(ROOT, 'node_modules', '@vladmandic', 'face-api', 'demo');

interface PersonRow {
  readonly person: string;
  readonly photos: number;
  readonly connections: number;
  readonly strength: number;
}
interface EdgeRow {
  readonly source: string;
  readonly target: string;
  readonly weight: number;
  readonly photos: readonly string[];
}
interface Reading {
  readonly edge_columns: readonly string[];
  readonly face_columns: readonly string[];
  readonly nodes: number;
  readonly edges: number;
  readonly weights: Readonly<Record<string, number>>;
  readonly photos_listed: Readonly<Record<string, number>>;
  readonly weights_from_faces: Readonly<Record<string, number>>;
  readonly degree: Readonly<Record<string, number>>;
  readonly strength: Readonly<Record<string, number>>;
  readonly faces: number;
  readonly faces_with_person: number;
  readonly photos_by_person: Readonly<Record<string, number>>;
  readonly scores_are_numbers: boolean;
  readonly boxes_are_positive: boolean;
}

let scratch = '';
let people: PersonRow[] = [];
let edges: EdgeRow[] = [];
let reading: Reading;

function faceweave(...args: string[]): string {
  const run = spawnSync(process.execPath, [join(ROOT, 'dist', 'cli', 'main.js'), ...args], { encoding: 'utf8' });
  assert.equal(run.status, 0, `faceweave ${args.join(' ')}: ${run.stderr}`);
  return run.stdout;
}

before(() => {
  assert.ok(existsSync(PYTHON), `${PYTHON} is missing; make test makes it`);
  scratch = mkdtempSync(join(tmpdir(), 'faceweave-reference-'));
  const photos = join(scratch, 'photos, with a comma');
  const project = join(scratch, 'project');
  mkdirSync(photos);
  for (const name of readdirSync(SAMPLES).filter((found) => /^sample\d+\.jpg$/.test(found))) {
    // A name that CSV must quote.
    copyFileSync(join(SAMPLES, name), join(photos, `"a", ${name}`));
  }
  faceweave('run', photos, '--project', project);
  people = JSON.parse(faceweave('export', 'people', '--format', 'json', '--project', project));
  edges = JSON.parse(faceweave('export', 'edges', '--format', 'json', '--project', project));
  writeFileSync(join(scratch, 'faces.csv'), faceweave('export', 'faces', '--format', 'csv', '--project', project));
  writeFileSync(join(scratch, 'people.csv'), faceweave('export', 'people', '--format', 'csv', '--project', project));
  const tables = [join(project, 'Data', 'Edges.csv'), join(scratch, 'faces.csv'), join(scratch, 'people.csv')];
  const read = spawnSync(PYTHON, [join(ROOT, 'test', 'reference', 'read_tables.py'), ...tables], { encoding: 'utf8' });
  assert.equal(read.status, 0, read.stderr);
  reading = JSON.parse(read.stdout);
});

after(() => rmSync(scratch, { recursive: true, force: true }));

const weightsOf = (rows: readonly EdgeRow[]) =>
  Object.fromEntries(rows.map((edge) => [`${edge.source} ${edge.target}`, edge.weight]));

test('the sample photographs give persons and edges at all', () => {
  assert.ok(people.length >= 2, `${people.length} persons`);
  assert.ok(edges.length >= 1, `${edges.length} edges`);
});

test('NetworkX reads as many persons and edges as faceweave counts', () => {
  assert.deepEqual([reading.nodes, reading.edges], [people.length, edges.length]);
});

test('pandas reads the weights of Edges.csv as faceweave exports them', () => {
  assert.deepEqual(reading.weights, weightsOf(edges));
});

test('the weights follow from the table of faces alone', () => {
  assert.deepEqual(reading.weights_from_faces, weightsOf(edges));
});

test('every edge lists as many photographs as it weighs', () => {
  assert.deepEqual(reading.photos_listed, reading.weights);
});

test('degree and strength agree with NetworkX', () => {
  assert.deepEqual(reading.degree, Object.fromEntries(people.map((row) => [row.person, row.connections])));
  assert.deepEqual(reading.strength, Object.fromEntries(people.map((row) => [row.person, row.strength])));
});

test('a person has as many photographs as the table of faces shows', () => {
  assert.deepEqual(reading.photos_by_person, Object.fromEntries(people.map((row) => [row.person, row.photos])));
});

test('the columns that scripts rely on are there, and numbers are numbers', () => {
  assert.deepEqual(reading.edge_columns, ['source', 'target', 'weight', 'photos']);
  const promised = 'photo,face,x,y,width,height,score,person,distance,taken_at,make,model'.split(',');
  assert.deepEqual(reading.face_columns.slice(0, promised.length), promised);
  assert.ok(reading.scores_are_numbers && reading.boxes_are_positive);
  assert.ok(reading.faces >= reading.faces_with_person && reading.faces_with_person > 0);
});
