/**
 * Builds the native addon and its TypeScript declarations with @napi-rs/cli.
 * Apart from `package.json` because the two variants differ in more than a flag:
 *
 *   node scripts/build-native.mjs                release addon and `index.d.ts` at the root
 *   node scripts/build-native.mjs --test-hooks   with the `test-hooks` feature, in `build/test-hooks/`
 *   … --target <triple>                          for another platform
 *
 * No JavaScript loader is generated: `src/native` finds and loads the addon.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const { values } = parseArgs({
  options: {
    'test-hooks': { type: 'boolean', default: false },
    debug: { type: 'boolean', default: false },
    target: { type: 'string' },
  },
});

/** The CLI's entry, resolved through its package so that hoisting does not matter. */
function napiCli() {
  const manifest = createRequire(import.meta.url).resolve('@napi-rs/cli/package.json');
  return join(dirname(manifest), 'dist', 'cli.js');
}

function fail(message) {
  process.stderr.write(`build-native: ${message}\n`);
  process.exit(1);
}

if (spawnSync('cargo', ['--version']).status !== 0) {
  fail('cargo was not found.\nhint: install Rust 1.92 or newer and put its bin folder on PATH.');
}

const outputDir = values['test-hooks'] ? join(root, 'build', 'test-hooks') : root;
mkdirSync(outputDir, { recursive: true });

const args = [
  napiCli(),
  'build',
  '--manifest-path',
  join(root, 'crates', 'node', 'Cargo.toml'),
  '--package-json-path',
  join(root, 'package.json'),
  '--target-dir',
  process.env.CARGO_TARGET_DIR ?? join(root, 'target'),
  '--output-dir',
  outputDir,
  '--platform',
  '--no-js',
  '--dts',
  'index.d.ts',
];
if (!values.debug) args.push('--release');
if (values['test-hooks']) args.push('--features', 'test-hooks');
if (values.target !== undefined) args.push('--target', values.target);

const started = Date.now();
const built = spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
if (built.status !== 0) process.exit(built.status ?? 1);

const addon = readdirSync(outputDir).find((name) => name.startsWith('faceweave.') && name.endsWith('.node'));
if (addon === undefined || !existsSync(join(outputDir, 'index.d.ts'))) {
  fail(`the build left no faceweave.<platform>.node and index.d.ts in ${outputDir}`);
}
const seconds = ((Date.now() - started) / 1000).toFixed(0);
process.stderr.write(`build-native: ${relative(root, join(outputDir, addon))} in ${seconds} s\n`);
