/**
 * Is anything lost when the process is killed? SIGKILL at random moments, then
 * one run to the end: ids, faces, vectors and persons must equal those of a run
 * that was never disturbed.
 *
 *   npx tsx bench/kill.ts <folder> [--kills 10] [--seed 1] [--sample N] [-- <more options of run>]
 *
 * --sample takes N of its photographs, chosen by the seed. Between two kills there should be time for some batches:
 * many kills in few photographs want a smaller one (`-- --batch-size 8`).
 */
import { basename, join, resolve } from 'node:path';
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
import { copyInto, jpegsUnder, randomFrom, sample } from './sampling.js';

/** Before this Node has not begun; killing then proves nothing. */
const EARLIEST_MS = 400;

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
    sample: { type: 'string' },
    corpus: { type: 'string' },
  },
});
const [source, ...more] = positionals;
if (source === undefined) {
  process.stderr.write('usage: kill.ts <folder> [--kills 10] [--seed 1] [--sample N] [-- <options of run>]\n');
  process.exit(2);
}
const kills = Number(values.kills);
const random = randomFrom(Number(values.seed));
const scratch = scratchFolder();
let folder = source;
if (values.sample !== undefined) {
  folder = join(scratch, basename(resolve(source)));
  copyInto(folder, source, sample(jpegsUnder(source), Number(values.sample), Number(values.seed)));
}
const undisturbed = join(scratch, 'undisturbed');
const whole = await faceweaveOrFail(['run', folder, '--project', undisturbed, ...more]);

// Each attempt gets a share of the time, so that the work is far from done when the early ones die.
const project = join(scratch, 'killed');
const longestMs = Math.max(EARLIEST_MS * 2, ((whole.wallSeconds * 1000) / kills) * 1.5);
const moments: number[] = [];
const photosSafe: number[] = [];
let finishedEarly = 0;
while (moments.length < kills && finishedEarly < kills) {
  const killAfterMs = EARLIEST_MS + random() * (longestMs - EARLIEST_MS);
  const run = await faceweave(['run', folder, '--project', project, ...more], { killAfterMs });
  if (run.exitCode === null) moments.push(Math.round(killAfterMs));
  else finishedEarly += 1;
  photosSafe.push(await photosIn(project));
  process.stderr.write(
    `${run.exitCode === null ? 'killed' : `ended with ${run.exitCode}`} after ${killAfterMs.toFixed(0)} ms\n`,
  );
}
const last = await faceweaveOrFail(['run', folder, '--project', project, ...more]);
const different = differing(await stateOf(undisturbed), await stateOf(project));
record('kill', values.corpus ?? basename(resolve(source)), {
  photos: jpegsUnder(folder).length,
  options: more,
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
