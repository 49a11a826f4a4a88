/**
 * Shows each rule of the source tree failing on a file made to break it, and
 * passing on its lawful twin: a lint that cannot fail protects nothing.
 */
import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { checkTree } from '../../scripts/check-tree.js';
import { checkFile, openingComment } from '../../scripts/tree-rules.js';

const OPENING = '/** Defines one thing for the tests, and stands apart from the other things. */\n';
const RUST_OPENING = '//! Defines one thing for the tests, and stands apart from the other things.\n';
const LINTS = '[lints]\nworkspace = true\n';

function rules(path: string, text: string): string[] {
  return checkFile(path, text).map((problem) => problem.rule);
}

function broken(path: string, body: string, rule: string): void {
  assert.deepEqual(rules(path, OPENING + body), [rule]);
}

function lawful(path: string, body: string): void {
  assert.deepEqual(checkFile(path, OPENING + body), []);
}

test('an import goes down the order only', () => {
  broken('src/store/a.ts', `import { b } from '../people/index.js';`, 'order');
  lawful('src/people/a.ts', `import { b } from '../store/index.js';`);
});

test('modules of one group do not import each other', () => {
  broken('src/extract/a.ts', `import type { B } from '../people/b.js';`, 'order');
  broken('src/archive/a.ts', `export * from '../store/store.js';`, 'order');
});

test('a dynamic import and a re-export count as imports', () => {
  broken('src/config/a.ts', `const b = await import('../cli/main.js');`, 'order');
  broken('src/report/a.ts', `export { b } from '../project/b.js';`, 'order');
});

test('a folder without a place in the order is refused', () => {
  assert.ok(rules('src/misplaced/a.ts', OPENING).includes('order'));
});

test('the library does not import the command line', () => {
  broken('src/index.ts', `export * from './cli/main.js';`, 'order');
  lawful('src/index.ts', `export * from './project/index.js';`);
});

test('only the command line imports yargs and ends the process', () => {
  broken('src/project/a.ts', `import yargs from 'yargs';`, 'order');
  broken('src/report/a.ts', 'process.exit(1);', 'exit');
  lawful('src/cli/a.ts', `import yargs from 'yargs';\nprocess.exit(1);`);
});

test('only native reaches for the addon', () => {
  broken('src/extract/a.ts', `import type { ExtractJob } from '../../index.js';`, 'order');
  lawful('src/native/a.ts', `import type { ExtractJob } from '../../index.js';`);
});

test('only the store imports SQLite and holds SQL', () => {
  broken('src/people/a.ts', `import { DatabaseSync } from 'node:sqlite';`, 'order');
  broken('src/people/a.ts', `const query = 'SELECT id FROM faces WHERE 1';`, 'sql');
  broken('src/people/a.ts', ['const query = `DELETE FROM ', '{table}`;'].join('$'), 'sql');
  lawful('src/store/a.ts', `const query = 'SELECT id FROM faces WHERE 1';`);
  lawful('src/people/a.ts', `const text = 'select a person from the list';`);
});

test('decoders stand beside the store, below extraction', () => {
  lawful('src/extract/a.ts', `import { b } from '../decoders/index.js';`);
  broken('src/decoders/a.ts', `import { b } from '../store/index.js';`, 'order');
  broken('src/extract/a.ts', `const b = await import('libheif-js/wasm-bundle.js');`, 'order');
});

test('nothing under src speaks to a network', () => {
  broken('src/models/a.ts', `import { get } from 'node:https';`, 'order');
  broken('src/models/a.ts', `await fetch('x');`, 'network');
});

test('only face depends on ort, only node on napi', () => {
  assert.deepEqual(rules('crates/pipeline/Cargo.toml', `${LINTS}[dependencies]\nort.workspace = true\n`), ['crate']);
  assert.deepEqual(rules('crates/photo/Cargo.toml', `${LINTS}[dependencies]\nnapi = "3"\n`), ['crate']);
  assert.deepEqual(rules('crates/face/Cargo.toml', `${LINTS}[dependencies]\nort.workspace = true\n`), []);
});

test('a crate depends only on crates before it', () => {
  const upwards = `${LINTS}[dependencies]\nfaceweave-face.workspace = true\n`;
  assert.deepEqual(rules('crates/photo/Cargo.toml', upwards), ['crate']);
  assert.deepEqual(rules('crates/pipeline/Cargo.toml', upwards), []);
});

test('a crate inherits the lints of the workspace', () => {
  assert.deepEqual(rules('crates/photo/Cargo.toml', '[dependencies]\n'), ['crate']);
});

test('a file of more than 400 lines is too long, a boundary file of more than 250', () => {
  assert.deepEqual(rules('src/people/a.ts', OPENING + '\n'.repeat(400)), ['length']);
  assert.deepEqual(rules('src/people/a.ts', OPENING + '\n'.repeat(399)), []);
  assert.deepEqual(rules('crates/node/src/a.rs', RUST_OPENING + '\n'.repeat(250)), ['length']);
  assert.deepEqual(rules('crates/face/src/a.rs', RUST_OPENING + '\n'.repeat(250)), []);
});

test('every source file opens with a paragraph, in each language', () => {
  assert.deepEqual(rules('src/people/a.ts', `import 'node:fs';\n${OPENING}`), ['opening']);
  assert.deepEqual(rules('crates/face/src/a.rs', '//! Short.\n'), ['opening']);
  assert.deepEqual(rules('crates/face/src/a.rs', RUST_OPENING), []);
  const said = 'Defines one thing for the tests and no other.';
  assert.equal(openingComment('a.ejs', `<%# ${said} %>\n<p>`), said);
  assert.equal(openingComment('a.py', `#!/usr/bin/env python3\n"""${said}"""\n`), said);
  assert.equal(openingComment('a.sh', `#!/bin/sh\n# ${said}\necho\n`), said);
});

test('a name that says nothing is refused', () => {
  assert.deepEqual(rules('src/people/utils.ts', OPENING), ['name']);
  assert.deepEqual(rules('src/people/helpers/a.ts', OPENING), ['name']);
});

test('a template escapes everything but partials, script data and our own assets', () => {
  const opening = '<%# One page for the tests, which shows one person and nothing else. %>\n';
  assert.deepEqual(rules('templates/a.ejs', `${opening}<%- person.name %>`), ['raw']);
  assert.deepEqual(
    rules('templates/a.ejs', `${opening}<%= person.name %><%- include('b') %><%- jsonForScript(c) %>`),
    [],
  );
});

test('only the partials made for it put text into a page as it is', () => {
  const opening = '<%# One partial for the tests, which shows one thing and nothing else. %>\n';
  assert.deepEqual(rules('templates/partials/script.ejs', `${opening}<%- script %>`), []);
  assert.deepEqual(rules('templates/partials/other.ejs', `${opening}<%- script %>`), ['raw']);
  assert.deepEqual(rules('templates/partials/script.ejs', `${opening}<%- name %>`), ['raw']);
});

test('the tree obeys every rule', () => {
  const { files, problems } = checkTree(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
  assert.ok(files.length > 20, `walked only ${files.length} files`);
  assert.deepEqual(problems, []);
});
