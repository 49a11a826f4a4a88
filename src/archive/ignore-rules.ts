/**
 * `.faceweaveignore`: what an archive's keeper wants passed over, in the syntax
 * of `.gitignore` (through the package `ignore`), each file for its folder and
 * what lies below it, added to those above. Ignored files are counted, never silent.
 */
import { readFile } from 'node:fs/promises';
import ignore, { type Ignore } from 'ignore';

/** Name of the files with rules. */
export const IGNORE_FILE = '.faceweaveignore';

/** A folder as the walk knows it. */
export interface RuledFolder {
  readonly absolute: string | Buffer;
  /** What the paths in it begin with: '' or ending in a slash. */
  readonly prefix: string;
}

/** The rules in force in a folder. */
export interface IgnoreRules {
  /** The rules in a folder below, which may have a file of its own. Rejects when that cannot be read. */
  within(folder: RuledFolder, hasFile: boolean): Promise<IgnoreRules>;
  /** `path`: in the project, below the folder of some rule or not. */
  ignores(path: string, isFolder: boolean): boolean;
}

interface Ruled {
  readonly prefix: string;
  readonly rules: Ignore;
}

/** No rules yet. */
export const NO_RULES: IgnoreRules = rulesOf([]);

function rulesOf(all: readonly Ruled[]): IgnoreRules {
  return {
    async within({ absolute, prefix }, hasFile) {
      if (!hasFile) return rulesOf(all);
      const file = `/${IGNORE_FILE}`;
      const path = typeof absolute === 'string' ? absolute + file : Buffer.concat([absolute, Buffer.from(file)]);
      const text = await readFile(path, 'utf8');
      return rulesOf([...all, { prefix, rules: ignore().add(text) }]);
    },
    ignores(path, isFolder) {
      let isIgnored = false;
      // The nearest folder has the last word, as in git.
      for (const { prefix, rules } of all) {
        const below = path.slice(prefix.length);
        if (below === '' || !ignore.isPathValid(below)) continue;
        const verdict = rules.test(isFolder ? `${below}/` : below);
        if (verdict.ignored) isIgnored = true;
        else if (verdict.unignored) isIgnored = false;
      }
      return isIgnored;
    },
  };
}
