/**
 * A list of photographs: a table with a link or a path a row, a name, and any
 * further columns. Reads and checks the table; fetching is `fetch-list`'s
 * business. Pure but for reading the file.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { FaceweaveError } from '../config/error.js';
import type { Refusal } from './candidate.js';
import { readDelimited } from './delimited.js';
import { extensionOf, isPictureExtension } from './picture-name.js';
import { safeName } from './raw-members.js';

/** One row that names a photograph. */
export interface ListRow {
  /** The candidate's path text; no two rows share one. */
  readonly path: string;
  /** Link, or path as written. */
  readonly target: { readonly url: string } | { readonly file: string };
  /** `name` and every further column that is not empty. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** A list that was read. */
export interface List {
  readonly rows: readonly ListRow[];
  /** Rows that name nothing. */
  readonly refused: readonly Refusal[];
}

const URL_COLUMNS = ['url', 'link', 'image_url', 'image', 'picture', 'src'];
const PATH_COLUMNS = ['path', 'file', 'filename', 'photo'];
const NAME_COLUMNS = ['name', 'person', 'label'];
/** Largest list that is read: millions of links. */
const MAX_LIST_BYTES = 512 * 2 ** 20;
const DIGEST_DIGITS = 8;

/**
 * Reads a list. `label`: what its paths begin with.
 *
 * Errors: `LIST_READ` (not UTF-8 text, or no table), `LIST_COLUMNS` (no column of links or paths), `LIST_EMPTY`.
 */
export async function readList(absolute: string, label: string): Promise<List> {
  const bytes = await readFile(absolute);
  if (bytes.length > MAX_LIST_BYTES) throw listError(absolute, 'LIST_READ', `has more than ${MAX_LIST_BYTES} bytes`);
  return parseList(bytes, absolute, label);
}

/** The list in these bytes. */
export function parseList(bytes: Buffer, absolute: string, label: string): List {
  const [columns, ...records] = readDelimited(bytes, (problem, cause) =>
    listError(absolute, 'LIST_READ', problem, cause),
  );
  const names = (columns ?? []).map((name) => name.trim());
  const find = (wanted: readonly string[]): number =>
    wanted.reduce((found, name) => (found >= 0 ? found : names.findIndex((own) => own.toLowerCase() === name)), -1);
  const [url, file, name] = [find(URL_COLUMNS), find(PATH_COLUMNS), find(NAME_COLUMNS)];
  if (url < 0 && file < 0) {
    const found = names.filter((own) => own !== '').join(', ') || 'none';
    throw listError(absolute, 'LIST_COLUMNS', `has no column "url" or "path"; its columns: ${found}`);
  }
  if (records.length === 0) throw listError(absolute, 'LIST_EMPTY', 'has no rows below its head');
  const rows: ListRow[] = [];
  const refused: Refusal[] = [];
  const taken = new Set<string>();
  for (const [at, record] of records.entries()) {
    const number = at + 2;
    if (record.length !== names.length) {
      const message = `the row has ${record.length} columns where the head has ${names.length}; a comma in a cell needs quotes`;
      refused.push({ path: `${label}/row ${number}`, code: 'LIST_ROW', message });
      continue;
    }
    const cell = (column: number): string => (column < 0 ? '' : (record[column] ?? '').trim());
    const target = cell(url) !== '' ? { url: cell(url) } : { file: cell(file) };
    if ('file' in target && target.file === '') {
      refused.push({
        path: `${label}/row ${number}`,
        code: 'LIST_ROW',
        message: 'the row has neither a link nor a path',
      });
      continue;
    }
    const wanted = `${label}/${'url' in target ? nameOfLink(target.url) : safeName(target.file)}`;
    const path = taken.has(wanted) ? `${wanted}~row${number}` : wanted;
    taken.add(path);
    const others = names.flatMap((column, index): [string, string][] => {
      const isOwn = index === url || index === file || index === name;
      return isOwn || column === '' || cell(index) === '' ? [] : [[column, cell(index)]];
    });
    const named: [string, string][] = cell(name) === '' ? [] : [['name', cell(name)]];
    rows.push({ path, target, attributes: Object.fromEntries([...others, ...named]) });
  }
  return { rows, refused };
}

/** Host and path of a link, with a digest of the whole, so that a name says where it is from and no two meet. */
function nameOfLink(link: string): string {
  const digest = createHash('sha256').update(link).digest('hex').slice(0, DIGEST_DIGITS);
  const url = URL.canParse(link) ? new URL(link) : null;
  if (url === null || url.host === '') return `unreadable link~${digest}`;
  let plain = url.pathname;
  try {
    plain = decodeURIComponent(plain);
  } catch {
    // Left as it is written: only a name.
  }
  const name = safeName(`${url.host.replaceAll(':', '_')}/${plain}`);
  const extension = extensionOf(name.slice(name.lastIndexOf('/') + 1));
  if (!isPictureExtension(extension)) return `${name}~${digest}`;
  return `${name.slice(0, -extension.length - 1)}~${digest}.${extension}`;
}

function listError(path: string, code: string, problem: string, cause?: unknown): FaceweaveError {
  return new FaceweaveError(`the list ${problem}`, {
    code,
    path,
    hint: 'a list is a CSV with a head line, a column "url" or "path", and perhaps "name"',
    ...(cause === undefined ? {} : { cause }),
  });
}
