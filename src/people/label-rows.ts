/**
 * What a table of labels says: a row names a face, by its id or by photograph
 * and box, and the person it truly shows. Checks the head and each row; which
 * face is meant is decided in `match-labels`. Pure.
 */
import type { Box } from '../config/domain.js';
import { FaceweaveError } from '../config/error.js';

/** Why a row labels no face. */
export type UnusedReason =
  /** The cell of the name is empty. */
  | 'no-name'
  /** Neither a face nor a photograph is named. */
  | 'no-target'
  /** More or fewer cells than the head. */
  | 'wrong-length'
  /** The box is not four numbers with a width and a height above 0. */
  | 'unreadable-box'
  | 'no-such-face'
  | 'no-such-photo'
  | 'photo-without-face'
  /** No face overlaps the box enough, or a better box took it. */
  | 'no-face-at-box'
  /** An earlier row says the same of the same face. */
  | 'repeated'
  /** Other rows give the same face another name: none of them counts. */
  | 'contradiction';

/** A row that labels nothing. */
export interface UnusedRow {
  /** 2 is the first below the head. */
  readonly row: number;
  readonly reason: UnusedReason;
}

/** A row that names a person and where the face is. */
export interface LabelRow {
  readonly row: number;
  /** Trimmed, in Unicode's composed form (NFC). */
  readonly name: string;
  readonly faceId: string | null;
  /** Path as in the exports. */
  readonly photo: string | null;
  readonly box: Box | null;
}

/** A table of labels that was read. */
export interface LabelRows {
  readonly rows: readonly LabelRow[];
  readonly unused: readonly UnusedRow[];
  /** Names that were not in NFC and are now. */
  readonly recomposed: number;
}

/** The column of the true name unless another is asked for. */
export const NAME_COLUMN = 'name';
const BOX_COLUMNS = ['x', 'y', 'width', 'height'] as const;

/**
 * Reads the records of a table, head first. Column names are compared without regard to case; other columns are
 * passed over.
 *
 * *Errors*: `LABELS_EMPTY` (no head, or no row below it); `LABELS_COLUMNS` (no column of names, none of faces or
 * photographs, a box of fewer than four columns, a column twice).
 */
export function readLabelRows(
  records: readonly (readonly string[])[],
  path: string,
  nameColumn: string = NAME_COLUMN,
): LabelRows {
  const [head, ...body] = records;
  if (head === undefined || body.length === 0) {
    throw labelsError(path, 'LABELS_EMPTY', head === undefined ? 'is empty' : 'has no rows below its head');
  }
  const columns = findColumns(head, path, nameColumn);
  const rows: LabelRow[] = [];
  const unused: UnusedRow[] = [];
  let recomposed = 0;
  for (const [at, record] of body.entries()) {
    const row = at + 2;
    const cell = (column: number): string => (column < 0 ? '' : (record[column] ?? '').trim());
    const text = (column: number): string | null => cell(column) || null;
    const written = cell(columns.name);
    const name = written.normalize('NFC');
    const [faceId, photo] = [text(columns.face), text(columns.photo)];
    const box = readBox(columns.box.map(cell));
    const reason = reasonAgainst(record.length === head.length, name, faceId ?? photo, box);
    if (reason !== undefined) {
      unused.push({ row, reason });
      continue;
    }
    if (name !== written) recomposed += 1;
    rows.push({ row, name, faceId, photo, box: box ?? null });
  }
  return { rows, unused, recomposed };
}

function reasonAgainst(
  isWhole: boolean,
  name: string,
  target: string | null,
  box: Box | null | undefined,
): UnusedReason | undefined {
  if (!isWhole) return 'wrong-length';
  if (name === '') return 'no-name';
  if (target === null) return 'no-target';
  return box === undefined ? 'unreadable-box' : undefined;
}

/** null = no box; undefined = none that can be read. */
function readBox(cells: readonly string[]): Box | null | undefined {
  if (cells.every((cell) => cell === '')) return null;
  const [x, y, width, height] = cells.map((cell) => (cell === '' ? Number.NaN : Number(cell)));
  if (x === undefined || y === undefined || width === undefined || height === undefined) return null;
  const isBox = [x, y, width, height].every(Number.isFinite) && width > 0 && height > 0;
  return isBox ? { x, y, width, height } : undefined;
}

interface Columns {
  readonly name: number;
  /** -1 = not there. */
  readonly face: number;
  readonly photo: number;
  /** Four, or none. */
  readonly box: readonly number[];
}

function findColumns(head: readonly string[], path: string, nameColumn: string): Columns {
  const names = head.map((cell) => cell.trim().toLowerCase());
  const find = (wanted: string): number => {
    const at = names.indexOf(wanted.toLowerCase());
    if (at >= 0 && names.includes(wanted.toLowerCase(), at + 1)) {
      throw labelsError(path, 'LABELS_COLUMNS', `has the column "${wanted}" twice`);
    }
    return at;
  };
  const found = `its columns: ${head.map((cell) => cell.trim()).join(', ')}`;
  const [name, face, photo] = [find(nameColumn), find('face'), find('photo')];
  if (name < 0) {
    throw labelsError(path, 'LABELS_COLUMNS', `has no column "${nameColumn}" of true names; ${found}`);
  }
  if (face < 0 && photo < 0) {
    throw labelsError(path, 'LABELS_COLUMNS', `has no column "face" or "photo"; ${found}`);
  }
  const box = BOX_COLUMNS.map(find);
  const missing = BOX_COLUMNS.filter((_, at) => (box[at] ?? -1) < 0);
  if (missing.length > 0 && missing.length < BOX_COLUMNS.length) {
    throw labelsError(path, 'LABELS_COLUMNS', `has a box without the column "${missing.join('", "')}"; ${found}`);
  }
  return { name, face, photo, box: missing.length === 0 ? box : [] };
}

/** An error about the table of labels; `problem` continues "the table of labels …". */
export function labelsError(path: string, code: string, problem: string, cause?: unknown): FaceweaveError {
  return new FaceweaveError(`the table of labels ${problem}`, {
    code,
    path,
    hint: 'labels are a CSV with the columns "face" or "photo" (perhaps x,y,width,height) and "name"; --name-column names another',
    ...(cause === undefined ? {} : { cause }),
  });
}
