/**
 * A photograph as evidence: the picture with the faces of some persons boxed,
 * its date, camera and path. Boxes are drawn over the picture from their
 * coordinates, so a thumbnail and the original show the same thing.
 */
import type { NetworkPageData, PagePhoto } from '../../../src/report/network-page-data.js';
import { element, svgElement } from './dom.js';
import { counted, dateOf, nameOf, pathText } from './wording.js';

/** Boxed persons, in the order of their colours (`box-0`, `box-1`). */
export type Boxed = readonly number[];

function boxes(page: NetworkPageData, photo: PagePhoto, boxed: Boxed): SVGSVGElement {
  const drawing = svgElement('svg', {
    viewBox: `0 0 ${photo.width} ${photo.height}`,
    preserveAspectRatio: 'none',
    'aria-hidden': 'true',
    class: 'boxes',
  });
  for (const [person, x, y, width, height] of photo.faces) {
    const colour = boxed.indexOf(person);
    const data = page.persons[person];
    if (colour < 0 || data === undefined) continue;
    const shape = { x, y, width, height, rx: Math.min(width, height) * 0.06 };
    drawing.append(
      svgElement('rect', { ...shape, class: 'box-under' }),
      svgElement('rect', { ...shape, class: `box box-${colour}`, 'data-person': data.id }),
    );
  }
  return drawing;
}

/** Words for those who do not see the picture. */
function description(page: NetworkPageData, boxed: Boxed): string {
  const names = boxed.map((number) => page.persons[number]).map((person) => (person ? nameOf(person) : ''));
  return `Photograph showing ${names.join(' and ')}`;
}

function picture(page: NetworkPageData, photo: PagePhoto, boxed: Boxed): HTMLElement {
  const frame = element('div', { class: 'frame' });
  frame.style.aspectRatio = `${photo.width} / ${photo.height}`;
  const source = photo.thumbnail ?? photo.url;
  if (source === null) {
    frame.classList.add('missing');
    const reason = photo.isChanged ? 'Changed or missing since extraction.' : 'This page carries no picture of it.';
    frame.append(element('p', {}, reason));
    return frame;
  }
  const image = element('img', {
    alt: description(page, boxed),
    decoding: 'async',
    loading: 'lazy',
    width: String(photo.width),
    height: String(photo.height),
  });
  image.addEventListener('error', () => {
    frame.classList.add('missing');
    frame.replaceChildren(element('p', {}, 'The photograph is not beside this page.'));
  });
  image.src = source;
  frame.append(image, boxes(page, photo, boxed));
  return frame;
}

/** One photograph with its boxes and particulars. */
export function evidence(page: NetworkPageData, photo: PagePhoto, boxed: Boxed): HTMLElement {
  const shown = picture(page, photo, boxed);
  const place = element('bdi', {}, pathText(photo.path));
  const particulars = element('figcaption', {}, element('span', { class: 'date' }, dateOf(photo.takenAt)));
  if (photo.camera !== null) particulars.append(element('span', { class: 'camera' }, photo.camera));
  particulars.append(
    photo.url === null
      ? element('span', { class: 'path' }, place)
      : element(
          'a',
          { class: 'path', href: photo.url, target: '_blank', rel: 'noopener', title: 'Open the photograph' },
          place,
        ),
  );
  if (photo.copies > 0) {
    particulars.append(element('span', { class: 'copies' }, `and ${counted(photo.copies, 'identical file')}`));
  }
  return element('figure', { class: 'evidence' }, shown, particulars);
}

/** A photograph as a line of text, for long lists. */
export function evidenceLine(photo: PagePhoto): HTMLElement {
  const place = element('bdi', {}, pathText(photo.path));
  return element(
    'li',
    {},
    photo.url === null
      ? element('span', { class: 'path' }, place)
      : element('a', { class: 'path', href: photo.url, target: '_blank', rel: 'noopener' }, place),
    element('span', { class: 'date' }, dateOf(photo.takenAt)),
    ...(photo.isChanged
      ? [element('span', { class: 'note' }, 'changed or missing since extraction, or inside an archive')]
      : []),
  );
}
