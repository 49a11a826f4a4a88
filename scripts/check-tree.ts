/**
 * Walks the source tree and applies `tree-rules.ts` to every file; exits 1 when
 * a rule is broken. Apart from the rules so that they stay free of the disk.
 *
 *   npm run lint
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkFile } from './tree-rules.js';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const FOLDERS = ['src', 'crates', 'scripts', 'templates', 'test', 'bench', 'examples'];
const SKIPPED = new Set([
  'node_modules',
  'fixtures',
  'target',
  'dist',
  'runs',
  'build',
  '.venv',
  '__pycache__',
  'snapshots',
]);

/** Every file under `folder`, relative to the root, forward slashes, sorted. */
export function filesUnder(root: string, folder: string): string[] {
  let entries: ReturnType<typeof list>;
  try {
    entries = list(join(root, folder));
  } catch {
    return [];
  }
  return entries.flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : filesUnder(root, path);
    return entry.isFile() ? [path] : [];
  });
}

function list(folder: string) {
  return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Problems of the whole tree under `root`. */
export function checkTree(root: string) {
  const files = FOLDERS.flatMap((folder) => filesUnder(root, folder));
  return { files, problems: files.flatMap((path) => checkFile(path, readFileSync(join(root, path), 'utf8'))) };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { files, problems } = checkTree(ROOT);
  for (const { file, line, rule, message } of problems) process.stderr.write(`${file}:${line}: ${rule}: ${message}\n`);
  process.stderr.write(`check-tree: ${files.length} files, ${problems.length} problems\n`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
