/**
 * What a source offers: files that may be photographs, wherever they lie, and
 * entries that cannot be one. Apart from the walk because archives, lists and
 * folders all end in these two.
 */
import type { SkippedFile } from '../config/domain.js';

/** Kinds of archives that are read in place. */
export type ArchiveFormat = 'zip' | 'tar' | 'tar.gz';

/** Where in an archive a candidate lies. */
export interface ArchiveMember {
  /** Absolute path of the archive. */
  readonly archive: string | Buffer;
  readonly format: ArchiveFormat;
  /** Path text below the archive, unique in it: the end of the candidate's path. */
  readonly name: string;
  /** Place in the archive's own order; null when the listing was remembered, and then nothing is to be read. */
  readonly index: number | null;
}

/** A regular file that may be a photograph. */
export interface Candidate {
  /** Label of its source (when there are several), and the path relative to it; see `path-text`. */
  readonly path: string;
  /** Where it lies; bytes when its path is not UTF-8. For a member, only to be shown: no file is there. */
  readonly absolute: string | Buffer;
  readonly sizeBytes: number;
  /**
   * Modification time in nanoseconds, decimal. Of a member, the stamp of its
   * archive (see `member-stamp`): only ever compared, never shown.
   */
  readonly mtimeNs: string;
  /** Given for a file in an archive: read it with `openMemberReader`. */
  readonly member?: ArchiveMember;
}

/** An entry that is no candidate, and why. */
export interface Refusal extends SkippedFile {
  /** Given when the refusal stands as long as these do; else it is looked at afresh each time. */
  readonly sizeBytes?: number;
  readonly mtimeNs?: string;
}

/** How far archives are trusted. */
export interface ArchiveLimits {
  /** Most entries of one archive that are looked at. */
  readonly maxEntries: number;
  /** Most bytes of one member. */
  readonly maxBytes: number;
  /** Most bytes that an archive may unpack for each of its own. */
  readonly maxRatio: number;
}
