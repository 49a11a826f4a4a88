/**
 * What the paths of a source begin with, in a project that has sources already.
 * A label belongs to one folder for as long as the project lives: the folder is
 * known again by its real path, or by where it lies from the project folder.
 */
import { createHash } from 'node:crypto';
import { basename, extname, relative, sep } from 'node:path';
import type { SourceRecord } from '../config/domain.js';
import { escapeBackslashes } from './path-text.js';
import { type SourceRoot, sortRoots } from './source.js';

/** Digits of the digest in a label: enough to tell apart the folders of one name that one archive has. */
const DIGEST_DIGITS = 6;

/** A source as the project remembers it. `projectDir`: with every link resolved. */
export function recordOf({ label, given, absolute, isFolder }: SourceRoot, projectDir: string): SourceRecord {
  return { label, given, absolute, relative: relative(projectDir, absolute).split(sep).join('/'), isFolder };
}

/**
 * The remembered source of each root that is one: the one of its real path, else
 * the one that lies the same way from the project folder (both were moved).
 */
export function recognise(
  roots: readonly SourceRoot[],
  projectDir: string,
  remembered: readonly SourceRecord[],
): ReadonlyMap<SourceRoot, SourceRecord> {
  const found = new Map<SourceRoot, SourceRecord>();
  const free = new Set(remembered);
  const match = (isSame: (record: SourceRecord, now: SourceRecord) => boolean): void => {
    for (const root of roots) {
      if (found.has(root)) continue;
      const now = recordOf(root, projectDir);
      for (const record of free) {
        if (record.isFolder !== now.isFolder || !isSame(record, now)) continue;
        found.set(root, record);
        free.delete(record);
        break;
      }
    }
  };
  match((record, now) => record.absolute === now.absolute);
  match((record, now) => record.relative === now.relative);
  return found;
}

/**
 * The same roots with the labels that the project gives them, in the order of
 * their paths. Known sources keep theirs; a new one is `<base name>@<digest of
 * its real path>`, for a file before the extension. `isTaken`: whether paths of
 * other sources begin so.
 */
export async function labelSources(
  roots: readonly SourceRoot[],
  projectDir: string,
  remembered: readonly SourceRecord[],
  isTaken: (label: string) => Promise<boolean>,
): Promise<readonly SourceRoot[]> {
  if (remembered.length === 0) return roots;
  const known = recognise(roots, projectDir, remembered);
  const taken = new Set(remembered.map(({ label }) => label));
  const labelled: SourceRoot[] = [];
  for (const root of roots) {
    // Named files lie anywhere: which folder they were named from says nothing of them.
    if (root.kind === 'names') {
      labelled.push(root);
      continue;
    }
    let label = known.get(root)?.label;
    for (let digits = DIGEST_DIGITS; label === undefined; digits += 1) {
      const wanted = newLabel(root, digits);
      if (!taken.has(wanted) && !(await isTaken(wanted))) label = wanted;
    }
    taken.add(label);
    labelled.push({ ...root, label });
  }
  return sortRoots(labelled);
}

function newLabel({ absolute, isFolder, kind }: SourceRoot, digits: number): string {
  const name = escapeBackslashes(basename(absolute)) || 'source';
  // Of archives and lists the name goes on telling what they are.
  const extension = isFolder && (kind ?? 'folder') === 'folder' ? '' : extname(name);
  const digest = createHash('sha256').update(absolute).digest('hex').slice(0, digits);
  return `${name.slice(0, name.length - extension.length)}@${digest}${extension}`;
}

/** The label, of these, of the source that holds a path; `undefined` when none does. */
export function ownerOf(path: string, labels: ReadonlySet<string>): string | undefined {
  const slash = path.indexOf('/');
  const first = slash < 0 ? path : path.slice(0, slash);
  if (first !== '' && labels.has(first)) return first;
  return labels.has('') ? '' : undefined;
}
