/**
 * Options: the order defaults < file < environment < flags, the reading of text
 * values, the messages of wrong ones, and the table the command line is built from.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { FaceweaveError, OPTION_TABLE, optionsOf, resolveOptions } from '../../../src/config/index.js';

const folder = mkdtempSync(join(tmpdir(), 'faceweave-options-'));
after(() => rmSync(folder, { recursive: true }));

function configFile(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function refusal(work: () => unknown): FaceweaveError {
  try {
    work();
  } catch (error) {
    if (error instanceof FaceweaveError) return error;
    throw error;
  }
  return assert.fail('nothing was refused');
}

test('without any source every option has its default', () => {
  const { options, origins, configFile: file } = resolveOptions({ cwd: folder });
  assert.equal(options.threads, 0);
  assert.equal(options.embedder, 'mobilefacenet');
  assert.equal(options.maxPixels, 268_435_456);
  assert.equal(options.maxBytes, 1_073_741_824);
  assert.equal(options.cropMargin, 0.4);
  assert.equal(options.algorithm, 'auto');
  assert.equal(options.threshold, undefined);
  assert.equal(options.minSize, 1);
  assert.deepEqual(new Set(Object.values(origins)), new Set(['default']));
  assert.equal(file, undefined);
});

test('flags win over the environment, that over the file, that over defaults', () => {
  const file = configFile('a.json', '{"threads": 2, "minSize": 3, "scale": 5, "$schema": "x"}');
  const { options, origins } = resolveOptions({
    flags: { threads: 8 },
    env: { FACEWEAVE_THREADS: '4', FACEWEAVE_MIN_SIZE: '6', FACEWEAVE_SOMETHING_ELSE: 'x' },
    configFile: file,
  });
  assert.deepEqual([options.threads, options.minSize, options.scale, options.batchSize], [8, 6, 5, 64]);
  assert.deepEqual(
    [origins.threads, origins.minSize, origins.scale, origins.batchSize],
    ['flag', 'environment', 'file', 'default'],
  );
});

test('the file is found in the working directory', () => {
  const cwd = mkdtempSync(join(folder, 'cwd-'));
  const path = join(cwd, 'faceweave.config.json');
  writeFileSync(path, '{"crops": false}');
  const resolved = resolveOptions({ cwd });
  assert.equal(resolved.options.crops, false);
  assert.equal(resolved.configFile, path);
});

test('text is read by the type of the option', () => {
  const { options } = resolveOptions({
    cwd: folder,
    flags: { threshold: '0.55', maxBytes: '1e6', mosaic: 'no', minWeight: undefined },
    env: { FACEWEAVE_CROPS: 'off', FACEWEAVE_ALGORITHM: 'ahc', FACEWEAVE_MIN_WEIGHT: '' },
  });
  assert.deepEqual(
    [options.threshold, options.maxBytes, options.mosaic, options.crops, options.algorithm, options.minWeight],
    [0.55, 1_000_000, false, false, 'ahc', 1],
  );
});

test('a wrong value is named with what was expected and received', () => {
  const flag = refusal(() => resolveOptions({ cwd: folder, flags: { threads: 'many' } }));
  assert.equal(flag.code, 'USAGE');
  assert.equal(flag.message, '--threads: expected a whole number from 0 to 1024, received "many"');
  const variable = refusal(() => resolveOptions({ cwd: folder, env: { FACEWEAVE_SCORE_THRESHOLD: '1.5' } }));
  assert.equal(variable.message, 'FACEWEAVE_SCORE_THRESHOLD: expected a number from 0 to 1, received "1.5"');
  const entry = refusal(() => resolveOptions({ configFile: configFile('b.json', '{"crops": "yes"}') }));
  assert.match(entry.message, /^crops in .*b\.json: expected true or false, received "yes"$/);
});

test('numbers outside their limits, not whole or not finite are refused', () => {
  for (const flags of [
    { threads: -1 },
    { threads: 1.5 },
    { threads: Number.NaN },
    { threads: '0x10' },
    { threads: '' },
    { minSamples: 0 },
    { threshold: 0 },
    { scale: Number.POSITIVE_INFINITY },
    { algorithm: 'kmeans' },
    { embedder: '' },
    { crops: 1 },
  ]) {
    assert.equal(refusal(() => resolveOptions({ cwd: folder, flags })).code, 'USAGE', JSON.stringify(flags));
  }
});

test('a broken file is named: unknown option, no JSON, no object, not there', () => {
  const unknown = refusal(() => resolveOptions({ configFile: configFile('c.json', '{"min-size": 3}') }));
  assert.deepEqual([unknown.code, unknown.hint], ['USAGE', 'did you mean minSize?']);
  const proto = refusal(() => resolveOptions({ configFile: configFile('p.json', '{"__proto__": 3}') }));
  assert.equal(proto.code, 'USAGE');
  assert.equal(refusal(() => resolveOptions({ configFile: configFile('d.json', '{') })).code, 'USAGE');
  assert.equal(refusal(() => resolveOptions({ configFile: configFile('e.json', '[]') })).code, 'USAGE');
  assert.equal(refusal(() => resolveOptions({ configFile: join(folder, 'none.json') })).code, 'CONFIG_READ');
});

test('the table derives flags and variables from the key', () => {
  const row = OPTION_TABLE.find((candidate) => candidate.key === 'pageBudgetBytes');
  assert.equal(row?.flag, 'page-budget-bytes');
  assert.equal(row?.environment, 'FACEWEAVE_PAGE_BUDGET_BYTES');
  assert.ok(optionsOf('cluster').some((candidate) => candidate.key === 'threshold'));
  assert.ok(!optionsOf('cluster').some((candidate) => candidate.key === 'crops'));
});
