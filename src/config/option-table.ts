/**
 * Every option of faceweave, once: its type and limits, its default, what
 * `--help` says of it and the commands that read it. Flags, environment names
 * and the configuration file all derive from this table, so that none of them
 * can know an option the others do not. Resolving them is `options.ts`.
 */
import { z } from 'zod';

/** A command that reads options. */
export type OptionCommand = 'extract' | 'plan' | 'cluster' | 'tune' | 'network' | 'run' | 'export';

/** How an option is typed on a command line. */
export type OptionKind = 'boolean' | 'integer' | 'number' | 'text' | 'choice';

interface OptionField<Schema extends z.ZodType> {
  readonly schema: Schema;
  readonly kind: OptionKind;
  /** `undefined` = decided later, from other options. */
  readonly fallback: z.infer<Schema> | undefined;
  /** The values a choice may take. */
  readonly choices?: readonly string[];
  /** What the message of a wrong value says was expected. */
  readonly expected: string;
  /** One line for `--help`. */
  readonly description: string;
  readonly commands: readonly OptionCommand[];
}

const MEBIBYTE = 1 << 20;

type Commands = readonly OptionCommand[];
const EXTRACTING: Commands = ['extract', 'plan', 'run'];
const CLUSTERING: Commands = ['cluster', 'run'];
const GROUPING: Commands = ['cluster', 'tune', 'run'];
const CLUSTERING_AND_EXPORT: Commands = ['cluster', 'tune', 'run', 'export'];
const DRAWING: Commands = ['network', 'run'];
const LINKING: Commands = ['network', 'run', 'export'];

const integer = (low: number, high: number, fallback: number, description: string, commands: Commands) =>
  ({
    schema: z.int().min(low).max(high),
    kind: 'integer',
    fallback,
    expected: `a whole number from ${low} to ${high}`,
    description,
    commands,
  }) satisfies OptionField<z.ZodType<number>>;

const fraction = (low: number, high: number, fallback: number, description: string, commands: Commands) =>
  ({
    schema: z.number().min(low).max(high),
    kind: 'number',
    fallback,
    expected: `a number from ${low} to ${high}`,
    description,
    commands,
  }) satisfies OptionField<z.ZodType<number>>;

const yesOrNo = (fallback: boolean, description: string, commands: Commands) =>
  ({
    schema: z.boolean(),
    kind: 'boolean',
    fallback,
    expected: 'true or false',
    description,
    commands,
  }) satisfies OptionField<z.ZodType<boolean>>;

const text = (fallback: string, description: string, commands: Commands) =>
  ({
    schema: z.string().min(1),
    kind: 'text',
    fallback,
    expected: 'a name or a path',
    description,
    commands,
  }) satisfies OptionField<z.ZodType<string>>;

/** A number with its unit. */
const DURATION = /^\d+(\.\d+)?\s*(ms|s|m|h|d)$/;

/** What `--algorithm` may be; docs/algorithms.md has the paper of each. */
export const ALGORITHMS = [
  'auto',
  'ahc',
  'single',
  'complete',
  'ward',
  'dbscan',
  'optics',
  'hdbscan',
  'chinese-whispers',
  'leiden',
  'face-network',
] as const;

