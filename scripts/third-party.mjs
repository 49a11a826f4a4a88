/**
 * Writes THIRD-PARTY.md from the lockfiles: every crate compiled into the addon,
 * every npm package installed or inlined, with version and licence.
 *
 *   node scripts/third-party.mjs            write
 *   node scripts/third-party.mjs --check    fail when the file is out of date
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const file = join(root, 'THIRD-PARTY.md');

/** Development packages whose code or files end up in what is published. */
const INLINED = new Map([
  ['vis-network', 'inlined into the network page'],
  ['onnxruntime-node', 'its ONNX Runtime library is shipped in the runtime packages'],
]);

/** Crates of the addon with their licences, for all published targets. */
function crates() {
  const args = ['tree', '--locked', '-p', 'faceweave-node', '-e', 'normal', '--target', 'all', '--prefix', 'none'];
  const tree = spawnSync('cargo', [...args, '--format', '{p}|{l}'], { cwd: root, encoding: 'utf8' });
  if (tree.status !== 0) throw new Error(tree.stderr);
  const lines = tree.stdout.split('\n').filter((line) => line !== '' && !line.startsWith('faceweave-'));
  return [...new Set(lines.map((line) => line.replace(' (*)', '').replace(' (proc-macro)', '')))].sort().map((line) => {
    const [name, licence] = line.split('|');
    const [crate, version] = name.split(' ');
    return `| ${crate} | ${version.slice(1)} | ${licence.trim()} |`;
  });
}

function manifest(path) {
  return JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8'));
}

/** The npm packages a user installs, and the inlined ones with what they bring. */
function packages() {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const own = manifest('.');
  const rows = new Map();
  const visit = (name, how) => {
    const path = `node_modules/${name}`;
    const locked = lock.packages[path];
    if (locked === undefined || locked.link === true || rows.has(name) || name.startsWith('@types/')) return;
    rows.set(name, `| ${name} | ${locked.version} | ${locked.license ?? manifest(path).license} | ${how} |`);
    for (const next of Object.keys(locked.dependencies ?? {})) visit(next, how);
  };
  for (const name of Object.keys(own.dependencies ?? {})) visit(name, 'installed');
  for (const name of Object.keys(own.optionalDependencies ?? {})) visit(name, 'installed, optional');
  for (const [name, how] of INLINED) {
    const locked = lock.packages[`node_modules/${name}`];
    if (locked === undefined) throw new Error(`${name} is not in package-lock.json`);
    rows.set(name, `| ${name} | ${locked.version} | ${locked.license} | ${how} |`);
    for (const peer of Object.keys(name === 'vis-network' ? (locked.peerDependencies ?? {}) : {})) visit(peer, how);
  }
  return [...rows.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

/** The models, from their cards. */
function models() {
  const folder = join(root, 'models');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json') && name !== 'package.json')
    .sort()
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')))
    .filter((card) => card.origin !== undefined)
    .map(
      ({ name, licence, origin }) =>
        `| ${name} | ${licence} | ${origin.package} ${origin.version} (${origin.registry}) |`,
    );
}

const text = `# Third-party software and models

Written by \`node scripts/third-party.mjs\` from the lockfiles; a test fails when it is out of date. The licence texts are in the
packages themselves.

## Models

Weights are read from published packages and written as ONNX files by \`npm run models:build\`. The cards in \`models/\` say more, doubts included.

| Model | Licence | From |
|---|---|---|
${models().join('\n')}

## npm packages

| Package | Version | Licence | How |
|---|---|---|---|
${packages().join('\n')}

## Crates compiled into the addon

| Crate | Version | Licence |
|---|---|---|
${crates().join('\n')}
`;

if (process.argv.includes('--check')) {
  if (readFileSync(file, 'utf8') !== text) {
    process.stderr.write('THIRD-PARTY.md is out of date\nhint: node scripts/third-party.mjs\n');
    process.exitCode = 1;
  }
} else {
  writeFileSync(file, text);
  process.stderr.write(`third-party: ${text.split('\n').filter((line) => line.startsWith('| ')).length} rows\n`);
}
