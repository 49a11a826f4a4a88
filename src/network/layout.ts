/**
 * Where the persons stand on the page. Computed when the page is written and
 * not in the browser, so that the first picture is there at once and is the
 * same each time: connected groups by ForceAtlas2 (Jacomy et al. 2014, through
 * graphology), packed in rows under the largest one, and the persons without
 * connections in a grid below them all.
 */
import { UndirectedGraph } from 'graphology';
import forceAtlas2Module, { type ForceAtlas2Settings } from 'graphology-layout-forceatlas2';
import {
  boxOf,
  GROUP_GAP,
  type LayoutNode,
  NODE_GAP,
  type Placed,
  type Position,
  packRows,
  placeGrid,
} from './packing.js';

/** Node ids must be distinct; edges name nodes that are given. */
export interface LayoutInput {
  readonly nodes: readonly LayoutNode[];
  readonly edges: readonly {
    readonly source: string;
    readonly target: string;
    readonly weight: number;
  }[];
}

/** π (3 − √5): consecutive points at this angle fill a disc evenly (Vogel 1979). */
const GOLDEN_ANGLE = 2.399963229728653;
/** Nodes whose nearest neighbour is measured to choose a group's scale. */
const NEIGHBOUR_SAMPLES = 500;
/** Work a layout may cost: iterations shrink as the groups grow. */
const NODE_STEPS = 200_000;
const MAX_ITERATIONS = 600;
const MIN_ITERATIONS = 50;
/** From here on repulsion is approximated (Barnes–Hut); exact below, it is cheap there. */
const APPROXIMATE_FROM = 1000;

/** The one function of the package that is used here. */
interface ForceAtlas2 {
  readonly assign: (
    graph: UndirectedGraph,
    parameters: { readonly iterations: number; readonly settings: ForceAtlas2Settings },
  ) => void;
}

// A CommonJS package whose types and loaders disagree on whether its function is `default`.
const loaded: object = forceAtlas2Module;
const forceAtlas2 = ('default' in loaded ? loaded.default : loaded) as ForceAtlas2;

/**
 * Positions of all nodes, by id. The same input gives the same positions.
 *
 * *Cost*: about n log n for each of 50 … 600 iterations, by size.
 */
export function layOut(input: LayoutInput): ReadonlyMap<string, Position> {
  const groups = connectedGroups(input);
  const singletons = groups.filter((group) => group.length === 1).flat();
  const boxes = groups.filter((group) => group.length > 1).map((group) => boxOf(layOutGroup(group, input.edges)));
  const positions = new Map<string, Position>();
  const height = packRows(boxes, positions);
  const width = Math.max(600, ...boxes.slice(0, 1).map((box) => box.width));
  placeGrid(singletons, width, height === 0 ? 0 : height + GROUP_GAP, positions);
  return positions;
}

/** Groups of connected nodes, the largest first, then by first id. */
function connectedGroups(input: LayoutInput): LayoutNode[][] {
  const parent = new Map(input.nodes.map((node) => [node.id, node.id]));
  const rootOf = (id: string): string => {
    let root = id;
    for (let up = parent.get(root); up !== undefined && up !== root; up = parent.get(root)) {
      root = up;
    }
    parent.set(id, root);
    return root;
  };
  for (const edge of input.edges) {
    const a = rootOf(edge.source);
    const b = rootOf(edge.target);
    if (a < b) parent.set(b, a);
    else if (b < a) parent.set(a, b);
  }
  const groups = new Map<string, LayoutNode[]>();
  const sorted = [...input.nodes].sort((a, b) => (a.id < b.id ? -1 : 1));
  for (const node of sorted) {
    const root = rootOf(node.id);
    const group = groups.get(root);
    if (group === undefined) groups.set(root, [node]);
    else group.push(node);
  }
  return [...groups.values()].sort((a, b) => b.length - a.length);
}

