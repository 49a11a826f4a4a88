/**
 * `faceweave cluster`: faces become persons.
 */
import type { ClusterStepSummary } from '../../project/index.js';
import type { RawArguments } from '../arguments.js';
import type { Outcome } from '../outcome.js';
import { clusterFigures, conflictRecords, personRecords } from '../records.js';
import { clusterSentences, count } from '../sentences.js';
import { withSession } from '../session.js';
import type { Terminal } from '../terminal.js';

/** What a user should know though the command succeeded. */
export function warnOfClustering(terminal: Terminal, summary: ClusterStepSummary): void {
  for (const warning of summary.warnings) terminal.warn(warning);
  for (const { line, message } of summary.decisions.problems)
    terminal.warn(`decisions.ndjson, line ${line}: ${message}`);
  for (const { decision, message } of summary.decisions.idle) terminal.warn(`decision ${decision}: ${message}`);
  for (const { personId, outcome } of summary.mosaics?.failed ?? []) {
    terminal.warn(`no mosaic of ${personId}: ${outcome.message ?? outcome.code}`);
  }
  const incomplete = summary.mosaics?.incomplete ?? [];
  if (incomplete.length > 0) {
    const missing = incomplete.reduce((sum, mosaic) => sum + mosaic.missing, 0);
    const [mosaics, crops] = [count(incomplete.length, 'mosaic'), count(missing, 'crop')];
    terminal.warn(`${mosaics} with grey tiles: ${crops} cannot be read; faceweave extract makes them again`);
  }
}

/** Handles the command. */
export function clusterCommand(raw: RawArguments): Promise<Outcome> {
  return withSession({ command: 'cluster', options: 'cluster', creates: false }, raw, async (session) => {
    const { args, project, terminal, call } = session;
    const summary = await project.cluster({ ...call, options: args.options });
    warnOfClustering(terminal, summary);
    if (args.json) {
      for (const record of conflictRecords(summary.conflicts)) await session.record(record);
      for (const record of personRecords(await project.contents(args.options))) await session.record(record);
    } else if (!args.quiet) {
      await terminal.data(`${clusterSentences(summary).join('\n')}\n`);
    }
    return {
      outcome: summary.faces === 0 ? 'nothing-found' : 'done',
      summary: { project: project.projectDir, ...clusterFigures(summary) },
    };
  });
}
