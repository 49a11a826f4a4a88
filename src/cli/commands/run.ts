/**
 * `faceweave run`: extract, cluster and network one after the other, with one
 * summary.
 */
import type { RawArguments } from '../arguments.js';
import type { Outcome } from '../outcome.js';
import {
  clusterFigures,
  conflictRecords,
  edgeRecords,
  extractFigures,
  networkFigures,
  personRecords,
} from '../records.js';
import { clusterSentences, extractSentences, networkSentences, statsTable } from '../sentences.js';
import { withSession } from '../session.js';
import { warnOfClustering } from './cluster.js';
import { extractRequest } from './extract.js';
import { warnOfChanges } from './network.js';

/** Handles the command. */
export function runCommand(raw: RawArguments): Promise<Outcome> {
  return withSession({ command: 'run', options: 'run', creates: true }, raw, async (session) => {
    const { args, project, terminal } = session;
    const { extract, cluster, network } = await project.run(extractRequest(session));
    for (const warning of extract.warnings) terminal.warn(warning);
    warnOfClustering(terminal, cluster);
    warnOfChanges(terminal, network);
    if (args.json) {
      const contents = await project.contents(args.options);
      for (const record of conflictRecords(cluster.conflicts)) await session.record(record);
      for (const record of personRecords(contents)) await session.record(record);
      for (const record of edgeRecords(contents)) await session.record(record);
    } else if (!args.quiet) {
      const lines = [
        ...extractSentences(extract),
        ...clusterSentences(cluster),
        ...networkSentences(network),
        ...(args.stats ? ['', ...statsTable(extract.stats)] : []),
      ];
      await terminal.data(`${lines.join('\n')}\n`);
    }
    return {
      outcome: extract.skipped > 0 ? 'some-skipped' : cluster.faces === 0 ? 'nothing-found' : 'done',
      summary: {
        project: project.projectDir,
        ...extractFigures(extract, args.stats),
        ...clusterFigures(cluster),
        ...networkFigures(network),
      },
    };
  });
}
