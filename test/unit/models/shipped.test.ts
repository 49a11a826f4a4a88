/**
 * The shipped models as a user meets them: listed, verified, chosen by name.
 * Damage is done to a copy of the package, never to the package.
 */
import assert from 'node:assert/strict';
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { type TestContext, test } from 'node:test';
import { FaceweaveError } from '../../../src/config/error.js';
import { listModels, modelId, modelsFolder, resolveModel, verifyModels } from '../../../src/models/index.js';

const NAMES = ['centerface', 'mobilefacenet', 'dlib128', 'landmark68', 'age-gender'];

function copyOfModels(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'faceweave-models-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(modelsFolder({}), folder, { recursive: true });
  return folder;
}

function failure(action: () => unknown): FaceweaveError {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof FaceweaveError, String(error));
    return error;
  }
  throw new assert.AssertionError({ message: 'expected an error' });
}

function editCard(folder: string, name: string, edit: (card: Record<string, unknown>) => void): void {
  const path = join(folder, `${name}.json`);
  const card = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  edit(card);
  writeFileSync(path, JSON.stringify(card));
}

test('every shipped model has a card with purpose, licence and origin', () => {
  const cards = listModels();
  assert.deepEqual(
    cards.map(({ name }) => name),
    NAMES,
  );
  for (const { name, file, licence, licenceNote, origin, purpose } of cards) {
    assert.equal(file, `${name}.onnx`);
    assert.equal(licence, 'MIT');
    assert.ok(purpose.length > 20 && (licenceNote ?? '').length > 40);
    assert.match(origin?.sha256 ?? '', /^[0-9a-f]{64}$/);
    assert.match(origin?.version ?? '', /^\d+\.\d+\.\d+$/);
  }
});

test('every shipped file is the one its card describes', () => {
  assert.deepEqual(
    verifyModels().filter(({ ok }) => !ok),
    [],
  );
  assert.equal(verifyModels().length, NAMES.length);
});

test('a changed byte and a missing file are found', (t) => {
  const folder = copyOfModels(t);
  appendFileSync(join(folder, 'landmark68.onnx'), '!');
  rmSync(join(folder, 'age-gender.onnx'));
  const bad = verifyModels(folder).filter(({ ok }) => !ok);
  assert.deepEqual(
    bad.map(({ name, found }) => [name, found === null]),
    [
      ['landmark68', false],
      ['age-gender', true],
    ],
  );
  assert.notEqual(bad[0]?.found, bad[0]?.expected);
});

test('a damaged or missing model is not resolved', (t) => {
  const folder = copyOfModels(t);
  appendFileSync(join(folder, 'mobilefacenet.onnx'), '!');
  const damaged = failure(() => resolveModel('embed', 'mobilefacenet', folder));
  assert.equal(damaged.code, 'MODEL_DAMAGED');
  assert.equal(damaged.path, join(folder, 'mobilefacenet.onnx'));
  assert.match(damaged.message, /expected sha256 [0-9a-f]{64}, found [0-9a-f]{64}/);
  assert.ok(damaged.hint);
  rmSync(join(folder, 'centerface.onnx'));
  assert.equal(failure(() => resolveModel('detect', 'centerface', folder)).code, 'MODEL_MISSING');
});

test('a resolved embedder says all that native code needs', () => {
  const { id, path, spec, card } = resolveModel('embed', 'mobilefacenet');
  assert.ok(isAbsolute(path));
  assert.match(id, /^mobilefacenet-[0-9a-f]{12}$/);
  assert.deepEqual(spec, {
    id,
    path,
    kind: 'aligned-embedder',
    size: 112,
    channels: 'rgb',
    mean: [127.5, 127.5, 127.5],
    scale: 1 / 128,
    layout: 'nchw',
    template: [38.2946, 51.6963, 73.5318, 51.5014, 56.0252, 71.7366, 41.5493, 92.3655, 70.7299, 92.2041],
    dims: 192,
    mirror: false,
  });
  assert.equal(card.job, 'embed');
  assert.equal(resolveModel('embed', 'dlib128').spec.dims, 128);
});

test('a resolved detector carries no embedding protocol', () => {
  const { id, path, spec } = resolveModel('detect', 'centerface');
  assert.deepEqual(spec, { id, path, kind: 'centerface' });
});

test('an unknown name is answered with the known ones of that job', () => {
  const error = failure(() => resolveModel('embed', 'arcface'));
  assert.equal(error.code, 'MODEL_UNKNOWN');
  assert.match(error.message, /arcface.*mobilefacenet, dlib128/);
  assert.doesNotMatch(error.message, /centerface/);
});

test('a model for another job is not taken', () => {
  const error = failure(() => resolveModel('detect', 'mobilefacenet'));
  assert.equal(error.code, 'MODEL_UNKNOWN');
  assert.match(error.message, /mobilefacenet is an embedder; expected a detector: centerface/);
});

test('the id changes with weights and protocol, not with words', () => {
  const card = resolveModel('embed', 'mobilefacenet').card;
  const id = modelId(card);
  assert.notEqual(modelId({ ...card, mirror: !card.mirror }), id);
  assert.notEqual(modelId({ ...card, sha256: '0'.repeat(64) }), id);
  assert.notEqual(modelId({ ...card, input: { ...card.input, scale: 1 / 127.5 } }), id);
  assert.equal(modelId({ ...card, input: { ...card.input, range: 'other words' } }), id);
});

test('the id does not depend on the order of a card’s fields', () => {
  const card = resolveModel('embed', 'dlib128').card;
  const turned = Object.fromEntries(Object.entries(card.input).reverse()) as typeof card.input;
  assert.equal(modelId({ ...card, input: turned }), modelId(card));
});

test('a broken card names the field, what was expected and what was found', (t) => {
  const folder = copyOfModels(t);
  editCard(folder, 'dlib128', (card) => {
    card['dims'] = 'many';
  });
  const error = failure(() => listModels(folder));
  assert.equal(error.code, 'MODEL_INVALID');
  assert.equal(error.path, join(folder, 'dlib128.json'));
  assert.match(error.message, /dims: expected number, found "many"/);
  writeFileSync(join(folder, 'dlib128.json'), '{');
  assert.match(failure(() => listModels(folder)).message, /not JSON/);
});

test('an embedder whose card lacks the template is refused', (t) => {
  const folder = copyOfModels(t);
  editCard(folder, 'mobilefacenet', (card) => {
    delete (card['input'] as Record<string, unknown>)['template'];
  });
  assert.equal(failure(() => resolveModel('embed', 'mobilefacenet', folder)).code, 'MODEL_INVALID');
});

test('FACEWEAVE_MODELS_DIR names another folder', () => {
  assert.equal(modelsFolder({ FACEWEAVE_MODELS_DIR: 'elsewhere' }), resolve('elsewhere'));
  assert.equal(failure(() => listModels(modelsFolder({ FACEWEAVE_MODELS_DIR: '/nowhere' }))).code, 'MODEL_MISSING');
});
