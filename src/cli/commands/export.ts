/**
 * `faceweave export faces|edges|people`: a table to stdout or to a file. The
 * table itself is the data, so `--json` adds no records on stdout.
 */
import { usageError } from '../../config/index.js';
import type { TableFormat, TableName } from '../../project/index.js';
import { type RawArguments, readText } from '../arguments.js';
import type { Outcome } from '../outcome.js';
import { writeOutputFile } from '../output-file.js';
import { count } from '../sentences.js';
import { withSession } from '../session.js';
import { visible } from '../terminal.js';

function readTable(value: unknown): TableName {
  if (value === 'faces' || value === 'edges' || value === 'people') return value;
  throw usageError('table', 'one of faces, edges, people', value);
}

function readFormat(value: unknown): TableFormat {
  if (value === 'csv' || value === 'json') return value;
  throw usageError('--format', 'one of csv, json', value);
}

/** Handles the command. */
export function exportCommand(raw: RawArguments): Promise<Outcome> {
  const name = readTable(raw['table']);
  // `--json` and `--format json` mean the same here: the table, as JSON.
  const format = raw['json'] === true ? 'json' : readFormat(readText(raw['format']));
  const output = readText(raw['output']);
  const plain = { ...raw, json: false };
  return withSession(
    { command: 'export', options: 'export', creates: false },
    plain,
    async ({ args, project, terminal }) => {
      const table = await project.table(name, format, args.options);
      if (output === undefined) {
        for (const chunk of table.chunks) {
          await terminal.data(chunk);
          if (terminal.isReaderGone()) break;
        }
      } else {
        await writeOutputFile(output, table.chunks);
        terminal.talk(`${count(table.rows, 'row')} in ${visible(output)}`);
      }
      return { outcome: table.rows === 0 ? 'nothing-found' : 'done', summary: {} };
    },
  );
}
