/**
 * How long does a second `extract` take on an archive in which nothing has
 * changed? 10,000 small JPEGs without faces are made (one picture, told apart by
 * a comment segment, so that no encoder is needed), extracted once, and then
 * asked for again several times: that is the walk and the decision that there is
 * nothing to do. With --profile also where the time of such a run goes.
 *
 *   npx tsx bench/unchanged.ts [--photos 10000] [--a-folder 100] [--repeat 3] [--crops] [--profile]
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { expectAll, faceweaveOrFail, type Measured, record, rounded, scratchFolder } from './measure.js';
import { withComment } from './photo-copies.js';

const BOUND_SECONDS = 2;
const TOP_FUNCTIONS = 25;
/** Pictures without a face end with 1. */
const NOTHING_FOUND = [0, 1];

/** 64 × 64, flat grey: made by Pillow 11.3, `Image.new("L", (64, 64), 128).save(…, quality=50)`. */
const GREY = Buffer.from(
  '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERXRTc4UG1RV19iZ2hnPk1xeXBkeFxlZ2P/wAALCABAAEABAREA/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/9oACAEBAAA/ACiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiv/Z',
  'base64',
);

interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** Self time by function, the largest first, in milliseconds. */
function selfTimes(profile: Profile): Record<string, number> {
  const names = new Map(
    profile.nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => {
      const file = url.split('/').slice(-2).join('/');
      return [id, `${functionName || '(anonymous)'} ${file}${file === '' ? '' : `:${lineNumber + 1}`}`.trim()];
    }),
  );
  const sums = new Map<string, number>();
  for (const [index, id] of profile.samples.entries()) {
    const name = names.get(id) ?? '?';
    sums.set(name, (sums.get(name) ?? 0) + (profile.timeDeltas[index] ?? 0) / 1000);
  }
  const largest = [...sums].sort(([, a], [, b]) => b - a).slice(0, TOP_FUNCTIONS);
  return Object.fromEntries(largest.map(([name, ms]) => [name, rounded(ms, 1)]));
}

const { values } = parseArgs({
  options: {
    photos: { type: 'string', default: '10000' },
    'a-folder': { type: 'string', default: '100' },
    repeat: { type: 'string', default: '3' },
    crops: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
  },
});
const count = Number(values.photos);
const scratch = scratchFolder();
const photos = join(scratch, 'photos');
for (let index = 0; index < count; index += 1) {
  const folder = join(photos, `album-${String(Math.floor(index / Number(values['a-folder']))).padStart(5, '0')}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `IMG_${String(index).padStart(6, '0')}.jpg`), withComment(GREY, String(index)));
}
const project = join(scratch, 'project');
const args = ['extract', photos, '--project', project, '--json', '--quiet', ...(values.crops ? [] : ['--no-crops'])];
interface Summary {
  readonly files: number;
  readonly newPhotos: number;
  readonly unchanged: number;
}
const summaryOf = (run: Measured) => JSON.parse(run.stdout.trim().split('\n').at(-1) ?? '{}') as Summary;
const first = await faceweaveOrFail(args, NOTHING_FOUND);
process.stderr.write(`extracted: ${rounded(first.wallSeconds, 1)} s\n`);
const idle = await faceweaveOrFail(['--version']);
const again: Measured[] = [];
for (let index = 0; index < Number(values.repeat); index += 1) again.push(await faceweaveOrFail(args, NOTHING_FOUND));
const quickest = again.reduce((a, b) => (b.wallSeconds < a.wallSeconds ? b : a));

let profile: Record<string, number> | undefined;
if (values.profile) {
  const main = join(dirname(dirname(fileURLToPath(import.meta.url))), 'dist', 'cli', 'main.js');
  const folder = join(scratch, 'profile');
  spawnSync(process.execPath, ['--cpu-prof', '--cpu-prof-dir', folder, main, ...args], {
    stdio: ['ignore', 'ignore', 2],
  });
  const [name] = readdirSync(folder);
  if (name === undefined) throw new Error('node wrote no profile');
  profile = selfTimes(JSON.parse(readFileSync(join(folder, name), 'utf8')) as Profile);
}
record('unchanged', 'generated', {
  photos: count,
  extractWallSeconds: rounded(first.wallSeconds, 1),
  extractCpuSeconds: rounded(first.cpuSeconds, 1),
  againWallSeconds: rounded(quickest.wallSeconds),
  againCpuSeconds: rounded(quickest.cpuSeconds),
  againWallSecondsOfEach: again.map((run) => rounded(run.wallSeconds)),
  againPeakMb: rounded(quickest.peakRssBytes / 2 ** 20, 1),
  versionWallSeconds: rounded(idle.wallSeconds),
  versionCpuSeconds: rounded(idle.cpuSeconds),
  ...(profile === undefined ? {} : { selfMsByFunction: profile }),
});
expectAll({
  'every picture was extracted': summaryOf(first).newPhotos === count,
  'the second run found all of them unchanged': again.every((run) => summaryOf(run).unchanged === count),
  [`a run with nothing to do takes at most ${BOUND_SECONDS} s`]: quickest.wallSeconds <= BOUND_SECONDS,
});
