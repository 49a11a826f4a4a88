/**
 * The library as a program uses it: the steps on real photographs with the real
 * addon, watched, aborted, twice in one process.
 */
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { cluster, extract, network, openProject, type Progress, run } from '../../../src/index.js';

const SAMPLES = join(dirname(createRequire(import.meta.url).resolve('@vladmandic/face-api/package.json')), 'demo');
const folders: string[] = [];
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function photographs(...numbers: readonly number[]): string {
  const root = mkdtempSync(join(tmpdir(), 'faceweave-library-'));
  folders.push(root);
  const source = join(root, 'photos');
  mkdirSync(source);
  for (const number of numbers) copyFileSync(join(SAMPLES, `sample${number}.jpg`), join(source, `sample${number}.jpg`));
  return source;
}

test('the steps one by one give what run gives', async () => {
  const source = photographs(1, 2);
  const project = join(source, '..', 'steps');
  const extracted = await extract({ sources: [source], project });
  const clustered = await cluster({ project });
  const drawn = await network({ project });
  const whole = await run({ sources: [source], project: join(source, '..', 'whole') });
  assert.equal(extracted.inputsDigest, whole.extract.inputsDigest);
  assert.equal(clustered.persons, whole.cluster.persons);
  assert.equal(drawn.edges, whole.network.edges);
  assert.ok(existsSync(drawn.page));
});

test('an aborted signal rejects with its reason; the project goes on afterwards', async () => {
  const source = photographs(1);
  const project = await openProject({ sources: [source] });
  const reason = new Error('not now');
  await assert.rejects(project.run({ signal: AbortSignal.abort(reason) }), (thrown) => thrown === reason);
  const steps: Progress[] = [];
  const done = await project.run({
    onProgress: (progress) => {
      steps.push(progress);
      throw new Error('a callback that throws');
    },
  });
  assert.equal(done.extract.newPhotos, 1);
  assert.deepEqual(
    [...new Set(steps.filter((step) => step.done).map(({ step }) => step))],
    ['extract', 'cluster', 'mosaics', 'network'],
  );
  await project.close();
});

test('what a project writes is private, and its manifest tells how it came about', async () => {
  const source = photographs(1);
  const project = await openProject({ sources: [source] });
  await project.run();
  const crop = (await project.store.faces())[0]?.crop ?? '';
  for (const file of [crop, 'faceweave.db', 'runs/1.json', 'Data/Image_Network.html', 'Data/Edges.csv']) {
    assert.equal(statSync(join(project.projectDir, file)).mode & 0o777, 0o600, file);
  }
  for (const folder of ['.', 'Faces', 'Clusters', 'Data', 'runs']) {
    assert.equal(statSync(join(project.projectDir, folder)).mode & 0o777, 0o700, folder);
  }
  const manifest = JSON.parse(readFileSync(join(project.projectDir, 'runs', '1.json'), 'utf8')) as Record<
    string,
    unknown
  >;
  assert.equal(manifest['outcome'], 'done');
  assert.equal((manifest['models'] as unknown[]).length, 2);
  assert.match(String(manifest['inputsDigest']), /^[0-9a-f]{64}$/);
  assert.deepEqual(
    (await project.status()).runs.map(({ number }) => number),
    [1],
  );
  await project.close();
});

test('other detection options warn that older photographs keep their faces', async () => {
  const source = photographs(1);
  const project = await openProject({ sources: [source] });
  assert.deepEqual((await project.extract()).warnings, []);
  const { warnings } = await project.extract({ options: { detectionSize: 320 } });
  assert.match(warnings[0] ?? '', /detectionSize was not set and is 320 now/);
  await project.close();
});
