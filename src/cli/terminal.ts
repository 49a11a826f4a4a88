/**
 * Where words go: data to stdout, talk to stderr, with control characters made
 * visible so that a file name cannot forge a line. The only module that writes
 * to the standard streams.
 */
import { FaceweaveError } from '../config/index.js';

/** Switches that every command has. */
export interface TerminalOptions {
  /** No talk but errors. */
  readonly quiet: boolean;
}

/** What commands write to. */
export interface Terminal {
  /** Whether stderr is a terminal that can redraw a line. */
  readonly isLive: boolean;
  readonly columns: number;
  readonly quiet: boolean;
  /**
   * Data; resolves when the reader has taken it, so a pipe never grows in memory.
   * Rejects, once, with `OUTPUT_WRITE` when stdout cannot be written.
   */
  data(text: string): Promise<void>;
  /** Whether the reader of stdout went away: there is no use in writing more. */
  isReaderGone(): boolean;
  /** A line for a program that listens on stderr; never silent. */
  signal(line: string): void;
  /** Talk, a line; silent under `--quiet`. */
  talk(line: string): void;
  /** `faceweave: <path>: <cause>` and its hint, always shown. */
  error(thrown: unknown): void;
  /** One trouble with one input: `faceweave: <path>: <cause>`. */
  complain(path: string, cause: string): void;
  warn(message: string): void;
  /** Draws over the last status line; empty text removes it. */
  status(text: string): void;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: making control characters visible is the point.
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

const SHORT_ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** The text with control and direction-changing characters written as escapes. */
export function visible(text: string): string {
  return text.replace(CONTROL, (character) => {
    const code = character.charCodeAt(0);
    const wide = `\\u${code.toString(16).padStart(4, '0')}`;
    return SHORT_ESCAPES[character] ?? (code > 0xff ? wide : `\\x${code.toString(16).padStart(2, '0')}`);
  });
}

const SYSTEM_HINTS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full: make room and run the same command again',
  EACCES: 'check the rights of the file and its folder',
  EPERM: 'check the rights of the file and its folder',
  EROFS: 'the disk is read-only: name another project folder with --project',
};

function isSystemError(thrown: unknown): thrown is NodeJS.ErrnoException {
  return thrown instanceof Error && !(thrown instanceof FaceweaveError) && 'syscall' in thrown;
}

/** Lines of an error: the first names the thing, the last is its hint. */
export function errorLines(thrown: unknown): readonly string[] {
  if (isSystemError(thrown)) {
    // Node's message ends with the call and the path; the path comes first here.
    const cause = thrown.message.replace(/, \w+( '[\s\S]*')?$/, '');
    const lines = [`faceweave: ${thrown.path === undefined ? '' : `${visible(thrown.path)}: `}${visible(cause)}`];
    const hint = thrown.code === undefined ? undefined : SYSTEM_HINTS[thrown.code];
    return hint === undefined ? lines : [...lines, `hint: ${hint}`];
  }
  if (!(thrown instanceof FaceweaveError)) {
    const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    return [`faceweave: ${text.split('\n').map(visible).join('\n')}`];
  }
  const { path, message } = thrown;
  const where = path === undefined || message.startsWith(path) ? '' : `${visible(path)}: `;
  // A message may have lines of its own (lists of cures); a path in it may not make new ones.
  const lines = [`faceweave: ${where}${message.split('\n').map(visible).join('\n')}`];
  if (thrown.hint !== undefined) lines.push(`hint: ${visible(thrown.hint)}`);
  return lines;
}

function isEndOfReader(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'EPIPE';
}

function outputError(cause: unknown): FaceweaveError {
  const [reason, code] = cause instanceof Error ? [cause.message, 'code' in cause ? cause.code : ''] : [String(cause)];
  return new FaceweaveError(`stdout cannot be written: ${reason.replace(/, write$/, '')}`, {
    code: 'OUTPUT_WRITE',
    ...(code === 'ENOSPC' ? { hint: 'the disk is full: make room and run the same command again' } : {}),
    cause,
  });
}

/** The terminal over the process's own streams. A reader that went away is not an error. */
export function processTerminal(options: TerminalOptions): Terminal {
  const { stdout, stderr, env } = process;
  const isLive = stderr.isTTY === true && env['TERM'] !== 'dumb';
  let hasStatus = false;
  let readerGone = false;
  stdout.on('error', () => {
    // Told to whoever waits for the write, below.
  });
  stderr.on('error', () => {
    // Nobody is left to tell.
  });
  const clear = (): void => {
    if (hasStatus) stderr.write('\r\u001b[2K');
    hasStatus = false;
  };
  const line = (text: string): void => {
    clear();
    stderr.write(`${text}\n`);
  };
  return {
    isLive,
    get columns() {
      return stderr.columns ?? 80;
    },
    quiet: options.quiet,
    data: async (text) => {
      if (readerGone) return;
      clear();
      try {
        await new Promise<void>((resolve, reject) => {
          stdout.write(text, (error) => (error ? reject(error) : resolve()));
        });
      } catch (cause) {
        // One failure is told once: what would be written later has no use either.
        const isFirst = !readerGone;
        readerGone = true;
        if (isFirst && !isEndOfReader(cause)) throw outputError(cause);
      }
    },
    isReaderGone: () => readerGone,
    signal: line,
    talk: (text) => {
      if (!options.quiet) line(text);
    },
    error: (thrown) => {
      for (const text of errorLines(thrown)) line(text);
    },
    complain: (path, cause) => line(`faceweave: ${visible(path)}: ${visible(cause)}`),
    warn: (message) => line(`faceweave: warning: ${visible(message)}`),
    status: (text) => {
      if (options.quiet || !isLive) return;
      clear();
      if (text === '') return;
      stderr.write(text.slice(0, Math.max(20, (stderr.columns ?? 80) - 1)));
      hasStatus = true;
    },
  };
}
