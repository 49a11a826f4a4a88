/**
 * Walks sources and lists what may be a photograph, in one order that depends
 * on names alone (see `compareText`). It opens no file, follows no link and
 * never enters a project folder. Everything it meets is accounted for: a
 * candidate, a refused entry with its reason, or a count of other files.
 */
import { isUtf8 } from 'node:buffer';
import { type BigIntStats, type Dirent, realpathSync } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { DATABASE_FILE, PROJECT_FOLDER } from '../config/layout.js';
import { compareText } from '../config/order.js';
import type { ArchiveLimits, Candidate, Refusal } from './candidate.js';
import { IGNORE_FILE, type IgnoreRules, NO_RULES } from './ignore-rules.js';
import {
  type ArchiveMark,
  type ArchiveMemory,
  archiveFormat,
  indexByArchive,
  listMembers,
  rememberedMembers,
} from './members.js';
import { RESULT_FOLDERS, readNames } from './named-files.js';
import { bytesToPath, escapeBackslashes } from './path-text.js';
import { isIgnoredFolder, isPictureName, kindOfOther } from './picture-name.js';
import type { PathState } from './plan.js';
import type { SourceRoot } from './source.js';

/** What became of one entry of a walk, in the order of paths. */
export type WalkEntry =
  | { readonly kind: 'candidate'; readonly candidate: Candidate }
  | { readonly kind: 'refused'; readonly refused: Refusal }
  /** A regular file that no name calls a picture. */
  | { readonly kind: 'other'; readonly extension: string }
  /** A file or folder that a `.faceweaveignore` names. */
  | { readonly kind: 'ignored'; readonly path: string }
  /** An archive that was listed to its end in this walk; its members are entries of their own. */
  | { readonly kind: 'archive'; readonly mark: ArchiveMark }
  /** A folder that was passed over: the project folder, another project's, version control, a bin, thumbnails, one with a `.nomedia`. */
  | {
      readonly kind: 'passed';
      readonly path: string;
      readonly why: 'own project' | 'other project' | 'no photographs';
    };

/** Everything a walk found, each list in the order of paths. */
export interface Listing {
  readonly candidates: readonly Candidate[];
  /** Codes `FILE_NOT_REGULAR`, `FILE_READ`, `FOLDER_READ`, `ARCHIVE_*`. */
  readonly refused: readonly Refusal[];
  /** Files that are no pictures, counted by extension in lower case; '' = none, `._` = shadows that macOS writes. */
  readonly others: ReadonlyMap<string, number>;
  readonly passedFolders: readonly string[];
  /** Files and folders that a `.faceweaveignore` names. */
  readonly ignored: number;
  /** Of these, the folders that hold another project: photographs may lie in them. */
  readonly otherProjects: readonly string[];
  /** Archives that were listed to their end in this walk. */
  readonly archives: readonly ArchiveMark[];
}

/** How to walk. */
export interface WalkOptions {
  /** The project folder, which is passed over even before it holds a database. */
  readonly projectDir?: string;
  /** Default: see the options. */
  readonly limits?: ArchiveLimits;
  /** What is known of the sources' paths. */
  readonly known?: ReadonlyMap<string, PathState>;
  /** Archives all of whose members are known: while they stay as they were, they are not opened. */
  readonly settled?: ReadonlyMap<string, ArchiveMark>;
  readonly signal?: AbortSignal;
}

/** Files asked for their size and time at once: enough to hide the latency of a network disk. */
const STATS_AT_ONCE = 64;
/** Stands for bytes that are not UTF-8 in a name read as text. */
const REPLACEMENT = '�';

type Path = string | Buffer;

/** One name in a folder. */
interface Entry {
  readonly text: string;
  readonly raw: Path;
  readonly dirent: Dirent | Dirent<Buffer>;
  readonly sortKey: string;
}

interface Place {
  readonly absolute: Path;
  readonly prefix: string;
}

/**
 * Lists the candidates of the sources.
 *
 * Errors: the signal's reason when aborted. A folder
 * or file that cannot be read is a refused entry, never an error.
 * Cost: one `readdir` a folder, one `lstat` a picture.
 */
