/**
 * What an archive's own directory says of its members, before anything of it is
 * believed. Types only, shared by the formats.
 */
import type { FaceweaveError } from '../config/error.js';

/** One member as the archive names it. */
export interface RawMember {
  /** Place in the archive's own order. */
  readonly index: number;
  /** The name as stored: may lead anywhere, hold anything, and come twice. */
  readonly name: string;
  /** Unpacked bytes, as stated. */
  readonly sizeBytes: number;
  /** False for folders, links, devices. */
  readonly isFile: boolean;
  /** Why it will not be read; null = it may be. */
  readonly refusal: FaceweaveError | null;
}

/** The members, as far as they could be listed, and what went wrong. */
export interface RawMembers {
  readonly members: readonly RawMember[];
  /** In words; null = the whole archive was listed. */
  readonly trouble: string | null;
}
