/**
 * What a model card says, and the checks of one. Two forms exist: the full card
 * of a model shipped with faceweave, and the short one a user writes beside an
 * ONNX file of their own. It is apart so that the schema can be read alone; it
 * must not know where cards lie.
 */
import { z } from 'zod';
import { FaceweaveError } from '../config/error.js';

/** What a model does for the pipeline. */
export type ModelJob = 'detect' | 'embed' | 'landmarks' | 'attributes';

/** Five points of ArcFace's 112 × 112 chip: x, y of left eye, right eye, nose, left and right mouth corner (insightface, `arcface_dst`). */
export const ARCFACE_TEMPLATE_112: readonly number[] = [
  38.2946, 51.6963, 73.5318, 51.5014, 56.0252, 71.7366, 41.5493, 92.3655, 70.7299, 92.2041,
];

/** The largest chip and vector a card may ask for; beyond these a card is a mistake, and memory would be the one to tell. */
const LARGEST_SIDE = 1024;
const LARGEST_DIMS = 8192;

const text = z.string().min(1);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hex digits');
const finite = z.number();
const dimension = z.union([z.int().positive(), text]);
const channels = z.enum(['rgb', 'bgr']);
const layout = z.enum(['nchw', 'nhwc']);
const mean = z.array(finite).length(3, 'expected 3 numbers, one a channel');
const scale = finite.refine((value) => value !== 0, 'expected a number other than 0');
const template = z.array(finite).length(10, 'expected 10 numbers: x, y of each of the five points');
const side = z.int().min(1).max(LARGEST_SIDE);
const dims = z.int().min(1).max(LARGEST_DIMS);
/** Begins a vector's id and stands in file names and tables. */
const name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'expected letters, digits, dots, dashes (64 at most)');

const cardSchema = z.strictObject({
  name,
  job: z.enum(['detect', 'embed', 'landmarks', 'attributes']),
  kind: z.enum(['centerface', 'aligned-embedder', 'landmark68', 'age-gender']),
  file: text,
  sha256,
  bytes: z.int().positive(),
  purpose: text,
  licence: text,
  licenceNote: text,
  origin: z.strictObject({
    package: text,
    registry: z.enum(['npm', 'PyPI']),
    version: text,
    file: text,
    sha256,
    url: text.nullable(),
  }),
  trainingData: text,
  input: z.strictObject({
    shape: z.array(dimension).length(4),
    layout,
    channels,
    range: text,
    mean,
    scale,
    size: side.optional(),
    template: template.optional(),
  }),
  output: z.strictObject({ names: z.array(text).min(1), shapes: z.array(z.array(dimension)).min(1), meaning: text }),
  dims: dims.nullable(),
  mirror: z.boolean(),
  measured: z.array(z.strictObject({ figure: text, where: text })),
});

type FullCard = z.infer<typeof cardSchema>;

/** A model: what it does, whose it is, what it takes and gives. `origin` and the texts are null for a user's own file. */
export type ModelCard = Omit<FullCard, 'origin' | 'trainingData' | 'licenceNote' | 'output'> & {
  readonly origin: FullCard['origin'] | null;
  readonly trainingData: string | null;
  readonly licenceNote: string | null;
  readonly output: FullCard['output'] | null;
};

const ownDetector = z.strictObject({
  kind: z.literal('centerface'),
  name: name.optional(),
  licence: text.optional(),
});

const ownEmbedder = z
  .strictObject({
    kind: z.literal('aligned-embedder'),
    name: name.optional(),
    licence: text.optional(),
    size: side,
    dims,
    channels,
    layout: layout.default('nchw'),
    mean,
    scale,
    template: template.optional(),
    mirror: z.boolean().default(false),
  })
  .refine((card) => card.template !== undefined || card.size === 112, {
    path: ['template'],
    message: 'expected 10 numbers: only for size 112 is there a usual template',
  });

const ownSchema = z.discriminatedUnion('kind', [ownDetector, ownEmbedder]);

/** The short card of a user's own ONNX file; `sha256` only where the card states one. */
export type OwnCard = z.infer<typeof ownSchema> & { readonly sha256?: string };

