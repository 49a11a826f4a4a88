/**
 * What `npm pack` would publish: everything the command needs, and nothing of
 * the workshop.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

interface Packed {
  readonly files: readonly { readonly path: string }[];
}

interface Manifest {
  readonly bin: Readonly<Record<string, string>>;
  readonly main: string;
  readonly types: string;
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
}

let paths: string[] = [];
const manifest: Manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

before(() => {
  const pack = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: ROOT, encoding: 'utf8' });
  assert.equal(pack.status, 0, pack.stderr);
  const packed: Packed[] | Readonly<Record<string, Packed>> = JSON.parse(pack.stdout);
  paths = Object.values(packed).flatMap(({ files }) => files.map((file) => file.path));
});

test('the packed files hold the command, the library, its types, the templates and the licences', () => {
  const wanted = [manifest.bin.faceweave, manifest.main, manifest.types].map((path) => path?.replace('./', ''));
  for (const path of [...wanted, 'package.json', 'README.md', 'LICENSE', 'THIRD-PARTY.md', 'CHANGELOG.md']) {
    assert.ok(path !== undefined && paths.includes(path), `${path} is not packed`);
  }
  assert.ok(
    paths.some((path) => path.startsWith('templates/') && path.endsWith('.ejs')),
    'no template is packed',
  );
});

test('nothing of the workshop is packed', () => {
  const foreign = paths.filter((path) => !/^(dist\/|templates\/|[A-Z-]+(\.md)?$|package\.json$)/.test(path));
  assert.deepEqual(foreign, []);
  assert.deepEqual(
    paths.filter((path) => /\.(map|node|onnx|test\.js)$/.test(path)),
    [],
  );
});

test('the command starts with a line that names node', () => {
  const main = join(ROOT, manifest.bin.faceweave ?? '');
  assert.ok(existsSync(main));
  assert.match(readFileSync(main, 'utf8'), /^#!\/usr\/bin\/env node\n/);
});

test('nothing runs at install, and every version is exact', () => {
  for (const name of ['preinstall', 'install', 'postinstall', 'prepare']) assert.ok(!(name in manifest.scripts), name);
  for (const [name, version] of Object.entries(manifest.dependencies)) assert.match(version, /^\d/, name);
});
