/**
 * The library's front door: a project folder opened, with its steps as
 * functions. Each step is one recorded run with a manifest; `run` is all of
 * them under one record.
 */
import { resolve } from 'node:path';
import type { Options } from '../config/index.js';
import { nativeEngine } from '../native/index.js';
import { personsOf } from '../people/index.js';
import { lockProject, openStore, projectLayout } from '../store/index.js';
import { networkOf } from './build-network.js';
import { tableOf, tierOfFace } from './exports.js';
import { matchGallery, matchListNames } from './import-names.js';
import { evaluateStep, tuneStep } from './judge-persons.js';
import { type ManifestDraft, type RunOutcome, recordRun } from './manifest.js';
import { peopleOf } from './people.js';
import { findPhotos } from './search.js';
import { isProjectFolder, projectFolderOf, refuseUnknown, rememberedSources, rootsOf } from './sources.js';
import { clusterStep, extractStep, networkStep } from './steps.js';
import { answer, suggest } from './suggest.js';
import {
  completed,
  type OpenProject,
  type Parts,
  type Project,
  type ProjectStatus,
  type StepRequest,
} from './types.js';

/**
 * Opens a project; a text is its project folder.
 *
 * *Errors*: `SOURCE_*`, `STORE_*`, `PROJECT_CREATE`, `USAGE`.
 */
export async function openProject(where: string | OpenProject): Promise<Project> {
  const asked: OpenProject = typeof where === 'string' ? { project: where } : where;
  const cwd = asked.cwd ?? process.cwd();
  const given = asked.sources ?? [];
  const projectDir = projectFolderOf(asked.project, given, cwd);
  const isNamedProject =
    given.length === 1 && resolve(cwd, given[0] ?? '') === projectDir && isProjectFolder(projectDir);
  const sources = isNamedProject ? [] : given.map((source) => resolve(cwd, source));
  const engine = asked.engine ?? nativeEngine();
  // Sources are checked before anything is made: a mistyped folder leaves no trace.
  const roots = rootsOf(sources, asked.names, projectDir, cwd);
  const store = await openStore(projectDir, { create: asked.create ?? roots.length > 0 });
  return projectOver({ projectDir, roots, isNamedProject, engine, store });
}

function projectOver(parts: Parts): Project {
  const { projectDir, store, roots } = parts;
  const people = peopleOf(parts);
  const checkNamed = (): Promise<void> => refuseUnknown(store, roots, projectDir);
  return {
    projectDir,
    store,
    extract: (request = {}) =>
      recorded(parts, 'extract', request, async (options, draft) => {
        const result = await extractStep(parts, options, request, draft);
        return { outcome: outcomeOf(result.skipped, result.photos === 0), result };
      }),
    cluster: async (request = {}) => {
      await checkNamed();
      return recorded(parts, 'cluster', request, async (options, draft) => {
        const result = await clusterStep(parts, options, request, draft);
        return { outcome: outcomeOf(0, result.faces === 0), result };
      });
    },
    network: async (request = {}) => {
      await checkNamed();
      return recorded(parts, 'network', request, async (options, draft) => {
        const result = await networkStep(parts, options, request, draft);
        return { outcome: outcomeOf(0, result.persons === 0), result };
      });
    },
    run: (request = {}) =>
      recorded(parts, 'run', request, async (options, draft) => {
        const extracted = await extractStep(parts, options, request, draft);
        const clustered = await clusterStep(parts, options, request, draft);
        const drawn = await networkStep(parts, options, request, draft);
        const result = { extract: extracted, cluster: clustered, network: drawn };
        return { outcome: outcomeOf(extracted.skipped, clustered.faces === 0), result };
      }),
    contents: async (options = {}) => {
      await checkNamed();
      const { minWeight, minSize } = completed(options);
      const found = await networkOf(store, { minWeight, minSize });
      return { ...found, people: personsOf(found.faces, await store.persons()) };
    },
    evaluate: async (request) => {
      await checkNamed();
      return evaluateStep(parts, request);
    },
    tune: async (request) => {
      await checkNamed();
      return recorded(parts, 'tune', request, async (options) => {
        const result = await tuneStep(parts, options, request);
        return { outcome: outcomeOf(0, result.faces === 0), result };
      });
    },
    table: async (name, format, options = {}) => {
      await checkNamed();
      const all = completed(options);
      return tableOf(store, name, format, { ...all, tierOf: tierOfFace(all) });
    },
    status: async () => {
      await checkNamed();
      return statusOf(parts);
    },
    find: (paths, { options = {}, most = 3 } = {}) => findPhotos(parts, completed(options), paths, most),
    suggest: () => suggest(parts),
    answer: (suggestion, isRight, said) => answer(people, suggestion, isRight, said),
    matchNames: (from) =>
      from === 'lists' ? matchListNames(parts) : matchGallery(parts, completed(from.options ?? {}), from.gallery),
    people,
    close: () => store.close(),
  };
}

function outcomeOf(skipped: number, isEmpty: boolean): RunOutcome {
  if (skipped > 0) return 'some-skipped';
  return isEmpty ? 'nothing-found' : 'done';
}

async function recorded<Result>(
  { store, projectDir, engine }: Parts,
  command: string,
  request: StepRequest,
  work: (options: Options, draft: ManifestDraft) => Promise<{ readonly outcome: RunOutcome; readonly result: Result }>,
): Promise<Result> {
  const options = completed(request.options ?? {});
  const lock = await lockProject(projectLayout(projectDir), command, new Date().toISOString());
  try {
    return await recordRun(store, projectDir, command, options, async (draft) => {
      const ended = await work(options, draft);
      draft.native = engine.describe();
      return ended;
    });
  } finally {
    lock.release();
  }
}

async function statusOf({ store, projectDir }: Parts): Promise<ProjectStatus> {
  const [clustering, runs] = [await store.clustering(), await store.runs()];
  return {
    projectDir,
    sources: await rememberedSources(store),
    counts: await store.counts(),
    models: await store.models(),
    embedder: await store.currentEmbedder(),
    clustering: clustering === null ? null : (JSON.parse(clustering.options) as Record<string, unknown>),
    conflicts: clustering?.conflicts ?? [],
    skipped: await store.skipped(),
    runs: [...runs].sort((a, b) => b.number - a.number),
  };
}
