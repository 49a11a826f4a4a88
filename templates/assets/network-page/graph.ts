/**
 * The drawing: persons and edges on a vis-network canvas. Positions come with
 * the page, so nothing moves until a person is dragged. Knows nothing of the
 * panel: it reports what was chosen.
 */
import { DataSet } from 'vis-data';
import { Network } from 'vis-network';
import type { NetworkPageData } from '../../../src/report/network-page-data.js';
import { edgeColour, edgeTooltip, edgeWidth, look, personTooltip, readColours, shortened } from './look.js';

/** What the reader chose on the canvas; numbers are places in the page's data. */
export type Choice =
  | { readonly kind: 'person'; readonly person: number }
  | { readonly kind: 'edge'; readonly edge: number }
  | { readonly kind: 'none' };

/** Which part of the network is drawn. */
export interface Filter {
  readonly minWeight: number;
  readonly showUnconnected: boolean;
}

/** The drawing and what can be done with it. */
export interface Graph {
  readonly choose: (choice: Choice, moveThere: boolean) => void;
  readonly filter: (filter: Filter) => { readonly persons: number; readonly edges: number };
  readonly fit: (animated: boolean) => void;
  readonly zoomIn: () => void;
  readonly zoomOut: () => void;
  readonly recolour: () => void;
  /** Page coordinates of a person's centre, and of the middle of an edge. */
  readonly personPosition: (person: number) => { readonly x: number; readonly y: number };
  readonly edgePosition: (edge: number) => { readonly x: number; readonly y: number };
}

interface NodeItem {
  id: number;
  [option: string]: unknown;
}

interface EdgeItem {
  id: string;
  [option: string]: unknown;
}

/** Above this many persons the rest is not dimmed around a choice: updating them all would stutter. */
const MOST_DIMMED = 2500;
const DIMMED_OPACITY = 0.22;

/** Pixels and factor of one press of a key or button. */
const KEY_STEP = 60;
const ZOOM_STEP = 1.35;

