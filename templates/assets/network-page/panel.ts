/**
 * The panel beside the network: one person, one edge, or the list of all
 * persons. Builds elements from the page's data and reports what the reader
 * chose in them.
 */
import type { NetworkPageData, PageEdge, PagePerson, PagePhoto } from '../../../src/report/network-page-data.js';
import { button, element } from './dom.js';
import { evidence, evidenceLine } from './evidence.js';
import type { Choice } from './graph.js';
import { count, counted, nameOf } from './wording.js';

/** What the panel's buttons do. */
export interface PanelActions {
  readonly choose: (choice: Choice) => void;
  readonly showList: () => void;
  readonly close: () => void;
}

/** Rows a list shows at once; more are found by search. */
const MOST_ROWS = 1000;

/** The round portrait of a person, or an empty circle. */
export function portrait(person: PagePerson, colour?: number): HTMLElement {
  const className = colour === undefined ? 'portrait' : `portrait ring-${colour}`;
  if (person.face === null) return element('span', { class: `${className} faceless` });
  const image = element('img', { class: className, alt: '', loading: 'lazy', decoding: 'async' });
  image.src = person.face;
  return image;
}

function top(kind: string, title: HTMLElement, actions: PanelActions): HTMLElement {
  const bar = element('div', { class: 'panel-bar' }, element('p', { class: 'kind' }, kind));
  if (kind !== 'All persons') {
    bar.append(button({ class: 'quiet', id: 'panel-list' }, actions.showList, 'All persons'));
  }
  bar.append(button({ class: 'quiet', id: 'panel-close', 'aria-keyshortcuts': 'Escape' }, actions.close, 'Close'));
  title.id = 'panel-title';
  return element('header', { class: 'panel-top' }, bar, title);
}

function personButton(person: PagePerson, number: number, actions: PanelActions, colour?: number): HTMLButtonElement {
  return button(
    { class: 'person', 'data-person': person.id },
    () => actions.choose({ kind: 'person', person: number }),
    portrait(person, colour),
    element('bdi', {}, nameOf(person)),
  );
}

function photosOf(page: NetworkPageData, numbers: readonly number[]): PagePhoto[] {
  return numbers.flatMap((number) => page.photos[number] ?? []);
}

function shortListNote(listed: number, all: number): HTMLElement[] {
  if (listed >= all) return [];
  return [
    element(
      'p',
      { class: 'note' },
      `The ${count(listed)} clearest of ${counted(all, 'photograph')} are shown; the table of edges names all.`,
    ),
  ];
}

/** Two persons and the photographs that show both. */
export function edgeView(page: NetworkPageData, edge: PageEdge, actions: PanelActions): Node[] {
  const ends = [edge.source, edge.target];
  const title = element('h2', { class: 'pair' });
  for (const [colour, number] of ends.entries()) {
    const person = page.persons[number];
    if (person === undefined) continue;
    if (colour > 0) title.append(element('span', { class: 'and' }, 'and'));
    title.append(personButton(person, number, actions, colour));
  }
  title.append(element('span', { class: 'sum' }, `together in ${counted(edge.weight, 'photograph')}`));
  const strip = element('div', { class: 'strip' });
  for (const photo of photosOf(page, edge.photoNumbers)) strip.append(evidence(page, photo, ends));
  return [top('Connection', title, actions), ...shortListNote(edge.photoNumbers.length, edge.weight), strip];
}

function mosaic(person: PagePerson): HTMLElement {
  const missing = (): HTMLElement =>
    element('p', { class: 'note', id: 'mosaic-missing' }, 'There is no mosaic of this person beside the page.');
  if (person.mosaic === null) return missing();
  const image = element('img', {
    class: 'mosaic',
    id: 'mosaic',
    alt: `All faces of ${nameOf(person)}, best first`,
    decoding: 'async',
  });
  image.addEventListener('error', () => image.replaceWith(missing()));
  image.src = person.mosaic;
  return image;
}

