/**
 * Writes what face-api itself makes of the reference pictures, for its three
 * networks that faceweave ships converted. Run after `fixtures.py`, in this
 * folder, with its own packages installed. It is apart from the Python script
 * because face-api exists for JavaScript alone.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const tf = require('@tensorflow/tfjs');
require('@tensorflow/tfjs-backend-wasm');
const faceapi = require('@vladmandic/face-api/dist/face-api.node-wasm.js');
const { PNG } = require('pngjs');

const here = dirname(fileURLToPath(import.meta.url));
const fixtures = join(here, '../../../crates/face/tests/fixtures');
const weights = join(dirname(require.resolve('@vladmandic/face-api/package.json')), 'model');

/** The bytes of `noise` in chips.py: the top 8 bits of x ← 1664525 x + 1013904223 mod 2³², from x = 1. */
function noise(side) {
  const values = new Uint8Array(side * side * 3);
  let x = 1;
  for (let index = 0; index < values.length; index++) {
    x = (Math.imul(1664525, x) + 1013904223) >>> 0;
    values[index] = x >>> 24;
  }
  return values;
}

function picture(name, side) {
  const { width, height, data } = PNG.sync.read(readFileSync(join(fixtures, name)));
  if (width !== side || height !== side)
    throw new Error(`${name}: expected ${side} x ${side}, found ${width} x ${height}`);
  return Uint8Array.from({ length: side * side * 3 }, (_, index) => data[Math.floor(index / 3) * 4 + (index % 3)]);
}

async function write(name, net, side, input, outputs) {
  await net.loadFromDisk(weights);
  const cases = [];
  for (const [label, bytes] of [
    [input, picture(input, side)],
    ['noise', noise(side)],
  ]) {
    const result = await net.forward(tf.tensor3d(bytes, [side, side, 3], 'int32'));
    cases.push({
      input: label,
      outputs: Object.fromEntries(outputs(result).map(([key, tensor]) => [key, numbers(tensor)])),
    });
  }
  const runtime = `face-api ${faceapi.version.faceapi ?? faceapi.version}, tfjs ${tf.version_core}, ${tf.getBackend()}`;
  writeFileSync(join(fixtures, `${name}.json`), `${JSON.stringify({ runtime, cases })}\n`);
}

/** Eight digits: as many as an f32 holds. */
const numbers = (tensor) => Array.from(tensor.dataSync(), (value) => Number(value.toPrecision(8)));

await tf.setBackend('cpu');
await tf.ready();
const { nets } = faceapi;
await write('dlib128', nets.faceRecognitionNet, 150, 'chip150.png', (rows) => [['embedding', rows]]);
await write('landmark68', nets.faceLandmark68Net, 112, 'square112.png', (rows) => [['landmarks', rows]]);
await write('age-gender', nets.ageGenderNet, 112, 'square112.png', ({ age, gender }) => [
  ['age', age],
  ['gender', gender],
]);