/** Draws the network into `container` and calls `onChoose` for each click. */
export function drawGraph(container: HTMLElement, page: NetworkPageData, onChoose: (choice: Choice) => void): Graph {
  let colours = readColours();
  let chosen: Choice = { kind: 'none' };
  let dimmed = false;
  /** While the rest is dimmed: the persons that are not. */
  let bright: ReadonlySet<number> = new Set();

  const nodes = new DataSet<NodeItem>(
    page.persons.map((person, number) => ({
      id: number,
      x: person.x,
      y: person.y,
      size: person.radius,
      title: personTooltip(person),
      hidden: true,
      ...(person.face === null ? { shape: 'dot' } : { shape: 'circularImage', image: person.face }),
      ...(person.name === null ? {} : { label: shortened(person.name) }),
    })),
  );
  const edges = new DataSet<EdgeItem>(
    page.edges.map((edge, number) => ({
      id: `e${number}`,
      from: edge.source,
      to: edge.target,
      width: edgeWidth(edge.weight),
      title: edgeTooltip(edge, page),
      hidden: true,
    })),
  );

  // The types of the library want its own item types; these are the same shape.
  const network = new Network(
    container,
    { nodes, edges } as never,
    {
      ...look(colours),
      physics: false,
      layout: { randomSeed: 1, improvedLayout: false },
      nodes: {
        ...look(colours).nodes,
        shapeProperties: { useBorderWithImage: false, interpolation: page.persons.length <= 1500 },
        scaling: { label: { drawThreshold: 7, maxVisible: 18 } },
        chosen: true,
      },
      edges: { ...look(colours).edges, smooth: false, hoverWidth: 1, selectionWidth: 1.5, chosen: true },
      interaction: {
        hover: true,
        tooltipDelay: 150,
        // Its own keyboard mode takes the focus whenever the pointer crosses the canvas; see below.
        keyboard: { enabled: false },
        multiselect: false,
        hideEdgesOnDrag: page.edges.length > 4000,
        hideEdgesOnZoom: page.edges.length > 4000,
      },
    } as never,
  );

  const edgesOf = (person: number): number[] =>
    page.edges.flatMap((edge, number) => (edge.source === person || edge.target === person ? [number] : []));

  const dim = (): void => {
    if (page.persons.length > MOST_DIMMED) return;
    if (chosen.kind === 'none') {
      if (!dimmed) return;
      nodes.update(page.persons.map((_, id) => ({ id, opacity: 1, font: { color: colours.ink } })));
      edges.update(page.edges.map((_, number) => ({ id: `e${number}`, color: edgeColour(colours) })));
      dimmed = false;
      return;
    }
    const near = chosen.kind === 'edge' ? [chosen.edge] : edgesOf(chosen.person);
    const nearEdges = new Set(near);
    const nearPersons = new Set<number>(chosen.kind === 'person' ? [chosen.person] : []);
    for (const number of near) {
      const edge = page.edges[number];
      if (edge !== undefined) nearPersons.add(edge.source).add(edge.target);
    }
    bright = nearPersons;
    nodes.update(
      page.persons.map((_, id) =>
        nearPersons.has(id)
          ? { id, opacity: 1, font: { color: colours.ink } }
          : { id, opacity: DIMMED_OPACITY, font: { color: colours.faintInk } },
      ),
    );
    edges.update(
      page.edges.map((_, number) => ({
        id: `e${number}`,
        color: nearEdges.has(number) ? edgeColour(colours) : { ...edgeColour(colours), color: colours.faintEdge },
      })),
    );
    dimmed = true;
  };

  const select = (): void => {
    if (chosen.kind === 'person') {
      network.selectNodes([chosen.person], true);
    } else if (chosen.kind === 'edge') {
      network.setSelection({ nodes: [], edges: [`e${chosen.edge}`] }, { highlightEdges: false });
    } else {
      network.unselectAll();
    }
  };

  network.on('click', (event: { nodes: number[]; edges: string[] }) => {
    const [person] = event.nodes;
    const [edge] = event.edges;
    // Who clicks looks at something: from here on the view is the reader's own.
    ownView = true;
    if (person !== undefined) onChoose({ kind: 'person', person });
    else if (edge !== undefined) onChoose({ kind: 'edge', edge: Number(edge.slice(1)) });
    else onChoose({ kind: 'none' });
  });
  // As long as the reader has not chosen a view of their own, the network fills its space.
  let ownView = false;
  network.on('zoom', () => {
    ownView = true;
  });
  network.on('dragEnd', () => {
    ownView = true;
  });
  // A resize (the panel opens, the window changes) scales the library's view; ours keeps its scale and
  // its upper left corner, so that what is under the pointer stays there.
  let view = { scale: 1, corner: { x: 0, y: 0 } };
  let resized = false;
  const hold = (): void => {
    const { scale, corner } = view;
    const [x, y] = [corner.x + container.clientWidth / 2 / scale, corner.y + container.clientHeight / 2 / scale];
    network.moveTo({ position: { x, y }, scale, animation: false });
  };
  network.on('resize', () => {
    resized = true;
  });
  // The library sets its own view after "resize" and before it draws.
  network.on('initRedraw', () => {
    if (!resized) return;
    resized = false;
    if (ownView) hold();
    else fit(false);
  });
  network.on('afterDrawing', () => {
    if (!resized) view = { scale: network.getScale(), corner: network.DOMtoCanvas({ x: 0, y: 0 }) };
  });
  // Dimmed or not, the person under the pointer is seen as clearly as the lines to it.
  const lit = (person: number, isOver: boolean): void => {
    if (dimmed && !bright.has(person)) nodes.update({ id: person, opacity: isOver ? 1 : DIMMED_OPACITY });
  };
  network.on('hoverNode', ({ node }: { node: number }) => {
    container.classList.add('pointing');
    lit(node, true);
  });
  network.on('blurNode', ({ node }: { node: number }) => {
    container.classList.remove('pointing');
    lit(node, false);
  });
  network.on('hoverEdge', () => container.classList.add('pointing'));
  network.on('blurEdge', () => container.classList.remove('pointing'));

  const still = matchMedia('(prefers-reduced-motion: reduce)');
  const animation = (wanted: boolean) =>
    wanted && !still.matches ? { duration: 350, easingFunction: 'easeInOutQuad' as const } : false;

  const fit = (animated: boolean): void => {
    ownView = false;
    const shown = nodes.getIds({ filter: (node) => node['hidden'] !== true });
    network.fit({ nodes: shown, maxZoomLevel: 1.6, animation: animation(animated) } as never);
  };

  const zoom = (factor: number): void => {
    ownView = true;
    network.moveTo({ scale: network.getScale() * factor, animation: animation(true) });
  };
  const move = (x: number, y: number): void => {
    ownView = true;
    network.moveTo({ offset: { x, y }, position: network.getViewPosition() });
  };
  const keys: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => move(KEY_STEP, 0),
    ArrowRight: () => move(-KEY_STEP, 0),
    ArrowUp: () => move(0, KEY_STEP),
    ArrowDown: () => move(0, -KEY_STEP),
    '+': () => zoom(ZOOM_STEP),
    '-': () => zoom(1 / ZOOM_STEP),
    '0': () => fit(true),
  };
  container.addEventListener('keydown', (event) => {
    const action = event.ctrlKey || event.metaKey || event.altKey ? undefined : keys[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  });

  const toPage = (point: { x: number; y: number }): { x: number; y: number } => {
    const inside = network.canvasToDOM(point);
    const box = container.getBoundingClientRect();
    return { x: box.left + inside.x, y: box.top + inside.y };
  };
  const place = (person: number): { x: number; y: number } => network.getPosition(person);

  return {
    choose: (choice, moveThere) => {
      chosen = choice;
      // The panel has just opened or closed: take the new size now, not after the next step.
      network.setSize('100%', '100%');
      network.redraw();
      dim();
      select();
      if (!moveThere || choice.kind === 'none') return;
      ownView = true;
      const persons =
        choice.kind === 'person'
          ? [choice.person]
          : [page.edges[choice.edge]?.source ?? 0, page.edges[choice.edge]?.target ?? 0];
      const points = persons.map(place);
      const x = points.reduce((sum, point) => sum + point.x, 0) / points.length;
      const y = points.reduce((sum, point) => sum + point.y, 0) / points.length;
      network.moveTo({
        position: { x, y },
        scale: Math.min(1.2, Math.max(0.7, network.getScale())),
        animation: animation(true),
      });
    },
    filter: ({ minWeight, showUnconnected }) => {
      const connected = new Set<number>();
      let shownEdges = 0;
      edges.update(
        page.edges.map((edge, number) => {
          const shown = edge.weight >= minWeight;
          if (shown) {
            connected.add(edge.source).add(edge.target);
            shownEdges += 1;
          }
          return { id: `e${number}`, hidden: !shown };
        }),
      );
      const isShown = (number: number): boolean => showUnconnected || connected.has(number);
      nodes.update(page.persons.map((_, id) => ({ id, hidden: !isShown(id) })));
      return { persons: page.persons.filter((_, id) => isShown(id)).length, edges: shownEdges };
    },
    fit,
    zoomIn: () => zoom(ZOOM_STEP),
    zoomOut: () => zoom(1 / ZOOM_STEP),
    recolour: () => {
      colours = readColours();
      network.setOptions(look(colours) as never);
      // Nodes and edges that were dimmed once carry colours of their own.
      dimmed = true;
      dim();
    },
    personPosition: (person) => toPage(place(person)),
    edgePosition: (edge) => {
      const data = page.edges[edge];
      const a = place(data?.source ?? 0);
      const b = place(data?.target ?? 0);
      return toPage({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
    },
  };
}
