/** The decoders in worker threads: real HEIC files, damage, limits, crashes, hangs, aborts, and a process that may end. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type DecodedPixels, type Decoders, openDecoders } from '../../../src/decoders/index.js';

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = dirname(dirname(dirname(HERE)));
const MANY = { maxPixels: 1e6 };
const PROGRAM = new URL('./hanging-thread.mjs', import.meta.url);

const heic = (name: string): Buffer => readFileSync(join(ROOT, 'test', 'fixtures', 'heic', `${name}.heic`));
const decoders = openDecoders({ threads: 2 });
after(() => decoders.close());

/** The name of the colour at a point, as the fixtures are drawn. */
function colourAt({ width, pixels }: DecodedPixels, x: number, y: number): string {
  const at = (y * width + x) * 3;
  const [red = 0, green = 0, blue = 0] = pixels.subarray(at, at + 3);
  return red > 150 ? 'red' : green > 150 ? 'green' : blue > 150 ? 'blue' : 'none';
}
const corners = (picture: DecodedPixels): readonly string[] =>
  [
    [5, 5],
    [picture.width - 5, 5],
    [5, picture.height - 5],
    [picture.width - 5, picture.height - 5],
  ].map(([x = 0, y = 0]) => colourAt(picture, x, y));

test('decodes a HEIC to RGB without gaps between its rows', async () => {
  const picture = await decoders.decodePixels(heic('plain'), 'heic', MANY);
  assert.deepEqual([picture.width, picture.height, picture.pixels.length], [60, 40, 60 * 40 * 3]);
  assert.deepEqual(corners(picture), ['blue', 'red', 'red', 'green']);
});

test("hands a turned HEIC back upright, by the file's own rotation", async () => {
  const picture = await decoders.decodePixels(heic('turned'), 'heic', MANY);
  assert.deepEqual([picture.width, picture.height], [40, 60]);
  assert.deepEqual(corners(picture), ['red', 'blue', 'green', 'red']);
});

test('takes the primary picture of several', async () => {
  const picture = await decoders.decodePixels(heic('second'), 'heic', MANY);
  assert.deepEqual(corners(picture), ['blue', 'red', 'red', 'green']);
});

test("leaves the caller's bytes as they were", async () => {
  const bytes = heic('plain');
  const copy = Buffer.from(bytes);
  await decoders.decodePixels(bytes, 'heic', MANY);
  assert.ok(bytes.equals(copy));
});

test('refuses more pixels than allowed before it decodes them', async () => {
  const tooMany = decoders.decodePixels(heic('plain'), 'heic', { maxPixels: 60 * 40 - 1 });
  await assert.rejects(tooMany, { code: 'PHOTO_TOO_LARGE', message: /60 × 40/ });
});

test('damaged files fail alone, and the next one is decoded', async () => {
  const whole = heic('plain');
  const damaged = [Buffer.alloc(0), Buffer.from('no picture'), whole.subarray(0, 300), whole.subarray(0, -60)];
  for (const bytes of damaged) {
    await assert.rejects(decoders.decodePixels(bytes, 'heic', MANY), { code: 'PHOTO_DECODE' });
  }
  let [decoded, failed] = [0, 0];
  for (let at = 0; at < whole.length; at += 9) {
    const bytes = Buffer.from(whole);
    bytes[at] = (bytes[at] ?? 0) ^ 0xff;
    await decoders.decodePixels(bytes, 'heic', MANY).then(
      () => {
        decoded += 1;
      },
      (error: { code: string }) => {
        assert.ok(['PHOTO_DECODE', 'PHOTO_TOO_LARGE'].includes(error.code), String(error));
        failed += 1;
      },
    );
  }
  assert.ok(decoded > 0 && failed > 0, `${decoded} decoded, ${failed} failed`);
  assert.equal((await decoders.decodePixels(whole, 'heic', MANY)).width, 60);
});

test('says that there is no decoder for AVIF', async () => {
  await assert.rejects(decoders.decodePixels(heic('plain'), 'avif', MANY), { code: 'DECODER_MISSING' });
});

const told = (decoder: Decoders, what: number, limits = {}): Promise<DecodedPixels> =>
  decoder.decodePixels(Uint8Array.from([what]), 'heic', { ...MANY, ...limits });

test('a picture that hangs, crashes or ends its thread costs itself alone', async () => {
  const own = openDecoders({ program: PROGRAM });
  const results = await Promise.allSettled([
    told(own, 0),
    told(own, 1, { timeoutMs: 100 }),
    told(own, 0),
    told(own, 2),
    told(own, 3),
    told(own, 4),
  ]);
  const codes = results.map((result) => (result.status === 'fulfilled' ? 'decoded' : result.reason.code));
  assert.deepEqual(codes, ['decoded', 'PHOTO_DECODE', 'decoded', 'PHOTO_DECODE', 'PHOTO_DECODE', 'decoded']);
  await own.close();
});

test('an abort ends what is under way with its reason', async () => {
  const own = openDecoders({ program: PROGRAM });
  const controller = new AbortController();
  const reason = new Error('enough');
  const under = told(own, 1, { signal: controller.signal });
  const waiting = told(own, 0, { signal: controller.signal });
  controller.abort(reason);
  await assert.rejects(under, reason);
  await assert.rejects(waiting, reason);
  assert.equal((await told(own, 0)).width, 1);
  await own.close();
});

test('starts no more threads than allowed, and ends those that are idle', async () => {
  const own = openDecoders({ program: PROGRAM, threads: 2, idleMs: 1 });
  const used = new Set<number | undefined>();
  for (const { pixels } of await Promise.all(Array.from({ length: 8 }, () => told(own, 0)))) used.add(pixels[0]);
  assert.ok(used.size <= 2, `${used.size} threads`);
  await own.close();
});

test('closing fails what waits', async () => {
  const own = openDecoders({ program: PROGRAM });
  const both = Promise.allSettled([told(own, 1), told(own, 0)]);
  await own.close();
  assert.deepEqual(
    (await both).map(({ status }) => status),
    ['rejected', 'rejected'],
  );
});

test('an idle decoder that nobody closed keeps no process alive', () => {
  const module = new URL('../../../src/decoders/index.ts', import.meta.url);
  const script = `import { openDecoders } from ${JSON.stringify(module.href)};
    const decoders = openDecoders({ idleMs: 3600000 });
    const bytes = Buffer.from('${heic('plain').toString('base64')}', 'base64');
    const { width } = await decoders.decodePixels(bytes, 'heic', { maxPixels: 1e6 });
    process.stdout.write('width ' + width);`;
  const run = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script], {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: 60_000,
  });
  assert.deepEqual([run.status, run.stdout], [0, 'width 60'], run.stderr);
});
