/**
 * Fetches one link into a file, and trusts nothing about it: scheme, address,
 * size, time and redirects are all bounded. The one file that opens network
 * connections; it is used for the links of a list and for nothing else.
 */
import { lookup } from 'node:dns';
import { createWriteStream } from 'node:fs';
import { get as getHttp, type IncomingMessage } from 'node:http';
import { get as getHttps } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { FaceweaveError } from '../config/error.js';

/** How one link is fetched. */
export interface FetchRules {
  /** Longest time without a byte. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
  /** Further tries after a passing failure. */
  readonly retries: number;
  /** Addresses of this machine and of private networks too. */
  readonly allowPrivate: boolean;
  readonly signal?: AbortSignal;
  /** Waits; stands in for time in tests. */
  readonly sleep?: (ms: number) => Promise<void>;
  /** Stands in for chance (0 … 1) in tests. */
  readonly random?: () => number;
  /** Which addresses are refused without `allowPrivate`; stands in for the real table in tests. */
  readonly isPrivate?: (address: string) => boolean;
}

/** By what a server knows again what it sent before. */
export interface Fetched {
  readonly etag: string | null;
  readonly lastModified: string | null;
}

const MAX_REDIRECTS = 5;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 60_000;
/** All of one try, however steadily it drips: so many times the time without a byte. */
const WHOLE_TIMES = 20;