export async function listCandidates(roots: readonly SourceRoot[], options: WalkOptions = {}): Promise<Listing> {
  const candidates: Candidate[] = [];
  const refused: Refusal[] = [];
  const others = new Map<string, number>();
  const passedFolders: string[] = [];
  const otherProjects: string[] = [];
  const archives: ArchiveMark[] = [];
  let ignored = 0;
  for await (const entry of walkSources(roots, options)) {
    if (entry.kind === 'candidate') candidates.push(entry.candidate);
    else if (entry.kind === 'refused') refused.push(entry.refused);
    else if (entry.kind === 'ignored') ignored += 1;
    else if (entry.kind === 'archive') archives.push(entry.mark);
    else if (entry.kind === 'other') others.set(entry.extension, (others.get(entry.extension) ?? 0) + 1);
    else {
      passedFolders.push(entry.path);
      if (entry.why === 'other project') otherProjects.push(entry.path);
    }
  }
  // The paths of a source without a label begin with anything: they fall among those of the others.
  const isMixed = roots.length > 1 && roots.some(({ label }) => label === '');
  // Folders among named files fall where their own name does, not where their files' do.
  if (isMixed || roots.some(({ kind }) => kind === 'names')) {
    candidates.sort((a, b) => compareText(a.path, b.path));
    refused.sort((a, b) => compareText(a.path, b.path));
  }
  return { candidates, refused, others, passedFolders, otherProjects, ignored, archives };
}

/** The same as a stream, for archives whose list should not lie in memory. */
export async function* walkSources(
  roots: readonly SourceRoot[],
  options: WalkOptions = {},
): AsyncGenerator<WalkEntry, void, undefined> {
  const walk: Walk = {
    projectDir: options.projectDir === undefined ? undefined : realPathOf(options.projectDir),
    signal: options.signal,
    limits: options.limits ?? DEFAULT_LIMITS,
    memory: {
      byArchive: indexByArchive(options.known ?? new Map()),
      settled: options.settled ?? new Map(),
    },
  };
  for (const root of roots) {
    if (root.kind === 'list') continue;
    if (root.kind === 'names') {
      yield* namedFiles(root, walk);
    } else if (root.kind === 'archive') {
      yield* archiveEntries(root.absolute, root.label, walk);
    } else if (!root.isFolder) {
      yield await fileEntry(root.absolute, root.label);
    } else {
      const prefix = root.label === '' ? '' : `${root.label}/`;
      yield* walkFolder({ absolute: root.absolute, prefix }, walk, NO_RULES);
    }
  }
}

/** Files and folders named one by one, in the order of their paths; each once, also when a folder above is named too. */
async function* namedFiles(root: SourceRoot, walk: Walk): AsyncGenerator<WalkEntry, void, undefined> {
  const prefix = root.label === '' ? '' : `${root.label}/`;
  const { places, projects } = readNames(root, walk.projectDir);
  const naming = {
    files: new Set(places.map(({ path }) => prefix + path)),
    entered: new Set<string>(),
    closed: new Set<string>(),
  };
  const led = new Set(projects.map(({ path }) => prefix + path));
  for (const { path, isOwn } of projects) {
    yield { kind: 'passed', path: prefix + path, why: isOwn ? 'own project' : 'other project' };
  }
  for (const { path, absolute } of places) {
    walk.signal?.throwIfAborted();
    const full = prefix + path;
    // Counted with the folder that it was passed over in.
    if (naming.closed.size > 0 && ancestorsOf(full).some((folder) => naming.closed.has(folder))) continue;
    const below = path === '' ? prefix : `${full}/`;
    const stats = await lstat(absolute).catch(() => null);
    if (stats?.isDirectory() === true) {
      // A folder above was named before: its path sorts before those below it.
      if (naming.entered.has(below)) continue;
      for await (const entry of walkFolder({ absolute, prefix: below }, { ...walk, naming }, NO_RULES)) {
        // Told above, for what was named in it.
        if (entry.kind === 'passed' && led.has(entry.path)) continue;
        if (entry.kind === 'passed' || entry.kind === 'ignored') naming.closed.add(entry.path);
        if (entry.kind === 'refused' && entry.refused.code === 'FOLDER_READ') {
          naming.closed.add(entry.refused.path === '.' ? '' : entry.refused.path);
        }
        yield entry;
      }
    } else if (archiveFormat(path) !== undefined) {
      yield* archiveEntries(absolute, full, walk);
    } else {
      yield await fileEntry(absolute, full);
    }
  }
}

