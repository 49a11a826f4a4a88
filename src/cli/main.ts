#!/usr/bin/env node
/**
 * The program: from the arguments to an exit code. `--version` is answered
 * before anything heavy is loaded; all else goes through the command line's grammar.
 */
import { writeSync } from 'node:fs';
import { packageVersion } from '../project/version.js';
import { leave, leaveNow } from './exit.js';
import { outcomeOfError } from './outcome.js';

async function main(args: readonly string[]): Promise<void> {
  try {
    if (args[0] === '--version') {
      const { processTerminal } = await import('./terminal.js');
      await processTerminal({ quiet: false }).data(`${packageVersion()}\n`);
      return;
    }
    const { runCommandLine } = await import('./command-line.js');
    leave(await runCommandLine(args));
  } catch (thrown) {
    const { errorLines } = await import('./terminal.js');
    process.stderr.write(`${errorLines(thrown).join('\n')}\n`);
    leave(outcomeOfError(thrown));
  }
}

/** What no command caught: never Node's own exit code, which would mean "nothing found". */
function lastResort(thrown: unknown): void {
  const isReaderGone = thrown instanceof Error && 'code' in thrown && thrown.code === 'EPIPE';
  if (!isReaderGone) {
    const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    try {
      writeSync(process.stderr.fd, `faceweave: ${text}\nhint: this is a defect in faceweave; please report it\n`);
    } catch {
      // Nobody is left to tell.
    }
  }
  leaveNow(isReaderGone ? 'done' : 'cannot-run');
}

process.on('uncaughtException', lastResort);
process.on('unhandledRejection', lastResort);
await main(process.argv.slice(2));
