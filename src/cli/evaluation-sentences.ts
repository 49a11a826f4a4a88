/**
 * What a person reads of an evaluation and of a tuning: counts that add up, the
 * table of scores, the largest confusions. Pure text from results.
 */
import type { Evaluation, LabelCounts, TuneStepSummary } from '../project/index.js';
import { LABELS_CAUTION, SCORE_NAMES, STABILITY_CAUTION, scoreText } from '../report/index.js';
import { count } from './sentences.js';
import { visible } from './terminal.js';

/** Confusions that are shown; all are in `--json`. */
const SHOWN = 10;
/** Parts of one confusion that are shown. */
const SHOWN_PARTS = 5;

const MATCHED: Readonly<Record<keyof LabelCounts['matched'], string>> = {
  face: 'by face id',
  box: 'by box',
  single: 'alone in their photograph',
  middle: 'nearest to the middle of several',
};

const UNUSED: Readonly<Record<keyof LabelCounts['unused'], string>> = {
  'no-name': 'without a name',
  'no-target': 'without a face or a photograph',
  'wrong-length': 'with more or fewer cells than the head',
  'unreadable-box': 'with a box that cannot be read',
  'no-such-face': 'of a face that is not here',
  'no-such-photo': 'of a photograph that is not here',
  'photo-without-face': 'of a photograph without a face',
  'no-face-at-box': 'with no face at the box',
  repeated: 'that repeat another',
  contradiction: 'that give one face several names',
};

function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, number) => sum + number, 0);
}

/** `3 by box, 1 …` of what there is. */
function parts(counts: Readonly<Record<string, number>>, words: Readonly<Record<string, string>>): string {
  const known = Object.entries(counts).filter(([, number]) => number > 0);
  return known.map(([key, number]) => `${number.toLocaleString('en-US')} ${words[key] ?? key}`).join(', ');
}

/** What became of the rows of a table of labels. */
export function labelSentences({ rows, matched, unused }: LabelCounts): readonly string[] {
  const [used, left] = [total(matched), total(unused)];
  const by = used > 0 ? ` (${parts(matched, MATCHED)})` : '';
  const why = left > 0 ? ` (${parts(unused, UNUSED)})` : '';
  return [
    `${count(rows, 'row')} = ${used.toLocaleString('en-US')} matched${by} + ${left.toLocaleString('en-US')} not used${why}.`,
  ];
}

/** What should be known of labels though they were read. */
export function labelWarnings({ matched, unused, recomposed }: LabelCounts): readonly string[] {
  const warnings: string[] = [];
  if (matched.middle > 0) {
    warnings.push(
      `${count(matched.middle, 'label')} without a box of a photograph with several faces: taken for the face nearest to the middle`,
    );
  }
  if (unused.contradiction > 0) {
    warnings.push(
      `${count(unused.contradiction, 'row')} give a face another name than other rows do: none of them counts`,
    );
  }
  if (recomposed > 0) {
    warnings.push(`${count(recomposed, 'name')} not in Unicode’s composed form (NFC): compared in that form`);
  }
  return warnings;
}

/** Counts, the table of scores and the confusions. */
export function evaluationSentences(evaluation: Evaluation): readonly string[] {
  const { labels, faces, names, persons, scores } = evaluation;
  const alone =
    faces.inNoPerson === 0
      ? ''
      : ` ${count(faces.inNoPerson, 'labelled face')} in no person: scored as alone, each by itself.`;
  const lines = [
    ...labelSentences(labels),
    `${count(faces.faces, 'face')} = ${faces.labelled.toLocaleString('en-US')} labelled + ${faces.unlabelled.toLocaleString('en-US')} without a label, which are not scored.${alone}`,
  ];
  if (scores === null) return [...lines, 'No label was matched: there is nothing to score.'];
  const { pairwise, bCubed } = scores;
  const rates = (name: string, { precision, recall, f }: typeof pairwise): string =>
    `${name.padEnd(14)}${[precision, recall, f].map((value) => fixed(value, 11)).join('')}`;
  const single = (name: string, value: number): string => `${name.padEnd(14)}${fixed(value, 11)}`;
  return [
    ...lines,
    `${count(names, 'name')} in ${count(persons, 'person', 'persons')}.`,
    '',
    `${''.padEnd(14)}${['precision', 'recall', 'F'].map((head) => head.padStart(11)).join('')}`,
    rates('pairwise', pairwise),
    rates('B-cubed', bCubed),
    '',
    single('AMI', scores.ami),
    single('ARI', scores.ari),
    single('NMI', scores.nmi),
    single('homogeneity', scores.homogeneity),
    single('completeness', scores.completeness),
    single('V-measure', scores.vMeasure),
    ...confusions(evaluation),
  ];
}

