/**
 * `faceweave tune`: many thresholds tried on the vectors of a project, judged
 * by labels or by stability. Changes no person.
 */
import { usageError } from '../../config/index.js';
import type { TuneParameter } from '../../project/index.js';
import { type RawArguments, readText } from '../arguments.js';
import { labelWarnings, tuningSentences } from '../evaluation-sentences.js';
import type { Outcome } from '../outcome.js';
import { withSession } from '../session.js';

/** What `--parameter` may name, and the option that it then replaces. */
export const TUNE_PARAMETERS: Readonly<Record<TuneParameter, string>> = {
  threshold: 'threshold',
  'min-samples': 'minSamples',
};

function readParameter(raw: RawArguments): TuneParameter {
  const text = readText(raw['parameter']) ?? 'threshold';
  const known = Object.keys(TUNE_PARAMETERS).find((name) => name === text) as TuneParameter | undefined;
  if (known === undefined) throw usageError('--parameter', `one of ${Object.keys(TUNE_PARAMETERS).join(', ')}`, text);
  const held = raw[TUNE_PARAMETERS[known]];
  if (held !== undefined) throw usageError(`--${known}`, `nothing: it is what --parameter ${known} tries`, held);
  return known;
}

/** A number of the range; text that is none is refused by name. */
function readNumber(raw: RawArguments, name: string): number | undefined {
  const text = readText(raw[name]);
  if (text === undefined) return undefined;
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) throw usageError(`--${name}`, 'a number', text);
  return Number(text);
}

/** Handles the command. */
export async function tuneCommand(raw: RawArguments): Promise<Outcome> {
  const parameter = readParameter(raw);
  const [from, to, step] = ['from', 'to', 'step'].map((name) => readNumber(raw, name));
  const [labels, nameColumn] = [readText(raw['labels']), readText(raw['nameColumn'])];
  return withSession({ command: 'tune', options: 'tune', creates: false }, raw, async (session) => {
    const { args, project, terminal, call } = session;
    const tuning = await project.tune({
      ...call,
      parameter,
      options: args.options,
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
      ...(step === undefined ? {} : { step }),
      ...(labels === undefined ? {} : { labels }),
      ...(nameColumn === undefined ? {} : { nameColumn }),
    });
    for (const warning of tuning.warnings) terminal.warn(warning);
    if (tuning.labels !== null) for (const warning of labelWarnings(tuning.labels)) terminal.warn(warning);
    const { values, ...rest } = tuning;
    for (const value of values) await session.record({ type: 'tuning', parameter, ...value });
    if (!args.json && !args.quiet) await terminal.data(`${tuningSentences(tuning).join('\n')}\n`);
    return {
      outcome: tuning.faces === 0 ? 'nothing-found' : 'done',
      summary: { project: project.projectDir, ...rest },
    };
  });
}
