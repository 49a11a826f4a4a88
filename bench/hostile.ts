/**
 * Does a folder made to break things break anything? Writes one, runs faceweave
 * on it as an ordinary user, and checks that every bad file is named with its
 * reason, that the page is not injected, and that memory stays bounded.
 *
 *   npx tsx bench/hostile.ts <folder with photographs showing several people>
 *
 * As root it runs the command as user 65534 (nobody), since root reads everything.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { crc32 } from 'node:zlib';
import { expectAll, faceweave, record, rounded, scratchFolder } from './measure.js';

const NOBODY = 65534;
const BOUND_MB = 600;

/** File name with a newline, both quotes and the start of an element; a path adds the slash of its end. */
const ODD_FOLDER = 'odd\n"\'<script>alert(1)<';
const ODD_NAME = 'script>.jpg';

/** Path in the hostile folder → code it must be skipped with. */
const EXPECTED: Readonly<Record<string, string>> = {
  'empty.jpg': 'FILE_EMPTY',
  'text.jpg': 'PHOTO_FORMAT',
  'truncated.jpg': 'PHOTO_DECODE',
  'huge.png': 'PHOTO_TOO_LARGE',
  'fifo.jpg': 'FILE_NOT_REGULAR',
  loop: 'FILE_NOT_REGULAR',
  'unreadable.jpg': 'FILE_READ',
};

/** The first 33 bytes of a 30,000 × 30,000 PNG: signature and IHDR, nothing behind. */
function hugePngHeader(): Buffer {
  const header = Buffer.alloc(17);
  header.write('IHDR', 0, 'latin1');
  header.writeUInt32BE(30_000, 4);
  header.writeUInt32BE(30_000, 8);
  header.set([8, 2, 0, 0, 0], 12);
  const framed = Buffer.alloc(25);
  framed.writeUInt32BE(13, 0);
  header.copy(framed, 4);
  framed.writeUInt32BE(crc32(header), 21);
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), framed]);
}

function makeHostile(folder: string, good: readonly string[]): void {
  mkdirSync(join(folder, ODD_FOLDER), { recursive: true });
  const [first] = good;
  if (first === undefined) throw new Error('the folder holds no JPEG');
  for (const [index, path] of good.entries()) {
    const name = index === 0 ? join(ODD_FOLDER, ODD_NAME) : `good-${index}.jpg`;
    copyFileSync(path, join(folder, name));
  }
  const bytes = readFileSync(first);
  writeFileSync(join(folder, 'empty.jpg'), '');
  writeFileSync(join(folder, 'text.jpg'), 'This is no photograph.\n');
  writeFileSync(join(folder, 'truncated.jpg'), bytes.subarray(0, Math.floor(bytes.length / 2)));
  writeFileSync(join(folder, 'huge.png'), hugePngHeader());
  writeFileSync(join(folder, 'unreadable.jpg'), bytes);
  chmodSync(join(folder, 'unreadable.jpg'), 0);
  symlinkSync('.', join(folder, 'loop'));
  if (spawnSync('mkfifo', [join(folder, 'fifo.jpg')]).status !== 0) throw new Error('mkfifo failed');
}

const { positionals } = parseArgs({ allowPositionals: true, options: {} });
const source = positionals[0];
if (source === undefined) {
  process.stderr.write('usage: hostile.ts <folder with photographs showing several people>\n');
  process.exit(2);
}
const good = readdirSync(source)
  .filter((name) => /\.jpe?g$/i.test(name))
  .sort()
  .map((name) => join(source, name));
const scratch = scratchFolder();
const folder = join(scratch, 'hostile');
const project = join(scratch, 'project');
makeHostile(folder, good);
const root = process.getuid?.() === 0;
if (root) spawnSync('chown', ['-hR', `${NOBODY}:${NOBODY}`, scratch]);
const run = await faceweave(['run', folder, '--project', project], root ? { uid: NOBODY } : {});

const manifests = readdirSync(join(project, 'runs')).map((name) => readFileSync(join(project, 'runs', name), 'utf8'));
const page = readFileSync(join(project, 'Data', 'Image_Network.html'), 'utf8');
const named: Record<string, { onStderr: boolean; inManifest: boolean }> = {};
for (const [path, code] of Object.entries(EXPECTED)) {
  named[`${path} ${code}`] = {
    onStderr: run.stderr.includes(`${path}: `),
    inManifest: manifests.some((text) => text.includes(path) && text.includes(code)),
  };
}
const peakMb = rounded(run.peakRssBytes / 2 ** 20, 1);
const injected = page.includes('<script>alert(1)') || /<script>alert\(1\)/i.test(page);
const pageNamesTheOddFile = page.includes('alert(1)');
record('hostile', basename(source), {
  exitCode: run.exitCode,
  ranAsNobody: root,
  named,
  peakMb,
  wallSeconds: rounded(run.wallSeconds),
  injected,
  pageNamesTheOddFile,
});
process.stderr.write(run.stderr);
expectAll({
  'exit code 3': run.exitCode === 3,
  'every bad file is named on stderr': Object.values(named).every((found) => found.onStderr),
  'every bad file is in the manifest with its code': Object.values(named).every((found) => found.inManifest),
  'the page is not injected': !injected,
  'the page shows the odd file, so the check above means something': pageNamesTheOddFile,
  [`memory stays under ${BOUND_MB} MiB`]: peakMb <= BOUND_MB,
});
