/**
 * From what a user chose to a model that can be run: a shipped one by name, or
 * an ONNX file of their own with its card beside it. The files are checked
 * before use, so that a damaged download never makes a vector.
 */
import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { FaceweaveError } from '../config/error.js';
import { ARCFACE_TEMPLATE_112, type ModelCard, type ModelJob, parseCard, parseOwnCard } from './card.js';
import { digestFile, modelsFolder, readText } from './folder.js';
import { modelId } from './identity.js';

/** The shipped models, the default of each job first. */
const SHIPPED: readonly string[] = ['centerface', 'mobilefacenet', 'dlib128', 'landmark68', 'age-gender'];

const REINSTALL = 'install faceweave again, or point FACEWEAVE_MODELS_DIR at a folder with the models';
const OWN_CARD_HINT = 'write it as JSON with kind, size, dims, channels, mean and scale; docs/models.md has an example';

/** What native code needs of a card; the same shape as at the boundary. */
export interface ModelSpec {
  id: string;
  /** Absolute path of the ONNX file. */
  path: string;
  kind: 'centerface' | 'aligned-embedder' | 'landmark68' | 'age-gender';
  /** Side of the chip in pixels. */
  size?: number;
  channels?: 'rgb' | 'bgr';
  /** Subtracted from each channel. */
  mean?: number[];
  /** Multiplies after the subtraction. */
  scale?: number;
  layout?: 'nchw' | 'nhwc';
  /** x, y of left eye, right eye, nose, left and right mouth corner, in chip pixels. */
  template?: number[];
  dims?: number;
  /** Also embed the mirrored chip and add both before normalising. */
  mirror?: boolean;
}

/** A model ready to be opened. */
export interface ResolvedModel {
  readonly card: ModelCard;
  /** Written beside every vector; see `modelId`. */
  readonly id: string;
  readonly spec: ModelSpec;
  /** Absolute path of the ONNX file. */
  readonly path: string;
}

/** Outcome of checking one shipped file. */
export interface ModelCheck {
  readonly name: string;
  readonly ok: boolean;
  /** The sha256 its card states. */
  readonly expected: string;
  /** The sha256 of the file; null = the file cannot be read. */
  readonly found: string | null;
}

/**
 * The cards of all shipped models, the default of each job first.
 *
 * Errors: `MODEL_MISSING`, `MODEL_INVALID`.
 */
export function listModels(folder: string = modelsFolder()): ModelCard[] {
  return SHIPPED.map((name) => readCard(folder, name));
}

/** Compares every shipped file with its card; a missing file is an outcome, not an error. */
export function verifyModels(folder: string = modelsFolder()): ModelCheck[] {
  return listModels(folder).map(({ name, file, sha256: expected }) => {
    let found: string | null = null;
    try {
      found = digestFile(join(folder, file), REINSTALL).sha256;
    } catch (error) {
      if (!(error instanceof FaceweaveError)) throw error;
    }
    return { name, ok: found === expected, expected, found };
  });
}

/**
 * The model for a job, by the name of a shipped one or by the path of an ONNX file.
 *
 * A choice is a path when it ends in `.onnx` or contains a slash. Errors:
 * `MODEL_UNKNOWN` (no such name, or a model for another job), `MODEL_MISSING`,
 * `MODEL_INVALID`, `MODEL_DAMAGED`. Cost: one reading of the file.
 */
export function resolveModel(job: 'detect' | 'embed', choice: string, folder: string = modelsFolder()): ResolvedModel {
  if (/\.onnx$|[/\\]/i.test(choice)) return resolveOwn(job, resolve(choice));
  const cards = listModels(folder);
  const card = cards.find(({ name }) => name === choice);
  if (card === undefined || card.job !== job) {
    const known = cards.filter((other) => other.job === job).map(({ name }) => name);
    const cause = card === undefined ? `there is no model ${choice}` : `${choice} is ${PURPOSES[card.job]}`;
    throw new FaceweaveError(`${cause}; expected ${PURPOSES[job]}: ${known.join(', ')}, or the path of an .onnx file`, {
      code: 'MODEL_UNKNOWN',
      hint: 'faceweave models list shows all models',
    });
  }
  return shipped(card, folder);
}

/** The shipped model that looks at faces known already: landmarks, or age and gender. Errors as `resolveModel`. */
export function resolveLook(job: 'landmarks' | 'attributes', folder: string = modelsFolder()): ResolvedModel {
  const card = listModels(folder).find((other) => other.job === job);
  if (card === undefined) {
    throw new FaceweaveError(`there is no model for ${job}`, { code: 'MODEL_UNKNOWN', hint: REINSTALL });
  }
  return shipped(card, folder);
}