function layOutGroup(group: readonly LayoutNode[], edges: LayoutInput['edges']): Placed[] {
  const graph = new UndirectedGraph();
  const spacing = 3 * NODE_GAP;
  // Large nodes start in the middle: the hubs rarely have to cross the crowd.
  const bySize = [...group].sort((a, b) => b.radius - a.radius);
  for (const [rank, node] of bySize.entries()) {
    const distance = spacing * Math.sqrt(rank);
    graph.addNode(node.id, {
      x: distance * Math.cos(rank * GOLDEN_ANGLE),
      y: distance * Math.sin(rank * GOLDEN_ANGLE),
      size: node.radius + NODE_GAP,
    });
  }
  for (const edge of edges) {
    if (!graph.hasNode(edge.source)) continue;
    // The logarithm keeps a pair seen in hundreds of photographs from collapsing into one spot.
    graph.addEdge(edge.source, edge.target, { weight: 1 + Math.log2(edge.weight) });
  }
  const iterations = Math.round(Math.min(MAX_ITERATIONS, Math.max(MIN_ITERATIONS, NODE_STEPS / group.length)));
  const shared = {
    barnesHutOptimize: group.length > APPROXIMATE_FROM,
    gravity: 0.08,
    strongGravityMode: false,
    scalingRatio: 60,
    slowDown: 4,
    edgeWeightInfluence: 1,
  };
  forceAtlas2.assign(graph, { iterations, settings: shared });
  forceAtlas2.assign(graph, {
    iterations: Math.ceil(iterations / 3),
    settings: { ...shared, adjustSizes: true },
  });
  const placed: Placed[] = group.map((node) => ({
    id: node.id,
    radius: node.radius,
    x: Number(graph.getNodeAttribute(node.id, 'x')),
    y: Number(graph.getNodeAttribute(node.id, 'y')),
  }));
  lieDown(placed);
  tighten(placed);
  pushApart(placed);
  return placed;
}

/** Turns the group so that its longest direction is horizontal, as windows are. */
function lieDown(nodes: readonly Placed[]): void {
  const centreX = nodes.reduce((sum, node) => sum + node.x, 0) / nodes.length;
  const centreY = nodes.reduce((sum, node) => sum + node.y, 0) / nodes.length;
  let xx = 0;
  let xy = 0;
  let yy = 0;
  for (const node of nodes) {
    node.x -= centreX;
    node.y -= centreY;
    xx += node.x * node.x;
    xy += node.x * node.y;
    yy += node.y * node.y;
  }
  // Direction of the first principal axis of a 2 × 2 covariance matrix.
  const angle = Math.atan2(2 * xy, xx - yy) / 2;
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  for (const node of nodes) {
    const { x, y } = node;
    node.x = cos * x + sin * y;
    node.y = cos * y - sin * x;
  }
}

/** Scales the group to the spacing at which most nodes have just room: faces are drawn as large as they can be. */
function tighten(nodes: readonly Placed[]): void {
  const step = Math.max(1, Math.floor(nodes.length / NEIGHBOUR_SAMPLES));
  const nearest: number[] = [];
  for (let index = 0; index < nodes.length; index += step) {
    const node = nodes[index];
    if (node === undefined) continue;
    let best = Number.POSITIVE_INFINITY;
    for (const other of nodes) {
      if (other !== node) best = Math.min(best, Math.hypot(other.x - node.x, other.y - node.y));
    }
    nearest.push(best);
  }
  nearest.sort((a, b) => a - b);
  const typical = nearest[Math.floor(nearest.length / 2)] ?? 0;
  const meanRadius = nodes.reduce((sum, node) => sum + node.radius, 0) / nodes.length;
  if (typical < 1e-6) return;
  // Small groups have the window to themselves and get room for their names.
  const gap = NODE_GAP * (1 + 2.8 / (1 + nodes.length / 25));
  const factor = (2 * meanRadius + gap) / typical;
  for (const node of nodes) {
    node.x *= factor;
    node.y *= factor;
  }
}

/** Moves overlapping nodes apart, looking only at neighbours in a grid of cells. */
function pushApart(nodes: readonly Placed[]): void {
  const largest = nodes.reduce((radius, node) => Math.max(radius, node.radius), 0);
  const cell = 2 * (largest + NODE_GAP);
  for (let round = 0; round < 40; round += 1) {
    const cells = new Map<string, Placed[]>();
    for (const node of nodes) {
      const key = `${Math.floor(node.x / cell)},${Math.floor(node.y / cell)}`;
      const content = cells.get(key);
      if (content === undefined) cells.set(key, [node]);
      else content.push(node);
    }
    let moved = false;
    for (const node of nodes) {
      const column = Math.floor(node.x / cell);
      const row = Math.floor(node.y / cell);
      for (let dx = -1; dx <= 1; dx += 1) {
        for (let dy = -1; dy <= 1; dy += 1) {
          for (const other of cells.get(`${column + dx},${row + dy}`) ?? []) {
            if (other.id > node.id && separate(node, other)) moved = true;
          }
        }
      }
    }
    if (!moved) return;
  }
}

function separate(a: Placed, b: Placed): boolean {
  const wanted = a.radius + b.radius + NODE_GAP;
  const dx = b.x - a.x;
  const dy = b.y - a.y;
  const distance = Math.sqrt(dx * dx + dy * dy);
  if (distance >= wanted) return false;
  // Two nodes on one spot part sideways.
  const [ux, uy] = distance < 1e-6 ? [1, 0] : [dx / distance, dy / distance];
  const shift = (wanted - distance) / 2 + 0.5;
  a.x -= ux * shift;
  a.y -= uy * shift;
  b.x += ux * shift;
  b.y += uy * shift;
  return true;
}
