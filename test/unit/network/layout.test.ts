/** Positions of the nodes: complete, apart from each other, and always the same. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LayoutInput, layOut } from '../../../src/network/index.js';

/** Rings of `size` persons, a pair, and persons alone. */
function sample(rings: number, size: number, alone: number): LayoutInput {
  const nodes: { id: string; radius: number }[] = [];
  const edges: { source: string; target: string; weight: number }[] = [];
  const add = (id: string): string => {
    nodes.push({ id, radius: 12 + (nodes.length % 9) * 2 });
    return id;
  };
  for (let ring = 0; ring < rings; ring += 1) {
    const ids = Array.from({ length: size }, (_, place) => add(`r${ring}-${place}`));
    for (const [place, source] of ids.entries()) {
      const target = ids[(place + 1) % size];
      if (target !== undefined) edges.push({ source, target, weight: 1 + (place % 4) });
    }
  }
  edges.push({ source: add('x'), target: add('y'), weight: 300 });
  for (let number = 0; number < alone; number += 1) add(`s${number}`);
  return { nodes, edges };
}

test('gives every node a place of its own, with room around it', () => {
  const input = sample(3, 14, 25);
  const positions = layOut(input);
  assert.equal(positions.size, input.nodes.length);
  for (const [index, a] of input.nodes.entries()) {
    for (const b of input.nodes.slice(index + 1)) {
      const from = positions.get(a.id);
      const to = positions.get(b.id);
      assert.ok(from && to);
      const distance = Math.hypot(from.x - to.x, from.y - to.y);
      assert.ok(distance >= a.radius + b.radius, `${a.id} and ${b.id} overlap: ${distance}`);
    }
  }
});

test('puts persons without connections below all others', () => {
  const positions = [...layOut(sample(2, 10, 12))];
  const lowest = Math.max(...positions.filter(([id]) => !id.startsWith('s')).map(([, { y }]) => y));
  const highest = Math.min(...positions.filter(([id]) => id.startsWith('s')).map(([, { y }]) => y));
  assert.ok(highest > lowest);
});

test('is the same each time, whatever the order of the input', () => {
  const input = sample(2, 30, 5);
  assert.deepEqual([...layOut(input)].sort(), [...layOut(input)].sort());
  const reversed = { nodes: [...input.nodes].reverse(), edges: [...input.edges].reverse() };
  assert.deepEqual([...layOut(reversed).keys()].sort(), [...layOut(input).keys()].sort());
});

test('has nothing to place in an empty network', () => {
  assert.equal(layOut({ nodes: [], edges: [] }).size, 0);
});
