/**
 * Numbers, dates and names as the page writes them. English throughout, so
 * that a published page reads the same everywhere.
 */
import type { NetworkPageData, PagePerson } from '../../../src/report/network-page-data.js';

const COUNT = new Intl.NumberFormat('en-GB');
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

export function count(value: number): string {
  return COUNT.format(value);
}

/** `1 photograph`, `1,200 photographs`. */
export function counted(value: number, singular: string, plural = `${singular}s`): string {
  return `${count(value)} ${value === 1 ? singular : plural}`;
}

/** The name somebody gave, else the id. */
export function nameOf(person: PagePerson): string {
  return person.name ?? person.id;
}

/** `4 August 1997, 10:29`; the time as the camera wrote it, without conversion. */
export function dateOf(takenAt: string | null): string {
  const parts = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}:\d{2}))?/.exec(takenAt ?? '');
  if (parts === null) return 'Undated';
  const [, year = '', month = '', day = '', time] = parts;
  const date = `${Number(day)} ${MONTHS[Number(month) - 1] ?? month} ${year}`;
  return time === undefined ? date : `${date}, ${time}`;
}

/** Line breaks and other control characters made visible, so that a path stays on one line. */
export function pathText(path: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must be shown.
  return path.replace(/[\u0000-\u001f\u007f]/g, (character) =>
    character === '\n' ? '\u240a' : String.fromCharCode(0x2400 + (character.charCodeAt(0) % 0x7f)),
  );
}

/** What the network rests on, in one paragraph whose numbers add up. */
export function coverageText(page: NetworkPageData): string {
  const { coverage, hidden } = page;
  const files = coverage.photos + page.duplicates + page.skipped;
  const sentences = [
    `${counted(files, 'file')}: ${counted(coverage.photos, 'photograph')}, ${counted(page.duplicates, 'duplicate')}, ${count(page.skipped)} skipped.`,
    `${counted(coverage.photosWithoutFaces, 'photograph')} without faces, ${count(coverage.photosWithOnePerson)} with one person, ${count(coverage.photosWithSeveralPersons)} with several${
      coverage.photosWithoutPersons > 0 ? `, ${count(coverage.photosWithoutPersons)} with faces in no person` : ''
    }; ${count(coverage.undatedPhotos)} undated.`,
    `${counted(coverage.faces, 'face')}, ${count(coverage.unassignedFaces)} in no person.`,
  ];
  const left: string[] = [];
  if (hidden.persons > 0) {
    left.push(`${counted(hidden.persons, 'person', 'persons')} in fewer than ${counted(page.minSize, 'photograph')}`);
  }
  if (hidden.edgesOfHiddenPersons > 0) {
    left.push(`${counted(hidden.edgesOfHiddenPersons, 'connection')} of theirs`);
  }
  if (hidden.edgesBelowMinWeight > 0) {
    left.push(
      `${counted(hidden.edgesBelowMinWeight, 'connection')} resting on fewer than ${counted(page.minWeight, 'photograph')}`,
    );
  }
  if (left.length > 0) sentences.push(`Left out: ${left.join(', ')}.`);
  if (page.photosLinked > 0) {
    sentences.push(
      `${counted(page.thumbnailsInlined, 'photograph')} behind connections stand in this page; ${count(page.photosLinked)} are linked to their files.`,
    );
  }
  if (page.photosChanged > 0) {
    sentences.push(
      `${counted(page.photosChanged, 'photograph')} changed or missing since extraction or inside an archive, and not shown.`,
    );
  }
  return sentences.join(' ');
}
