/**
 * Members of archives, read one by one. Apart from listing because nothing is
 * unpacked until it is asked for.
 */
import { FaceweaveError } from '../config/error.js';
import type { ArchiveLimits, Candidate } from './candidate.js';

/** Reads members of archives. */
export interface MemberReader {
  read(candidate: Candidate): Promise<Buffer>;
  close(): Promise<void>;
}

/** Opens nothing yet. */
export function openMemberReader(_limits: ArchiveLimits): MemberReader {
  return {
    read: () => Promise.reject(new FaceweaveError('archives are not read', { code: 'ARCHIVE' })),
    close: () => Promise.resolve(),
  };
}
