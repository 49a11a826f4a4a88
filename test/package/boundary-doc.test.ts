/**
 * docs/boundary.md lists every item that crosses between Rust and TypeScript.
 * The generated `index.d.ts` is the truth; this test compares the two, so that
 * the boundary cannot grow unnoticed.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Exported functions and classes, and the classes' methods as `Class.method`. */
function exportedItems(declarations: string): string[] {
  const source = ts.createSourceFile('index.d.ts', declarations, ts.ScriptTarget.ES2022, true);
  return source.statements.flatMap((statement) => {
    if (ts.isFunctionDeclaration(statement)) return [statement.name?.text ?? ''];
    if (!ts.isClassDeclaration(statement)) return [];
    const name = statement.name?.text ?? '';
    const members = statement.members.flatMap((member) =>
      member.name === undefined ? [] : [`${name}.${member.name.getText(source)}`],
    );
    return [name, ...members];
  });
}

/** Items the page documents: the first cell of each row of its first table, `name(…)` in backquotes. */
function documentedItems(page: string): string[] {
  return [...(page.split('\n## ')[0] ?? '').matchAll(/^\| `(?:new )?([\w.]+)(?:\([^`]*\))?` \|/gm)].map(
    (match) => match[1] ?? '',
  );
}

const declarations = readFileSync(join(ROOT, 'index.d.ts'), 'utf8');
const page = readFileSync(join(ROOT, 'docs', 'boundary.md'), 'utf8');

test('docs/boundary.md lists every exported function, class and method, and no other', () => {
  const exported = exportedItems(declarations).sort();
  assert.ok(exported.length > 5, `index.d.ts exports only ${exported.length} items`);
  assert.deepEqual(documentedItems(page).sort(), exported);
});

test('a new export shows as a difference', () => {
  const grown = `${declarations}\nexport declare function added(): void\n`;
  assert.ok(exportedItems(grown).includes('added'));
  assert.ok(!documentedItems(page).includes('added'));
});

test('docs/boundary.md explains every error code of the crates, and no other', () => {
  const crates = readdirSync(join(ROOT, 'crates')).map((name) => join(ROOT, 'crates', name, 'src'));
  const sources = crates.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.rs'))
      .map((name) => readFileSync(join(folder, name), 'utf8')),
  );
  const coded = new Set(
    sources.flatMap((text) => [...text.matchAll(/(?:=>|code:) "([A-Z]+(?:_[A-Z]+)*)",/g)].map((m) => m[1])),
  );
  const explained = [...page.matchAll(/^\| `([A-Z_]+)` \|/gm)].map((match) => match[1]);
  assert.deepEqual(explained.sort(), [...coded].sort());
});

test('the test hooks are not part of the boundary', () => {
  assert.doesNotMatch(declarations, /panic|testHook/i);
});
