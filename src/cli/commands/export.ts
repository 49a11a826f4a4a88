/**
 * `faceweave export faces|edges|people|landmarks`: a table to stdout or to a file.
 * The table itself is the data, so `--json` adds no records on stdout.
 */
import { usageError } from '../../config/index.js';
import { TABLE_FORMATS, type TableFormat, type TableName, writeFaceDatabase } from '../../project/index.js';
import { type RawArguments, readText } from '../arguments.js';
import type { Outcome } from '../outcome.js';
import { writeOutputFile } from '../output-file.js';
import { count } from '../sentences.js';
import { type Ended, type Session, withSession } from '../session.js';
import { visible } from '../terminal.js';

function readTable(value: unknown): TableName {
  const name = Object.keys(TABLE_FORMATS).find((known) => known === value);
  if (name === undefined) throw usageError('table', `one of ${Object.keys(TABLE_FORMATS).join(', ')}`, value);
  return name as TableName;
}

function readFormat(table: TableName, value: unknown): TableFormat {
  const format = TABLE_FORMATS[table].find((known) => known === value);
  if (format === undefined) throw usageError('--format', `one of ${TABLE_FORMATS[table].join(', ')}`, value);
  return format;
}

/** Handles the command. */
export function exportCommand(raw: RawArguments): Promise<Outcome> {
  const name = readTable(raw['table']);
  // `--json` and `--format json` mean the same here: the table, as JSON.
  const format = readFormat(name, raw['json'] === true ? 'json' : readText(raw['format']));
  const output = readText(raw['output']);
  if (format === 'parquet' && output === undefined) throw usageError('--output', 'a file for --format parquet', output);
  const plain = { ...raw, json: false };
  return withSession({ command: 'export', options: 'export', creates: false }, plain, (session) =>
    output === undefined && format === 'h5' ? refresh(session) : write(session, name, format, output),
  );
}

/** The project's own `Data/FaceDatabase.h5`. */
async function refresh({ project, terminal }: Session): Promise<Ended> {
  const { path, rows } = await writeFaceDatabase(project.store, project.projectDir);
  terminal.talk(`${count(rows, 'row')} in ${visible(path)}`);
  return { outcome: rows === 0 ? 'nothing-found' : 'done', summary: {} };
}

async function write(
  { args, project, terminal }: Session,
  name: TableName,
  format: TableFormat,
  output: string | undefined,
): Promise<Ended> {
  const table = await project.table(name, format, args.options);
  if (output === undefined) {
    for (const chunk of table.chunks) {
      // The formats of bytes have a file, see above.
      await terminal.data(String(chunk));
      if (terminal.isReaderGone()) break;
    }
  } else {
    await writeOutputFile(output, table.chunks);
    terminal.talk(`${count(table.rows, 'row')} in ${visible(output)}`);
  }
  if (format === 'spreadsheet') {
    terminal.talk("text beginning with = + - @, a tab or a line's end begins with an apostrophe in this table");
  }
  return { outcome: table.rows === 0 ? 'nothing-found' : 'done', summary: {} };
}
