/**
 * The persons of a project against labels: scores, what is counted and what is
 * not, and where the two disagree most. Pure; the labels are matched already.
 */
import type { AssignedFace } from '../config/domain.js';
import { compareText } from '../config/order.js';
import type { UnusedReason } from './label-rows.js';
import type { FaceLabel, MatchedBy, MatchedLabels } from './match-labels.js';
import { type ClusterScores, scoreItems } from './scores.js';

/** What became of the rows: `rows` = the sum of `matched` + the sum of `unused`. */
export interface LabelCounts {
  readonly rows: number;
  readonly matched: Readonly<Record<MatchedBy, number>>;
  readonly unused: Readonly<Record<UnusedReason, number>>;
  /** Names that were not in Unicode's composed form and were brought to it. */
  readonly recomposed: number;
}

/** `faces` = `labelled` + `unlabelled`. Only labelled faces are scored. */
export interface EvaluatedFaces {
  readonly faces: number;
  readonly labelled: number;
  readonly unlabelled: number;
  /** Labelled faces that are in no person: each is scored as alone. */
  readonly inNoPerson: number;
}

/** Faces that a person and a name share. */
export interface NameShare {
  readonly name: string;
  readonly faces: number;
}

/** A person that holds faces of several names, the most frequent first. */
export interface MixedPerson {
  readonly person: string;
  readonly faces: number;
  readonly names: readonly NameShare[];
}

/** A name whose faces lie in several persons, the largest part first; `person` null = in none. */
export interface SplitName {
  readonly name: string;
  readonly faces: number;
  readonly persons: readonly { readonly person: string | null; readonly faces: number }[];
}

/** The confusion matrix, only cells that hold faces. */
export interface Confusion {
  readonly names: readonly string[];
  /** The last is null when faces are in no person. */
  readonly persons: readonly (string | null)[];
  /** Index of the name, index of the person, faces; in order. */
  readonly cells: readonly (readonly [name: number, person: number, faces: number])[];
}

/** How right the persons of a project are, as far as labels tell. */
export interface Evaluation {
  readonly labels: LabelCounts;
  readonly faces: EvaluatedFaces;
  /** True persons, and persons that hold a labelled face. */
  readonly names: number;
  readonly persons: number;
  /** null = no label was matched. */
  readonly scores: ClusterScores | null;
  /** Most faces of other names first. */
  readonly mixedPersons: readonly MixedPerson[];
  /** Most faces outside of the largest part first. */
  readonly splitNames: readonly SplitName[];
  readonly confusion: Confusion;
}

/** What became of the rows of a table. */
export function countLabels({ labels, unused, recomposed }: MatchedLabels): LabelCounts {
  const matched: Record<MatchedBy, number> = { face: 0, box: 0, single: 0, middle: 0 };
  for (const { by } of labels.values()) matched[by] += 1;
  const reasons: Record<UnusedReason, number> = {
    'no-name': 0,
    'no-target': 0,
    'wrong-length': 0,
    'unreadable-box': 0,
    'no-such-face': 0,
    'no-such-photo': 0,
    'photo-without-face': 0,
    'no-face-at-box': 0,
    repeated: 0,
    contradiction: 0,
  };
  for (const { reason } of unused) reasons[reason] += 1;
  return { rows: labels.size + unused.length, matched, unused: reasons, recomposed };
}

/** Scores the persons that faces have now. *Cost*: O(faces), and sorting names and persons. */
export function evaluatePersons(matched: MatchedLabels, faces: readonly AssignedFace[]): Evaluation {
  const labelled = faces.flatMap(({ id, personId }) => {
    const label: FaceLabel | undefined = matched.labels.get(id);
    return label === undefined ? [] : [{ predicted: personId, truth: label.name }];
  });
  const byName = new Map<string, Map<string | null, number>>();
  const byPerson = new Map<string, Map<string, number>>();
  for (const { predicted, truth } of labelled) {
    add(byName, truth, predicted);
    if (predicted !== null) add(byPerson, predicted, truth);
  }
  return {
    labels: countLabels(matched),
    faces: {
      faces: faces.length,
      labelled: labelled.length,
      unlabelled: faces.length - labelled.length,
      inNoPerson: labelled.filter(({ predicted }) => predicted === null).length,
    },
    names: byName.size,
    persons: byPerson.size,
    scores: labelled.length === 0 ? null : scoreItems(labelled),
    mixedPersons: mixedPersons(byPerson),
    splitNames: splitNames(byName),
    confusion: confusionOf(byName, [...byPerson.keys()].sort(compareText)),
  };
}

function add<Row, Column>(table: Map<Row, Map<Column, number>>, row: Row, column: Column): void {
  const cells = table.get(row) ?? new Map<Column, number>();
  table.set(row, cells);
  cells.set(column, (cells.get(column) ?? 0) + 1);
}

function sum(cells: ReadonlyMap<unknown, number>): number {
  let total = 0;
  for (const count of cells.values()) total += count;
  return total;
}

function mixedPersons(byPerson: ReadonlyMap<string, ReadonlyMap<string, number>>): readonly MixedPerson[] {
  const mixed = [...byPerson].flatMap(([person, cells]) => {
    if (cells.size < 2) return [];
    const names = [...cells].map(([name, faces]) => ({ name, faces }));
    names.sort((a, b) => b.faces - a.faces || compareText(a.name, b.name));
    return [{ person, faces: sum(cells), names }];
  });
  const others = ({ faces, names }: MixedPerson): number => faces - (names[0]?.faces ?? 0);
  return mixed.sort((a, b) => others(b) - others(a) || compareText(a.person, b.person));
}

function splitNames(byName: ReadonlyMap<string, ReadonlyMap<string | null, number>>): readonly SplitName[] {
  // Faces in no person are each alone: two of them are split too.
  const split = [...byName].flatMap(([name, cells]) => {
    if (cells.size < 2 && (cells.get(null) ?? 0) < 2) return [];
    const persons = [...cells].map(([person, faces]) => ({ person, faces }));
    persons.sort(
      (a, b) =>
        Number(a.person === null) - Number(b.person === null) || b.faces - a.faces || byText(a.person, b.person),
    );
    return [{ name, faces: sum(cells), persons }];
  });
  const outside = ({ faces, persons }: SplitName): number => {
    const [largest] = persons;
    return faces - (largest === undefined || largest.person === null ? 1 : largest.faces);
  };
  return split.sort((a, b) => outside(b) - outside(a) || compareText(a.name, b.name));
}

function byText(a: string | null, b: string | null): number {
  return compareText(a ?? '', b ?? '');
}

function confusionOf(
  byName: ReadonlyMap<string, ReadonlyMap<string | null, number>>,
  persons: readonly string[],
): Confusion {
  const names = [...byName.keys()].sort(compareText);
  const hasNobody = names.some((name) => byName.get(name)?.has(null));
  const columns = hasNobody ? [...persons, null] : persons;
  const indexOf = new Map(columns.map((person, index) => [person, index]));
  const cells = names.flatMap((name, row) =>
    [...(byName.get(name) ?? [])]
      .map(([person, faces]): [number, number, number] => [row, indexOf.get(person) ?? 0, faces])
      .sort(([, a], [, b]) => a - b),
  );
  return { names, persons: columns, cells };
}
