/**
 * `faceweave extract`: the first step alone.
 */
import type { ExtractStepRequest } from '../../project/index.js';
import type { RawArguments } from '../arguments.js';
import type { Outcome } from '../outcome.js';
import { extractFigures } from '../records.js';
import { extractSentences, statsTable } from '../sentences.js';
import { type Session, withSession } from '../session.js';

/** What `extract` and `run` ask of the library. */
export function extractRequest({ args, call, onSkipped }: Session): ExtractStepRequest {
  return {
    ...call,
    options: args.options,
    strict: args.strict,
    retry: args.retry,
    ...(args.maxErrors === undefined ? {} : { maxErrors: args.maxErrors }),
    onSkipped,
  };
}

/** Handles the command. */
export function extractCommand(raw: RawArguments): Promise<Outcome> {
  return withSession({ command: 'extract', options: 'extract', creates: true }, raw, async (session) => {
    const { args, project, terminal } = session;
    const summary = await project.extract(extractRequest(session));
    for (const warning of summary.warnings) terminal.warn(warning);
    if (!args.json && !args.quiet) {
      const lines = [...extractSentences(summary), ...(args.stats ? ['', ...statsTable(summary.stats)] : [])];
      await terminal.data(`${lines.join('\n')}\n`);
    }
    const { faces } = await project.store.counts();
    return {
      outcome: summary.skipped > 0 ? 'some-skipped' : faces === 0 ? 'nothing-found' : 'done',
      summary: { project: project.projectDir, ...extractFigures(summary, args.stats), faces },
    };
  });
}
