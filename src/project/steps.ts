/**
 * The steps of a project, each over an open store: what a step needs gathered,
 * the step called, what came of it put into the manifest. Apart from the front
 * door so that it says only what can be asked.
 */
import { FaceweaveError, OPTION_FIELDS, type Options } from '../config/index.js';
import { type ExtractRequest, extract, inProject } from '../extract/index.js';
import { type ResolvedModel, resolveLook, resolveModel } from '../models/index.js';
import type { LongCall } from '../native/index.js';
import { clusterFaces, writeMosaics } from '../people/index.js';
import type { StoredModel } from '../store/index.js';
import { buildNetwork, type NetworkSummary } from './build-network.js';
import { decisionsStep } from './decisions-step.js';
import { tierOfFace, writeFaceDatabase } from './exports.js';
import { latestManifest, type Manifest, type ManifestDraft } from './manifest.js';
import { admitSources, projectIsNoSource, rememberedSources } from './sources.js';
import type { ClusterStepSummary, ExtractStepRequest, ExtractStepSummary, Parts, StepRequest } from './types.js';

/** Signal and progress of a request, to be handed on. */
export function callOf({ signal, onProgress }: LongCall): LongCall {
  return { ...(signal === undefined ? {} : { signal }), ...(onProgress === undefined ? {} : { onProgress }) };
}

/** Extracts what is missing. */
export async function extractStep(
  parts: Parts,
  options: Options,
  request: ExtractStepRequest,
  draft: ManifestDraft,
): Promise<ExtractStepSummary> {
  const { store, engine, projectDir } = parts;
  if (parts.isNamedProject) throw projectIsNoSource(projectDir, projectDir);
  if (parts.roots.length === 0) {
    throw new FaceweaveError('no folder of photographs was named', {
      code: 'USAGE',
      hint: `faceweave ${draft.command} <folder>…, or --files-from FILE`,
    });
  }
  const last = await latestManifest(store, ({ extract: done }) => done !== null);
  const { request: models, used } = extractModels(options);
  draft.models = used;
  const { roots, walked, others, added } = await admitSources(store, parts.roots, projectDir);
  draft.sources = walked;
  const summary = await extract(store, engine, {
    ...callOf(request),
    ...models,
    roots,
    otherLabels: others.map(({ label }) => label),
    projectDir,
    options,
    ...(request.retry === undefined ? {} : { retry: request.retry }),
    ...(request.strict === undefined ? {} : { strict: request.strict }),
    ...(request.maxErrors === undefined ? {} : { maxErrors: request.maxErrors }),
    ...(request.onSkipped === undefined ? {} : { onSkipped: request.onSkipped }),
  });
  const { skippedFiles, inputsDigest, ...rest } = summary;
  draft.inputsDigest = inputsDigest;
  draft.skipped = skippedFiles;
  draft.extract = rest;
  const hasOlder = summary.photos > summary.newPhotos;
  const news = added.map(
    ({ given, label }) => `${given} is a further source of this project: its paths begin with ${label}`,
  );
  const undescribed =
    summary.undescribed === 0
      ? []
      : [
          `${summary.undescribed} of ${summary.newFaces} new faces were given no direction by ${models.embedder.stored.id} and belong to no person; is this the right model file?`,
        ];
  return {
    ...summary,
    warnings: [...news, ...undescribed, ...(last === null || !hasOlder ? [] : changedOptions(last, options))],
  };
}

/** Options that decide which faces are found; photographs extracted before keep the faces of theirs. */
const FINDING_OPTIONS: readonly (keyof Options)[] = ['minFace', 'detectionSize', 'tryRotations', 'scoreThreshold'];

