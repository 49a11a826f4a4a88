/**
 * Resolves the options: defaults < `faceweave.config.json` < environment <
 * flags, each value checked against the table in `option-table.ts`. The command
 * line and the library both come through here, so nothing later sees a raw
 * flag. It reads at most one file and no global state.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { FaceweaveError } from './error.js';
import {
  OPTION_FIELDS,
  OPTION_TABLE,
  type OptionKey,
  type OptionRow,
  type Options,
  optionKeys,
} from './option-table.js';
import { usageError } from './usage.js';

/** The file that is looked for in the working directory. */
export const CONFIG_FILE = 'faceweave.config.json';

/** Where a value came from. */
export type OptionOrigin = 'default' | 'file' | 'environment' | 'flag';

/** What `resolveOptions` starts from. */
export interface OptionSources {
  /** By option key; `undefined` = not given. Text is read as the environment's is. */
  readonly flags?: Readonly<Record<string, unknown>>;
  /** The environment, usually `process.env`; names it does not know are left alone. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Folder in which `faceweave.config.json` is looked for, and to which `configFile` is relative. */
  readonly cwd?: string;
  /** A configuration file by name (`--config`); it must exist. */
  readonly configFile?: string | undefined;
}

/** Options with the origin of each. */
export interface ResolvedOptions {
  readonly options: Options;
  readonly origins: Readonly<Record<OptionKey, OptionOrigin>>;
  /** Absolute path of the configuration file that was read, if any. */
  readonly configFile: string | undefined;
}

/** All options in one schema: every key optional, unknown keys refused; also the schema of the configuration file. */
export const optionsSchema = z.strictObject(
  Object.fromEntries(optionKeys().map((key) => [key, OPTION_FIELDS[key].schema.optional()])),
);

const TRUE_WORDS: readonly string[] = ['true', 'yes', 'on', '1'];
const FALSE_WORDS: readonly string[] = ['false', 'no', 'off', '0'];
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * Resolves every option.
 *
 * Errors: `USAGE`, naming the flag, variable or file entry, what it expects and
 * what it got; `CONFIG_READ` when the file cannot be read.
 */
export function resolveOptions(sources: OptionSources = {}): ResolvedOptions {
  const { flags = {}, env = {}, cwd } = sources;
  const file = readConfigFile(cwd, sources.configFile);
  const values: Record<string, unknown> = {};
  const origins: Record<string, OptionOrigin> = {};
  for (const row of OPTION_TABLE) {
    const [origin, name, raw] = pick(row, flags, env, file);
    const value = origin === 'file' ? raw : readText(row, raw);
    const checked = OPTION_FIELDS[row.key].schema.safeParse(value);
    if (!checked.success) throw usageError(name, row.expected, raw);
    values[row.key] = checked.data;
    origins[row.key] = origin;
  }
  return {
    options: values as unknown as Options,
    origins: origins as Record<OptionKey, OptionOrigin>,
    configFile: file?.path,
  };
}

interface ConfigFile {
  readonly path: string;
  readonly entries: Readonly<Record<string, unknown>>;
}

/** The strongest source that gives the option: where, what it is called there, and the raw value. */
function pick(
  row: OptionRow,
  flags: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string | undefined>>,
  file: ConfigFile | undefined,
): [OptionOrigin, string, unknown] {
  const flag = flags[row.key];
  if (flag !== undefined) return ['flag', `--${row.flag}`, flag];
  const variable = env[row.environment];
  if (variable !== undefined && variable !== '') return ['environment', row.environment, variable];
  if (file !== undefined && Object.hasOwn(file.entries, row.key)) {
    return ['file', `${row.key} in ${file.path}`, file.entries[row.key]];
  }
  return ['default', row.key, row.fallback];
}

/** Text of a flag or variable as the option's type; what does not read as one is left for the schema to refuse. */
function readText(row: OptionRow, raw: unknown): unknown {
  if (typeof raw !== 'string') return raw;
  const word = raw.trim().toLowerCase();
  if (row.kind === 'boolean') {
    if (TRUE_WORDS.includes(word)) return true;
    return FALSE_WORDS.includes(word) ? false : raw;
  }
  const isNumber = row.kind === 'integer' || row.kind === 'number';
  return isNumber && DECIMAL.test(word) ? Number(word) : raw;
}

function readConfigFile(cwd: string | undefined, named: string | undefined): ConfigFile | undefined {
  const base = cwd ?? process.cwd();
  const path = named === undefined ? join(base, CONFIG_FILE) : resolve(base, named);
  if (named === undefined && !existsSync(path)) return undefined;
  let content: string;
  try {
    content = readFileSync(path, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FaceweaveError(`${path}: the configuration file cannot be read: ${reason}`, {
      code: 'CONFIG_READ',
      path,
      cause,
    });
  }
  return { path, entries: parseConfig(path, content) };
}

function parseConfig(path: string, content: string): Readonly<Record<string, unknown>> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(content);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FaceweaveError(`${path}: expected JSON: ${reason}`, { code: 'USAGE', path, cause });
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw usageError(path, 'a JSON object of options', parsed, { path });
  }
  const entries = new Map(Object.entries(parsed));
  entries.delete('$schema');
  const known: ReadonlySet<string> = new Set(optionKeys());
  for (const key of entries.keys()) {
    if (known.has(key)) continue;
    throw usageError(path, 'the name of an option', key, { path, hint: hintFor(key) });
  }
  return Object.fromEntries(entries);
}

/** The option that was probably meant, or all of them. */
function hintFor(key: string): string {
  const plain = (name: string): string => name.toLowerCase().replace(/[^a-z]/g, '');
  const near = optionKeys().find((name) => plain(name) === plain(key));
  return near === undefined ? `options: ${optionKeys().join(', ')}` : `did you mean ${near}?`;
}
