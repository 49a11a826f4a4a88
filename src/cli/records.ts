/**
 * What `--json` says about persons, edges and conflicts, one record each. The
 * names of the fields are public: scripts rely on them.
 */
import type { Conflict } from '../config/index.js';
import type { ExtractSummary } from '../extract/index.js';
import type { ClusterStepSummary, NetworkSummary, ProjectContents } from '../project/index.js';
import { skippedByReason } from './sentences.js';
import type { JsonRecord } from './session.js';

/** One record a person, in the order of ids. */
export function* personRecords({ network, people }: ProjectContents): Generator<JsonRecord> {
  const nodes = new Map(network.persons.map((person) => [person.id, person]));
  for (const { id, name, photos, faceIds } of people) {
    const node = nodes.get(id);
    yield {
      type: 'person',
      id,
      name,
      photos,
      faces: faceIds.length,
      bestFace: faceIds[0] ?? null,
      connections: node?.degree ?? null,
    };
  }
}

/** One record an edge. */
export function* edgeRecords({ network, photos }: ProjectContents): Generator<JsonRecord> {
  const paths = new Map(photos.map((photo) => [photo.id, photo.path]));
  for (const { source, target, weight, photoIds } of network.edges) {
    yield { type: 'edge', source, target, weight, photos: photoIds.map((id) => paths.get(id) ?? id) };
  }
}

/** One record a conflict. */
export function* conflictRecords(conflicts: readonly Conflict[]): Generator<JsonRecord> {
  for (const conflict of conflicts) yield { type: 'conflict', ...conflict };
}

/** What the summary says of an extraction. */
export function extractFigures(summary: ExtractSummary, hasStats: boolean): Readonly<Record<string, unknown>> {
  const { skippedFiles, stats, ...counts } = summary;
  return { ...counts, skippedByReason: skippedByReason(skippedFiles), ...(hasStats ? { stats } : {}) };
}

/** What the summary says of a clustering. */
export function clusterFigures(summary: ClusterStepSummary): Readonly<Record<string, unknown>> {
  const { faces, persons, singles, joined, leftOut, listed, isApproximate, conflicts, options, wallSeconds, warnings } =
    summary;
  return {
    faces,
    persons,
    singles,
    joined,
    leftOut,
    listed,
    isApproximate,
    decisions: summary.decisions.inForce,
    conflicts: conflicts.length,
    clustering: options,
    clusterSeconds: wallSeconds,
    warnings,
  };
}

/** What the summary says of a network. */
export function networkFigures(summary: NetworkSummary): Readonly<Record<string, unknown>> {
  const { persons: shownPersons, hiddenPersons, edges, hiddenEdges, photosChanged, page, table } = summary;
  return { shownPersons, hiddenPersons, edges, hiddenEdges, photosChanged, page, table };
}