/** A shipped model whose file is what its card says. */
function shipped(card: ModelCard, folder: string): ResolvedModel {
  const path = join(folder, card.file);
  const { sha256 } = digestFile(path, REINSTALL);
  if (sha256 !== card.sha256) {
    throw new FaceweaveError(`the file is damaged: expected sha256 ${card.sha256}, found ${sha256}`, {
      code: 'MODEL_DAMAGED',
      path,
      hint: REINSTALL,
    });
  }
  return ready(card, path);
}

const PURPOSES: Readonly<Record<ModelJob, string>> = {
  detect: 'a detector',
  embed: 'an embedder',
  landmarks: 'a landmark model',
  attributes: 'an attribute model',
};

function readCard(folder: string, name: string): ModelCard {
  const path = join(folder, `${name}.json`);
  return parseCard(readText(path, REINSTALL), path);
}

function resolveOwn(job: 'detect' | 'embed', path: string): ResolvedModel {
  const { sha256, bytes } = digestFile(path, 'give the path of an .onnx file, or the name of a shipped model');
  const cardPath = ownCardPath(path);
  const own = parseOwnCard(readText(cardPath, OWN_CARD_HINT), cardPath);
  if (own.sha256 !== undefined && own.sha256 !== sha256) {
    throw new FaceweaveError(`the file is not the one of its card: expected sha256 ${own.sha256}, found ${sha256}`, {
      code: 'MODEL_DAMAGED',
      path,
      hint: `give it the card that belongs to it, or take sha256 out of ${cardPath}`,
    });
  }
  const found = own.kind === 'centerface' ? 'detect' : 'embed';
  if (found !== job) {
    throw new FaceweaveError(
      `the model card is not valid: kind: expected ${PURPOSES[job]}, found ${own.kind}, ${PURPOSES[found]}`,
      { code: 'MODEL_INVALID', path: cardPath, hint: 'docs/models.md lists the fields of a card' },
    );
  }
  const common = {
    name: own.name ?? plainName(path),
    job,
    kind: own.kind,
    file: basename(path),
    sha256,
    bytes,
    purpose: "A user's own model.",
    licence: own.licence ?? 'not stated',
    licenceNote: null,
    origin: null,
    trainingData: null,
    output: null,
    measured: [],
  };
  if (own.kind === 'centerface') {
    const shape = ['batch', 3, 'height', 'width'];
    const input = {
      shape,
      layout: 'nchw' as const,
      channels: 'rgb' as const,
      range: '0 to 255',
      mean: [0, 0, 0],
      scale: 1,
    };
    return ready({ ...common, input, dims: null, mirror: false }, path);
  }
  const { size, layout, channels, mean, scale, dims, mirror } = own;
  const shape = layout === 'nchw' ? ['batch', 3, size, size] : ['batch', size, size, 3];
  const template = own.template ?? [...ARCFACE_TEMPLATE_112];
  const input = { shape, layout, channels, range: '(value - mean) * scale', mean, scale, size, template };
  return ready({ ...common, input, dims, mirror }, path);
}

/** `<file>.json`, or the file's name with `.json` for its ending; the first that exists. */
function ownCardPath(path: string): string {
  const short = join(dirname(path), `${basename(path).replace(/\.onnx$/i, '')}.json`);
  const long = `${path}.json`;
  return existsSync(long) || !existsSync(short) ? long : short;
}

/** A file's name as a model's: characters a name may not have become dashes. */
function plainName(path: string): string {
  const stem = basename(path).replace(/\.onnx$/i, '');
  const name = stem.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '');
  return name.slice(0, 64) || 'own';
}

function ready(card: ModelCard, path: string): ResolvedModel {
  const id = modelId(card);
  const { dims, mirror } = card;
  if (card.job === 'detect') return { card, id, path, spec: { id, path, kind: 'centerface' } };
  if (card.job === 'landmarks' || card.job === 'attributes') {
    const kind = card.job === 'landmarks' ? 'landmark68' : 'age-gender';
    const { size, mean, scale } = card.input;
    return { card, id, path, spec: { id, path, kind, mean, scale, ...(size === undefined ? {} : { size }) } };
  }
  const kind = 'aligned-embedder';
  const { size, template, channels, mean, scale, layout } = card.input;
  if (size === undefined || template === undefined || dims === null) {
    throw new FaceweaveError('the model card is not valid: an embedder needs input.size, input.template and dims', {
      code: 'MODEL_INVALID',
      path,
    });
  }
  return { card, id, path, spec: { id, path, kind, size, channels, mean, scale, layout, template, dims, mirror } };
}
