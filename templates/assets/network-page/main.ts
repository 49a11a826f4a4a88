/**
 * The network page: reads its data, draws the network and joins search,
 * filters and panel to it.
 */
import type { NetworkPageData } from '../../../src/report/network-page-data.js';
import { byId } from './dom.js';
import { type Choice, drawGraph } from './graph.js';
import { drawLegend } from './legend.js';
import { edgeView, listView, type PanelActions, personView } from './panel.js';
import { enableSearch } from './search.js';
import { count, counted, coverageText } from './wording.js';

/** For tests that must aim at the canvas: reads, changes nothing. */
export interface PageProbe {
  /** Window coordinates of a person's centre, by person id. */
  readonly nodePosition: (id: string) => { x: number; y: number } | undefined;
  /** Window coordinates of the middle of the edge between two persons, by their ids. */
  readonly edgePosition: (a: string, b: string) => { x: number; y: number } | undefined;
  /** Persons and edges drawn now. */
  readonly drawn: () => { persons: number; edges: number };
  /** What is chosen now. */
  readonly chosen: () => Choice;
}

declare global {
  interface Window {
    faceweave?: PageProbe;
  }
}

/** `60 persons`, or `60 persons (51 drawn)` when some are hidden. */
function ofWhich(all: string, total: number, shown: number): string {
  return shown === total ? all : `${all} (${count(shown)} drawn)`;
}

function start(): void {
  const page = JSON.parse(byId('page-data', HTMLScriptElement).text) as NetworkPageData;
  const panel = byId('panel', HTMLElement);
  const weight = byId('weight', HTMLInputElement);
  const singletons = byId('singletons', HTMLInputElement);
  let chosen: Choice = { kind: 'none' };
  let drawn = { persons: 0, edges: 0 };
  let returnTo: HTMLElement | null = null;

  const graph = drawGraph(byId('graph', HTMLDivElement), page, (choice) => {
    show(choice, { move: false, focus: false });
  });

  const openPanel = (content: readonly Node[], focus: boolean): void => {
    if (panel.hidden && document.activeElement instanceof HTMLElement) {
      returnTo = document.activeElement;
    }
    panel.replaceChildren(...content);
    panel.hidden = false;
    panel.scrollTop = 0;
    if (focus) panel.focus({ preventScroll: true });
  };
  const closePanel = (): void => {
    if (panel.hidden) return;
    const inside = panel.contains(document.activeElement);
    panel.hidden = true;
    panel.replaceChildren();
    if (inside) returnTo?.focus();
  };
  const actions: PanelActions = {
    choose: (choice) => show(choice, { move: true, focus: true }),
    showList: () => openPanel(listView(page, actions), true),
    close: () => show({ kind: 'none' }, { move: false, focus: false }),
  };

  /** A person or edge that the filters hide is brought back before it is shown. */
  const reveal = (choice: Choice): void => {
    if (choice.kind === 'edge') {
      const edge = page.edges[choice.edge];
      if (edge !== undefined && edge.weight < Number(weight.value)) {
        weight.value = String(edge.weight);
        applyFilter();
      }
    } else if (choice.kind === 'person' && !singletons.checked) {
      const least = Number(weight.value);
      const connected = page.edges.some(
        (edge) => edge.weight >= least && (edge.source === choice.person || edge.target === choice.person),
      );
      if (!connected) {
        singletons.checked = true;
        applyFilter();
      }
    }
  };

  function show(choice: Choice, how: { readonly move: boolean; readonly focus: boolean }): void {
    chosen = choice;
    reveal(choice);
    if (choice.kind === 'person') openPanel(personView(page, choice.person, actions), how.focus);
    else if (choice.kind === 'edge') {
      const edge = page.edges[choice.edge];
      if (edge !== undefined) openPanel(edgeView(page, edge, actions), how.focus);
    } else closePanel();
    graph.choose(choice, how.move);
  }

  function applyFilter(): void {
    const minWeight = Number(weight.value);
    drawn = graph.filter({ minWeight, showUnconnected: singletons.checked });
    byId('weight-value', HTMLOutputElement).value = counted(minWeight, 'photograph');
    byId('counts', HTMLElement).textContent = [
      ofWhich(counted(page.persons.length, 'person', 'persons'), page.persons.length, drawn.persons),
      ofWhich(counted(page.edges.length, 'connection'), page.edges.length, drawn.edges),
      counted(page.coverage.photos, 'photograph'),
    ].join(', ');
    const empty = byId('empty', HTMLElement);
    empty.hidden = drawn.persons > 0;
    empty.textContent =
      page.persons.length === 0
        ? 'No person was found in these photographs.'
        : 'No two persons are seen together often enough. Lower the number of photographs, or show persons without connections.';
  }

  const heaviest = page.edges.reduce((most, edge) => Math.max(most, edge.weight), page.minWeight);
  weight.min = String(page.minWeight);
  weight.max = String(heaviest);
  weight.value = String(page.minWeight);
  byId('weight-control', HTMLElement).hidden = heaviest === page.minWeight;
  const unconnected = page.persons.filter((person) => person.degree === 0).length;
  byId('singletons-control', HTMLElement).hidden = unconnected === 0;
  byId('singletons-label', HTMLElement).textContent = `Persons without connections (${count(unconnected)})`;
  // A network without edges is still a gallery of persons.
  singletons.checked = page.edges.length === 0;
  byId('coverage-line', HTMLElement).textContent = coverageText(page);
  drawLegend(page.scale);
  applyFilter();
  graph.fit(false);

  weight.addEventListener('input', applyFilter);
  singletons.addEventListener('change', () => {
    applyFilter();
    graph.fit(true);
  });
  byId('fit', HTMLButtonElement).addEventListener('click', () => graph.fit(true));
  byId('zoom-in', HTMLButtonElement).addEventListener('click', graph.zoomIn);
  byId('zoom-out', HTMLButtonElement).addEventListener('click', graph.zoomOut);
  byId('show-list', HTMLButtonElement).addEventListener('click', actions.showList);
  enableSearch(page.persons, (person) => {
    show({ kind: 'person', person }, { move: true, focus: true });
  });
  // The canvas takes the focus on a click; its ring is for those who use the keyboard.
  const root = document.documentElement;
  document.addEventListener('pointerdown', () => root.classList.add('pointer'), true);
  document.addEventListener('keydown', (event) => {
    root.classList.remove('pointer');
    if (event.key === 'Escape') actions.close();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => graph.recolour());

  const numbers = new Map(page.persons.map((person, number) => [person.id, number]));
  window.faceweave = Object.freeze({
    nodePosition: (id: string) => {
      const person = numbers.get(id);
      return person === undefined ? undefined : graph.personPosition(person);
    },
    edgePosition: (a: string, b: string) => {
      const ends = [numbers.get(a), numbers.get(b)];
      const edge = page.edges.findIndex(({ source, target }) => ends.includes(source) && ends.includes(target));
      return edge < 0 ? undefined : graph.edgePosition(edge);
    },
    drawn: () => ({ ...drawn }),
    chosen: () => chosen,
  });
}

start();
