/**
 * Reads members of archives one by one, each archive opened once for as long as
 * its members are asked for one after the other. Nothing is written to the disk.
 */
import type { ArchiveLimits, ArchiveMember, Candidate } from './candidate.js';
import { damaged } from './member-bytes.js';
import { named } from './members.js';
import { openTarCursor } from './tar.js';
import { openZip } from './zip.js';

/** Reads members; asked in the order of candidates it goes through each archive once. */
export interface MemberReader {
  /** Errors: `ARCHIVE_LIMIT`, `ARCHIVE_MEMBER`, the signal's reason when aborted; the texts do not name the file. */
  read(candidate: Candidate): Promise<Buffer>;
  close(): Promise<void>;
}

interface OpenArchive {
  readonly path: string;
  read(member: ArchiveMember): Promise<Buffer>;
  close(): void;
}

/** A reader; no archive is open yet. */
export function openMemberReader(limits: ArchiveLimits, signal?: AbortSignal): MemberReader {
  let open: OpenArchive | null = null;
  const openArchive = async ({ archive, format }: ArchiveMember): Promise<OpenArchive> => {
    if (typeof archive !== 'string') throw damaged('the name of its archive is not UTF-8');
    if (open?.path === archive) return open;
    open?.close();
    open = null;
    const source =
      format === 'zip'
        ? await openNamedZip(archive, limits, signal)
        : openTarCursor(archive, format === 'tar.gz', limits, signal);
    open = { path: archive, read: source.read, close: source.close };
    return open;
  };
  return {
    async read({ member }) {
      if (member === undefined) throw damaged('it lies in no archive');
      return (await openArchive(member)).read(member);
    },
    async close() {
      open?.close();
      open = null;
    },
  };
}

/** A zip by the names of its members: what was remembered has no place, and the zip may have changed since. */
async function openNamedZip(path: string, limits: ArchiveLimits, signal: AbortSignal | undefined) {
  const { members, read, close } = await openZip(path, limits, signal);
  const places = new Map(named(members.members).map(({ name, raw }) => [name, raw.index]));
  return {
    read: ({ name }: ArchiveMember): Promise<Buffer> => {
      const index = places.get(name);
      if (index === undefined) throw damaged(members.trouble ?? 'it is no longer in the archive');
      return read(index);
    },
    close,
  };
}