function fixed(value: number, width: number): string {
  return scoreText(value).padStart(width);
}

function confusions({ mixedPersons, splitNames }: Evaluation): readonly string[] {
  const mixed = mixedPersons.map(
    ({ person, names }) => `  ${person}: ${some(names.map(({ name, faces }) => `${faces} ${visible(name)}`))}`,
  );
  const split = splitNames.map(
    ({ name, persons }) =>
      `  ${visible(name)}: ${some(persons.map(({ person, faces }) => `${faces} in ${person ?? 'no person'}`))}`,
  );
  return [
    ...listed('Persons that hold several names', mixed),
    ...listed('Names whose faces lie in several persons', split),
  ];
}

function some(texts: readonly string[]): string {
  const rest = texts.length - SHOWN_PARTS;
  return `${texts.slice(0, SHOWN_PARTS).join(', ')}${rest > 0 ? `, and ${rest} more` : ''}`;
}

function listed(title: string, lines: readonly string[]): readonly string[] {
  const head = `${title}: ${lines.length.toLocaleString('en-US')}`;
  if (lines.length === 0) return ['', `${head}.`];
  const rest = lines.length - SHOWN;
  const more = rest > 0 ? [`  and ${rest.toLocaleString('en-US')} more; --json lists all`] : [];
  return ['', `${head}, the worst first:`, ...lines.slice(0, SHOWN), ...more];
}

/** The table of a tuning, its best value, and where it is drawn. */
export function tuningSentences(tuning: TuneStepSummary): readonly string[] {
  const { parameter, values, best, labels } = tuning;
  if (tuning.faces === 0) return ['The project holds no faces to try values on.'];
  const heads = labels === null ? ['stability', 'least', 'most'] : ['pairwise F', 'B-cubed F', 'AMI', 'ARI'];
  const [first, ...others] = best;
  const rows = values.map(({ value, persons, scores, stability }) => {
    const cells =
      scores === null
        ? [stability?.mean, stability?.least, stability?.most]
        : [scores.pairwise.f, scores.bCubed.f, scores.ami, scores.ari];
    const shown = cells.map((cell) => (cell === undefined ? '' : scoreText(cell)).padStart(12)).join('');
    const isBest = value === first?.value ? '  best' : '';
    return `${String(value).padStart(11)}${persons.toLocaleString('en-US').padStart(10)}${shown}${isBest}`;
  });
  const run =
    first !== undefined && first.from < first.to ? `, the middle of ${first.from} to ${first.to}, which are equal` : '';
  return [
    ...(labels === null ? [] : labelSentences(labels)),
    `${parameter.padStart(11)}${'persons'.padStart(10)}${heads.map((head) => head.padStart(12)).join('')}`,
    ...rows,
    first === undefined
      ? 'No value stands out: each leaves every face alone, or puts all into one person.'
      : `Best: ${first.value} by ${SCORE_NAMES[first.by]} (${scoreText(first.score)}${run}); the default is ${tuning.default}.`,
    ...(others.length === 0
      ? []
      : [`By other scores: ${others.map(({ by, value }) => `${value} by ${SCORE_NAMES[by]}`).join(', ')}.`]),
    labels === null ? STABILITY_CAUTION : LABELS_CAUTION,
    ...[tuning.chart, tuning.page, tuning.table].flatMap((path) =>
      path === null ? [] : [`Written: ${visible(path)}`],
    ),
  ];
}