/** A path and the folders above it, from '' on. */
function ancestorsOf(path: string): readonly string[] {
  const parts = path.split('/');
  return ['', ...parts.map((_part, at) => parts.slice(0, at + 1).join('/'))];
}

/** What is the same for a whole walk. */
interface Walk {
  readonly projectDir: string | undefined;
  readonly signal: AbortSignal | undefined;
  readonly limits: ArchiveLimits;
  readonly memory: ArchiveMemory;
  /** Given where names are walked: the paths that were named, and what the folders walked begin their paths with. */
  readonly naming?: { readonly files: ReadonlySet<string>; readonly entered: Set<string> };
}

/** For callers that set none: the defaults of the options. */
const DEFAULT_LIMITS: ArchiveLimits = { maxEntries: 1_000_000, maxBytes: 2 ** 30, maxRatio: 200 };

async function* archiveEntries(absolute: Path, path: string, walk: Walk): AsyncGenerator<WalkEntry, void, undefined> {
  const format = archiveFormat(path) ?? (typeof absolute === 'string' ? archiveFormat(absolute) : undefined);
  const file = await fileEntry(absolute, path);
  if (format === undefined || file.kind !== 'candidate') {
    yield file;
    return;
  }
  const stats = await lstat(absolute, { bigint: true });
  const archive = { path, absolute, format, stats };
  const { memory, limits, signal } = walk;
  signal?.throwIfAborted();
  const members = rememberedMembers(archive, memory, limits) ?? (await listMembers(archive, limits, signal));
  for (const candidate of members.candidates) yield { kind: 'candidate', candidate };
  for (const refused of members.refused) yield { kind: 'refused', refused };
  for (const extension of members.others) yield { kind: 'other', extension };
  if (members.mark !== null) yield { kind: 'archive', mark: members.mark };
}

async function* walkFolder(place: Place, walk: Walk, above: IgnoreRules): AsyncGenerator<WalkEntry, void, undefined> {
  const { projectDir } = walk;
  walk.signal?.throwIfAborted();
  const path = place.prefix.slice(0, -1);
  walk.naming?.entered.add(place.prefix);
  if (projectDir !== undefined && place.absolute === projectDir) {
    yield { kind: 'passed', path, why: 'own project' };
    return;
  }
  let entries: readonly Entry[];
  try {
    entries = await readFolder(place.absolute);
  } catch (cause) {
    yield refusedEntry(path || '.', 'FOLDER_READ', `the folder cannot be read: ${reasonOf(cause)}`);
    return;
  }
  if (isProjectListing(entries)) {
    yield { kind: 'passed', path, why: 'other project' };
    return;
  }
  if (entries.some(({ text }) => text === NO_MEDIA)) {
    yield { kind: 'passed', path, why: 'no photographs' };
    return;
  }
  let rules: IgnoreRules;
  try {
    rules = await above.within(
      place,
      entries.some(({ text }) => text === IGNORE_FILE),
    );
  } catch (cause) {
    // What it was to keep out is not known, so nothing is let in.
    yield refusedEntry(path || '.', 'FOLDER_READ', `its ${IGNORE_FILE} cannot be read: ${reasonOf(cause)}`);
    return;
  }
  // Files are asked ahead by blocks; folders are entered where their name falls in the order.
  for (let start = 0; start < entries.length; start += STATS_AT_ONCE) {
    const block = entries.slice(start, start + STATS_AT_ONCE);
    const files = await Promise.all(block.map((entry) => plainEntry(entry, place)));
    for (const [at, entry] of block.entries()) {
      const file = files[at];
      const below = { absolute: joinPath(place.absolute, entry.raw), prefix: `${place.prefix}${entry.text}/` };
      const own = place.prefix + entry.text;
      if (rules.ignores(own, file === undefined)) yield { kind: 'ignored', path: own };
      // Named itself, it is counted there.
      else if (file !== undefined && walk.naming?.files.has(own) === true) continue;
      else if (file?.kind === 'candidate' && archiveFormat(entry.text) !== undefined) {
        yield* archiveEntries(below.absolute, own, walk);
      } else if (file !== undefined) yield file;
      else if (isIgnoredFolder(entry.text)) {
        yield { kind: 'passed', path: own, why: 'no photographs' };
      } else if (entry.text === PROJECT_FOLDER && below.absolute !== projectDir) {
        // By its name alone: face-network 1.0 left folders of this name without a database.
        yield { kind: 'passed', path: own, why: 'other project' };
      } else {
        yield* walkFolder(below, walk, rules);
      }
    }
  }
}

