#!/usr/bin/env node
/**
 * The program: from the arguments to an exit code. `--version` is answered
 * before anything is loaded; all else goes through the command line's grammar.
 */
import { packageVersion } from '../project/version.js';
import { leave } from './exit.js';
import { outcomeOfError } from './outcome.js';

async function main(args: readonly string[]): Promise<void> {
  if (args[0] === '--version') {
    process.stdout.write(`${packageVersion()}\n`);
    return;
  }
  try {
    const { runCommandLine } = await import('./command-line.js');
    leave(await runCommandLine(args));
  } catch (thrown) {
    const { errorLines } = await import('./terminal.js');
    process.stderr.write(`${errorLines(thrown).join('\n')}\n`);
    leave(outcomeOfError(thrown));
  }
}

await main(process.argv.slice(2));
