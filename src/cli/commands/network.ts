/**
 * `faceweave network`: the page and the table of edges.
 */
import type { NetworkSummary } from '../../project/index.js';
import type { RawArguments } from '../arguments.js';
import type { Outcome } from '../outcome.js';
import { edgeRecords, networkFigures } from '../records.js';
import { count, networkSentences } from '../sentences.js';
import { withSession } from '../session.js';
import type { Terminal } from '../terminal.js';

/** Photographs that are evidence no more. */
export function warnOfChanges(terminal: Terminal, { photosChanged }: NetworkSummary): void {
  if (photosChanged === 0) return;
  const photographs = count(photosChanged, 'photograph');
  terminal.warn(
    `${photographs} changed or missing since extraction, or inside an archive; faceweave extract looks at changed ones again`,
  );
}

/** Handles the command. */
export function networkCommand(raw: RawArguments): Promise<Outcome> {
  return withSession({ command: 'network', options: 'network', creates: false }, raw, async (session) => {
    const { args, project, terminal, call } = session;
    const summary = await project.network({ ...call, options: args.options });
    warnOfChanges(terminal, summary);
    if (args.json) {
      for (const record of edgeRecords(await project.contents(args.options))) await session.record(record);
    } else if (!args.quiet) {
      await terminal.data(`${networkSentences(summary).join('\n')}\n`);
    }
    return {
      outcome: summary.persons === 0 ? 'nothing-found' : 'done',
      summary: { project: project.projectDir, ...networkFigures(summary) },
    };
  });
}
