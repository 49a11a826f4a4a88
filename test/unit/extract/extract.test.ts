/**
 * The order of work of an extraction, over a real store and a made-up engine:
 * two batches in flight, commits in order, what an abort or a failure leaves.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { resolveSources } from '../../../src/archive/index.js';
import { resolveOptions } from '../../../src/config/index.js';
import { type ExtractModel, extract } from '../../../src/extract/index.js';
import type {
  Engine,
  ExtractBatch,
  Extraction,
  PhotoInput,
  PhotoOutcome,
  Progress,
} from '../../../src/native/index.js';
import { openStore, type Store } from '../../../src/store/index.js';

const DIMS = 4;
const UNUSED = (): never => assert.fail('not part of extraction');

/** What the engine was seen to do. */
interface Watched {
  readonly log: string[];
  /** Runs before a batch settles; its number counts from 1. */
  beforeBatch?: (batch: number) => Promise<void> | void;
}

/** An engine that finds one face in each file, and none in files that begin with `bad`. */
function fakeEngine(watched: Watched): Engine {
  let isCancelled = false;
  let batches = 0;
  let done = 0;
  const known = new Set<string>();
  const outcomeOf = ({ path, cropDir, cropName }: PhotoInput): PhotoOutcome => {
    if (isCancelled) return { status: 'cancelled', faces: 0 };
    const bytes = readFileSync(path);
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

function model(job: 'detect' | 'embed'): ExtractModel {
  const kind = job === 'detect' ? 'centerface' : 'aligned-embedder';
  return {
    spec: { id: `${job}-1`, path: '/none', kind },
    stored: { id: `${job}-1`, job, dims: job === 'embed' ? DIMS : null, card: '{}' },
  };
}

interface Stage {
  readonly source: string;
  readonly projectDir: string;
  readonly store: Store;
}

const folders: string[] = [];
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A source with these files (name → content) and an empty project. */
async function stage(files: Readonly<Record<string, string>>): Promise<Stage> {
  const root = mkdtempSync(join(tmpdir(), 'faceweave-extract-'));
  folders.push(root);
  const source = join(root, 'photos');
  mkdirSync(source);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(source, name), content);
  const projectDir = join(root, 'project');
  return { source, projectDir, store: await openStore(projectDir, { create: true }) };
}

const { options } = resolveOptions({ flags: { batchSize: 1, threads: 2 }, cwd: '/nowhere' });

function request({ source, projectDir }: Stage) {
  return { roots: resolveSources([source]), projectDir, options, detector: model('detect'), embedder: model('embed') };
}

const FIVE = { 'a.jpg': '1', 'b.jpg': '2', 'c.jpg': '3', 'd.jpg': '4', 'e.jpg': '5' };

test('two batches are in flight, never three, and the engine is closed at the end', async () => {
  const at = await stage(FIVE);
  const log: string[] = [];
  const slow = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));
  const summary = await extract(at.store, fakeEngine({ log, beforeBatch: slow }), request(at));
  let open = 0;
  let most = 0;
  for (const entry of log) {
    open += entry.startsWith('begin') ? 1 : entry.startsWith('end') ? -1 : 0;
    most = Math.max(most, open);
  }
  assert.equal(most, 2);
  assert.equal(log.at(-1), 'close');
  assert.deepEqual([summary.files, summary.photos, summary.newFaces], [5, 5, 5]);
  await at.store.close();
});

test('batches are committed in order though a later one is ready first', async () => {
  const at = await stage(FIVE);
  const saved: string[] = [];
  const store: Store = {
    ...at.store,
    saveBatch: (batch) => {
      saved.push(...batch.paths.map(({ path }) => path));
      return at.store.saveBatch(batch);
    },
  };
  const slowFirst = (batch: number): Promise<void> =>
    new Promise((resolve) => (batch === 1 ? setTimeout(resolve, 30) : resolve()));
  await extract(store, fakeEngine({ log: [], beforeBatch: slowFirst }), request(at));
  assert.deepEqual(saved, Object.keys(FIVE));
  await at.store.close();
});

test('the second run opens no engine', async () => {
  const at = await stage(FIVE);
  await extract(at.store, fakeEngine({ log: [] }), request(at));
  const idle = { ...fakeEngine({ log: [] }), openExtraction: UNUSED };
  const summary = await extract(at.store, idle, request(at));
  assert.deepEqual([summary.newPhotos, summary.unchanged], [0, 5]);
  await at.store.close();
});

