/**
 * Clustering proposes, decisions win: from the persons that clustering drew and
 * the decisions in force to the persons that hold. Always from the beginning, so
 * that undoing a decision gives back exactly what was, and that the proposal
 * itself never depends on decisions. Vectors are asked for only where
 * a face that nobody spoke of lies between decided persons.
 */
import { compareText } from '../config/order.js';
import type { Decision } from '../store/index.js';
import { foundingId } from './identity.js';
import { type IdleDecision, type Ledger, ledgerOf } from './ledger.js';

/** The person clustering gave a face; null = none. */
export interface ProposedFace {
  readonly faceId: string;
  readonly personId: string | null;
}

/** Faces of one cluster that lie between several persons. */
export interface Contested {
  readonly faces: readonly string[];
  /** Person → faces that are surely theirs; of two persons equally near the first wins. */
  readonly persons: ReadonlyMap<string, readonly string[]>;
}

/** Says which of the persons each face is nearest to, in the order of the faces. */
export type Nearest = (contested: Contested) => Promise<readonly string[]>;

/** What holds after all decisions. */
export interface Replayed {
  /** Of every face of the proposal; null = in no person. */
  readonly personOf: ReadonlyMap<string, string | null>;
  /** Names of persons, decided ones only. */
  readonly names: ReadonlyMap<string, string>;
  /** Faces that a decision placed. */
  readonly firm: ReadonlySet<string>;
  readonly idle: readonly IdleDecision[];
}

/** One cluster as proposed, its faces sorted out. */
interface Cluster {
  readonly id: string;
  /** Persons that have their home here → their faces in this cluster. */
  readonly bound: Map<string, string[]>;
  /** Faces nobody spoke of. */
  readonly open: string[];
}

/** Replays. The order of `proposal` does not matter. */
export async function replay(
  proposal: readonly ProposedFace[],
  decisions: readonly Decision[],
  nearest: Nearest,
): Promise<Replayed> {
  const ledger = ledgerOf(decisions);
  const personOf = new Map<string, string | null>();
  const homes = homesOf(proposal, ledger);
  const clusters = new Map<string, Cluster>();
  for (const { faceId, personId } of proposal) {
    const firm = ledger.firm.get(faceId);
    if (firm !== undefined) personOf.set(faceId, firm);
    if (personId === null) {
      // Near nobody: only a decision could place it.
      if (firm === undefined) personOf.set(faceId, null);
      continue;
    }
    const cluster = clusters.get(personId) ?? { id: personId, bound: new Map<string, string[]>(), open: [] };
    clusters.set(personId, cluster);
    const person = firm === undefined ? ledger.loose.get(faceId) : firm;
    if (person !== undefined && person !== null && homes.get(person) === personId) {
      personOf.set(faceId, person);
      const own = cluster.bound.get(person);
      if (own === undefined) cluster.bound.set(person, [faceId]);
      else own.push(faceId);
    } else if (firm === undefined) {
      cluster.open.push(faceId);
    }
  }
  const taken = new Set([...clusters.keys(), ...ledger.decided, ...ledger.names.keys()]);
  const alone: string[] = [];
  const nameless: Cluster[] = [];
  for (const cluster of clusters.values()) {
    const base = baseOf(cluster, ledger, homes);
    if (base === null) nameless.push(cluster);
    else await settle(cluster, base, ledger, nearest, personOf, alone);
  }
  // New ids last, in the order of the faces: they must not depend on the order of the proposal.
  for (const cluster of nameless.sort((a, b) => compareText(least(a.open), least(b.open)))) {
    const base = foundingId(least(cluster.open), taken);
    taken.add(base);
    await settle(cluster, base, ledger, nearest, personOf, alone);
  }
  for (const face of alone.sort(compareText)) {
    const id = foundingId(face, taken);
    taken.add(id);
    personOf.set(face, id);
  }
  return { personOf, names: ledger.names, firm: new Set(ledger.firm.keys()), idle: ledger.idle };
}

/** The cluster in which most of a decided person's faces are; of equal ones the first by id. */
function homesOf(proposal: readonly ProposedFace[], ledger: Ledger): ReadonlyMap<string, string> {
  const counts = new Map<string, Map<string, number>>();
  for (const { faceId, personId } of proposal) {
    const firm = ledger.firm.get(faceId);
    const person = firm === undefined ? ledger.loose.get(faceId) : firm;
    if (person === undefined || person === null || personId === null) continue;
    const own = counts.get(person) ?? new Map<string, number>();
    own.set(personId, (own.get(personId) ?? 0) + 1);
    counts.set(person, own);
  }
  const homes = new Map<string, string>();
  for (const [person, own] of counts) {
    const best = [...own].reduce((a, b) => (b[1] > a[1] || (b[1] === a[1] && b[0] < a[0]) ? b : a));
    homes.set(person, best[0]);
  }
  return homes;
}

/**
 * Whose the open faces of a cluster are, unless they are nearer to another: the cluster's own person, or the decided one
 * that has most of it. null = the cluster's id means a decided person that lives elsewhere now.
 */
function baseOf({ id, bound, open }: Cluster, ledger: Ledger, homes: ReadonlyMap<string, string>): string | null {
  const own = ledger.resolve(id);
  if (bound.has(own)) return own;
  let base = own;
  let most = open.length;
  for (const [person, faces] of [...bound].sort((a, b) => compareText(a[0], b[0]))) {
    if (faces.length >= most && (base === own || faces.length > most)) {
      base = person;
      most = faces.length;
    }
  }
  if (base !== own || open.length === 0) return base;
  const home = homes.get(own);
  return home === undefined || own !== id ? own : null;
}

/** Gives the open faces of a cluster their persons. */
async function settle(
  { bound, open }: Cluster,
  base: string,
  ledger: Ledger,
  nearest: Nearest,
  personOf: Map<string, string | null>,
  alone: string[],
): Promise<void> {
  const persons = new Map(bound);
  // A base without faces of its own is what the open ones are like.
  if (!persons.has(base)) persons.set(base, open);
  const groups = new Map<string, { candidates: string[]; faces: string[] }>();
  for (const face of open) {
    const barred = ledger.barred.get(face);
    const candidates = [base, ...[...bound.keys()].filter((person) => person !== base).sort(compareText)].filter(
      (person) => barred?.has(person) !== true,
    );
    const key = candidates.join(' ');
    const group = groups.get(key) ?? { candidates, faces: [] };
    group.faces.push(face);
    groups.set(key, group);
  }
  for (const { candidates, faces } of groups.values()) {
    const [first, ...others] = candidates;
    if (first === undefined) {
      alone.push(...faces);
    } else if (others.length === 0) {
      for (const face of faces) personOf.set(face, first);
    } else {
      const choices = new Map(candidates.map((person) => [person, persons.get(person) ?? []]));
      const chosen = await nearest({ faces, persons: choices });
      for (const [at, face] of faces.entries()) personOf.set(face, chosen[at] ?? first);
    }
  }
}

function least(faces: readonly string[]): string {
  return faces.toSorted(compareText)[0] ?? '';
}
