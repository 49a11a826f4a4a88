/**
 * `faceweave evaluate --labels CSV`: how right the persons are, by labels of
 * the user's own. Reads only.
 */
import { usageError } from '../../config/index.js';
import { type RawArguments, readText } from '../arguments.js';
import { evaluationSentences, labelWarnings } from '../evaluation-sentences.js';
import type { Outcome } from '../outcome.js';
import { writeOutputFile } from '../output-file.js';
import { withSession } from '../session.js';
import { visible } from '../terminal.js';

/** Handles the command. */
export async function evaluateCommand(raw: RawArguments): Promise<Outcome> {
  const labels = readText(raw['labels']);
  if (labels === undefined) throw usageError('--labels', 'a CSV of labels', labels);
  const nameColumn = readText(raw['nameColumn']);
  const output = readText(raw['output']);
  return withSession({ command: 'evaluate', options: null, creates: false }, raw, async (session) => {
    const { args, project, terminal } = session;
    const evaluation = await project.evaluate({ labels, ...(nameColumn === undefined ? {} : { nameColumn }) });
    for (const warning of labelWarnings(evaluation.labels)) terminal.warn(warning);
    const record = { type: 'evaluation', project: project.projectDir, ...evaluation };
    if (output !== undefined) {
      await writeOutputFile(output, [`${JSON.stringify(record, null, 2)}\n`]);
      terminal.talk(`the whole record is in ${visible(output)}`);
    }
    if (args.json) await session.record(record);
    else if (!args.quiet) await terminal.data(`${evaluationSentences(evaluation).join('\n')}\n`);
    const { faces, names, persons, scores } = evaluation;
    return {
      outcome: scores === null ? 'nothing-found' : 'done',
      summary: { project: project.projectDir, ...faces, names, persons, scores },
    };
  });
}
