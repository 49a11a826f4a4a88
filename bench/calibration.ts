/**
 * With what probability does a face at this distance belong to a person? Fits
 * the curve of src/people/likeness.ts on half of the people, reads its
 * reliability on the other half, five times, and at last fits on all.
 *
 *   npx tsx bench/calibration.ts <folder> --project <dir> [--splits 5] [--seed 7]
 *
 * <folder> holds one folder a person (corpora.md), --project their faces. For each face: its mean distance to m other faces of
 * its own person (m = 1, 2, 4, 8, 16) and to m faces of the nearest other person, so that half of the cases are right.
 */
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { openStore } from '../src/store/index.js';
import { record, rounded } from './measure.js';

const CENTRE_PX = 125;
const CENTRE_REACH_PX = 50;
const SIZES = [1, 2, 4, 8, 16] as const;
const BINS = 10;
const MOST_OF_A_PERSON = 12;

interface Case {
  readonly person: string;
  readonly others: number;
  readonly distance: number;
  readonly isRight: boolean;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    project: { type: 'string' },
    splits: { type: 'string', default: '5' },
    seed: { type: 'string', default: '7' },
  },
});
const [folder] = positionals;
if (folder === undefined || values.project === undefined) {
  process.stderr.write('usage: npx tsx bench/calibration.ts <folder> --project <dir> [--splits 5] [--seed 7]\n');
  process.exit(2);
}

/** Lehmer's generator: the same splits everywhere. */
let state = Number(values.seed);
function below(limit: number): number {
  state = (state * 48271) % 2147483647;
  return state % limit;
}

const store = await openStore(values.project, { create: false });
const embedder = (await store.currentEmbedder()) ?? '';
const table = await store.vectors(embedder);
const pathOf = new Map((await store.photos()).map(({ id, path }) => [id, path]));
const central = new Map<string, { readonly id: string; readonly reach: number }>();
for (const { id, photoId, box } of await store.faces()) {
  const reach = Math.hypot(box.x + box.width / 2 - CENTRE_PX, box.y + box.height / 2 - CENTRE_PX);
  if (reach <= CENTRE_REACH_PX && reach < (central.get(photoId)?.reach ?? Number.POSITIVE_INFINITY)) {
    central.set(photoId, { id, reach });
  }
}
await store.close();
const rowOf = new Map(table.faceIds.map((id, row) => [id, row]));
const rowsOf = new Map<string, number[]>();
for (const [photo, { id }] of central) {
  const person = (pathOf.get(photo) ?? '').split('/')[0] ?? '';
  const row = rowOf.get(id);
  if (row !== undefined) rowsOf.set(person, [...(rowsOf.get(person) ?? []), row]);
}
const people = [...rowsOf.keys()].sort();

function distance(row: number, others: readonly number[]): number {
  const { vectors, dims } = table;
  let cosine = 0;
  for (const other of others) {
    for (let at = 0; at < dims; at += 1) cosine += (vectors[row * dims + at] ?? 0) * (vectors[other * dims + at] ?? 0);
  }
  return 1 - cosine / others.length;
}

function some(rows: readonly number[], count: number): readonly number[] {
  const left = [...rows];
  return Array.from({ length: count }, () => left.splice(below(left.length), 1)[0] ?? 0);
}

/** Right and wrong cases within a set of people. */
function casesOf(persons: readonly string[]): readonly Case[] {
  const cases: Case[] = [];
  for (const others of SIZES) {
    for (const person of persons) {
      const own = rowsOf.get(person) ?? [];
      if (own.length <= others) continue;
      // As many of each: people with many photographs must not speak for all.
      for (const row of some(own, Math.min(own.length, MOST_OF_A_PERSON))) {
        const mates = some(
          own.filter((other) => other !== row),
          others,
        );
        cases.push({ person, others, distance: distance(row, mates), isRight: true });
        let nearest = Number.POSITIVE_INFINITY;
        for (const stranger of persons) {
          const rows = rowsOf.get(stranger) ?? [];
          if (stranger !== person && rows.length >= others)
            nearest = Math.min(nearest, distance(row, some(rows, others)));
        }
        if (nearest < Number.POSITIVE_INFINITY) cases.push({ person, others, distance: nearest, isRight: false });
      }
    }
  }
  return cases;
}

const h = (others: number): number => 1 / (1 + (others - 1) / 4);

/** Contradicts a curve so much that it is rather a wrong label, of which LFW has some. */
const WRONG_LABEL = 0.99;

