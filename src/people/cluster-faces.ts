/**
 * The step "cluster": all vectors of the project in, persons out, saved. It
 * resolves defaults, calls the native clustering once, and keeps person ids
 * stable. The algorithms themselves are native; nothing here measures a distance.
 */
import type { Conflict } from '../config/index.js';
import { FaceweaveError } from '../config/index.js';
import type { ClusterOptions, ClusterResult, Engine, LongCall } from '../native/index.js';
import type { Proposal, Store, VectorTable } from '../store/store.js';
import {
  type Algorithm,
  AUTO_ALGORITHM,
  DEFAULT_EXACT_FACES,
  DEFAULT_ITERATIONS,
  DEFAULT_MIN_SAMPLES,
  defaultThresholds,
  embedderName,
  type RequestedAlgorithm,
} from './defaults.js';
import { namePersons } from './identity.js';
import { type Tier, type TierThresholds, tierOf } from './tiers.js';

/** What a caller may choose. */
export interface ClusterRequest extends LongCall {
  /** Default `auto`: the one that measures best. */
  readonly algorithm?: RequestedAlgorithm;
  /** Cosine distance: the cut of average linkage, the eps of DBSCAN; default by embedder. */
  readonly threshold?: number;
  /** Faces near that make a face dense: DBSCAN, OPTICS, HDBSCAN, face-network's schedule. */
  readonly minSamples?: number;
  /** face-network's schedule: iterations at most; default 10. */
  readonly iterations?: number;
  /** face-network's schedule: largest median distance to a core; cosine distance, default by embedder. */
  readonly maxDistance?: number;
  /** Average linkage: up to so many faces all are compared with all; default 200,000. */
  readonly exactFaces?: number;
  /** Threads; 0 = all cores. */
  readonly threads?: number;
  /** Quality scores from which on a face may found or join a person; default: every face founds. */
  readonly tiers?: TierThresholds;
  /** Model id of the vectors to cluster; default: the last extraction's. */
  readonly embedderId?: string;
  /** Faces that were clustered before keep their persons; only new ones are placed, or found persons of their own. */
  readonly onlyNew?: boolean;
}

/** The options as resolved, kept with the clustering. */
export interface ResolvedClusterOptions {
  readonly algorithm: Algorithm;
  readonly threshold: number;
  /** `auto` only: the cut that two large clusters tend to; null = one cut for all. */
  readonly coreThreshold: number | null;
  readonly minSamples: number;
  readonly iterations: number;
  readonly maxDistance: number;
  readonly exactFaces: number;
  readonly samePhotoExempt: number;
  readonly embedderId: string;
  readonly foundQuality: number;
  readonly joinQuality: number;
}

/** What clustering found; `faces` = those in persons + `leftOut` + `listed`. */
export interface ClusterSummary {
  readonly options: ResolvedClusterOptions;
  readonly faces: number;
  readonly persons: number;
  /** Persons seen in one face only. */
  readonly singles: number;
  /** Faces of the second tier that joined a person. */
  readonly joined: number;
  /** Faces of the second tier that were near nobody: in no person. */
  readonly leftOut: number;
  /** Faces of the third tier: in no person. */
  readonly listed: number;
  /** Neighbours were found approximately: more faces than are compared all with all. */
  readonly isApproximate: boolean;
  /** Pairs of one photograph that fell into one person. */
  readonly conflicts: readonly Conflict[];
  readonly warnings: readonly string[];
  readonly wallSeconds: number;
}

/** A full set of options from a request. Pure. */
export function resolveClusterOptions(
  request: ClusterRequest,
  embedderId: string,
): { readonly options: ResolvedClusterOptions; readonly warnings: readonly string[] } {
  const asked = request.algorithm ?? 'auto';
  const algorithm = asked === 'auto' ? AUTO_ALGORITHM : asked;
  const { thresholds, measured } = defaultThresholds(embedderId);
  const threshold = request.threshold ?? thresholds[asked];
  const warnings =
    request.threshold === undefined && !measured
      ? [
          `no threshold was measured for the embedder ${embedderName(embedderId)}; ${threshold} is another model's: give --threshold`,
        ]
      : [];
  return {
    options: {
      algorithm,
      threshold,
      coreThreshold: asked === 'auto' ? Math.min(thresholds.core, threshold) : null,
      minSamples: request.minSamples ?? DEFAULT_MIN_SAMPLES,
      iterations: request.iterations ?? DEFAULT_ITERATIONS,
      maxDistance: request.maxDistance ?? thresholds.maxDistance,
      exactFaces: request.exactFaces ?? DEFAULT_EXACT_FACES,
      samePhotoExempt: Math.min(thresholds.samePhotoExempt, threshold),
      embedderId,
      foundQuality: request.tiers?.foundQuality ?? 0,
      joinQuality: request.tiers?.joinQuality ?? 0,
    },
    warnings,
  };
}

