/**
 * How one link is fetched: where redirects may lead, what comes packed, how long
 * is waited between tries, and which failures are not tried again.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { type FetchRules, fetchLink } from '../../../src/archive/fetch.js';
import { FaceweaveError } from '../../../src/config/index.js';
import { serving } from './link-server.js';

const folder = mkdtempSync(join(tmpdir(), 'faceweave-fetch-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const RULES: FetchRules = {
  ...{ timeoutMs: 1000, maxBytes: 1000, retries: 0, allowPrivate: true },
  ...{ sleep: async () => {}, random: () => 0.5 },
};

async function outcome(url: string, rules: Partial<FetchRules> = {}): Promise<string> {
  const file = join(folder, 'fetched');
  rmSync(file, { force: true });
  return fetchLink(url, file, { ...RULES, ...rules }).then(
    () => readFileSync(file, 'utf8'),
    (cause: unknown) => (cause instanceof FaceweaveError ? cause.code : String(cause)),
  );
}

test('a redirect from a public to a private address is refused, as written and as resolved', async () => {
  const { port, asked } = await serving((request, response) => {
    const to = { '/literal': '127.0.0.1', '/name': 'localhost', '/public': '127.0.0.2' }[request.url ?? ''];
    if (to === undefined) response.end('secret');
    else response.writeHead(302, { location: `http://${to}:${port}/secret` }).end();
  });
  // One address of this machine stands for the public network.
  const isPrivate = (address: string): boolean => address !== '127.0.0.2';
  const rules = { allowPrivate: false, isPrivate };
  assert.equal(await outcome(`http://127.0.0.2:${port}/public`, rules), 'secret', 'public to public is followed');
  asked.length = 0;
  assert.equal(await outcome(`http://127.0.0.2:${port}/literal`, rules), 'LINK_REFUSED');
  assert.equal(await outcome(`http://127.0.0.2:${port}/name`, rules), 'LINK_REFUSED');
  assert.deepEqual(asked, ['/literal', '/name']);
  assert.equal(await outcome(`http://127.0.0.2:${port}/literal`, { ...rules, allowPrivate: true }), 'secret');
});

test('what comes packed is unpacked, within the limit', async () => {
  const text = 'a picture '.repeat(50);
  const bomb = Buffer.alloc(2 ** 20);
  const packed: Readonly<Record<string, readonly [string, Buffer]>> = {
    '/plain': ['identity', Buffer.from(text)],
    '/gzip': ['gzip', gzipSync(text)],
    '/br': ['br', brotliCompressSync(text)],
    '/deflate': ['deflate', deflateSync(text)],
    '/twice': ['gzip, br', brotliCompressSync(gzipSync(text))],
    '/bomb': ['gzip', gzipSync(bomb)],
    '/odd': ['compress', Buffer.from(text)],
    '/lie': ['gzip', Buffer.from(text)],
    '/cut': ['gzip', gzipSync(text).subarray(0, 30)],
  };
  const { base, asked } = await serving((request, response) => {
    assert.equal(request.headers['accept-encoding'], 'identity');
    const [encoding, bytes] = packed[request.url ?? ''] ?? ['', ''];
    response.setHeader('content-encoding', encoding).end(bytes);
  });
  for (const path of ['/plain', '/gzip', '/br', '/deflate', '/twice'])
    assert.equal(await outcome(base + path), text, path);
  assert.ok(gzipSync(bomb).length < 10_000);
  assert.equal(await outcome(`${base}/bomb`, { maxBytes: 10_000 }), 'LINK_TOO_LARGE');
  asked.length = 0;
  assert.equal(await outcome(`${base}/odd`, { retries: 2 }), 'LINK_FAILED');
  assert.equal(await outcome(`${base}/lie`, { retries: 2 }), 'LINK_FAILED');
  assert.deepEqual(asked, ['/odd', '/lie'], 'what will not get better is not asked for again');
  assert.equal(await outcome(`${base}/cut`), 'LINK_FAILED');
});

test('pauses double and are scattered; a server may say until when', async () => {
  const { base } = await serving((request, response) => {
    const until = new Date(Date.now() + 20_000).toUTCString();
    const after = { '/date': until, '/past': 'Wed, 21 Oct 2015 07:28:00 GMT', '/odd': 'soon', '/long': '3600' }[
      request.url ?? ''
    ];
    response.writeHead(503, after === undefined ? {} : { 'retry-after': after }).end();
  });
  const pausesOf = async (path: string, random: number): Promise<readonly number[]> => {
    const pauses: number[] = [];
    const sleep = async (ms: number): Promise<void> => void pauses.push(ms);
    assert.equal(await outcome(base + path, { retries: 3, sleep, random: () => random }), 'LINK_STATUS');
    return pauses;
  };
  assert.deepEqual(await pausesOf('/', 0), [125, 250, 500]);
  assert.deepEqual(await pausesOf('/', 1), [250, 500, 1000]);
  assert.deepEqual(await pausesOf('/odd', 1), [250, 500, 1000]);
  assert.deepEqual(await pausesOf('/past', 0), [0, 0, 0]);
  assert.deepEqual(await pausesOf('/long', 0), [60_000, 60_000, 60_000]);
  for (const ms of await pausesOf('/date', 0)) assert.ok(ms > 15_000 && ms <= 20_000, `${ms}`);
});

const HAS_OPENSSL = spawnSync('openssl', ['version']).status === 0;

test('a certificate that does not hold is not tried again', { skip: !HAS_OPENSSL }, async () => {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const of = ['-subj', '/CN=localhost', '-days', '1', '-keyout', key, '-out', cert];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...of], { stdio: 'ignore' });
  let connections = 0;
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_request, response) =>
    response.end(),
  );
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  after(() => server.close());
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  assert.equal(await outcome(`https://127.0.0.1:${address.port}/`, { retries: 3 }), 'LINK_FAILED');
  assert.equal(connections, 1);
  assert.ok(!existsSync(join(folder, 'fetched')));
});