/** Addresses that are not the public network (IANA special-purpose registries). */
const PRIVATE = new BlockList();
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const) {
  PRIVATE.addSubnet(net, bits, 'ipv4');
}
for (const [net, bits] of [
  // Unspecified, loopback, and IPv4-compatible addresses, which nobody has any more.
  ['::', 96],
  // IPv4-translated; IPv4-mapped ones are checked as IPv4 by the list itself.
  ['::ffff:0:0:0', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const) {
  PRIVATE.addSubnet(net, bits, 'ipv6');
}

/** Whether an address is this machine's, a private network's, or nobody's. IPv4 inside IPv6 counts as IPv4. */
export function isPrivateAddress(address: string): boolean {
  const plain = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  const kind = isIP(plain);
  if (kind === 0) return true;
  return PRIVATE.check(plain, kind === 4 ? 'ipv4' : 'ipv6');
}

/** A failure that may pass. */
class Passing extends Error {
  readonly failure: FaceweaveError;
  /** As the server asks; null = as we like. */
  readonly pauseMs: number | null;

  constructor(failure: FaceweaveError, pauseMs: number | null = null) {
    super(failure.message);
    this.failure = failure;
    this.pauseMs = pauseMs;
  }
}

/**
 * Fetches a link into `file`, which is made private (0600) and left behind only when all of it came. `before`: what
 * came with it the last time; null is the answer when it has not changed since, and then there is no file.
 *
 * Errors: `LINK_SCHEME`, `LINK_REFUSED` (a private address), `LINK_STATUS`, `LINK_TIMEOUT`, `LINK_TOO_LARGE`,
 * `LINK_REDIRECTS`, `LINK_FAILED`; the signal's reason.
 */
export async function fetchLink(
  link: string,
  file: string,
  rules: FetchRules,
  before: Fetched | null = null,
): Promise<Fetched | null> {
  const sleep = rules.sleep ?? ((ms) => pause(ms, rules.signal));
  for (let attempt = 0; ; attempt += 1) {
    rules.signal?.throwIfAborted();
    try {
      return await follow(link, file, rules, before);
    } catch (thrown) {
      rules.signal?.throwIfAborted();
      if (!(thrown instanceof Passing)) throw thrown;
      if (attempt >= rules.retries) throw thrown.failure;
      // Scattered, so that links that failed together do not come back together; never sooner than the server asks.
      const random = (rules.random ?? Math.random)();
      const wait = thrown.pauseMs ?? FIRST_PAUSE_MS * 2 ** attempt * (0.5 + random / 2);
      await sleep(Math.min(wait, LONGEST_PAUSE_MS) + (thrown.pauseMs === null ? 0 : random * FIRST_PAUSE_MS));
    }
  }
}

async function follow(link: string, file: string, rules: FetchRules, before: Fetched | null): Promise<Fetched | null> {
  let url = checkedUrl(link, rules);
  for (let redirects = 0; ; redirects += 1) {
    const answer = await request(url, rules, before);
    const { statusCode = 0, headers } = answer;
    if (statusCode >= 300 && statusCode < 400 && headers.location !== undefined) {
      answer.destroy();
      if (redirects >= MAX_REDIRECTS)
        throw linkError('LINK_REDIRECTS', `was redirected more than ${MAX_REDIRECTS} times`);
      const next = URL.canParse(headers.location, url.href) ? new URL(headers.location, url).href : headers.location;
      url = checkedUrl(next, rules);
      continue;
    }
    if (statusCode === 304 && before !== null) {
      answer.destroy();
      return null;
    }
    if (statusCode !== 200) {
      answer.destroy();
      const failure = linkError('LINK_STATUS', `was answered with status ${statusCode}`);
      throw isPassing(statusCode) ? new Passing(failure, retryAfterMs(headers['retry-after'])) : failure;
    }
    await save(answer, file, rules);
    return { etag: headers.etag ?? null, lastModified: headers['last-modified'] ?? null };
  }
}

function isPassing(status: number): boolean {
  return status >= 500 || status === 429 || status === 408;
}

/** As seconds, or as the time of day until which to wait. */
function retryAfterMs(header: string | undefined): number | null {
  if (header === undefined) return null;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000;
  const until = /^[A-Z][a-z]+, /.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(until) ? null : Math.max(0, until - Date.now());
}

function checkedUrl(link: string, { allowPrivate, isPrivate = isPrivateAddress }: FetchRules): URL {
  if (!URL.canParse(link)) throw linkError('LINK_SCHEME', 'is no link that can be read');
  const url = new URL(link);
  // Node decodes them for its header, and throws at what is no lawful escape.
  if (!isDecodable(url.username) || !isDecodable(url.password)) {
    throw linkError('LINK_SCHEME', 'has a user or password that cannot be read');
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw linkError('LINK_SCHEME', `has the scheme ${url.protocol} where http or https was expected`);
  }
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (!allowPrivate && isIP(host) !== 0 && isPrivate(host)) throw refused(host);
  return url;
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

function refused(address: string): FaceweaveError {
  return new FaceweaveError(`leads to ${address}, an address of this machine or of a private network`, {
    code: 'LINK_REFUSED',
    hint: '--allow-private fetches such links too',
  });
}

/** Resolves as usual and refuses what it resolves to: the address that is checked is the one that is connected to. */
function guardedLookup({ allowPrivate, isPrivate = isPrivateAddress }: FetchRules): LookupFunction {
  return (hostname, options, done) => {
    lookup(hostname, { ...options, all: true }, (cause, addresses) => {
      if (cause !== null) return done(cause, '', 4);
      const bad = allowPrivate ? undefined : addresses.find(({ address }) => isPrivate(address));
      if (bad !== undefined) return done(refused(bad.address), '', 4);
      const [first] = addresses;
      if (options.all === true) return done(null, addresses);
      return done(null, first?.address ?? '', first?.family ?? 4);
    });
  };
}

function request(url: URL, rules: FetchRules, before: Fetched | null): Promise<IncomingMessage> {
  const { timeoutMs, signal } = rules;
  const get = url.protocol === 'https:' ? getHttps : getHttp;
  return new Promise((resolve, reject) => {
    const asked = get(
      url,
      {
        timeout: timeoutMs,
        lookup: guardedLookup(rules),
        agent: false,
        headers: {
          ...{ 'accept-encoding': 'identity', accept: 'image/*,*/*;q=0.1', 'user-agent': 'faceweave' },
          ...(typeof before?.etag === 'string' ? { 'if-none-match': before.etag } : {}),
          ...(typeof before?.lastModified === 'string' ? { 'if-modified-since': before.lastModified } : {}),
        },
        ...(signal === undefined ? {} : { signal }),
      },
      resolve,
    );
    const slow = new Passing(linkError('LINK_TIMEOUT', `gave no answer for ${timeoutMs / 1000} s`));
    // A name that is slow to resolve or a host that is slow to connect has no socket to time out on yet.
    const timer = setTimeout(() => asked.destroy(slow), timeoutMs);
    let answer: IncomingMessage | undefined;
    // Once there is an answer, it is the one that is read and has to end with the reason.
    asked.on('timeout', () => (answer ?? asked).destroy(slow));
    asked.on('response', (response) => {
      answer = response;
      clearTimeout(timer);
    });
    asked.on('error', (cause) => {
      clearTimeout(timer);
      reject(failureOf(cause));
    });
  });
}

async function save(answer: IncomingMessage, file: string, { maxBytes, timeoutMs }: FetchRules): Promise<void> {
  const tooLarge = linkError('LINK_TOO_LARGE', `has more than ${maxBytes} bytes (--max-bytes)`);
  if (Number(answer.headers['content-length'] ?? 0) > maxBytes) {
    answer.destroy();
    throw tooLarge;
  }
  let bytes = 0;
  const limit = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > maxBytes) done(tooLarge);
      else done(null, chunk);
    },
  });
  const whole = setTimeout(() => {
    answer.destroy(new Passing(linkError('LINK_TIMEOUT', `took longer than ${(timeoutMs * WHOLE_TIMES) / 1000} s`)));
  }, timeoutMs * WHOLE_TIMES);
  try {
    await pipeline(
      // The limit is for what is unpacked: a few bytes may stand for very many.
      [answer, ...unpacking(answer), limit, createWriteStream(file, { mode: 0o600, flags: 'w' })],
    );
  } catch (cause) {
    answer.destroy();
    throw failureOf(cause);
  } finally {
    clearTimeout(whole);
  }
}

