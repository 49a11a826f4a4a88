/**
 * Lists of links: what the table says, and how links are fetched. The server is
 * a local one; nothing here leaves the machine.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type FetchRules, fetchLink, isPrivateAddress } from '../../../src/archive/fetch.js';
import { parseList } from '../../../src/archive/list.js';
import { FaceweaveError } from '../../../src/config/index.js';
import { serving } from './link-server.js';

const folder = mkdtempSync(join(tmpdir(), 'faceweave-list-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const parsed = (text: string) => parseList(Buffer.from(text), '/lists/list.csv', 'list.csv');
const codeOf = (text: string | Buffer): string => {
  try {
    parseList(Buffer.from(text), '/lists/list.csv', 'list.csv');
  } catch (cause) {
    return cause instanceof FaceweaveError ? cause.code : String(cause);
  }
  return 'read';
};

test('columns are found by their names, further ones are kept, and paths do not depend on the order', () => {
  const head = '\ufeffName;URL;Born\r\n';
  const rows = ['Ann;http://a.example/x/1.jpg?size=2;1900\r\n', '"B ""b""";http://a.example/x/2.jpg;\r\n'];
  const list = parsed(head + rows.join(''));
  assert.deepEqual(
    list.rows.map(({ attributes }) => attributes),
    [{ Born: '1900', name: 'Ann' }, { name: 'B "b"' }],
  );
  const paths = list.rows.map(({ path }) => path);
  assert.match(paths[0] ?? '', /^list\.csv\/a\.example\/x\/1~[0-9a-f]{8}\.jpg$/);
  const turned = parsed(head + [...rows].reverse().join(''));
  assert.deepEqual(turned.rows.map(({ path }) => path).reverse(), paths);
});

test('a link named twice is two rows, a row without a link is refused by its number', () => {
  const list = parsed('url,path\nhttp://a/1.jpg,\nhttp://a/1.jpg,\n,\n,../b.jpg\n');
  const [first, second, third] = list.rows.map(({ path }) => path);
  assert.equal(second, `${first}~row3`);
  assert.equal(third, 'list.csv/b.jpg');
  assert.deepEqual(
    list.refused.map(({ path, code }) => [path, code]),
    [['list.csv/row 4', 'LIST_ROW']],
  );
});

test('a row whose cells do not fit the head is refused, not shifted', () => {
  const list = parsed('url,name,city\nhttp://h/a,b.jpg,Ann,Bonn\nhttp://h/c.jpg,Ann,Bonn\n');
  assert.deepEqual([list.rows.length, list.refused.map(({ path }) => path)], [1, ['list.csv/row 2']]);
});

test('a stray quote costs its row alone, and rows are called by their line in the file', () => {
  const stray = parsed('path,name\na.jpg,"x ""y"" z"\nb.jpg,a "quoted" b\nc.jpg,"q" r\nd.jpg,fine\n');
  assert.deepEqual(
    stray.rows.map(({ path }) => path),
    ['list.csv/a.jpg', 'list.csv/d.jpg'],
  );
  assert.equal(stray.rows[0]?.attributes['name'], 'x "y" z');
  assert.deepEqual(
    stray.refused.map(({ path, code }) => [path, code]),
    [
      ['list.csv/row 3', 'LIST_ROW'],
      ['list.csv/row 4', 'LIST_ROW'],
    ],
  );
  for (const end of ['\n', '\r\n']) {
    const text = ['path,name', '', '', 'a.jpg,"two', 'lines"', ',none', '', 'b.jpg,1,2', 'a.jpg,again', ''].join(end);
    const drifted = parsed(text);
    assert.deepEqual(
      drifted.refused.map(({ path }) => path),
      ['list.csv/row 6', 'list.csv/row 8'],
    );
    assert.equal(drifted.rows[1]?.path, 'list.csv/a.jpg~row9');
    assert.deepEqual(
      parsed(`${text}c.jpg,"stray" quote${end}`).refused.map(({ path }) => path),
      ['list.csv/row 6', 'list.csv/row 8', 'list.csv/row 10'],
    );
  }
});

test('no two paths of a list meet, whatever files are called', () => {
  for (const text of [
    'path,name\nx.jpg,a\nx.jpg~row4,b\nx.jpg,c\n',
    'path,name\nx.jpg,a\nx.jpg,b\nx.jpg~row3,c\n',
    'path,name\nrow 3,a\n,b\n',
    'path,name\n,a\nrow 2,b\nrow 2~2,c\n',
  ]) {
    const { rows, refused } = parsed(text);
    const paths = [...rows, ...refused].map(({ path }) => path);
    assert.equal(new Set(paths).size, text.trim().split('\n').length - 1, paths.join(' '));
  }
});

test('what is no list says so', () => {
  assert.equal(codeOf('who,when\nAnn,1900\n'), 'LIST_COLUMNS');
  assert.equal(codeOf('url\n'), 'LIST_EMPTY');
  assert.equal(codeOf(''), 'LIST_COLUMNS');
  assert.equal(codeOf(Buffer.from('\ufeffurl\nx\n', 'utf16le')), 'LIST_READ');
  assert.equal(codeOf(Buffer.from([0x75, 0xff, 0xfe])), 'LIST_READ');
  assert.equal(codeOf('url\n"never closed\n'), 'LIST_READ');
  assert.equal(codeOf('url,"na" me\nx,y\n'), 'LIST_READ');
});

test('addresses of this machine and of private networks are known in every spelling', () => {
  for (const address of ['127.0.0.1', '10.1.2.3', '172.20.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1']) {
    assert.ok(isPrivateAddress(address), address);
  }
  for (const address of [
    '0.0.0.0',
    '::1',
    '[::1]',
    'fe80::1%eth0',
    'fd00::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    ...['::127.0.0.1', 'fec0::1', '::ffff:0:127.0.0.1', '::ffff:0:7f00:1', '192.88.99.1', '3fff::1', '3fff:fff::1'],
    'nonsense',
  ]) {
    assert.ok(isPrivateAddress(address), address);
  }
  for (const address of [
    '8.8.8.8',
    '172.32.0.1',
    '2606:4700::1',
    '::ffff:8.8.8.8',
    '192.88.98.1',
    '4000::1',
    '3fff:1000::1',
  ]) {
    assert.ok(!isPrivateAddress(address), address);
  }
});

const RULES: FetchRules = {
  ...{ timeoutMs: 300, maxBytes: 1000, retries: 2, allowPrivate: true },
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

test('each way a link can end has its code; what may pass is tried again', async () => {
  const pauses: number[] = [];
  const { base, asked } = await serving((request, response, count) => {
    const { url } = request;
    if (url === '/ok') response.setHeader('etag', '"1"').end('picture');
    else if (url === '/gone') response.writeHead(404).end();
    else if (url === '/later') response.writeHead(count % 2 === 1 ? 503 : 200).end('picture');
    else if (url === '/busy') response.writeHead(429, { 'retry-after': '7' }).end();
    else if (url === '/loop') response.writeHead(302, { location: '/loop' }).end();
    else if (url === '/moved') response.writeHead(301, { location: 'ok' }).end();
    else if (url === '/broken') response.writeHead(302, { location: 'http://[' }).end();
    else if (url === '/local') response.writeHead(302, { location: 'file:///etc/passwd' }).end();
    else if (url === '/large') response.end('x'.repeat(2000));
    else if (url === '/stated') response.writeHead(200, { 'content-length': '5000' }).write('x');
    else if (url === '/reset') response.socket?.destroy();
    else if (url === '/drip') response.writeHead(200, { 'content-length': '10' }).write('x');
  });
  assert.equal(await outcome(`${base}/ok`), 'picture');
  assert.equal(statSync(join(folder, 'fetched')).mode & 0o777, 0o600);
  assert.equal(await outcome(`${base}/moved`), 'picture');
  asked.length = 0;
  assert.equal(await outcome(`${base}/gone`), 'LINK_STATUS');
  assert.equal(asked.length, 1);
  asked.length = 0;
  assert.equal(await outcome(`${base}/later`), 'picture');
  assert.equal(asked.length, 2);
  const sleep = async (ms: number): Promise<void> => void pauses.push(ms);
  assert.equal(await outcome(`${base}/busy`, { sleep }), 'LINK_STATUS');
  assert.deepEqual(pauses, [7125, 7125], 'as the server asks, and a little more');
  assert.equal(await outcome(`${base}/loop`), 'LINK_REDIRECTS');
  assert.equal(await outcome(`${base}/local`), 'LINK_SCHEME');
  assert.equal(await outcome(`${base}/large`), 'LINK_TOO_LARGE');
  assert.equal(await outcome(`${base}/stated`), 'LINK_TOO_LARGE');
  assert.equal(await outcome(`${base}/reset`), 'LINK_FAILED');
  assert.equal(await outcome(`${base}/silence`, { retries: 0 }), 'LINK_TIMEOUT');
  assert.equal(await outcome(`${base}/drip`, { retries: 0, timeoutMs: 100 }), 'LINK_TIMEOUT');
  assert.equal(await outcome('ftp://a.example/1.jpg'), 'LINK_SCHEME');
  assert.equal(await outcome('no link'), 'LINK_SCHEME');
  assert.equal(await outcome(`${base}/broken`), 'LINK_SCHEME');
  assert.equal(await outcome('http://u%ZZ:p@a.example/1.jpg'), 'LINK_SCHEME');
});

test('private addresses are refused: as written, as resolved, and behind a redirect', async () => {
  const { base, asked } = await serving((_request, response) => {
    response.writeHead(302, { location: 'http://169.254.169.254/latest' }).end();
  });
  const port = new URL(base).port;
  assert.equal(await outcome(`${base}/`, { allowPrivate: false }), 'LINK_REFUSED');
  assert.equal(await outcome(`http://localhost:${port}/`, { allowPrivate: false }), 'LINK_REFUSED');
  assert.equal(await outcome(`http://2130706433:${port}/`, { allowPrivate: false }), 'LINK_REFUSED');
  assert.equal(asked.length, 0);
});
