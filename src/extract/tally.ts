/**
 * Counts what became of every path of a run, and says when there were too many
 * skipped ones. It has state because a run adds to it batch by batch.
 */
import { createHash } from 'node:crypto';
import { compareText, FaceweaveError, type SkippedFile } from '../config/index.js';

/** What the tally needs of a path (the store's `KnownPath` fits). */
export interface TalliedPath {
  readonly path: string;
  /** null = skipped. */
  readonly photoId: string | null;
  readonly code: string | null;
  readonly message: string | null;
}

/** What decides when to stop, and who hears of skipped files. */
export interface TallyRules {
  readonly strict?: boolean;
  readonly maxErrors?: number;
  readonly onSkipped?: (path: string, code: string, message: string) => void;
}

/** The counts of a run. */
export class Tally {
  newPhotos = 0;
  newFaces = 0;
  undescribed = 0;
  /** Files skipped by this run itself, not remembered from before. */
  newlySkipped = 0;
  readonly #paths = new Map<string, string | null>();
  readonly #photos = new Set<string>();
  readonly #skipped: SkippedFile[] = [];
  readonly #rules: TallyRules;

  constructor(rules: TallyRules) {
    this.#rules = rules;
  }

  /** Adds paths; each once. */
  addAll(paths: readonly TalliedPath[], isNew = false): void {
    for (const { path, photoId, code, message } of paths) {
      this.#paths.set(path, photoId);
      if (photoId !== null) {
        this.#photos.add(photoId);
        continue;
      }
      const file = { path, code: code ?? 'INTERNAL', message: message ?? '' };
      this.#skipped.push(file);
      if (isNew) this.newlySkipped += 1;
      this.#rules.onSkipped?.(file.path, file.code, file.message);
    }
  }

  /** Throws `FILE_SKIPPED` or `TOO_MANY_SKIPPED` when the rules say that it is enough. */
  checkLimits(): void {
    const first = this.#skipped[0];
    if (first === undefined) return;
    if (this.#rules.strict === true) {
      throw new FaceweaveError(`skipped (${first.code}: ${first.message}), which --strict does not allow`, {
        code: 'FILE_SKIPPED',
        path: first.path,
        hint: 'remove or repair the file, or run without --strict',
      });
    }
    const { maxErrors } = this.#rules;
    if (maxErrors !== undefined && this.#skipped.length > maxErrors) {
      throw new FaceweaveError(`${this.#skipped.length} files were skipped, more than --max-errors ${maxErrors}`, {
        code: 'TOO_MANY_SKIPPED',
        hint: 'what was extracted is kept: running again goes on from there',
      });
    }
  }

  /** Whether a path of this run holds the photograph. */
  holdsPhoto(photoId: string): boolean {
    return this.#photos.has(photoId);
  }

  /** `photos + duplicates + skipped` are the paths added. */
  counts(): { readonly photos: number; readonly duplicates: number; readonly skipped: number } {
    const photos = this.#photos.size;
    const skipped = this.#skipped.length;
    return { photos, duplicates: this.#paths.size - photos - skipped, skipped };
  }

  /** In the order of paths. */
  skippedFiles(): readonly SkippedFile[] {
    return [...this.#skipped].sort((a, b) => compareText(a.path, b.path));
  }

  /** SHA-256 over `<path> NUL <photo id or "skipped">` lines in the order of paths. */
  digest(): string {
    const hash = createHash('sha256');
    const sorted = [...this.#paths].sort(([a], [b]) => compareText(a, b));
    for (const [path, photoId] of sorted) hash.update(`${path}\0${photoId ?? 'skipped'}\n`);
    return hash.digest('hex');
  }
}
