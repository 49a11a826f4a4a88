/**
 * What README and docs promise must exist: the commands in the command line's
 * help, the targets in the Makefile, the files behind relative links, and the
 * figures in a run that `bench/` kept.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const PAGES = ['README.md', 'CONTRIBUTING.md', 'bench/corpora.md', ...docs()];

function docs(): string[] {
  return readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`);
}

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

test('every command of the README is in the help of the command line', () => {
  const commands = new Set([...read('README.md').matchAll(/`faceweave (\w+)/g)].map((match) => match[1] ?? ''));
  assert.ok(commands.size >= 7, `the README names only ${[...commands].join(', ')}`);
  const help = spawnSync(process.execPath, [join(ROOT, 'dist', 'cli', 'main.js'), '--help'], { encoding: 'utf8' });
  for (const command of commands) assert.match(help.stdout, new RegExp(`faceweave ${command}\\b`));
});

test('every make target and npm script that the pages name exists', () => {
  const makefile = read('Makefile');
  const scripts: Record<string, string> = JSON.parse(read('package.json')).scripts;
  for (const page of PAGES) {
    for (const [, target] of read(page).matchAll(/^ {4}make (\w+)|`make (\w+)`/gm)) {
      if (target !== undefined) assert.match(makefile, new RegExp(`^${target}:`, 'm'), `${page}: make ${target}`);
    }
    for (const [, script] of read(page).matchAll(/npm run ([\w:]+)/g)) {
      assert.ok(script !== undefined && script in scripts, `${page}: npm run ${script}`);
    }
  }
});

test('every relative link of the pages leads to a file', () => {
  for (const page of PAGES) {
    for (const [, link] of read(page).matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
      assert.ok(existsSync(join(ROOT, dirname(page), link ?? '')), `${page}: ${link}`);
    }
  }
});

test('the exit codes of the README are those of the one table', () => {
  const listed = [...read('README.md').matchAll(/^\| (\d+) \| /gm)].map((match) => Number(match[1]));
  const coded = [...read('src/cli/outcome.ts').matchAll(/return (\d+);/g)].map((match) => Number(match[1]));
  assert.deepEqual(listed, coded);
});

test('the README has figures only when bench/runs has a run to show for them', () => {
  const figures = /<!-- figures: begin[^>]*-->([\s\S]*)<!-- figures: end -->/.exec(read('README.md'))?.[1];
  assert.ok(figures !== undefined, 'the marked place is gone');
  const runs = readdirSync(join(ROOT, 'bench', 'runs')).filter((name) => name.endsWith('.json'));
  if (figures.trim() !== 'No figures yet.') assert.ok(runs.length > 0, 'figures without a run');
});
