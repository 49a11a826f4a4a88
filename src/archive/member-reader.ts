/**
 * Reads members of archives one by one, each archive opened once for as long as
 * its members are asked for one after the other. Nothing is written to the disk.
 */
import type { ArchiveLimits, ArchiveMember, Candidate } from './candidate.js';
import { damaged } from './member-bytes.js';
import { named, rawMembers } from './members.js';
import { openTarCursor } from './tar.js';
import { openZip } from './zip.js';

/** Reads members; asked in the order of candidates it goes through each archive once. */
export interface MemberReader {
  /** Errors: `ARCHIVE_LIMIT`, `ARCHIVE_MEMBER`; the texts do not name the file. */
  read(candidate: Candidate): Promise<Buffer>;
  close(): Promise<void>;
}

interface OpenArchive {
  readonly path: string;
  readonly places: ReadonlyMap<string, number>;
  read(index: number): Promise<Buffer>;
  close(): void;
}

/** A reader; no archive is open yet. */
export function openMemberReader(limits: ArchiveLimits): MemberReader {
  let open: OpenArchive | null = null;
  const openArchive = async ({ archive, format }: ArchiveMember): Promise<OpenArchive> => {
    if (typeof archive !== 'string') throw damaged('the name of its archive is not UTF-8');
    if (open?.path === archive) return open;
    open?.close();
    open = null;
    const { members } = await rawMembers(archive, format, limits);
    const places = new Map(named(members).map(({ name, raw }) => [name, raw.index]));
    const source =
      format === 'zip' ? await openZip(archive, limits) : openTarCursor(archive, format === 'tar.gz', limits);
    open = { path: archive, places, read: source.read, close: source.close };
    return open;
  };
  return {
    async read({ member }) {
      if (member === undefined) throw damaged('it lies in no archive');
      const archive = await openArchive(member);
      // By name: what was remembered has no place, and the archive may have changed since it was listed.
      const index = archive.places.get(member.name);
      if (index === undefined) throw damaged('it is no longer in the archive');
      return archive.read(index);
    },
    async close() {
      open?.close();
      open = null;
    },
  };
}
