/**
 * The journal of decisions, `decisions.ndjson`: append-only, one JSON line a
 * decision, on the disk before `append` returns. It is apart from the database
 * because it alone cannot be made again: no damage to the one touches the other.
 * Reading never fails over a bad line and never drops one silently.
 */
import { randomBytes } from 'node:crypto';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FaceweaveError } from '../config/error.js';
import { usageError } from '../config/usage.js';
import {
  DECISION_VERSION,
  type Decision,
  decisionSchema,
  isDecisionKind,
  type NewDecision,
} from './decision-schema.js';
import { writePrivateFile } from './private-file.js';
import { projectLayout } from './project-folder.js';

/** A line that is not a decision this version can follow. The line stays in the file. */
export interface JournalProblem {
  /** Counted from 1. */
  readonly line: number;
  /** Torn: the last line, cut off while it was being written. */
  readonly code: 'DECISION_TORN' | 'DECISION_INVALID' | 'DECISION_UNKNOWN_KIND' | 'DECISION_DUPLICATE_ID';
  readonly message: string;
  /** The line as it stands. */
  readonly text: string;
}

/** What the journal holds. */
export interface JournalContent {
  /** In the order they were appended. Of two with one id, the first. */
  readonly decisions: readonly Decision[];
  readonly problems: readonly JournalProblem[];
}

/** The journal of one project. */
export interface DecisionJournal {
  readonly path: string;
  /** Appends decisions, all in one write, and waits for the disk. Returns them as written. Errors: `USAGE`, `JOURNAL_WRITE`. */
  append(decisions: readonly NewDecision[]): Promise<readonly Decision[]>;
  /**
   * Writes the journal anew: each decision as `change` gives it, null = gone; lines that are no decisions stay only if
   * `keepsLine`. The one time that the journal is not only appended to: to forget. Errors: `PROJECT_WRITE`, `JOURNAL_READ`.
   */
  rewrite(change: (decision: Decision) => Decision | null, keepsLine: (text: string) => boolean): Promise<void>;
  /** Reads all; an absent file is an empty journal. Errors: `JOURNAL_READ`. */
  read(): Promise<JournalContent>;
}

/** What the journal takes from the world; tests give their own. */
export interface JournalSurroundings {
  readonly now?: () => Date;
  /** 16 hex digits, new at each call. */
  readonly randomHex?: () => string;
}

const PRIVATE_FILE = 0o600;
const NEWLINE = 0x0a;

/** The journal of a project folder; the file is made at the first `append`. */
export function createDecisionJournal(projectDir: string, surroundings: JournalSurroundings = {}): DecisionJournal {
  const path = projectLayout(projectDir).decisions;
  const now = surroundings.now ?? (() => new Date());
  const randomHex = surroundings.randomHex ?? (() => randomBytes(8).toString('hex'));
  return {
    path,
    async append(decisions) {
      const complete = decisions.map((decision) => {
        const line = { v: DECISION_VERSION, id: `d${randomHex()}`, at: now().toISOString(), ...decision };
        const checked = decisionSchema.safeParse(line);
        if (!checked.success) throw usageError('decision', issuesOf(checked.error.issues), decision);
        return checked.data;
      });
      if (complete.length > 0)
        await appendLines(path, complete.map((decision) => `${JSON.stringify(decision)}\n`).join(''));
      return complete;
    },
    async rewrite(change, keepsLine) {
      const text = await readJournal(path);
      if (text === '') return;
      const { decisions, problems } = parseJournal(text);
      const byId = new Map(decisions.map((decision) => [decision.id, decision]));
      const bad = new Set(problems.map(({ line }) => line));
      const lines = text.split('\n').flatMap((line, at) => {
        if (line.trim() === '') return [];
        if (bad.has(at + 1)) return keepsLine(line) ? [line] : [];
        const id = (JSON.parse(line) as { readonly id: string }).id;
        const decision = byId.get(id);
        const changed = decision === undefined ? null : change(decision);
        return changed === null ? [] : [JSON.stringify(changed)];
      });
      await writePrivateFile(path, lines.map((line) => `${line}\n`).join(''));
    },
    async read() {
      return parseJournal(await readJournal(path));
    },
  };
}

/** Reads the text of a journal. Pure. */
export function parseJournal(content: string): JournalContent {
  const decisions: Decision[] = [];
  const problems: JournalProblem[] = [];
  const seen = new Set<string>();
  const lines = content.split('\n');
  for (const [at, text] of lines.entries()) {
    if (text.trim() === '') continue;
    const isUnfinished = at === lines.length - 1;
    const found = parseLine(text, isUnfinished);
    if ('code' in found) {
      problems.push({ line: at + 1, text, ...found });
    } else if (seen.has(found.decision.id)) {
      const message = `the id ${found.decision.id} was used before; the first one holds`;
      problems.push({ line: at + 1, text, code: 'DECISION_DUPLICATE_ID', message });
    } else {
      seen.add(found.decision.id);
      decisions.push(found.decision);
    }
  }
  return { decisions, problems };
}

/** One line: the decision, or what is wrong. A line that only lacks its newline is whole. */
function parseLine(
  text: string,
  isUnfinished: boolean,
): { readonly decision: Decision } | Pick<JournalProblem, 'code' | 'message'> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return isUnfinished
      ? {
          code: 'DECISION_TORN',
          message: 'the last line was cut off while it was written; it is kept, and does not count',
        }
      : { code: 'DECISION_INVALID', message: 'not JSON; the line is kept, and does not count' };
  }
  const kind = typeof parsed === 'object' && parsed !== null && 'kind' in parsed ? parsed.kind : undefined;
  if (typeof kind === 'string' && !isDecisionKind(kind)) {
    const message = `this version does not know the kind "${kind}"; the line is kept, and does not count`;
    return { code: 'DECISION_UNKNOWN_KIND', message };
  }
  const checked = decisionSchema.safeParse(parsed);
  if (checked.success) return { decision: checked.data };
  return {
    code: 'DECISION_INVALID',
    message: `expected ${issuesOf(checked.error.issues)}; the line is kept, and does not count`,
  };
}

function issuesOf(issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[]): string {
  return issues.map((issue) => `${issue.path.map(String).join('.') || 'an object'}: ${issue.message}`).join('; ');
}

/** Appends in one write, after a newline when the last line was torn, so that it stays a line of its own. */
async function appendLines(path: string, lines: string): Promise<void> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'a+', PRIVATE_FILE);
    const { size } = await file.stat();
    const start = size > 0 && (await lastByte(file, size)) !== NEWLINE ? '\n' : '';
    const bytes = Buffer.from(start + lines, 'utf8');
    const { bytesWritten } = await file.write(bytes);
    if (bytesWritten !== bytes.length) throw new Error(`only ${bytesWritten} of ${bytes.length} bytes were written`);
    await file.sync();
    if (size === 0) await syncFolder(dirname(path));
  } catch (cause) {
    throw journalError(path, 'JOURNAL_WRITE', 'the decision was not saved', cause);
  } finally {
    await file?.close();
  }
}

async function lastByte(file: FileHandle, size: number): Promise<number | undefined> {
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0];
}

/** Makes the new name itself durable; systems that cannot open a folder do so by themselves. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function readJournal(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return '';
    throw journalError(path, 'JOURNAL_READ', 'the decisions cannot be read', cause);
  }
}

function journalError(path: string, code: string, text: string, cause: unknown): FaceweaveError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new FaceweaveError(`${path}: ${text}: ${reason}`, { code, path, cause });
}
