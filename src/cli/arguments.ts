/**
 * Typed text becomes meaning: what yargs parsed is read into one object with
 * resolved options. Nothing after this sees a raw flag.
 */
import {
  type OptionCommand,
  type Options,
  optionsOf,
  type ResolvedOptions,
  resolveOptions,
  usageError,
} from '../config/index.js';
import type { ProgressStyle } from './progress.js';

/** What yargs hands over. */
export type RawArguments = Readonly<Record<string, unknown>>;

/** What every command knows. */
export interface CommonArguments {
  /** Folders and files named on the command line. */
  readonly sources: readonly string[];
  readonly project: string | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly progress: ProgressStyle;
  readonly stats: boolean;
  readonly strict: boolean;
  readonly retry: boolean;
  readonly maxErrors: number | undefined;
  /** `--files-from`; undefined = not given. */
  readonly filesFrom: string | undefined;
  /** The names in it end with NUL. */
  readonly isNulSeparated: boolean;
  readonly options: Options;
}

/** Styles of `--progress`. */
export const PROGRESS_STYLES: readonly ProgressStyle[] = ['auto', 'plain', 'json', 'none'];

/** Reads what a command was given. Throws `USAGE`. */
export function readArguments(raw: RawArguments, command: OptionCommand | null): CommonArguments {
  return {
    sources: readTexts(raw['source']),
    project: readText(raw['project']),
    json: last(raw['json']) === true,
    quiet: last(raw['quiet']) === true,
    progress: readStyle(last(raw['progress'])),
    stats: last(raw['stats']) === true,
    strict: last(raw['strict']) === true,
    retry: last(raw['retry']) === true,
    filesFrom: readText(raw['filesFrom']),
    isNulSeparated: last(raw['null']) === true,
    maxErrors: readCount('--max-errors', last(raw['maxErrors'])),
    options: readOptions(raw, command).options,
  };
}

/** The options a command reads, from flags, environment and configuration file. */
export function readOptions(raw: RawArguments, command: OptionCommand | null): ResolvedOptions {
  const rows = command === null ? [] : optionsOf(command);
  const flags = Object.fromEntries(rows.map(({ key }) => [key, last(raw[key])]));
  return resolveOptions({ flags, env: process.env, cwd: process.cwd(), configFile: readText(raw['config']) });
}

/** A flag's text; empty counts as not given. */
export function readText(value: unknown): string | undefined {
  const text = last(value);
  return typeof text === 'string' && text !== '' ? text : undefined;
}

/** A flag given twice: the last one counts, as in most programs. */
function last(value: unknown): unknown {
  return Array.isArray(value) ? value.at(-1) : value;
}

/** Everything given under one name, as texts. */
export function readTexts(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function readStyle(value: unknown): ProgressStyle {
  if (value === undefined) return 'auto';
  const style = PROGRESS_STYLES.find((known) => known === value);
  if (style === undefined) throw usageError('--progress', `one of ${PROGRESS_STYLES.join(', ')}`, value);
  return style;
}

function readCount(name: string, value: unknown): number | undefined {
  if (value === undefined) return undefined;
  const text = String(value);
  if (!/^\d+$/.test(text)) throw usageError(name, 'a whole number, 0 or more', value);
  return Number(text);
}
