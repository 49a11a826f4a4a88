/**
 * A table in a text file as rows of cells: CSV, TSV or with semicolons, told by
 * its head. Apart because lists of photographs and tables of labels are both
 * such files, and a wrong encoding must be told of either.
 */
import { parse } from 'csv-parse/sync';
import type { FaceweaveError } from '../config/error.js';

/** Makes the error for a file that is no table; `problem` continues a sentence: "is not UTF-8 text". */
export type Refuse = (problem: string, cause?: unknown) => FaceweaveError;

/** A table's text, and what parts its cells. */
export interface DelimitedText {
  readonly text: string;
  readonly delimiter: string;
}

/**
 * The text of the table and its delimiter: the most frequent in the head of comma, semicolon and tab.
 *
 * *Errors*: what `refuse` makes, for UTF-16, bytes that are not UTF-8, and NUL.
 */
export function delimitedText(bytes: Buffer, refuse: Refuse): DelimitedText {
  const isWide =
    bytes.subarray(0, 2).equals(Buffer.of(0xff, 0xfe)) || bytes.subarray(0, 2).equals(Buffer.of(0xfe, 0xff));
  if (isWide) throw refuse('is UTF-16 text; save it as UTF-8');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw refuse('is not UTF-8 text', cause);
  }
  if (text.includes('\0')) throw refuse('is not text');
  const head = text.slice(0, text.search(/[\r\n]|$/));
  const counts = [',', ';', '\t'].map((delimiter) => ({ delimiter, count: head.split(delimiter).length }));
  const { delimiter } = counts.reduce((best, next) => (next.count > best.count ? next : best));
  return { text, delimiter };
}

/** What to say of a file that the parser gave up on. */
export function noTable(cause: unknown, refuse: Refuse): FaceweaveError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return refuse(`is no table that can be read: ${reason}`, cause);
}

/**
 * The rows of the table, head first, empty lines left out; cells as they stand. Rows may differ in length. A byte
 * order mark is no part of the first cell.
 *
 * *Errors*: those of `delimitedText`, and what `refuse` makes for quotes that do not close.
 */
export function readDelimited(bytes: Buffer, refuse: Refuse): readonly (readonly string[])[] {
  const { text, delimiter } = delimitedText(bytes, refuse);
  try {
    return parse(text, { delimiter, relax_column_count: true, skip_empty_lines: true });
  } catch (cause) {
    throw noTable(cause, refuse);
  }
}
