/**
 * `faceweave models list|verify`: which models are shipped, whose they are, and
 * whether their files are whole.
 */
import { listModels, type ModelCard, verifyModels } from '../../models/index.js';
import { type RawArguments, readArguments } from '../arguments.js';
import type { Outcome } from '../outcome.js';
import { exitCodeOf } from '../outcome.js';
import { processTerminal } from '../terminal.js';

/** Handles the command. */
export async function modelsCommand(raw: RawArguments): Promise<Outcome> {
  const args = readArguments(raw, null);
  const terminal = processTerminal({ quiet: args.quiet });
  const isList = raw['action'] === 'list';
  const records = isList ? listModels().map(cardRecord) : verifyModels().map((check) => ({ type: 'check', ...check }));
  const isWhole = records.every((record) => !('ok' in record) || record.ok === true);
  const outcome: Outcome = isWhole ? 'done' : 'cannot-run';
  if (args.json) {
    const summary = {
      type: 'summary',
      command: 'models',
      outcome,
      exitCode: exitCodeOf(outcome),
      models: records.length,
    };
    for (const record of [...records, summary]) await terminal.data(`${JSON.stringify(record)}\n`);
    return outcome;
  }
  const lines = isList ? listModels().flatMap(cardLines) : verifyModels().map(checkLine);
  await terminal.data(`${lines.join('\n')}\n`);
  return outcome;
}

function checkLine({ name, ok, expected, found }: ReturnType<typeof verifyModels>[number]): string {
  const state = ok ? 'whole' : found === null ? 'MISSING' : `DAMAGED (found ${found})`;
  return `${name.padEnd(14)} ${expected}  ${state}`;
}

function originOf({ origin }: ModelCard): string {
  return origin === null ? 'your own file' : `${origin.registry} ${origin.package} ${origin.version}, ${origin.file}`;
}

function cardRecord(card: ModelCard) {
  const { name, job, purpose, licence, licenceNote, origin, sha256, bytes, dims } = card;
  return { type: 'model', name, job, purpose, licence, licenceNote, origin, sha256, bytes, dims };
}

function cardLines(card: ModelCard): readonly string[] {
  return [
    `${card.name} (${card.job}, ${(card.bytes / 1e6).toFixed(1)} MB)`,
    `  ${card.purpose}`,
    `  licence  ${card.licence}`,
    ...(card.licenceNote === null ? [] : [`           ${card.licenceNote}`]),
    `  origin   ${originOf(card)}`,
    `  sha256   ${card.sha256}`,
    '',
  ];
}
