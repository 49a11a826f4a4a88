/**
 * Puts the members of each tar that are to be read into the order in which they
 * lie there: a tar is read once forward, or again from its beginning for every
 * step back. Paths are sorted by name, and remembered members have no place.
 */
import type { ArchiveLimits, ArchiveMember, Candidate } from './candidate.js';
import { named, rawMembers } from './members.js';

/** A candidate with its place in an archive. */
type Member<Item> = { readonly item: Item; readonly member: ArchiveMember };

/**
 * The same items; those of one tar follow one another, at the first one's place, as they lie in it. A tar is
 * listed for it only when a place is not known. Errors: the signal's reason.
 */
export async function orderMembers<Item extends Pick<Candidate, 'member'>>(
  items: readonly Item[],
  limits: ArchiveLimits,
  signal?: AbortSignal,
): Promise<readonly Item[]> {
  const tars = new Map<string, Member<Item>[]>();
  const order: (Item | string)[] = [];
  for (const item of items) {
    const { member } = item;
    if (member === undefined || member.format === 'zip' || typeof member.archive !== 'string') {
      order.push(item);
      continue;
    }
    const own = tars.get(member.archive);
    if (own === undefined) {
      tars.set(member.archive, [{ item, member }]);
      order.push(member.archive);
    } else own.push({ item, member });
  }
  const sorted = new Map<string, readonly Item[]>();
  for (const [archive, own] of tars) sorted.set(archive, await inPlace(archive, own, limits, signal));
  return order.flatMap((entry) => (typeof entry === 'string' ? (sorted.get(entry) ?? []) : [entry]));
}

async function inPlace<Item>(
  archive: string,
  own: readonly Member<Item>[],
  limits: ArchiveLimits,
  signal: AbortSignal | undefined,
): Promise<readonly Item[]> {
  const isKnown = own.every(({ member }) => member.index !== null);
  const format = own[0]?.member.format ?? 'tar';
  const listed = isKnown ? [] : named((await rawMembers(archive, format, limits, signal)).members);
  const places = new Map(listed.map(({ name, raw }) => [name, raw.index]));
  // What is not found goes last: by then all others are read.
  const placeOf = ({ name, index }: ArchiveMember): number => index ?? places.get(name) ?? Number.POSITIVE_INFINITY;
  const placed = own.map(({ item, member }, at) => ({ item, place: placeOf(member), at }));
  return placed.sort((a, b) => (a.place === b.place ? a.at - b.at : a.place - b.place)).map(({ item }) => item);
}