test('photographs whose crops are gone, or were never wanted, are read again; their faces keep their ids', async () => {
  const at = await stage({ ...FIVE, 'copy of e.jpg': '5' });
  const plain = request(at);
  await extract(at.store, fakeEngine({ log: [] }), { ...plain, options: { ...options, crops: false } });
  const ids = (await at.store.faces()).map(({ id }) => id);
  const wanted = await extract(at.store, fakeEngine({ log: [] }), plain);
  assert.deepEqual([wanted.newPhotos, wanted.unchanged, wanted.duplicates], [5, 0, 1]);
  rmSync(join(at.projectDir, 'Faces', 'face1_b.jpg'));
  const again = await extract(at.store, fakeEngine({ log: [] }), plain);
  assert.deepEqual([again.newPhotos, again.unchanged], [1, 5]);
  rmSync(join(at.projectDir, 'Faces'), { recursive: true });
  assert.equal((await extract(at.store, fakeEngine({ log: [] }), plain)).newPhotos, 5);
  const faces = await at.store.faces();
  assert.deepEqual(faces.map(({ id }) => id).sort(), ids.sort());
  assert.ok(faces.every(({ crop }) => crop !== null));
  await at.store.close();
});

test('a face without a direction is kept without a vector, and told', async () => {
  const at = await stage({ 'a.jpg': '1', 'b.jpg': '2' });
  const engine = fakeEngine({ log: [] });
  const blind: Engine = {
    ...engine,
    openExtraction: (chosen) => {
      const extraction = engine.openExtraction(chosen);
      const run: Extraction['run'] = async (inputs) => {
        const batch = await extraction.run(inputs);
        if (inputs.some(({ path }) => path.toString().endsWith('b.jpg'))) batch.vectors.fill(0);
        return batch;
      };
      return { ...extraction, run };
    },
  };
  const summary = await extract(at.store, blind, request(at));
  assert.deepEqual([summary.newFaces, summary.undescribed, summary.skipped], [2, 1, 0]);
  assert.equal((await at.store.faces()).length, 2);
  assert.equal((await at.store.vectors('embed-1')).faceIds.length, 1);
  await at.store.close();
});

test('copies are duplicates, copies of skipped content are skipped, and the counts add up', async () => {
  const at = await stage({ 'a.jpg': '1', 'b.jpg': '1', 'c.jpg': 'bad', 'd.jpg': 'bad', 'e.txt': 'other' });
  const summary = await extract(at.store, fakeEngine({ log: [] }), request(at));
  assert.deepEqual([summary.files, summary.photos, summary.duplicates, summary.skipped], [4, 1, 1, 2]);
  assert.deepEqual(summary.otherFiles, { txt: 1 });
  const counts = await at.store.counts();
  assert.deepEqual([counts.files, counts.photos, counts.duplicates, counts.skipped], [4, 1, 1, 2]);
  await at.store.close();
});

test('an abort keeps what was committed, rejects with its reason, and the next run goes on', async () => {
  const at = await stage(FIVE);
  const controller = new AbortController();
  const beforeBatch = (batch: number): void => {
    if (batch === 3) controller.abort(new Error('enough'));
  };
  const aborted = extract(at.store, fakeEngine({ log: [], beforeBatch }), {
    ...request(at),
    signal: controller.signal,
  });
  await assert.rejects(aborted, /enough/);
  const saved = (await at.store.counts()).photos;
  assert.ok(saved >= 1 && saved < 5, `${saved} saved`);
  const summary = await extract(at.store, fakeEngine({ log: [] }), request(at));
  assert.equal(summary.newPhotos, 5 - saved);
  await at.store.close();
});

test('a failing batch rejects after the one in flight has settled, and closes the engine', async () => {
  const at = await stage(FIVE);
  const log: string[] = [];
  const beforeBatch = (batch: number): void => {
    if (batch === 2) throw new Error('disk full');
  };
  await assert.rejects(extract(at.store, fakeEngine({ log, beforeBatch }), request(at)), /disk full/);
  assert.equal(log.at(-1), 'close');
  assert.equal((await at.store.counts()).photos, 1);
  await at.store.close();
});

test('skipped files are tried again only when asked', async () => {
  const at = await stage({ 'a.jpg': 'bad' });
  const log: string[] = [];
  await extract(at.store, fakeEngine({ log: [] }), request(at));
  await extract(at.store, fakeEngine({ log }), request(at));
  assert.equal(log.length, 0);
  await extract(at.store, fakeEngine({ log }), { ...request(at), retry: true });
  assert.ok(log.includes('begin 1'));
  await at.store.close();
});

test('progress counts to the end and its last call says done', async () => {
  const at = await stage(FIVE);
  const seen: Progress[] = [];
  await extract(at.store, fakeEngine({ log: [] }), { ...request(at), onProgress: (progress) => seen.push(progress) });
  const last = seen.at(-1);
  assert.deepEqual([last?.step, last?.completed, last?.total, last?.done], ['extract', 5, 5, true]);
  assert.equal(seen.filter(({ done }) => done).length, 1);
  await at.store.close();
});