function connections(page: NetworkPageData, number: number, actions: PanelActions): HTMLElement {
  const found = page.edges
    .map((edge, place) => ({ edge, place, other: edge.source === number ? edge.target : edge.source }))
    .filter(({ edge }) => edge.source === number || edge.target === number)
    .sort((a, b) => b.edge.weight - a.edge.weight || a.other - b.other);
  if (found.length === 0) {
    return element('p', { class: 'note' }, 'Seen with no other person of this network.');
  }
  const list = element('ul', { class: 'connections' });
  for (const { edge, place, other } of found.slice(0, MOST_ROWS)) {
    const person = page.persons[other];
    if (person === undefined) continue;
    list.append(
      element(
        'li',
        {},
        personButton(person, other, actions),
        button(
          {
            class: 'quiet weight',
            'data-edge': String(place),
            'aria-label': `Show ${counted(edge.weight, 'photograph')} with ${nameOf(person)}`,
          },
          () => actions.choose({ kind: 'edge', edge: place }),
          counted(edge.weight, 'photograph'),
        ),
      ),
    );
  }
  return list;
}

/** One person: mosaic, connections, photographs. */
export function personView(page: NetworkPageData, number: number, actions: PanelActions): Node[] {
  const person = page.persons[number];
  if (person === undefined) return [];
  const title = element('h2', {}, element('bdi', {}, nameOf(person)));
  const facts = element('p', { class: 'facts' });
  if (person.name !== null) facts.append(element('span', { class: 'id' }, person.id));
  facts.append(
    element('span', {}, counted(person.photos, 'photograph')),
    element('span', {}, counted(person.degree, 'connection')),
  );
  const photos = photosOf(page, person.photoNumbers);
  const pictured = element('div', { class: 'strip small' });
  const linked = element('ul', { class: 'lines' });
  for (const photo of photos) {
    if (photo.thumbnail !== null) pictured.append(evidence(page, photo, [number]));
    else linked.append(evidenceLine(photo));
  }
  return [
    top('Person', title, actions),
    facts,
    mosaic(person),
    element('h3', {}, 'Connections'),
    connections(page, number, actions),
    element('h3', {}, 'Photographs'),
    ...shortListNote(photos.length, person.photos),
    ...(pictured.hasChildNodes() ? [pictured] : []),
    ...(linked.hasChildNodes() ? [linked] : []),
  ];
}

type Order = 'name' | 'photos' | 'degree';

const COLUMNS: readonly { readonly order: Order; readonly label: string }[] = [
  { order: 'name', label: 'Person' },
  { order: 'photos', label: 'Photographs' },
  { order: 'degree', label: 'Connections' },
];

function compare(order: Order, a: PagePerson, b: PagePerson): number {
  if (order === 'name') return nameOf(a) < nameOf(b) ? -1 : 1;
  return b[order] - a[order] || (nameOf(a) < nameOf(b) ? -1 : 1);
}

/** All persons as a table: the network without the drawing. */
export function listView(page: NetworkPageData, actions: PanelActions, order: Order = 'photos'): Node[] {
  const sorted = page.persons
    .map((person, number) => ({ person, number }))
    .sort((a, b) => compare(order, a.person, b.person));
  const body = element('tbody');
  for (const { person, number } of sorted.slice(0, MOST_ROWS)) {
    body.append(
      element(
        'tr',
        {},
        element('th', { scope: 'row' }, personButton(person, number, actions)),
        element('td', {}, count(person.photos)),
        element('td', {}, count(person.degree)),
      ),
    );
  }
  const heads = COLUMNS.map((column) =>
    element(
      'th',
      {
        scope: 'col',
        'aria-sort': column.order !== order ? 'none' : order === 'name' ? 'ascending' : 'descending',
      },
      button(
        { class: 'quiet', 'data-order': column.order },
        () => {
          const panel = document.getElementById('panel');
          panel?.replaceChildren(...listView(page, actions, column.order));
          panel?.querySelector<HTMLElement>(`[data-order="${column.order}"]`)?.focus();
        },
        column.label,
      ),
    ),
  );
  const title = element('h2', {}, counted(page.persons.length, 'person', 'persons'));
  const note =
    sorted.length > MOST_ROWS
      ? [element('p', { class: 'note' }, `The first ${count(MOST_ROWS)} are listed; search finds the others.`)]
      : [];
  return [
    top('All persons', title, actions),
    ...note,
    element('table', { class: 'list' }, element('thead', {}, element('tr', {}, ...heads)), body),
  ];
}
