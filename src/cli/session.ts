/**
 * What every command that opens a project does around its work: terminal,
 * Ctrl-C, progress, JSON records, the last summary, and the project closed
 * whatever happens.
 */
import { FaceweaveError, type OptionCommand } from '../config/index.js';
import type { LongCall } from '../native/index.js';
import { openProject, type Project } from '../project/index.js';
import { type CommonArguments, type RawArguments, readArguments } from './arguments.js';
import { leaveNow } from './exit.js';
import { namesOf } from './files-from.js';
import { watchInterrupts } from './interrupt.js';
import { exitCodeOf, Interrupted, type Outcome, outcomeOfError } from './outcome.js';
import { progressView } from './progress.js';
import { processTerminal, type Terminal } from './terminal.js';

/** A record of `--json`. */
export type JsonRecord = Readonly<Record<string, unknown>> & { readonly type: string };

/** What a command works with. */
export interface Session extends Console {
  readonly args: CommonArguments;
  readonly project: Project;
}

/** What a command talks through. */
export interface Console {
  readonly terminal: Terminal;
  /** Signal and progress for the long calls. */
  readonly call: LongCall;
  /** Writes a record under `--json`; else nothing. */
  record(record: JsonRecord): Promise<void>;
  /** Tells of a skipped file as it happens. */
  onSkipped(path: string, code: string, message: string): void;
}

/** How a command ended, and what its last record says. */
export interface Ended {
  readonly outcome: Outcome;
  readonly summary: Readonly<Record<string, unknown>>;
}

/** What a command is called and reads. */
export interface SessionOf {
  readonly command: string;
  /** Whose options are resolved; null: none. */
  readonly options: OptionCommand | null;
  /** Whether the sources are read, and the project made when it is not there. */
  readonly creates: boolean;
}

/** Runs `work` with an open project; never throws but for wrong usage. */
export function withSession(
  of: SessionOf,
  raw: RawArguments,
  work: (session: Session) => Promise<Ended>,
): Promise<Outcome> {
  const args = readArguments(raw, of.options);
  let project: Project | undefined;
  return withTerminal(
    of.command,
    args,
    async (console) => {
      const opened = await openProject({
        sources: args.sources,
        ...(await namesOf(args)),
        create: of.creates,
        ...(args.project === undefined ? {} : { project: args.project }),
      });
      project = opened;
      return work({ ...console, args, project: opened });
    },
    {
      soFar: async () => (project === undefined ? {} : soFar(project)),
      close: async () => project?.close(),
    },
  );
}

/** What is done around a command's work when it does not come to its end, and at the end. */
interface Surroundings {
  /** What the last record says of work that was not finished. */
  readonly soFar: () => Promise<Readonly<Record<string, unknown>>>;
  readonly close: () => Promise<void>;
}

const NOTHING_AROUND: Surroundings = { soFar: async () => ({}), close: async () => {} };

/** Runs `work` with a terminal, Ctrl-C, progress and records, but without a project. */
export async function withTerminal(
  command: string,
  args: CommonArguments,
  work: (console: Console) => Promise<Ended>,
  around: Surroundings = NOTHING_AROUND,
): Promise<Outcome> {
  const terminal = processTerminal({ quiet: args.quiet });
  const interrupts = watchInterrupts(
    () => terminal.talk('faceweave: interrupted: finishing what has begun; once more stops now'),
    () => leaveNow('interrupted'),
  );
  const write = (record: JsonRecord): Promise<void> =>
    args.json ? terminal.data(`${JSON.stringify(record)}\n`) : Promise.resolve();
  const finish = async (ended: Ended): Promise<Outcome> => {
    const { outcome, summary } = ended;
    await write({ type: 'summary', command, outcome, exitCode: exitCodeOf(outcome), ...summary });
    return outcome;
  };
  // A record nobody waited for could not be written.
  let lost: unknown;
  try {
    const ended = await work({
      terminal,
      call: { signal: interrupts.signal, onProgress: progressView(args.progress, terminal) },
      record: write,
      onSkipped: (path, code, message) => {
        terminal.complain(path, message === '' ? code : message);
        write({ type: 'skipped', path, code, message }).catch((thrown: unknown) => {
          lost ??= thrown;
        });
      },
    });
    if (lost !== undefined) throw lost;
    return await finish(ended);
  } catch (thrown) {
    const outcome = outcomeOfError(thrown);
    terminal.status('');
    if (thrown instanceof Interrupted) {
      terminal.talk('faceweave: interrupted; what was done is saved');
      terminal.talk('hint: run the same command again to go on');
    } else {
      terminal.error(thrown);
      await write(errorRecord(thrown));
    }
    return await finish({ outcome, summary: await around.soFar() });
  } finally {
    interrupts.release();
    await around.close();
  }
}

/** What the project holds when a command did not come to its end. */
async function soFar(project: Project): Promise<Readonly<Record<string, unknown>>> {
  // The store itself may be what failed: then there is nothing to say.
  const counts = await project.store.counts().catch(() => ({}));
  return { project: project.projectDir, ...counts };
}

function errorRecord(thrown: unknown): JsonRecord {
  if (!(thrown instanceof FaceweaveError)) {
    return { type: 'error', code: 'INTERNAL', message: thrown instanceof Error ? thrown.message : String(thrown) };
  }
  const { code, message, path, hint } = thrown;
  return {
    type: 'error',
    code,
    message,
    ...(path === undefined ? {} : { path }),
    ...(hint === undefined ? {} : { hint }),
  };
}
