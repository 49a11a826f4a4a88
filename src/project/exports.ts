/**
 * The tables a project gives away: faces, edges, people, as CSV or JSON in
 * chunks. What the columns mean is written where they are made, in `report`.
 */
import type { Options } from '../config/index.js';
import { personsOf } from '../people/index.js';
import { edgesCsv, edgesJson, facesCsv, facesJson, peopleCsv, peopleJson } from '../report/index.js';
import type { Store } from '../store/store.js';
import { networkOf } from './build-network.js';

/** A table by name. */
export type TableName = 'faces' | 'edges' | 'people';
/** How it is written. */
export type TableFormat = 'csv' | 'json';

/** A table ready to be written. */
export interface Table {
  /** Rows without the head. */
  readonly rows: number;
  readonly chunks: Iterable<string>;
}

/** One table; `minWeight` and `minSize` hide edges and persons, never faces. */
export async function tableOf(
  store: Store,
  name: TableName,
  format: TableFormat,
  thresholds: Pick<Options, 'minWeight' | 'minSize'>,
): Promise<Table> {
  const { network, photos, faces } = await networkOf(store, thresholds);
  const people = personsOf(faces);
  switch (name) {
    case 'faces': {
      const input = { photos, faces, people };
      return { rows: faces.length, chunks: format === 'csv' ? facesCsv(input) : facesJson(input) };
    }
    case 'edges':
      return {
        rows: network.edges.length,
        chunks: format === 'csv' ? edgesCsv(network, photos) : edgesJson(network, photos),
      };
    case 'people':
      return {
        rows: network.persons.length,
        chunks: format === 'csv' ? peopleCsv(network, people) : peopleJson(network, people),
      };
  }
}