/** Marks a folder that no gallery shows, on phones and in media servers. */
const NO_MEDIA = '.nomedia';

function isProjectListing(entries: readonly Entry[]): boolean {
  const names = new Map(entries.map(({ text, dirent }) => [text, dirent]));
  return names.has(DATABASE_FILE) || RESULT_FOLDERS.every((name) => names.get(name)?.isDirectory() === true);
}

/** What an entry is when it is no folder; `undefined` = a folder. */
async function plainEntry(entry: Entry, place: Place): Promise<WalkEntry | undefined> {
  const { dirent, text } = entry;
  if (dirent.isDirectory()) return undefined;
  const isWanted = isPictureName(text) || archiveFormat(text) !== undefined;
  if (dirent.isFile() && !isWanted) return { kind: 'other', extension: kindOfOther(text) };
  return fileEntry(joinPath(place.absolute, entry.raw), place.prefix + text);
}

/** A file by what the disk says of it, whatever its name. */
async function fileEntry(absolute: Path, path: string): Promise<WalkEntry> {
  try {
    const stats = await lstat(absolute, { bigint: true });
    if (!stats.isFile()) return refusedEntry(path, 'FILE_NOT_REGULAR', kindOf(stats));
    const sizeBytes = Number(stats.size);
    return { kind: 'candidate', candidate: { path, absolute, sizeBytes, mtimeNs: stats.mtimeNs.toString() } };
  } catch (cause) {
    return refusedEntry(path, 'FILE_READ', `the file cannot be read: ${reasonOf(cause)}`);
  }
}

/**
 * The entries of a folder, in the order of the paths they lead to: a folder
 * sorts as its name and a slash, so that the whole walk comes out sorted.
 */
async function readFolder(absolute: Path): Promise<readonly Entry[]> {
  const named: readonly (Dirent | Dirent<Buffer>)[] = await readdir(absolute, { withFileTypes: true });
  const garbled = named.some((dirent) => typeof dirent.name === 'string' && dirent.name.includes(REPLACEMENT));
  const dirents = garbled ? await readdir(absolute, { withFileTypes: true, encoding: 'buffer' }) : named;
  return dirents
    .map((dirent) => {
      const raw = textWhereItIs(dirent.name);
      const text = typeof raw === 'string' ? escapeBackslashes(raw) : bytesToPath(raw);
      return { text, raw, dirent, sortKey: dirent.isDirectory() ? `${text}/` : text };
    })
    .sort((a, b) => compareText(a.sortKey, b.sortKey));
}

/** Only what is not UTF-8 stays bytes: its neighbours are not to be treated differently for it. */
function textWhereItIs(name: Path): Path {
  return typeof name !== 'string' && isUtf8(name) ? name.toString('utf8') : name;
}

function joinPath(folder: Path, name: Path): Path {
  if (typeof folder !== 'string' || typeof name !== 'string') {
    return Buffer.concat([toBytes(folder), Buffer.from('/'), toBytes(name)]);
  }
  return folder.endsWith('/') ? folder + name : `${folder}/${name}`;
}

function toBytes(path: Path): Buffer {
  return typeof path === 'string' ? Buffer.from(path, 'utf8') : path;
}

function refusedEntry(path: string, code: string, message: string): WalkEntry {
  return { kind: 'refused', refused: { path, code, message } };
}

function kindOf(stats: BigIntStats): string {
  if (stats.isSymbolicLink()) return 'a symbolic link, not followed';
  if (stats.isFIFO()) return 'a named pipe, not a file';
  if (stats.isSocket()) return 'a socket, not a file';
  if (stats.isBlockDevice() || stats.isCharacterDevice()) return 'a device, not a file';
  return 'not a regular file';
}

/** The cause in a few words: Node's message names the whole path again. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return cause.message.replace(/, \w+ '[\s\S]*$/, '');
}

/** The real path, or the path itself while nothing is there yet. */
function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}
