/**
 * Does memory stay bounded as the pile grows? Peak resident memory of
 * extraction on a folder, and on ten variants of each of its photographs.
 *
 *   npx tsx bench/memory.ts <folder> [--copies 10] [--threads N] [--command extract|run]
 */
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { expectAll, faceweaveOrFail, record, rounded, scratchFolder } from './measure.js';
import { copyVariants } from './photo-copies.js';

const MIB = 2 ** 20;
const BOUND_MB = 600;
/** Allocators and page caches breathe; growth within this is noise, growth with the pile is ten times more. */
const NOISE_RATIO = 1.1;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    copies: { type: 'string', default: '10' },
    threads: { type: 'string' },
    command: { type: 'string', default: 'extract' },
    corpus: { type: 'string' },
  },
});
const folder = positionals[0];
if (folder === undefined) {
  process.stderr.write('usage: memory.ts <folder> [--copies 10] [--threads N] [--command extract|run]\n');
  process.exit(2);
}
const scratch = scratchFolder();
const figures: { photos: number; peakMb: number; wallSeconds: number }[] = [];
for (const copies of [1, Number(values.copies)]) {
  const photos = join(scratch, `photos-${copies}`);
  const written = copyVariants(resolve(folder), photos, copies);
  const threads = values.threads === undefined ? [] : ['--threads', values.threads];
  const run = await faceweaveOrFail([
    values.command,
    photos,
    '--project',
    join(scratch, `project-${copies}`),
    ...threads,
  ]);
  figures.push({
    photos: written,
    peakMb: rounded(run.peakRssBytes / MIB, 1),
    wallSeconds: rounded(run.wallSeconds, 1),
  });
  process.stderr.write(`${written} photographs: peak ${figures.at(-1)?.peakMb} MiB\n`);
}
const [few, many] = figures.map((figure) => figure.peakMb);
record('memory', values.corpus ?? basename(folder), { command: values.command, unit: 'MiB', runs: figures });
expectAll({
  [`peak memory is at most ${BOUND_MB} MiB`]: (few ?? Number.NaN) <= BOUND_MB && (many ?? Number.NaN) <= BOUND_MB,
  'peak memory does not grow with the number of photographs': (many ?? Number.NaN) <= (few ?? Number.NaN) * NOISE_RATIO,
});