/**
 * Clusters every face of one embedder and saves the result in place of the one
 * before. A good face that DBSCAN leaves as noise is a person of one face: nobody
 * is dropped in silence, `--min-size` hides. Poor faces join or stay in no person,
 * and are counted.
 *
 * *Errors*: `NOTHING_EXTRACTED` when the project holds no faces' vectors yet.
 */
export async function clusterFaces(
  store: Store,
  engine: Engine,
  request: ClusterRequest = {},
): Promise<ClusterSummary> {
  const started = performance.now();
  const embedderId = request.embedderId ?? (await embedderOf(store));
  const { options, warnings } = resolveClusterOptions(request, embedderId);
  const table = await store.vectors(embedderId);
  const known = request.onlyNew === true ? await knownLabels(store, table) : undefined;
  const { tiers, result } = await clusterVectors(engine, table, options, request, known);
  const previous = await previousPersons(store);
  const { assignments, persons, singles } = assign(table.faceIds, result, previous, tiers);
  const found = await conflictsOf(store, table, result);
  const conflicts = known === undefined ? found : [...((await store.clustering())?.conflicts ?? []), ...found];
  await store.saveClustering({
    embedderId,
    options: JSON.stringify(options),
    assignments,
    conflicts,
  });
  return {
    options,
    faces: table.faceIds.length,
    persons,
    singles,
    ...countTiers(tiers, result.labels),
    isApproximate: result.isApproximate,
    conflicts,
    warnings,
    wallSeconds: (performance.now() - started) / 1000,
  };
}

/** The embedder of the last extraction. *Errors*: `NOTHING_EXTRACTED`. */
export async function embedderOf(store: Store): Promise<string> {
  const embedderId = await store.currentEmbedder();
  if (embedderId !== null) return embedderId;
  throw new FaceweaveError('the project holds no extracted photographs yet', {
    code: 'NOTHING_EXTRACTED',
    hint: 'run `faceweave extract <folder>` first, or `faceweave run <folder>` for all steps',
  });
}

/** One grouping of vectors. */
export interface Grouping {
  /** One tier a face. */
  readonly tiers: Uint8Array;
  readonly result: ClusterResult;
}

/** Groups the vectors under resolved options; saves nothing. */
export async function clusterVectors(
  engine: Engine,
  table: VectorTable,
  options: ResolvedClusterOptions,
  { threads, signal, onProgress }: LongCall & Pick<ClusterRequest, 'threads'>,
  known?: Int32Array,
): Promise<Grouping> {
  const tiers = tiersOf(table, options);
  if (table.faceIds.length === 0) return { tiers, result: EMPTY_RESULT };
  const result = await engine.cluster(
    nativeClusterOptions(options, threads ?? 0),
    table.vectors,
    table.dims,
    table.photos,
    { ...(signal === undefined ? {} : { signal }), ...(onProgress === undefined ? {} : { onProgress }) },
    tiers,
    known,
  );
  return { tiers, result };
}

/** The options as native code takes them. */
export function nativeClusterOptions(options: ResolvedClusterOptions, threads: number): ClusterOptions {
  const { algorithm, threshold, coreThreshold, minSamples, samePhotoExempt, iterations, maxDistance, exactFaces } =
    options;
  return {
    ...{ algorithm, threshold, minSamples, samePhotoExempt, iterations, maxDistance, exactFaces, threads },
    ...(coreThreshold === null ? {} : { coreThreshold }),
  };
}

/** One tier a face, as native code takes them. */
function tiersOf({ qualities }: VectorTable, thresholds: TierThresholds): Uint8Array {
  return Uint8Array.from(qualities, (score) => tierOf(Number.isNaN(score) ? null : { score }, thresholds));
}

function countTiers(tiers: Uint8Array, labels: Int32Array): Pick<ClusterSummary, 'joined' | 'leftOut' | 'listed'> {
  const counts = { joined: 0, leftOut: 0, listed: 0 };
  for (const [row, tier] of tiers.entries()) {
    if (tier === 3) counts.listed += 1;
    else if (tier === 2) counts[(labels[row] ?? -1) < 0 ? 'leftOut' : 'joined'] += 1;
  }
  return counts;
}

const EMPTY_RESULT: ClusterResult = {
  labels: new Int32Array(),
  distances: new Float32Array(),
  conflicts: new Uint32Array(),
  isApproximate: false,
};

/** In place of a label: this face is new. As native code takes it. */
const NEW = -2;

