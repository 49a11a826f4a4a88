/**
 * The published types, as a user's compiler sees them: `consumer.ts` imports
 * the package by its name, so that `exports`, the declarations in `dist/` and
 * their imports are all on trial.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const CONSUMER = fileURLToPath(new URL('./consumer.ts', import.meta.url));

/** Messages of the compiler, as strict as a careful user would set it. */
function diagnose(file: string, text?: string): string[] {
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    types: ['node'],
  };
  const host = ts.createCompilerHost(options);
  if (text !== undefined) {
    const { getSourceFile, readFile } = host;
    host.readFile = (name) => (name === file ? text : readFile(name));
    host.getSourceFile = (name, ...rest) =>
      name === file ? ts.createSourceFile(name, text, ts.ScriptTarget.ES2022) : getSourceFile(name, ...rest);
  }
  const program = ts.createProgram([file], options, host);
  return ts.getPreEmitDiagnostics(program).map((found) => {
    const name = found.file === undefined ? '' : `${found.file.fileName}: `;
    return `${name}${ts.flattenDiagnosticMessageText(found.messageText, '\n')}`;
  });
}

test('a program that uses the library compiles, and each wrong use does not', () => {
  assert.deepEqual(diagnose(CONSUMER), []);
});

test('a mistake in a program is found', () => {
  const file = join(CONSUMER, '..', 'mistaken.ts');
  const found = diagnose(file, `import { run } from 'faceweave';\nawait run({ sources: 1 });\n`);
  assert.equal(found.length, 1, found.join('\n'));
});