function changedOptions(last: Manifest, options: Options): readonly string[] {
  return FINDING_OPTIONS.flatMap((key) => {
    const before = last.options[key];
    // Unset options are no part of a manifest, nor are those of later versions.
    if ((before ?? OPTION_FIELDS[key].fallback) === options[key]) return [];
    const said = (value: unknown): string => (value === undefined ? 'not set' : String(value));
    return [
      `${key} was ${said(before)} and is ${said(options[key])} now: photographs extracted before keep the faces found then`,
    ];
  });
}

/** The models an extraction runs, and what its manifest says of them. */
export function extractModels(options: Options): {
  readonly request: Pick<ExtractRequest, 'detector' | 'embedder' | 'landmarker' | 'attributes'>;
  readonly used: Manifest['models'];
} {
  const detector = resolveModel('detect', options.detector);
  const embedder = resolveModel('embed', options.embedder);
  const landmarker = options.landmarks ? resolveLook('landmarks') : undefined;
  const attributes = options.ageGender ? resolveLook('attributes') : undefined;
  const all = [detector, embedder, landmarker, attributes].flatMap((model) => (model === undefined ? [] : [model]));
  return {
    request: {
      detector: { spec: detector.spec, stored: storedModel(detector, 'detect') },
      embedder: { spec: embedder.spec, stored: storedModel(embedder, 'embed') },
      ...(landmarker === undefined ? {} : { landmarker: landmarker.spec }),
      ...(attributes === undefined ? {} : { attributes: attributes.spec }),
    },
    used: all.map(({ id, card }) => ({ id, job: card.job, sha256: card.sha256 })),
  };
}

function storedModel({ id, card }: ResolvedModel, job: 'detect' | 'embed'): StoredModel {
  return { id, job, dims: card.dims, card: JSON.stringify(card) };
}

/** Groups faces and writes mosaics. */
export async function clusterStep(
  { store, engine, projectDir }: Parts,
  options: Options,
  request: StepRequest,
  draft: ManifestDraft,
): Promise<ClusterStepSummary> {
  const { threads, algorithm, threshold, minSamples, foundQuality, joinQuality, onlyNew, iterations, maxDistance } =
    options;
  const isSchedule = options.preset === 'face-network' || options.algorithm === 'face-network';
  const radius = isSchedule ? (options.initialEps ?? threshold) : threshold;
  const summary = await clusterFaces(store, engine, {
    ...callOf(request),
    threads,
    algorithm: isSchedule ? 'face-network' : algorithm,
    minSamples,
    iterations,
    exactFaces: options.exactFaces,
    onlyNew,
    tiers: { foundQuality, joinQuality },
    ...(radius === undefined ? {} : { threshold: radius }),
    ...(maxDistance === undefined ? {} : { maxDistance }),
  });
  const { conflicts: _kept, ...rest } = summary;
  draft.cluster = rest;
  const decisions = await decisionsStep(store, projectDir);
  if (options.faceDatabase) await writeFaceDatabase(store, projectDir, { tierOf: tierOfFace(options) });
  if (!options.mosaic) return { ...summary, decisions, mosaics: null };
  const mosaics = await writeMosaics(engine, {
    ...callOf(request),
    projectDir,
    faces: await store.faces(),
    cropPath: (crop) => inProject(projectDir, crop),
    threads,
  });
  const { failed: _failed, ...counts } = mosaics;
  draft.mosaics = counts;
  return { ...summary, decisions, mosaics };
}

/** Builds the network and writes its page and table. */
export async function networkStep(
  { store, engine, projectDir }: Parts,
  options: Options,
  request: StepRequest,
  draft: ManifestDraft,
): Promise<NetworkSummary> {
  const sources = await rememberedSources(store);
  if ((await store.clustering()) === null) {
    throw new FaceweaveError('the faces are not grouped into persons yet', {
      code: 'NOTHING_CLUSTERED',
      hint: 'run `faceweave cluster` first, or `faceweave run <folder>` for all steps',
    });
  }
  const summary = await buildNetwork(store, engine, { ...callOf(request), projectDir, sources, options });
  draft.sources = sources;
  draft.network = summary;
  return summary;
}