/** A fit that wrong labels do not bend: three times without the cases that contradict the one before. */
function fit(cases: readonly Case[]): { slope: number; middle: number; one: number } {
  let curve = regression(cases);
  for (let round = 0; round < 3; round += 1) {
    const { slope, middle, one } = curve;
    curve = regression(
      cases.filter(({ others, distance: d, isRight }) => {
        const p = 1 / (1 + Math.exp(slope * (d - middle - (one - middle) * h(others))));
        return Math.abs((isRight ? 1 : 0) - p) < WRONG_LABEL;
      }),
    );
  }
  return curve;
}

/** Logistic regression by Newton's method on 1, h(others), distance. */
function regression(cases: readonly Case[]): { slope: number; middle: number; one: number } {
  let b = [0, 0, 0];
  for (let step = 0; step < 50; step += 1) {
    const gradient = [0, 0, 0];
    const hessian = [
      [1e-9, 0, 0],
      [0, 1e-9, 0],
      [0, 0, 1e-9],
    ];
    for (const { others, distance: d, isRight } of cases) {
      const x = [1, h(others), d];
      const p = 1 / (1 + Math.exp(-x.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0)));
      for (let i = 0; i < 3; i += 1) {
        gradient[i] = (gradient[i] ?? 0) + ((isRight ? 1 : 0) - p) * (x[i] ?? 0);
        for (let j = 0; j < 3; j += 1) {
          const line = hessian[i];
          if (line !== undefined) line[j] = (line[j] ?? 0) + p * (1 - p) * (x[i] ?? 0) * (x[j] ?? 0);
        }
      }
    }
    const change = solve(hessian, gradient);
    b = b.map((value, at) => value + (change[at] ?? 0));
    if (Math.max(...change.map(Math.abs)) < 1e-9) break;
  }
  const [b0 = 0, b1 = 0, b2 = -1] = b;
  return { slope: -b2, middle: b0 / -b2, one: (b0 + b1) / -b2 };
}

/** Gaussian elimination of three equations. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((line, at) => [...line, right[at] ?? 0]);
  for (let column = 0; column < 3; column += 1) {
    const pivot = rows[column] ?? [];
    for (const [at, line] of rows.entries()) {
      if (at === column) continue;
      const factor = (line[column] ?? 0) / (pivot[column] ?? 1);
      for (let k = 0; k < 4; k += 1) line[k] = (line[k] ?? 0) - factor * (pivot[k] ?? 0);
    }
  }
  return rows.map((line, at) => (line[3] ?? 0) / (line[at] ?? 1));
}

const folds = [];
const bins = Array.from({ length: BINS }, () => ({ cases: 0, foretold: 0, right: 0 }));
let squares = 0;
let judged = 0;
for (let split = 0; split < Number(values.splits); split += 1) {
  const order = some(
    people.map((_, at) => at),
    people.length,
  ).map((at) => people[at] ?? '');
  const middle = Math.floor(order.length / 2);
  const halves = [order.slice(0, middle), order.slice(middle)].map(casesOf);
  for (const [chosen, other] of [
    [halves[0] ?? [], halves[1] ?? []],
    [halves[1] ?? [], halves[0] ?? []],
  ] as const) {
    const curve = fit(chosen);
    folds.push({ slope: rounded(curve.slope, 2), middle: rounded(curve.middle, 4), one: rounded(curve.one, 4) });
    for (const { others, distance: d, isRight } of other) {
      const centre = curve.middle + (curve.one - curve.middle) * h(others);
      const p = 1 / (1 + Math.exp(curve.slope * (d - centre)));
      const bin = bins[Math.min(BINS - 1, Math.floor(p * BINS))];
      if (bin === undefined) continue;
      bin.cases += 1;
      bin.foretold += p;
      bin.right += isRight ? 1 : 0;
      squares += (p - (isRight ? 1 : 0)) ** 2;
      judged += 1;
    }
  }
}
const all = fit(casesOf(people));
const reliability = bins.map(({ cases, foretold, right }, at) => ({
  from: at / BINS,
  cases,
  foretold: cases === 0 ? null : rounded(foretold / cases, 4),
  right: cases === 0 ? null : rounded(right / cases, 4),
}));
process.stdout.write('foretold   right   cases\n');
for (const { cases, foretold, right } of reliability) {
  process.stdout.write(`${String(foretold).padEnd(10)} ${String(right).padEnd(7)} ${cases}\n`);
}
record('calibration', basename(folder), {
  embedder,
  people: people.length,
  all: { slope: rounded(all.slope, 2), middle: rounded(all.middle, 4), one: rounded(all.one, 4) },
  folds,
  brier: rounded(squares / judged, 5),
  reliability,
});
