/**
 * An engine that finds one face in each file without looking, and a project to
 * run it over: what tests of the order of work share.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { resolveSources } from '../../../src/archive/index.js';
import { resolveOptions } from '../../../src/config/index.js';
import type { ExtractModel } from '../../../src/extract/index.js';
import type { Engine, ExtractBatch, Extraction, PhotoInput, PhotoOutcome } from '../../../src/native/index.js';
import { openStore, type Store } from '../../../src/store/index.js';

const DIMS = 4;
export const UNUSED = (): never => assert.fail('not part of extraction');

/** What the engine was seen to do. */
export interface Watched {
  readonly log: string[];
  /** Runs before a batch settles; its number counts from 1. */
  beforeBatch?: (batch: number) => Promise<void> | void;
}

/** An engine that finds one face in each file, and none in files that begin with `bad`. */
export function fakeEngine(watched: Watched): Engine {
  let isCancelled = false;
  let batches = 0;
  let done = 0;
  const known = new Set<string>();
  const outcomeOf = ({ path, bytes: given, cropDir, cropName }: PhotoInput): PhotoOutcome => {
    if (isCancelled) return { status: 'cancelled', faces: 0 };
    const bytes = given ?? readFileSync(path ?? '');
    const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 32);
    if (known.has(hash)) return { status: 'known', hash, faces: 0 };
    known.add(hash);
    if (bytes.toString().startsWith('bad')) {
      return { status: 'skipped', hash, code: 'PHOTO_DECODE', message: 'bad', faces: 0 };
    }
    if (cropDir !== undefined) {
      mkdirSync(cropDir, { recursive: true });
      writeFileSync(Buffer.concat([cropDir, Buffer.from('/face1_'), cropName ?? Buffer.alloc(0)]), 'jpeg');
    }
    return { status: 'extracted', hash, width: 9, height: 9, format: 'jpeg', orientation: 1, bytes: 1, faces: 1 };
  };
  const extraction: Extraction = {
    addKnown: (ids) => {
      for (const id of ids) known.add(id);
    },
    run: async (inputs) => {
      batches += 1;
      const number = batches;
      watched.log.push(`begin ${number}`);
      await watched.beforeBatch?.(number);
      const outcomes = inputs.map(outcomeOf);
      done += inputs.length;
      watched.log.push(`end ${number}`);
      return flat(outcomes);
    },
    cancel: () => {
      isCancelled = true;
    },
    progress: () => ({ done, faces: done }),
    stages: () => ({
      read: 0,
      hash: 0,
      decode: 0,
      fingerprint: 0,
      detect: 0,
      align: 0,
      quality: 0,
      embed: 0,
      attributes: 0,
      crop: 0,
    }),
    close: () => {
      watched.log.push('close');
    },
  };
  return {
    describe: () => null,
    openExtraction: () => extraction,
    attributes: UNUSED,
    cluster: UNUSED,
    thumbnails: UNUSED,
    mosaics: UNUSED,
  };
}

function flat(outcomes: PhotoOutcome[]): ExtractBatch {
  const faces = outcomes.reduce((sum, outcome) => sum + outcome.faces, 0);
  return {
    outcomes,
    boxes: new Float32Array(faces * 4).fill(1),
    scores: new Float32Array(faces).fill(0.5),
    points: new Float32Array(faces * 10),
    vectors: new Float32Array(faces * DIMS).fill(0.5),
    dims: DIMS,
    qualities: new Float32Array(faces * 5),
    cropParts: new Uint32Array(faces * 4),
    landmarks: new Float32Array(),
    ages: new Float32Array(),
    genders: new Float32Array(),
  };
}

export function model(job: 'detect' | 'embed'): ExtractModel {
  const kind = job === 'detect' ? 'centerface' : 'aligned-embedder';
  return {
    spec: { id: `${job}-1`, path: '/none', kind },
    stored: { id: `${job}-1`, job, dims: job === 'embed' ? DIMS : null, card: '{}' },
  };
}

export interface Stage {
  readonly source: string;
  readonly projectDir: string;
  readonly store: Store;
}

const folders: string[] = [];
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A source with these files (name → content) and an empty project. */
export async function stage(files: Readonly<Record<string, string | Buffer>>): Promise<Stage> {
  const root = mkdtempSync(join(tmpdir(), 'faceweave-extract-'));
  folders.push(root);
  const source = join(root, 'photos');
  mkdirSync(source);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(source, name), content);
  const projectDir = join(root, 'project');
  return { source, projectDir, store: await openStore(projectDir, { create: true }) };
}

export const { options } = resolveOptions({ flags: { batchSize: 1, threads: 2 }, cwd: '/nowhere' });

export function request({ source, projectDir }: Stage) {
  return { roots: resolveSources([source]), projectDir, options, detector: model('detect'), embedder: model('embed') };
}
