/**
 * A list of photographs: a table with a link or a path a row, a name, and any
 * further columns. Reads and checks the table; fetching is `fetch-list`'s
 * business. Pure but for reading the file.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { FaceweaveError } from '../config/error.js';
import type { Refusal } from './candidate.js';

import { delimitedText, noTable, type Refuse } from './delimited.js';
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
  const [head, ...records] = recordsOf(bytes, absolute);
  const names = (head?.cells ?? []).map((name) => name.trim());
  const find = (wanted: readonly string[]): number =>
    wanted.reduce((found, name) => (found >= 0 ? found : names.findIndex((own) => own.toLowerCase() === name)), -1);
  const [url, file, name] = [find(URL_COLUMNS), find(PATH_COLUMNS), find(NAME_COLUMNS)];
  if (url < 0 && file < 0) {
    const found = names.filter((own) => own !== '').join(', ') || 'none';
    throw listError(absolute, 'LIST_COLUMNS', `has no column "url" or "path"; its columns: ${found}`);
  }
  if (records.length === 0) throw listError(absolute, 'LIST_EMPTY', 'has no rows below its head');
  const rows: ListRow[] = [];
  const bad: { readonly line: number; readonly message: string }[] = [];
  const taken = new Set<string>();
  for (const { cells, line, problem } of records) {
    if (problem !== null) {
      bad.push({ line, message: `the row cannot be read: ${problem}; a quote in a cell is written twice, in quotes` });
      continue;
    }
    if (cells.length !== names.length) {
      const message = `the row has ${cells.length} columns where the head has ${names.length}; a comma in a cell needs quotes`;
      bad.push({ line, message });
      continue;
    }
    const cell = (column: number): string => (column < 0 ? '' : (cells[column] ?? '').trim());
    const target = cell(url) !== '' ? { url: cell(url) } : { file: cell(file) };
    if ('file' in target && target.file === '') {
      bad.push({ line, message: 'the row has neither a link nor a path' });
      continue;
    }
    const wanted = `${label}/${'url' in target ? nameOfLink(target.url) : safeName(target.file)}`;
    const path = taken.has(wanted) ? free(`${wanted}~row${line}`, taken) : wanted;
    taken.add(path);
    const others = names.flatMap((column, index): [string, string][] => {
      const isOwn = index === url || index === file || index === name;
      return isOwn || column === '' || cell(index) === '' ? [] : [[column, cell(index)]];
    });
    const named: [string, string][] = cell(name) === '' ? [] : [['name', cell(name)]];
    rows.push({ path, target, attributes: Object.fromEntries([...others, ...named]) });
  }
  // Last, because a file may be called so.
  const refused = bad.map(({ line, message }): Refusal => {
    const path = free(`${label}/row ${line}`, taken);
    taken.add(path);
    return { path, code: 'LIST_ROW', message };
  });
  return { rows, refused };
}

/** The name, numbered while another has it. */
function free(wanted: string, taken: ReadonlySet<string>): string {
  let name = wanted;
  for (let number = 2; taken.has(name); number += 1) name = `${wanted}~${number}`;
  return name;
}

/** One record of the table. */
interface ListRecord {
  readonly cells: readonly string[];
  /** Line of the file in which it begins, from 1 on. */
  readonly line: number;
  /** Why it is no proper record; null = it is one. */
  readonly problem: string | null;
}

function recordsOf(bytes: Buffer, absolute: string): readonly ListRecord[] {
  const refuse: Refuse = (problem, cause) => listError(absolute, 'LIST_READ', problem, cause);
  const { text: stored, delimiter } = delimitedText(bytes, refuse);
  // csv-parse counts a break of two characters in a cell as two lines.
  const text = stored.replace(/\r\n?/g, '\n');
  try {
    return strictRecords(text, delimiter);
  } catch {
    // One stray quote must not cost the other rows.
  }
  try {
    const records = relaxedRecords(text, delimiter);
    const problem = records[0]?.problem ?? null;
    if (problem !== null) throw new Error(problem);
    return records;
  } catch (cause) {
    throw noTable(cause, refuse);
  }
}

const SHAPE = { relax_column_count: true, skip_empty_lines: true, info: true } as const;

function strictRecords(text: string, delimiter: string): readonly ListRecord[] {
  const parsed: readonly Parsed[] = parse(text, { ...SHAPE, delimiter });
  return parsed.map((one) => ({ cells: one.record, line: firstLine(one), problem: null }));
}

/** Quotes are taken as they stand; each record that has some is then looked at strictly, alone. */
function relaxedRecords(text: string, delimiter: string): readonly ListRecord[] {
  const parsed: readonly Parsed[] = parse(text, { ...SHAPE, delimiter, relax_quotes: true, raw: true });
  return parsed.map((one) => {
    const record = { cells: one.record, line: firstLine(one), problem: null };
    if (one.raw?.includes('"') !== true) return record;
    try {
      strictRecords(one.raw, delimiter);
      return record;
    } catch (cause) {
      // Lines are those of the record alone, so they are left out.
      return { ...record, problem: reasonOf(cause).replace(/ at line \d+.*$/s, '') };
    }
  });
}

/** As csv-parse gives it; `lines` is the line in which the record ends. */
interface Parsed {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
  readonly raw?: string;
}

function firstLine({ record, info }: Parsed): number {
  return record.reduce((line, cell) => line - (cell.match(/\n/g)?.length ?? 0), info.lines);
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
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
