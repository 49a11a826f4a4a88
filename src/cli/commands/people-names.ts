/**
 * `faceweave people import`: names from a gallery or from lists, each a decision
 * of its own; and what matched nobody.
 */
import { usageError } from '../../config/index.js';
import type { RawArguments } from '../arguments.js';
import { readText } from '../arguments.js';
import { count } from '../sentences.js';
import type { Ended, Session } from '../session.js';
import { visible } from '../terminal.js';

/** Imports names. */
export async function importNames(session: Session, raw: RawArguments): Promise<Ended> {
  const { project, args, terminal, record } = session;
  const gallery = readText(raw['gallery']);
  if (gallery === undefined && raw['lists'] !== true) {
    throw usageError('people import', '--gallery FOLDER or --lists', 'neither');
  }
  const found = await project.matchNames(gallery === undefined ? 'lists' : { gallery, options: args.options });
  const note = gallery === undefined ? 'from a list' : `from the gallery ${gallery}`;
  const author = readText(raw['author']);
  const summary = await project.people.nameAll(found.matched, { note, ...(author === undefined ? {} : { author }) });
  if (args.json) {
    for (const named of summary.named) await record({ type: 'named', ...named });
    for (const refused of summary.refused) await record({ type: 'name-refused', ...refused });
    for (const unmatched of found.unmatched) await record({ type: 'name-unmatched', ...unmatched });
    for (const skipped of found.skipped) await record({ type: 'skipped', ...skipped });
  } else {
    await terminal.data(
      `${count(summary.named.length, 'person', 'persons')} named, ${summary.already.length} had the name before, ${summary.refused.length} bear another, ${found.unmatched.length} names matched nobody.\n`,
    );
  }
  for (const { person, name, present } of summary.refused) {
    terminal.warn(`${person} is called ${visible(present)}, not ${visible(name)}: nothing was changed`);
  }
  for (const { name, reason } of found.unmatched) terminal.warn(`${visible(name)}: ${reason}`);
  for (const { path, reason } of found.skipped) terminal.complain(path, reason);
  return {
    outcome: summary.named.length + summary.already.length === 0 ? 'nothing-found' : 'done',
    summary: {
      named: summary.named.length,
      already: summary.already.length,
      refused: summary.refused.length,
      unmatched: found.unmatched.length,
      skipped: found.skipped.length,
    },
  };
}