/** What undoes the encoding of an answer: not asked for, but some servers pack whatever they send. */
function unpacking({ headers }: IncomingMessage): readonly NodeJS.ReadWriteStream[] {
  const names = (headers['content-encoding'] ?? '').toLowerCase().split(',');
  const packed = names.map((name) => name.trim()).filter((name) => name !== '' && name !== 'identity');
  // Named in the order in which they were done.
  return packed
    .slice(0, MAX_ENCODINGS + 1)
    .reverse()
    .map((name) => {
      const make = packed.length > MAX_ENCODINGS ? undefined : UNPACK[name];
      if (make === undefined)
        throw linkError('LINK_FAILED', `came in an encoding that is not read: ${packed.join(', ')}`);
      return make();
    });
}

const MAX_ENCODINGS = 2;
const UNPACK: Readonly<Record<string, () => NodeJS.ReadWriteStream>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/** Whatever a connection ended with, as ours; what is not known to last may pass. */
function failureOf(cause: unknown): unknown {
  if (cause instanceof Passing || cause instanceof FaceweaveError) return cause;
  if (!(cause instanceof Error)) return cause;
  if (cause.name === 'AbortError') return cause;
  const code = 'code' in cause ? String(cause.code) : '';
  if (['ENOSPC', 'EACCES', 'EROFS', 'EDQUOT'].includes(code)) {
    return new FaceweaveError(`what came cannot be kept: ${cause.message}`, { code: 'PROJECT_WRITE', cause });
  }
  const failure = linkError('LINK_FAILED', `cannot be fetched: ${cause.message}`, cause);
  return LASTING.test(code) ? failure : new Passing(failure);
}

/** No such name; certificates that do not hold (in the words of OpenSSL); an answer whose encoding is broken. */
const LASTING =
  /^ENOTFOUND$|^ERR_(?:TLS|SSL)|CERT|CRL|SIGNATURE|^INVALID_(?:CA|PURPOSE)$|^HOSTNAME_MISMATCH$|^PATH_LENGTH|^Z_DATA|^ERR__ERROR_FORMAT/;

function linkError(code: string, problem: string, cause?: unknown): FaceweaveError {
  return new FaceweaveError(`the link ${problem}`, { code, ...(cause === undefined ? {} : { cause }) });
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener('abort', end, { once: true });
  });
}
