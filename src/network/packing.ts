/**
 * Arranging laid out groups on one plane: rows of groups, and a grid for the
 * persons that belong to none. Geometry alone; knows nothing of edges.
 */

/** One node with the radius it will be drawn at. */
export interface LayoutNode {
  readonly id: string;
  readonly radius: number;
}

/** Whole page units, the y axis down. */
export interface Position {
  readonly x: number;
  readonly y: number;
}

/** Free room round a node, in page units: a label of one line and some air. */
export const NODE_GAP = 26;
/** Free room between groups. */
export const GROUP_GAP = 70;

/** A node whose place may still change. */
export interface Placed {
  readonly id: string;
  readonly radius: number;
  x: number;
  y: number;
}

/** A laid out group, its upper left corner at the origin. */
export interface GroupBox {
  readonly nodes: readonly Placed[];
  readonly width: number;
  readonly height: number;
}

/** The group moved so that its upper left corner is the origin. */
export function boxOf(nodes: readonly Placed[]): GroupBox {
  let left = Number.POSITIVE_INFINITY;
  let top = Number.POSITIVE_INFINITY;
  let right = Number.NEGATIVE_INFINITY;
  let bottom = Number.NEGATIVE_INFINITY;
  for (const { x, y, radius } of nodes) {
    left = Math.min(left, x - radius);
    top = Math.min(top, y - radius);
    right = Math.max(right, x + radius);
    bottom = Math.max(bottom, y + radius);
  }
  for (const node of nodes) {
    node.x -= left;
    node.y -= top;
  }
  return { nodes, width: right - left, height: bottom - top };
}

/** Places the boxes in centred rows, in their order, and returns the height of all rows. */
export function packRows(boxes: readonly GroupBox[], positions: Map<string, Position>): number {
  const area = boxes.reduce((sum, box) => sum + (box.width + GROUP_GAP) * (box.height + GROUP_GAP), 0);
  const rowWidth = boxes.reduce((widest, box) => Math.max(widest, box.width), 1.5 * Math.sqrt(area));
  let row: GroupBox[] = [];
  let used = 0;
  let top = 0;
  const finishRow = (): void => {
    const height = Math.max(...row.map((box) => box.height));
    let left = -(used - GROUP_GAP) / 2;
    for (const box of row) {
      for (const node of box.nodes) {
        positions.set(node.id, {
          x: Math.round(left + node.x),
          y: Math.round(top + (height - box.height) / 2 + node.y),
        });
      }
      left += box.width + GROUP_GAP;
    }
    top += height + GROUP_GAP;
    row = [];
    used = 0;
  };
  for (const box of boxes) {
    if (row.length > 0 && used + box.width > rowWidth) finishRow();
    row.push(box);
    used += box.width + GROUP_GAP;
  }
  if (row.length > 0) finishRow();
  return Math.max(0, top - GROUP_GAP);
}

/** A grid, the largest nodes first, as wide as what stands above it. */
export function placeGrid(
  nodes: readonly LayoutNode[],
  width: number,
  top: number,
  positions: Map<string, Position>,
): void {
  const sorted = [...nodes].sort((a, b) => b.radius - a.radius || (a.id < b.id ? -1 : 1));
  const step = 2 * (sorted[0]?.radius ?? 0) + 2 * NODE_GAP;
  const columns = Math.max(
    1,
    Math.min(sorted.length, Math.max(Math.floor(width / step), Math.ceil(1.6 * Math.sqrt(sorted.length)))),
  );
  for (const [index, node] of sorted.entries()) {
    positions.set(node.id, {
      x: Math.round(((index % columns) - (columns - 1) / 2) * step),
      y: Math.round(top + step / 2 + Math.floor(index / columns) * step),
    });
  }
}