/** A label for each person that stands, −1 for faces in none. */
async function knownLabels(store: Store, { faceIds }: VectorTable): Promise<Int32Array | undefined> {
  const before = await store.clustering();
  // Nothing stands yet: everything is new.
  if (before === null) return undefined;
  const persons = new Map(before.assignments.map(({ faceId, personId }) => [faceId, personId]));
  const labels = new Map<string, number>();
  return Int32Array.from(faceIds, (faceId) => {
    const person = persons.get(faceId);
    if (person === undefined) return NEW;
    if (person === null) return -1;
    const label = labels.get(person) ?? labels.size;
    labels.set(person, label);
    return label;
  });
}

async function previousPersons(store: Store): Promise<ReadonlyMap<string, string>> {
  const before = await store.clustering();
  const persons = new Map<string, string>();
  for (const { faceId, personId } of before?.assignments ?? []) {
    if (personId !== null) persons.set(faceId, personId);
  }
  return persons;
}

const FOUNDS: Tier = 1;
/** In place of a group: a poor face that is near nobody. */
const NOBODY = -1;

/**
 * Which person, by number, each face is in: `NOBODY` for a poor face that is near nobody; another face without a
 * label is a person of its own. `tiers`: one a face; default: every face founds. Pure.
 */
export function groupsOf(
  labels: Int32Array,
  tiers?: ArrayLike<number>,
): { readonly groupOfFace: Int32Array; readonly groups: number } {
  const groupOfLabel = new Map<number, number>();
  const groupOfFace = new Int32Array(labels.length);
  let groups = 0;
  for (const [row, label] of labels.entries()) {
    if (label < 0 && (tiers?.[row] ?? FOUNDS) !== FOUNDS) {
      groupOfFace[row] = NOBODY;
      continue;
    }
    const known = label < 0 ? undefined : groupOfLabel.get(label);
    groupOfFace[row] = known ?? groups;
    if (known !== undefined) continue;
    if (label >= 0) groupOfLabel.set(label, groups);
    groups += 1;
  }
  return { groupOfFace, groups };
}

/** Labels to assignments, in the order of `faceIds`. `tiers`: one a face; default: every face founds. Pure. */
export function assign(
  faceIds: readonly string[],
  result: Pick<ClusterResult, 'labels' | 'distances'>,
  previous: ReadonlyMap<string, string>,
  tiers?: ArrayLike<number>,
): { assignments: readonly Proposal[]; persons: number; singles: number } {
  if (result.labels.length !== faceIds.length) {
    throw new FaceweaveError(`clustering gave ${result.labels.length} labels for ${faceIds.length} faces`, {
      code: 'INTERNAL',
    });
  }
  const { groupOfFace, groups: number } = groupsOf(result.labels, tiers);
  const groups: string[][] = Array.from({ length: number }, () => []);
  for (const [row, faceId] of faceIds.entries()) groups[groupOfFace[row] ?? NOBODY]?.push(faceId);
  const ids = namePersons(groups, previous);
  const assignments = faceIds.map((faceId, row) => {
    const distance = result.distances[row] ?? Number.NaN;
    if (groupOfFace[row] === NOBODY) return { faceId, personId: null, distance: null };
    return {
      faceId,
      personId: ids[groupOfFace[row] ?? 0] ?? null,
      // Noise has no mean to be far from: alone, it is its own.
      distance: Number.isNaN(distance) ? 0 : distance,
    };
  });
  const singles = groups.filter((group) => group.length === 1).length;
  return { assignments, persons: groups.length, singles };
}

async function conflictsOf(
  store: Store,
  table: VectorTable,
  result: Pick<ClusterResult, 'conflicts'>,
): Promise<readonly Conflict[]> {
  if (result.conflicts.length === 0) return [];
  const wanted = new Set<string>();
  for (const row of result.conflicts) {
    const id = table.faceIds[row];
    if (id !== undefined) wanted.add(id);
  }
  const photoOf = new Map<string, string>();
  for (const face of await store.faces()) {
    if (wanted.has(face.id)) photoOf.set(face.id, face.photoId);
  }
  const conflicts: Conflict[] = [];
  for (let i = 0; i + 1 < result.conflicts.length; i += 2) {
    const keptFaceId = table.faceIds[result.conflicts[i] ?? -1];
    const movedFaceId = table.faceIds[result.conflicts[i + 1] ?? -1];
    if (keptFaceId === undefined || movedFaceId === undefined) continue;
    const photoId = photoOf.get(keptFaceId);
    if (photoId !== undefined) conflicts.push({ photoId, keptFaceId, movedFaceId });
  }
  return conflicts;
}
