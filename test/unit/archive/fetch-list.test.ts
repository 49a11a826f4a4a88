/**
 * The links of a list as files of the project: what is fetched, what is kept,
 * what is asked for again and how. The server is a local one.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { FetchRules } from '../../../src/archive/fetch.js';
import {
  downloadName,
  type KnownLink,
  type ListFetching,
  linkKey,
  listedSource,
} from '../../../src/archive/fetch-list.js';
import { JPEG, serving } from './link-server.js';

const folder = mkdtempSync(join(tmpdir(), 'faceweave-links-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const RULES: FetchRules = {
  ...{ timeoutMs: 300, maxBytes: 1000, retries: 0, allowPrivate: true },
  ...{ sleep: async () => {}, random: () => 0.5 },
};

/** A list with these links, and how it is fetched; the project remembers. */
function project(name: string, links: readonly string[]) {
  const list = join(folder, `${name}.csv`);
  writeFileSync(list, `url\n${links.join('\n')}\n`);
  const root = { absolute: list, label: 'list.csv', given: list, isFolder: true, kind: 'list' } as const;
  const projectDir = join(folder, name);
  const known = new Map<string, KnownLink>();
  const save = async (all: readonly KnownLink[]): Promise<void> => {
    for (const link of all) known.set(link.url, link);
  };
  const fetching: ListFetching = { projectDir, connections: 1, rules: RULES, known, save };
  return { root, projectDir, known, fetching };
}

test('a list is fetched once; the next run asks for what is missing and no more', async () => {
  let isBack = false;
  const { base, asked } = await serving((request, response) => {
    if (request.url === '/2.jpg' && !isBack) response.writeHead(404).end();
    else response.end(JPEG);
  });
  const list = join(folder, 'list.csv');
  writeFileSync(list, `url,name\n${base}/1.jpg,Ann\n${base}/2.jpg,Ben\n${base}/1.jpg,Again\n`);
  const root = { absolute: list, label: 'list.csv', given: list, isFolder: true, kind: 'list' } as const;
  const projectDir = join(folder, 'project');
  const known = new Map<string, KnownLink>();
  const fetching = {
    ...{ projectDir, connections: 2, rules: RULES, known },
    save: async (links: readonly KnownLink[]) => {
      for (const link of links) known.set(link.url, link);
    },
  };
  const first = await listedSource(root, fetching);
  assert.deepEqual([first.candidates.length, first.refused.map(({ code }) => code)], [2, ['LINK_STATUS']]);
  assert.ok(existsSync(join(projectDir, 'Downloads', downloadName(`${base}/1.jpg`))));
  assert.equal(statSync(join(projectDir, 'Downloads')).mode & 0o777, 0o700);
  asked.length = 0;
  isBack = true;
  const second = await listedSource(root, fetching);
  assert.deepEqual(asked, ['/2.jpg']);
  assert.equal(second.candidates.length, 3);
  assert.equal(second.refused.length, 0);
  assert.deepEqual((await listedSource(root, null)).toFetch, 2);
  const planned = await listedSource(root, { ...fetching, isOn: false });
  assert.deepEqual([planned.toFetch, planned.candidates.length, planned.pending.length], [0, 3, 0]);
});

test('what is no picture is a skipped input, and is asked for again at the next run', async () => {
  let isBack = false;
  const { base, asked } = await serving((request, response) => {
    if (request.url === '/good.jpg' || isBack) response.end(JPEG);
    else if (request.url === '/page.jpg') response.end('<!doctype html><p>Sorry');
    else if (request.url === '/text.jpg') response.end('no such picture');
    else response.end();
  });
  const links = ['good', 'page', 'text', 'empty'].map((name) => `${base}/${name}.jpg`);
  const { root, projectDir, fetching } = project('content', links);
  const first = await listedSource(root, fetching);
  assert.equal(first.candidates.length, 1);
  assert.deepEqual(
    first.refused.map(({ code, message }) => [code, message]),
    [
      ['LINK_CONTENT', 'the link led to a web page, no picture'],
      ['LINK_CONTENT', 'the link led to a text, no picture'],
      ['LINK_CONTENT', 'the link led to nothing, not one byte, no picture'],
    ],
  );
  assert.deepEqual(readdirSync(join(projectDir, 'Downloads')), [downloadName(links[0] ?? '')]);
  asked.length = 0;
  const planned = await listedSource(root, { ...fetching, isOn: false });
  assert.deepEqual([planned.toFetch, planned.pending.length, planned.refused.length, asked.length], [3, 3, 0, 0]);
  isBack = true;
  const second = await listedSource(root, fetching);
  assert.deepEqual(asked, ['/page.jpg', '/text.jpg', '/empty.jpg']);
  assert.deepEqual([second.candidates.length, second.refused.length], [4, 0]);
});

