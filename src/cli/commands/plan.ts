/**
 * `faceweave plan`: what an extraction would read and cost; nothing is written.
 */
import { planProject } from '../../project/index.js';
import { type RawArguments, readArguments } from '../arguments.js';
import { namesOf } from '../files-from.js';
import type { Outcome } from '../outcome.js';
import { planSentences } from '../sentences.js';
import { withTerminal } from '../session.js';

/** Handles the command. */
export function planCommand(raw: RawArguments): Promise<Outcome> {
  const args = readArguments(raw, 'plan');
  return withTerminal('plan', args, async ({ terminal, call }) => {
    const plan = await planProject(
      {
        sources: args.sources,
        ...(await namesOf(args)),
        ...(args.project === undefined ? {} : { project: args.project }),
      },
      { ...call, options: args.options, retry: args.retry },
    );
    if (!args.json) await terminal.data(`${planSentences(plan).join('\n')}\n`);
    return {
      outcome: plan.toRead + plan.refused + plan.toFetch === 0 ? 'nothing-found' : 'done',
      summary: { ...plan },
    };
  });
}
