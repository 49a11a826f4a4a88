/**
 * The same photographs by every way in: a folder, a zip, a tar.gz, a list of
 * links, names on standard input. The faces are the same, the counts add up, and
 * a second run has nothing to do.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { tarOf, zipOf } from '../../unit/archive/zip-writer.js';
import { faceweave, MAIN, photographs, records, SAMPLES, scratch } from '../faceweave.js';

const NAMES = ['sample1.jpg', 'sample2.jpg'];
const FILES = NAMES.map((name) => ({ name, data: readFileSync(join(SAMPLES, name)) }));

/** Ids of all faces of a project, sorted. */
async function faceIds(project: string): Promise<readonly string[]> {
  const { stdout } = await faceweave(['export', 'faces', '--format', 'json', '--project', project]);
  return (JSON.parse(stdout) as { face: string }[]).map(({ face }) => face).sort();
}

test('archives give the faces of the folder they were made from, and are done once', async () => {
  const root = scratch();
  const folder = join(root, 'folder');
  await faceweave(['extract', photographs(join(root, 'plain'), [1, 2]), '--project', folder]);
  const expected = await faceIds(folder);
  assert.ok(expected.length > 2);
  for (const [name, bytes] of [
    ['photos.zip', zipOf(FILES)],
    ['photos.tar.gz', gzipSync(tarOf(FILES))],
  ] as const) {
    const source = join(root, name);
    writeFileSync(source, bytes);
    const project = join(root, `${name} project`);
    const run = await faceweave(['run', source, '--project', project, '--json']);
    assert.equal(run.code, 0, run.stderr);
    assert.deepEqual(await faceIds(project), expected, name);
    const again = records((await faceweave(['extract', source, '--project', project, '--json'])).stdout).at(-1);
    assert.deepEqual([again?.['files'], again?.['unchanged'], again?.['newPhotos']], [2, 2, 0]);
  }
});

test('a list of links: what comes is extracted, what does not is named, and is asked for again', async () => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const file = FILES.find(({ name }) => request.url === `/${name}`);
    if (file !== undefined) response.end(file.data);
    else if (request.url === '/page.jpg') response.end('<!doctype html><p>Sorry');
    else response.writeHead(404).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => server.close());
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  const base = `http://127.0.0.1:${address.port}`;
  const root = scratch();
  const list = join(root, 'list.csv');
  copyFileSync(join(SAMPLES, 'sample3.jpg'), join(root, 'own.jpg'));
  const rows = [
    `${base}/sample1.jpg,,Ann`,
    `${base}/sample2.jpg,,Ben`,
    `${base}/gone.jpg,,`,
    `${base}/page.jpg,,`,
    ',own.jpg,Me',
  ];
  writeFileSync(list, ['url,path,name', ...rows, ''].join('\n'));
  const project = join(root, 'project');
  const refused = await faceweave(['extract', list, '--project', project, '--json']);
  assert.match(refused.stderr, /leads to 127\.0\.0\.1/);
  assert.equal(asked.length, 0);
  const args = ['extract', list, '--project', project, '--allow-private', '--json'];
  const run = await faceweave(args);
  assert.equal(run.code, 3, run.stderr);
  const found = records(run.stdout);
  const codes = found.filter(({ type }) => type === 'skipped').map(({ code }) => code);
  assert.deepEqual([...codes].sort(), ['LINK_CONTENT', 'LINK_STATUS']);
  assert.deepEqual([found.at(-1)?.['files'], found.at(-1)?.['photos'], found.at(-1)?.['skipped']], [5, 3, 2]);
  asked.length = 0;
  await faceweave(args);
  assert.deepEqual([...asked].sort(), ['/gone.jpg', '/page.jpg']);
  const page = await faceweave(['run', list, '--project', project, '--allow-private', '--json']);
  assert.equal(records(page.stdout).at(-1)?.['photosChanged'], 0, page.stderr);
  // Downloads are gone and the server is down: nothing is concluded about what came before.
  const before = await faceIds(project);
  rmSync(join(project, 'Downloads'), { recursive: true });
  server.closeAllConnections();
  server.close();
  const planned = records((await faceweave(['plan', list, '--project', project, '--json'])).stdout).at(-1);
  assert.deepEqual([planned?.['toFetch'], planned?.['gone'], planned?.['refused']], [4, 0, 0]);
  const down = await faceweave([...args, '--fetch-retries', '0']);
  assert.equal(down.code, 3, down.stderr);
  assert.equal(down.stderr.match(/the link cannot be fetched/g)?.length, 4, down.stderr);
  const last = records(down.stdout).at(-1);
  assert.deepEqual([last?.['files'], last?.['photos'], last?.['skipped'], last?.['unreachable']], [5, 1, 4, 2]);
  assert.deepEqual(await faceIds(project), before);
});