const { input: fullInput, ...fullFields } = cardSchema.shape;
const anyField = z.strictObject(fullFields).partial().shape;
const anyInput = fullInput.partial().shape;

/** The form of the shipped cards: of its fields, an own model needs those of the short card. */
const shippedForm = z.discriminatedUnion('kind', [
  z.strictObject({ ...anyField, kind: z.literal('centerface'), input: z.strictObject(anyInput) }),
  z
    .strictObject({
      ...anyField,
      kind: z.literal('aligned-embedder'),
      dims,
      mirror: z.boolean().default(false),
      input: z.strictObject({ ...anyInput, size: side, channels, mean, scale, layout: layout.default('nchw') }),
    })
    .refine(({ input }) => input.template !== undefined || input.size === 112, {
      path: ['input', 'template'],
      message: 'expected 10 numbers: only for size 112 is there a usual template',
    }),
]);

/**
 * Checks the full card of a shipped model.
 *
 * Errors: `MODEL_INVALID`, naming the field, what was expected and what was found.
 */
export function parseCard(json: string, path: string): ModelCard {
  return parse(cardSchema, json, path);
}

/** Checks the card of a user's own model, in the short form or in that of the shipped cards; errors as `parseCard`. */
export function parseOwnCard(json: string, path: string): OwnCard {
  const value = readJson(json, path);
  const isShippedForm = typeof value === 'object' && value !== null && 'input' in value;
  if (!isShippedForm) return check(ownSchema, value, path);
  const card = check(shippedForm, value, path);
  const common = {
    ...(card.name === undefined ? {} : { name: card.name }),
    ...(card.licence === undefined ? {} : { licence: card.licence }),
    ...(card.sha256 === undefined ? {} : { sha256: card.sha256 }),
  };
  if (card.kind === 'centerface') return { ...common, kind: card.kind };
  const { kind, dims, mirror, input } = card;
  const { size, channels, layout, mean, scale, template } = input;
  const own = { ...common, kind, size, dims, channels, layout, mean, scale, mirror };
  return template === undefined ? own : { ...own, template };
}

function parse<T>(schema: z.ZodType<T>, json: string, path: string): T {
  return check(schema, readJson(json, path), path);
}

function readJson(json: string, path: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw invalid(path, 'expected a JSON object, found text that is not JSON', cause);
  }
}

function check<T>(schema: z.ZodType<T>, value: unknown, path: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw invalid(path, issue === undefined ? 'not a model card' : describe(issue, value), result.error);
}

function invalid(path: string, message: string, cause: unknown): FaceweaveError {
  return new FaceweaveError(`the model card is not valid: ${message}`, {
    code: 'MODEL_INVALID',
    path,
    hint: 'docs/models.md lists the fields of a card',
    cause,
  });
}

function describe(issue: z.core.$ZodIssue, card: unknown): string {
  if (issue.code === 'unrecognized_keys') return `${issue.keys.join(', ')}: expected no such field`;
  const field = issue.path.length === 0 ? 'the card' : issue.path.join('.');
  return `${field}: ${expectation(issue)}, found ${found(card, issue.path)}`;
}

function expectation(issue: z.core.$ZodIssue): string {
  // The schema's own words, where it has any, are better than those made from the kind of issue.
  if (issue.message.startsWith('expected')) return issue.message;
  if (issue.code === 'invalid_type') return `expected ${issue.expected}`;
  if (issue.code === 'invalid_value') return `expected ${issue.values.map(String).join(' or ')}`;
  if (issue.code === 'invalid_union') return 'expected centerface or aligned-embedder';
  if (issue.code === 'too_small') return `expected at least ${issue.minimum}`;
  if (issue.code === 'too_big') return `expected at most ${issue.maximum}`;
  return issue.message;
}

function found(card: unknown, path: readonly PropertyKey[]): string {
  let value = card;
  for (const key of path) {
    value = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  }
  const shown = value === undefined ? 'nothing' : JSON.stringify(value);
  return shown.length > 80 ? `${shown.slice(0, 79)}…` : shown;
}
