/**
 * Finding a person by name or id: a combobox in the manner of the ARIA
 * Authoring Practices (arrow keys, Enter, Escape). Matching ignores case and
 * accents.
 */
import type { PagePerson } from '../../../src/report/network-page-data.js';
import { byId, element } from './dom.js';
import { portrait } from './panel.js';
import { counted, nameOf } from './wording.js';

const MOST_MATCHES = 8;

/** Lower case without combining marks. */
function folded(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}

/** Wires the search box; `onFound` gets a person's place in `persons`. */
export function enableSearch(persons: readonly PagePerson[], onFound: (person: number) => void): void {
  const input = byId('search', HTMLInputElement);
  const list = byId('matches', HTMLUListElement);
  const keys = persons.map((person) => folded(`${person.name ?? ''} ${person.id}`));
  // The larger of two equally good matches is the likelier one.
  const bySize = persons.map((_, number) => number);
  bySize.sort((a, b) => (persons[b]?.photos ?? 0) - (persons[a]?.photos ?? 0));
  let matches: number[] = [];
  let active = -1;

  const close = (): void => {
    list.hidden = true;
    active = -1;
    input.setAttribute('aria-expanded', 'false');
    input.removeAttribute('aria-activedescendant');
  };
  const take = (person: number | undefined): void => {
    if (person === undefined) return;
    close();
    input.value = '';
    onFound(person);
  };
  const show = (): void => {
    const wanted = folded(input.value.trim());
    if (wanted === '') {
      close();
      return;
    }
    matches = bySize.filter((number) => keys[number]?.includes(wanted)).slice(0, MOST_MATCHES);
    active = matches.length > 0 ? 0 : -1;
    const rows = matches.flatMap((number, place) => {
      const person = persons[number];
      if (person === undefined) return [];
      const row = element(
        'li',
        { role: 'option', id: `match-${place}`, 'data-person': person.id },
        portrait(person),
        element('bdi', {}, nameOf(person)),
        element('span', { class: 'quantity' }, counted(person.photos, 'photograph')),
      );
      // Before the box loses its focus and the list closes.
      row.addEventListener('pointerdown', (event) => {
        event.preventDefault();
        take(number);
      });
      return [row];
    });
    if (rows.length === 0) {
      list.replaceChildren(element('li', { class: 'none' }, 'No person of this name or id'));
    } else {
      list.replaceChildren(...rows);
    }
    list.hidden = false;
    input.setAttribute('aria-expanded', 'true');
    mark();
  };
  const mark = (): void => {
    for (const [place, row] of [...list.children].entries()) {
      row.setAttribute('aria-selected', String(place === active));
    }
    if (active >= 0) input.setAttribute('aria-activedescendant', `match-${active}`);
    else input.removeAttribute('aria-activedescendant');
  };

  input.addEventListener('input', show);
  input.addEventListener('focus', show);
  input.addEventListener('blur', close);
  input.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (matches.length === 0) return;
      const step = event.key === 'ArrowDown' ? 1 : -1;
      active = (active + step + matches.length) % matches.length;
      mark();
    } else if (event.key === 'Enter') {
      event.preventDefault();
      take(matches[active]);
    } else if (event.key === '/' && input.value === '') {
      // The key that leads here, pressed by somebody who already is.
      event.preventDefault();
    } else if (event.key === 'Escape') {
      event.stopPropagation();
      if (input.value === '' && list.hidden) input.blur();
      input.value = '';
      close();
    }
  });
  document.addEventListener('keydown', (event) => {
    const inField = event.target instanceof HTMLInputElement && event.target.type !== 'range';
    if (event.key === '/' && !inField && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      input.focus();
    }
  });
}