test('names on standard input: bytes that are not UTF-8 come through, the rest of the folder is left alone', async () => {
  const root = scratch();
  const folder = join(root, 'photos');
  mkdirSync(folder);
  const odd = Buffer.concat([Buffer.from(`${folder}/`), Buffer.of(0xff), Buffer.from('.jpg')]);
  writeFileSync(odd, FILES[0]?.data ?? '');
  photographs(folder, [2, 3]);
  const project = join(root, 'project');
  const args = ['extract', '--files-from', '-', '-0', '--project', project, '--json'];
  const run = async (input: Buffer): Promise<Readonly<Record<string, unknown>> | undefined> => {
    const child = spawn(process.execPath, [MAIN, ...args], { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdin.end(input);
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    await once(child, 'close');
    return records(text).at(-1);
  };
  const first = await run(Buffer.concat([odd, Buffer.from('\0photos/sample2.jpg\0photos/none.jpg\0')]));
  assert.deepEqual([first?.['files'], first?.['photos'], first?.['skipped']], [3, 2, 1]);
  const second = await run(Buffer.from('photos/sample3.jpg\0'));
  assert.deepEqual([second?.['files'], second?.['newPhotos'], second?.['gone']], [1, 1, 0]);
  assert.equal((await faceIds(project)).length > 2, true);
  // The project lies beside: named with all the rest, nothing in it is a photograph, run after run.
  const found = execFileSync('find', ['.', '-print0'], { cwd: root });
  for (let time = 0; time < 2; time += 1) {
    const all = await run(execFileSync('find', ['.', '-print0'], { cwd: root }));
    assert.deepEqual([all?.['files'], all?.['photos'], all?.['duplicates'], all?.['skipped']], [3, 3, 0, 0]);
    assert.equal(all?.['otherProjects'] === undefined || (all['otherProjects'] as string[]).length === 0, true);
  }
  assert.ok(found.includes('project/Faces/'), 'crops were named');
});

test('a photograph in a folder of an archive that no disk could hold keeps its faces and crops', async () => {
  const root = scratch();
  const zip = join(root, 'long.zip');
  const [first] = FILES;
  assert.ok(first !== undefined);
  const folder = 'y'.repeat(300);
  writeFileSync(
    zip,
    zipOf([
      { name: `${folder}/${first.name}`, data: first.data },
      { name: `${folder}z/sample2.jpg`, data: FILES[1]?.data ?? first.data },
    ]),
  );
  const project = join(root, 'project');
  const run = await faceweave(['extract', zip, '--project', project, '--json']);
  assert.equal(run.code, 0, run.stderr);
  const last = records(run.stdout).at(-1);
  assert.deepEqual([last?.['photos'], last?.['skipped']], [2, 0]);
  const crops = readdirSync(join(project, 'Faces'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.jpg'),
  );
  assert.equal(crops.length, (await faceIds(project)).length);
  const again = records((await faceweave(['extract', zip, '--project', project, '--json'])).stdout).at(-1);
  assert.deepEqual([again?.['unchanged'], again?.['newPhotos']], [2, 0]);
});
