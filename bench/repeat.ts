/**
 * Does the same input give the same answer? Four runs on one folder, two with
 * one thread and two with several: all exports must agree byte by byte.
 *
 *   npx tsx bench/repeat.ts <folder> [--threads 2]
 */
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { differing, expectAll, exportsOf, faceweaveOrFail, record, scratchFolder, sha256 } from './measure.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { threads: { type: 'string', default: '2' }, corpus: { type: 'string' } },
});
const folder = positionals[0];
if (folder === undefined) {
  process.stderr.write('usage: repeat.ts <folder> [--threads 2]\n');
  process.exit(2);
}
const scratch = scratchFolder();
const runs: Readonly<Record<string, string>>[] = [];
for (const threads of [values.threads, values.threads, '1']) {
  const project = join(scratch, `project-${runs.length}`);
  await faceweaveOrFail(['run', folder, '--project', project, '--threads', threads]);
  runs.push(await exportsOf(project));
  process.stderr.write(`run ${runs.length}, --threads ${threads}: done\n`);
}
// A second `run` on a finished project must change nothing either.
await faceweaveOrFail(['run', folder, '--project', join(scratch, 'project-0')]);
const again = await exportsOf(join(scratch, 'project-0'));

const [first = {}, second = {}, single = {}] = runs;
const found = {
  runTwice: differing(first, second),
  oneThread: differing(first, single),
  runAgainOnTheSameProject: differing(first, again),
};
record('repeat', values.corpus ?? basename(folder), {
  threads: [Number(values.threads), 1],
  bytes: Object.fromEntries(Object.entries(first).map(([name, text]) => [name, Buffer.byteLength(text)])),
  sha256: Object.fromEntries(Object.entries(first).map(([name, text]) => [name, sha256(text)])),
  differing: found,
});
expectAll(
  Object.fromEntries(Object.entries(found).map(([name, list]) => [`${name}: equal exports`, list.length === 0])),
);
