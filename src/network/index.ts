/**
 * The network of co-appearance as pure functions over the domain types: the
 * projection, and where its nodes stand on a page.
 */
export type {
  CoAppearInput,
  Coverage,
  HiddenCounts,
  Network,
  NetworkPerson,
} from './co-appear.js';
export { coAppear } from './co-appear.js';
export type { LayoutInput } from './layout.js';
export { layOut } from './layout.js';
export type { LayoutNode, Position } from './packing.js';
