/**
 * A user's own ONNX file with its card beside it. The file's content is not
 * read as a network here, so any bytes will do.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { type TestContext, test } from 'node:test';
import { FaceweaveError } from '../../../src/config/error.js';
import { ARCFACE_TEMPLATE_112, listModels, resolveModel } from '../../../src/models/index.js';

const CARD = {
  kind: 'aligned-embedder',
  size: 112,
  dims: 512,
  channels: 'bgr',
  mean: [127.5, 127.5, 127.5],
  scale: 1 / 127.5,
};

function ownModel(t: TestContext, card: unknown, cardName = 'sface.json', file = 'sface.onnx'): string {
  const folder = mkdtempSync(join(tmpdir(), 'faceweave-own-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, file), 'weights');
  if (card !== undefined) writeFileSync(join(folder, cardName), typeof card === 'string' ? card : JSON.stringify(card));
  return join(folder, file);
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

test('an own embedder gets the usual template, layout and no mirror unless its card says otherwise', (t) => {
  const path = ownModel(t, CARD);
  const { id, spec, card } = resolveModel('embed', path);
  assert.deepEqual(spec, { ...CARD, id, path, layout: 'nchw', template: [...ARCFACE_TEMPLATE_112], mirror: false });
  assert.match(id, /^sface-[0-9a-f]{12}$/);
  assert.equal(card.sha256, createHash('sha256').update('weights').digest('hex'));
  assert.equal(card.bytes, 7);
  assert.equal(card.licence, 'not stated');
  assert.equal(card.origin, null);
});

test('a card may be named after the whole file, and its own words are kept', (t) => {
  const template = Array.from({ length: 10 }, (_, index) => index);
  const own = { ...CARD, size: 160, name: 'mine', licence: 'Apache-2.0', layout: 'nhwc', template, mirror: true };
  const { id, spec, card } = resolveModel('embed', ownModel(t, own, 'sface.onnx.json'));
  assert.match(id, /^mine-/);
  assert.equal(card.licence, 'Apache-2.0');
  assert.deepEqual([spec.size, spec.layout, spec.template, spec.mirror], [160, 'nhwc', template, true]);
  assert.deepEqual(card.input.shape, ['batch', 160, 160, 3]);
});

test('a path relative to the working folder is taken', (t) => {
  const path = ownModel(t, CARD);
  assert.equal(resolveModel('embed', relative(process.cwd(), path)).path, path);
});

test('an own detector needs no more than its kind', (t) => {
  const { id, spec, path } = resolveModel('detect', ownModel(t, { kind: 'centerface' }, 'mine.json', 'mine.onnx'));
  assert.deepEqual(spec, { id, path, kind: 'centerface' });
});

test('a file name that cannot be a model’s name is made into one', (t) => {
  const path = ownModel(t, CARD, 'Ä model (2).json', 'Ä model (2).onnx');
  assert.match(resolveModel('embed', path).id, /^model-2--[0-9a-f]{12}$/);
});

test('other weights under the same card give another id', (t) => {
  const path = ownModel(t, CARD);
  const before = resolveModel('embed', path).id;
  writeFileSync(path, 'weight5');
  assert.notEqual(resolveModel('embed', path).id, before);
});

test('a missing file, a missing card and a folder are told apart from a bad card', (t) => {
  const path = ownModel(t, undefined);
  const noCard = failure(() => resolveModel('embed', path));
  assert.equal(noCard.code, 'MODEL_MISSING');
  assert.equal(basename(noCard.path ?? ''), 'sface.onnx.json');
  assert.match(noCard.hint ?? '', /kind, size, dims/);
  rmSync(path);
  assert.equal(failure(() => resolveModel('embed', path)).path, path);
  mkdirSync(path);
  assert.equal(failure(() => resolveModel('embed', path)).code, 'MODEL_MISSING');
});

for (const [what, change, message] of [
  ['a missing field', { dims: undefined }, /dims: expected number, found nothing/],
  ['a wrong type', { size: '112' }, /size: expected number, found "112"/],
  ['a fraction of a pixel', { size: 112.5 }, /size: expected int, found 112\.5/],
  ['a vector too long to be meant', { dims: 1e9 }, /dims: expected at most 8192, found 1000000000/],
  ['an unknown order of colours', { channels: 'grb' }, /channels: expected rgb or bgr, found "grb"/],
  ['one mean for all channels', { mean: [127.5] }, /mean: expected 3 numbers.*found \[127\.5\]/],
  ['a scale that wipes everything out', { scale: 0 }, /scale: expected a number other than 0, found 0/],
  ['a short template', { template: [1, 2] }, /template: expected 10 numbers.*found \[1,2\]/],
  ['no template for an unusual size', { size: 128 }, /template: .*only for size 112.*found nothing/],
  ['an unknown kind', { kind: 'yolo' }, /kind: expected .*aligned-embedder.*found "yolo"/],
  ['a misspelt field', { mirrored: true }, /mirrored: expected no such field/],
  ['a name that would break an id', { name: '../x' }, /name: expected letters.*found "\.\.\/x"/],
] as const) {
  test(`an own card with ${what} is refused by name`, (t) => {
    const error = failure(() => resolveModel('embed', ownModel(t, { ...CARD, ...change })));
    assert.equal(error.code, 'MODEL_INVALID');
    assert.equal(basename(error.path ?? ''), 'sface.json');
    assert.match(error.message, message);
  });
}

test('an own card that is no object is refused', (t) => {
  assert.match(
    failure(() => resolveModel('embed', ownModel(t, '[]'))).message,
    /the card: expected object, found \[\]/,
  );
  assert.match(failure(() => resolveModel('embed', ownModel(t, 'size: 112'))).message, /not JSON/);
});

test('an own embedder is not taken for a detector', (t) => {
  const error = failure(() => resolveModel('detect', ownModel(t, CARD)));
  assert.equal(error.code, 'MODEL_INVALID');
  assert.match(error.message, /kind: expected a detector, found aligned-embedder/);
});

test('the form of the shipped cards is accepted for a file of one’s own', (t) => {
  const sha256 = createHash('sha256').update('weights').digest('hex');
  const [, shipped] = listModels();
  assert.ok(shipped?.job === 'embed');
  const { id, spec, card } = resolveModel('embed', ownModel(t, { ...shipped, sha256 }));
  assert.match(id, new RegExp(`^${shipped.name}-`));
  assert.deepEqual(
    [spec.size, spec.dims, spec.mirror, spec.template, spec.mean, spec.scale],
    [shipped.input.size, shipped.dims, shipped.mirror, shipped.input.template, shipped.input.mean, shipped.input.scale],
  );
  assert.equal(card.licence, shipped.licence);
  const other = failure(() => resolveModel('embed', ownModel(t, shipped)));
  assert.equal(other.code, 'MODEL_DAMAGED');
  assert.match(other.hint ?? '', /take sha256 out of/);
});

test('the needed fields of that form are as few as those of the short one', (t) => {
  const { kind, dims, ...input } = CARD;
  const { spec } = resolveModel('embed', ownModel(t, { kind, dims, input }));
  assert.deepEqual([spec.layout, spec.mirror, spec.template], ['nchw', false, [...ARCFACE_TEMPLATE_112]]);
  const { size: _size, ...sizeless } = input;
  const error = failure(() => resolveModel('embed', ownModel(t, { kind, dims, input: sizeless })));
  assert.match(error.message, /input\.size: expected number, found nothing/);
  const detector = { kind: 'centerface', input: { layout: 'nchw' }, dims: null, mirror: false };
  assert.equal(resolveModel('detect', ownModel(t, detector)).spec.kind, 'centerface');
});
