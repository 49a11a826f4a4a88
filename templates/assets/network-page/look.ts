/**
 * How persons and edges look on the canvas: colours of the scheme, widths,
 * labels and tooltips. The style sheet is the one place that names colours.
 */
import type { NetworkPageData, PageEdge, PagePerson } from '../../../src/report/network-page-data.js';
import { element } from './dom.js';
import { counted, nameOf } from './wording.js';

/** Colours of the current scheme. */
export interface Colours {
  readonly ink: string;
  readonly faintInk: string;
  readonly paper: string;
  readonly edge: string;
  readonly faintEdge: string;
  readonly ring: string;
  readonly accent: string;
}

const WIDEST_EDGE = 14;

/** Line width in page units for a number of photographs. */
export function edgeWidth(weight: number): number {
  return Math.min(WIDEST_EDGE, 1.2 + 1.7 * Math.log2(weight));
}

/** The colours as the style sheet has them now. */
export function readColours(): Colours {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string): string => style.getPropertyValue(name).trim();
  return {
    ink: read('--ink'),
    faintInk: read('--ink-faint'),
    paper: read('--paper'),
    edge: read('--edge'),
    faintEdge: read('--edge-faint'),
    ring: read('--ring'),
    accent: read('--accent'),
  };
}

/** Name, id, connections, photographs. */
export function personTooltip(person: PagePerson): HTMLElement {
  const tip = element('div', { class: 'tip' }, element('strong', {}, element('bdi', {}, nameOf(person))));
  if (person.name !== null) tip.append(element('span', { class: 'id' }, person.id));
  tip.append(
    element('span', {}, counted(person.degree, 'connection')),
    element('span', {}, counted(person.photos, 'photograph')),
  );
  return tip;
}

/** Who, and how often together. */
export function edgeTooltip(edge: PageEdge, page: NetworkPageData): HTMLElement {
  const tip = element('div', { class: 'tip' });
  for (const number of [edge.source, edge.target]) {
    const person = page.persons[number];
    if (person !== undefined) tip.append(element('strong', {}, element('bdi', {}, nameOf(person))));
  }
  tip.append(element('span', {}, `together in ${counted(edge.weight, 'photograph')}`));
  return tip;
}

function nodeColour(colours: Colours) {
  return {
    border: colours.ring,
    background: colours.paper,
    highlight: { border: colours.accent, background: colours.paper },
    hover: { border: colours.accent, background: colours.paper },
  };
}

/** vis-network's colour option of an edge. */
export function edgeColour(colours: Colours) {
  return {
    color: colours.edge,
    highlight: colours.accent,
    hover: colours.accent,
    inherit: false,
  };
}

/** vis-network's options that depend on the scheme. */
export function look(colours: Colours) {
  return {
    nodes: {
      color: nodeColour(colours),
      borderWidth: 2,
      borderWidthSelected: 4,
      font: {
        color: colours.ink,
        size: 13,
        face: 'system-ui, sans-serif',
        strokeWidth: 4,
        strokeColor: colours.paper,
        vadjust: -2,
      },
    },
    edges: { color: edgeColour(colours) },
  };
}

/** A label of one line. */
export function shortened(name: string): string {
  const line = name.replace(/\s+/g, ' ').trim();
  return line.length > 28 ? `${line.slice(0, 27)}…` : line;
}