test('a page that an earlier version kept as the picture is asked for again, once it was skipped', async () => {
  const { base } = await serving((_request, response) => response.end(JPEG));
  const { root, projectDir, known, fetching } = project('kept-page', [`${base}/a.jpg`]);
  await listedSource(root, fetching);
  const file = join(projectDir, 'Downloads', downloadName(`${base}/a.jpg`));
  writeFileSync(file, '<html>Sorry');
  assert.equal(known.get(`${base}/a.jpg`)?.code, null);
  await listedSource(root, { ...fetching, wasSkipped: () => true });
  assert.deepEqual(readFileSync(file), JPEG);
});

test('links are asked for conditionally: a retry of what was skipped, and what was no picture', async () => {
  const conditions: (readonly [string | undefined, string | undefined, string | undefined])[] = [];
  let isChanged = false;
  const { base, asked, stop } = await serving((request, response) => {
    const { headers, url } = request;
    conditions.push([url, headers['if-none-match'], headers['if-modified-since']]);
    response.setHeader('etag', isChanged ? '"2"' : '"1"');
    response.setHeader('last-modified', 'Wed, 21 Oct 2015 07:28:00 GMT');
    if (headers['if-none-match'] === '"1"' && !isChanged) response.writeHead(304).end();
    else
      response.end(
        url === '/page.jpg' && !isChanged ? '<html>' : Buffer.concat([JPEG, Buffer.from(isChanged ? 'new' : '')]),
      );
  });
  const { root, projectDir, fetching } = project('conditions', [`${base}/bad.jpg`, `${base}/page.jpg`]);
  const first = await listedSource(root, fetching);
  assert.deepEqual([first.candidates.length, first.refused.length], [1, 1]);
  assert.deepEqual(conditions[0], ['/bad.jpg', undefined, undefined]);
  const skipped = { ...fetching, wasSkipped: () => true };
  const since = 'Wed, 21 Oct 2015 07:28:00 GMT';
  conditions.length = 0;
  const second = await listedSource(root, skipped);
  assert.deepEqual(conditions, [['/page.jpg', '"1"', since]], 'a picture that could not be read waits for --retry');
  assert.deepEqual(second.refused, first.refused, 'not modified: still the same page');
  conditions.length = 0;
  await listedSource(root, { ...skipped, isRetry: true });
  assert.deepEqual(conditions, [
    ['/bad.jpg', '"1"', since],
    ['/page.jpg', '"1"', since],
  ]);
  const file = join(projectDir, 'Downloads', downloadName(`${base}/bad.jpg`));
  assert.deepEqual(readFileSync(file), JPEG);
  isChanged = true;
  const changed = await listedSource(root, { ...skipped, isRetry: true });
  assert.deepEqual([changed.candidates.length, changed.refused.length], [2, 0]);
  assert.equal(readFileSync(file).subarray(JPEG.length).toString(), 'new');
  asked.length = 0;
  stop();
  const down = await listedSource(root, { ...skipped, isRetry: true });
  assert.deepEqual([down.candidates.length, down.refused.length], [2, 0], 'what is here stays');
});

test('a user and a password are kept nowhere, and links that differ in them alone stay apart', async () => {
  const { base } = await serving((request, response) => {
    const user = Buffer.from((request.headers.authorization ?? '').slice(6), 'base64').toString();
    response.end(Buffer.concat([JPEG, Buffer.from(user)]));
  });
  const links = ['ann:secret', 'ben:other'].map((user) => `${base.replace('//', `//${user}@`)}/a.jpg`);
  const { root, known, projectDir, fetching } = project('users', links);
  const { candidates } = await listedSource(root, fetching);
  assert.deepEqual(
    candidates.map(({ absolute }) => readFileSync(absolute).subarray(JPEG.length).toString()),
    ['ann:secret', 'ben:other'],
  );
  const text = JSON.stringify([...known]);
  assert.doesNotMatch(text, /ann|secret|ben|other/);
  assert.equal(known.size, 2);
  assert.ok(existsSync(join(projectDir, 'Downloads', downloadName(links[0] ?? ''))));
  assert.equal(linkKey('http://a.example/x@1.jpg'), 'http://a.example/x@1.jpg');
});
