/**
 * `make demo`: runs the built faceweave on the sample photographs that come
 * with @vladmandic/face-api (MIT), and shows what a first run gives. Nothing is
 * downloaded; the copies and the project folder lie in `build/demo/`.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const photos = join(root, 'build', 'demo', 'photos');
const project = join(root, 'build', 'demo', 'Face Network');

/** Runs one command of the built CLI, its output on ours; ends the demo when it fails. */
function faceweave(...args) {
  const shown = args.map((arg) => (arg.startsWith(root) ? relative(root, arg) : arg));
  process.stdout.write(`\n$ faceweave ${shown.map((arg) => (/\s/.test(arg) ? `'${arg}'` : arg)).join(' ')}\n`);
  const result = spawnSync(process.execPath, [join(root, 'dist', 'cli', 'main.js'), ...args], { stdio: 'inherit' });
  if (result.status !== 0) {
    process.stderr.write(`demo: faceweave ${args[0]} ended with ${result.signal ?? `exit code ${result.status}`}\n`);
    process.exit(result.status ?? 1);
  }
}

const samples = join(dirname(createRequire(import.meta.url).resolve('@vladmandic/face-api/package.json')), 'demo');
rmSync(join(root, 'build', 'demo'), { recursive: true, force: true });
mkdirSync(photos, { recursive: true });
const names = readdirSync(samples).filter((name) => /^sample\d+\.jpg$/.test(name));
for (const name of names) copyFileSync(join(samples, name), join(photos, name));
process.stdout.write(`${names.length} photographs in ${relative(root, photos)}\n`);

faceweave('run', photos, '--project', project);
faceweave('export', 'people', '--format', 'csv', '--project', project);
faceweave('export', 'edges', '--format', 'csv', '--project', project);

const page = join(project, 'Data', 'Image_Network.html');
if (!existsSync(page)) {
  process.stderr.write(`demo: ${page} was not written\n`);
  process.exit(1);
}
process.stdout.write(`\nOpen in a browser: ${page}\n`);
