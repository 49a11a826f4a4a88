/**
 * Is anything lost when the process is killed? SIGKILL at random moments, then
 * one run to the end: ids, faces, vectors and persons must equal those of a run
 * that was never disturbed.
 *
 *   npx tsx bench/kill.ts <folder> [--kills 10] [--seed 1]
 */
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { openStore } from '../src/store/index.js';
import {
  differing,
  expectAll,
  exportsOf,
  faceweave,
  faceweaveOrFail,
  record,
  rounded,
  scratchFolder,
  sha256,
} from './measure.js';

/** Before this Node has not begun; killing then proves nothing. */
const EARLIEST_MS = 400;

/** Mulberry32 (Tommy Ettinger, public domain): enough for choosing moments, and the same everywhere. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Exports, and a hash of the vectors with the ids of their faces. */
async function stateOf(project: string): Promise<Readonly<Record<string, string>>> {
  const store = await openStore(project);
  try {
    const embedder = await store.currentEmbedder();
    if (embedder === null) throw new Error(`${project} has no embedder`);
    const { faceIds, vectors } = await store.vectors(embedder);
    const bytes = new Uint8Array(vectors.buffer, vectors.byteOffset, vectors.byteLength);
    return { ...(await exportsOf(project)), faceIds: faceIds.join('\n'), vectors: sha256(bytes) };
  } finally {
    await store.close();
  }
}

/** Photographs that were safe when the process died; 0 before there is a store. */
async function photosIn(project: string): Promise<number> {
  try {
    const store = await openStore(project);
    try {
      return (await store.counts()).photos;
    } finally {
      await store.close();
    }
  } catch {
    return 0;
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    kills: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    corpus: { type: 'string' },
  },
});
const folder = positionals[0];
if (folder === undefined) {
  process.stderr.write('usage: kill.ts <folder> [--kills 10] [--seed 1]\n');
  process.exit(2);
}
const kills = Number(values.kills);
const random = randomFrom(Number(values.seed));
const scratch = scratchFolder();
const undisturbed = join(scratch, 'undisturbed');
const whole = await faceweaveOrFail(['run', folder, '--project', undisturbed]);

// Each attempt gets a share of the time, so that the work is far from done when the early ones die.
const project = join(scratch, 'killed');
const longestMs = Math.max(EARLIEST_MS * 2, ((whole.wallSeconds * 1000) / kills) * 1.5);
const moments: number[] = [];
const photosSafe: number[] = [];
let finishedEarly = 0;
while (moments.length < kills && finishedEarly < kills) {
  const killAfterMs = EARLIEST_MS + random() * (longestMs - EARLIEST_MS);
  const run = await faceweave(['run', folder, '--project', project], { killAfterMs });
  if (run.exitCode === null) moments.push(Math.round(killAfterMs));
  else finishedEarly += 1;
  photosSafe.push(await photosIn(project));
  process.stderr.write(
    `${run.exitCode === null ? 'killed' : `ended with ${run.exitCode}`} after ${killAfterMs.toFixed(0)} ms\n`,
  );
}
const last = await faceweaveOrFail(['run', folder, '--project', project]);
const different = differing(await stateOf(undisturbed), await stateOf(project));
record('kill', values.corpus ?? basename(folder), {
  seed: Number(values.seed),
  kills: moments.length,
  killedAfterMs: moments,
  photosSafeAfterEach: photosSafe,
  finishedEarly,
  undisturbedSeconds: rounded(whole.wallSeconds, 1),
  lastRunSeconds: rounded(last.wallSeconds, 1),
  differing: different,
});
expectAll({
  [`${kills} kills happened`]: moments.length === kills,
  'ids, faces, vectors and persons equal the undisturbed run': different.length === 0,
});
