/**
 * `plan` as one call: looks at sources and at the project, if there is one, and
 * writes nothing, not even a project folder.
 */
import { resolve } from 'node:path';
import { FaceweaveError } from '../config/index.js';
import { type ExtractPlan, planExtract } from '../extract/index.js';
import { nativeEngine } from '../native/index.js';
import { openStore } from '../store/index.js';
import { isProjectFolder, labelledRoots, projectFolderOf, rootsOf } from './sources.js';
import { callOf, extractModels } from './steps.js';
import { completed, type ExtractStepRequest, type OpenProject } from './types.js';

/**
 * What `extract` would read and cost.
 *
 * *Errors*: `SOURCE_*`, `STORE_*`, `MODEL_*`, `USAGE`.
 */
export async function planProject(where: OpenProject, request: ExtractStepRequest = {}): Promise<ExtractPlan> {
  const cwd = where.cwd ?? process.cwd();
  const given = where.sources ?? [];
  if (given.length === 0 && where.names === undefined) {
    throw new FaceweaveError('no folder of photographs was named', { code: 'USAGE', hint: 'faceweave plan <folder>…' });
  }
  const projectDir = projectFolderOf(where.project, given, cwd);
  const found = rootsOf(
    given.map((source) => resolve(cwd, source)),
    where.names,
    projectDir,
    cwd,
  );
  const store = isProjectFolder(projectDir) ? await openStore(projectDir) : null;
  try {
    const labelled = store === null ? { roots: found, others: [] } : await labelledRoots(store, found, projectDir);
    const options = completed(request.options ?? {});
    return await planExtract(store, where.engine ?? nativeEngine(), {
      ...callOf(request),
      ...extractModels(options).request,
      roots: labelled.roots,
      otherLabels: labelled.others.map(({ label }) => label),
      projectDir,
      options,
      ...(request.retry === undefined ? {} : { retry: request.retry }),
    });
  } finally {
    await store?.close();
  }
}