/** The table itself; the order is the order of `--help`. */
export const OPTION_FIELDS = {
  threads: integer(0, 1024, 0, 'Threads that work at once; 0 = one a core', [
    'extract',
    'plan',
    'cluster',
    'tune',
    'network',
    'run',
  ]),
  detector: text('centerface', 'Model that finds faces, or the path of a model card', EXTRACTING),
  embedder: text('mobilefacenet', 'Model that compares faces, or the path of a model card', EXTRACTING),
  minFace: integer(
    8,
    4096,
    40,
    'Smallest face that is looked for: short side of its box, in pixels of the photograph',
    EXTRACTING,
  ),
  detectionSize: {
    schema: z.int().min(64).max(8192).optional(),
    kind: 'integer',
    fallback: undefined,
    expected: 'a whole number from 64 to 8192',
    description: 'Longest side, in pixels, at which faces are looked for, once; default by --min-face',
    commands: EXTRACTING,
  } satisfies OptionField<z.ZodType<number | undefined>>,
  tryRotations: yesOrNo(
    false,
    'Turn a photograph without a good face by 90°, 180° and 270° and look again',
    EXTRACTING,
  ),
  scoreThreshold: fraction(0, 1, 0.5, 'Lowest detector score of a face', EXTRACTING),
  maxPixels: integer(1, 2 ** 40, 268_435_456, 'Largest photograph that is read, in pixels', EXTRACTING),
  maxBytes: integer(1, 2 ** 40, 2 ** 30, 'Largest file that is read, in bytes', EXTRACTING),
  batchSize: integer(1, 65_536, 64, 'Photographs saved at once; at most so many are lost when killed', EXTRACTING),
  maxTime: {
    schema: z.string().regex(DURATION).optional(),
    kind: 'text',
    fallback: undefined,
    expected: 'a time such as 90s, 45m, 2h or 1d',
    description: 'Stop extracting after this time, as Ctrl-C does; running again goes on',
    commands: EXTRACTING,
  } satisfies OptionField<z.ZodType<string | undefined>>,
  landmarks: yesOrNo(false, 'Measure 68 landmarks of each face', EXTRACTING),
  ageGender: yesOrNo(false, 'Estimate age and gender of each face', EXTRACTING),
  burstSeconds: fraction(
    0,
    86_400,
    10,
    'Alike photographs taken within so many seconds are one occasion; undated ones by their likeness alone',
    EXTRACTING,
  ),
  connections: integer(1, 64, 8, 'Links of a list fetched at once', EXTRACTING),
  fetchTimeout: fraction(0.1, 3600, 30, 'Seconds a link may take without an answer', EXTRACTING),
  fetchRetries: integer(0, 20, 3, 'How often a link that failed for a passing reason is tried again', EXTRACTING),
  allowPrivate: yesOrNo(false, 'Fetch links to loopback and private addresses too', EXTRACTING),
  maxEntries: integer(1, 100_000_000, 1_000_000, 'Most entries of an archive that are looked at', EXTRACTING),
  maxRatio: integer(1, 100_000, 200, 'Most bytes an archive may unpack for each of its own', EXTRACTING),
  allowEmpty: yesOrNo(false, 'Forget the photographs of a source that is empty now', EXTRACTING),
  crops: yesOrNo(true, 'Write a picture of each face', EXTRACTING),
  cropMargin: fraction(0, 10, 0.4, 'Margin around a crop, in parts of the face on each side', EXTRACTING),
  cropMaxSide: integer(16, 8192, 320, 'Longest side of a crop, in pixels', EXTRACTING),
  algorithm: {
    schema: z.enum(ALGORITHMS),
    kind: 'choice',
    fallback: 'auto',
    choices: ALGORITHMS,
    expected: `one of ${ALGORITHMS.join(', ')}`,
    description: 'How faces are grouped into persons',
    commands: GROUPING,
  } satisfies OptionField<z.ZodType<(typeof ALGORITHMS)[number]>>,
  threshold: {
    schema: z.number().gt(0).max(2).optional(),
    kind: 'number',
    fallback: undefined,
    expected: 'a number above 0, up to 2',
    description: 'Cosine distance at which faces are one person no more; default by algorithm and embedder',
    commands: GROUPING,
  } satisfies OptionField<z.ZodType<number | undefined>>,
  minSamples: integer(
    1,
    1_000_000,
    3,
    'Faces near that make a face dense (dbscan, optics, hdbscan, face-network)',
    GROUPING,
  ),
  preset: {
    schema: z.enum(['none', 'face-network']),
    kind: 'choice',
    fallback: 'none',
    choices: ['none', 'face-network'],
    expected: 'none or face-network',
    description: 'face-network: its schedule with its published numbers; extract with --embedder dlib128 for its scale',
    commands: CLUSTERING,
  } satisfies OptionField<z.ZodType<'none' | 'face-network'>>,
  initialEps: {
    schema: z.number().gt(0).max(2).optional(),
    kind: 'number',
    fallback: undefined,
    expected: 'a number above 0, up to 2',
    description: 'First radius of face-network’s schedule, a cosine distance; default by embedder',
    commands: CLUSTERING,
  } satisfies OptionField<z.ZodType<number | undefined>>,
  iterations: integer(1, 1000, 10, 'Iterations of face-network’s schedule', CLUSTERING),
  maxDistance: {
    schema: z.number().gt(0).max(2).optional(),
    kind: 'number',
    fallback: undefined,
    expected: 'a number above 0, up to 2',
    description: 'face-network’s schedule: largest median distance to a core; default by embedder',
    commands: CLUSTERING,
  } satisfies OptionField<z.ZodType<number | undefined>>,
  foundQuality: fraction(0, 1, 0.6, 'Quality from which on a face may found a person', CLUSTERING_AND_EXPORT),
  joinQuality: fraction(
    0,
    1,
    0.5,
    'Quality from which on a face may join a person; poorer ones are only listed',
    CLUSTERING_AND_EXPORT,
  ),
  exactFaces: integer(
    0,
    4_000_000_000,
    200_000,
    'Up to so many faces all are compared with all; beyond, most neighbours are found in far less time',
    CLUSTERING,
  ),
  onlyNew: yesOrNo(false, 'Leave the persons that stand as they are; place new faces only', CLUSTERING),
  mosaic: yesOrNo(true, 'Write a mosaic a person', CLUSTERING),
  faceDatabase: yesOrNo(true, 'Write Data/FaceDatabase.h5, one row a face with its vector', CLUSTERING),
  scale: fraction(0.01, 10_000, 10, 'Size of a node: scale × log10(1 + photographs)', DRAWING),
  minWeight: integer(1, 1_000_000_000, 1, 'Fewest photographs that make a connection', LINKING),
  minSize: integer(1, 1_000_000_000, 1, 'Fewest photographs of a person who is shown', LINKING),
  pageBudgetBytes: integer(0, 2 ** 31, 20 * MEBIBYTE, 'Bytes of pictures inlined into a page', DRAWING),
} as const;

