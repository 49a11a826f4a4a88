/**
 * The steps as single calls: open the project, do one thing, close it. For
 * scripts that want no object to hold.
 */

import type { NetworkSummary } from './build-network.js';
import { openProject } from './open-project.js';
import type {
  ClusterStepSummary,
  ExtractStepRequest,
  ExtractStepSummary,
  OpenProject,
  Project,
  RunSummary,
  StepRequest,
} from './types.js';

async function within<Result>(where: OpenProject, work: (project: Project) => Promise<Result>): Promise<Result> {
  const project = await openProject(where);
  try {
    return await work(project);
  } finally {
    await project.close();
  }
}

/** Extracts what is missing; see `Project.extract`. */
export function extract(request: OpenProject & ExtractStepRequest): Promise<ExtractStepSummary> {
  return within(request, (project) => project.extract(request));
}

/** Groups faces into persons; see `Project.cluster`. */
export function cluster(request: OpenProject & StepRequest): Promise<ClusterStepSummary> {
  return within({ create: false, ...request }, (project) => project.cluster(request));
}

/** Writes the page and the table of edges; see `Project.network`. */
export function network(request: OpenProject & StepRequest): Promise<NetworkSummary> {
  return within({ create: false, ...request }, (project) => project.network(request));
}

/** All steps; see `Project.run`. */
export function run(request: OpenProject & ExtractStepRequest): Promise<RunSummary> {
  return within(request, (project) => project.run(request));
}