/** Name of an option, as the library and the configuration file spell it. */
export type OptionKey = keyof typeof OPTION_FIELDS;

/** Every option with its value. */
export type Options = {
  readonly [Key in OptionKey]: z.infer<(typeof OPTION_FIELDS)[Key]['schema']>;
};

/** One row of the table, as the command line and the documentation read it. */
export interface OptionRow {
  readonly key: OptionKey;
  /** Without the dashes: `min-size`. */
  readonly flag: string;
  /** `FACEWEAVE_MIN_SIZE`. */
  readonly environment: string;
  readonly kind: OptionKind;
  readonly fallback: boolean | number | string | undefined;
  readonly choices: readonly string[] | undefined;
  readonly expected: string;
  readonly description: string;
  readonly commands: readonly OptionCommand[];
}

/** All options, in the order of `--help`. */
export const OPTION_TABLE: readonly OptionRow[] = optionKeys().map(rowOf);

/** The options a command reads, in the order of `--help`. */
export function optionsOf(command: OptionCommand): readonly OptionRow[] {
  return OPTION_TABLE.filter((row) => row.commands.includes(command));
}

/** Keys of the table; the one place that narrows `Object.keys`. */
export function optionKeys(): readonly OptionKey[] {
  return Object.keys(OPTION_FIELDS) as OptionKey[];
}

function rowOf(key: OptionKey): OptionRow {
  const field: OptionField<z.ZodType<boolean | number | string | undefined>> = OPTION_FIELDS[key];
  const words = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return {
    key,
    flag: words,
    environment: `FACEWEAVE_${words.replaceAll('-', '_').toUpperCase()}`,
    kind: field.kind,
    fallback: field.fallback,
    choices: field.choices,
    expected: field.expected,
    description: field.description,
    commands: field.commands,
  };
}
