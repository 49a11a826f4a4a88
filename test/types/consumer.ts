/**
 * A program as a user of the library would write it. It is never run: that it
 * compiles, and that each marked line does not, is the test (types.test.ts).
 */
import { type Edge, type Face, FaceweaveError, openProject, type Progress, type RunSummary, run } from 'faceweave';

export async function everyStep(signal: AbortSignal): Promise<RunSummary> {
  const project = await openProject({ sources: ['./photos'], project: './project' });
  try {
    const shown: Progress[] = [];
    const summary = await project.run({ signal, onProgress: (progress) => shown.push(progress) });
    const files: number = summary.extract.files;
    const page: string = summary.network.page;
    const table = await project.table('faces', 'csv', { minSize: 2 });
    for (const chunk of table.chunks) process.stdout.write(`${chunk.length} of ${files} on ${page}`);
    return summary;
  } finally {
    await project.close();
  }
}

export async function wrongUses(face: Face, edge: Edge): Promise<void> {
  // @ts-expect-error an algorithm is one of a closed set
  await run({ sources: ['./photos'], options: { algorithm: 'kmeans' } });
  // @ts-expect-error options are checked by name
  await run({ sources: ['./photos'], options: { treshold: 0.5 } });
  // @ts-expect-error a table has a name that exists
  await (await openProject('./project')).table('photos', 'csv');
  // @ts-expect-error results are read-only
  face.score = 1;
  // @ts-expect-error lists in results are read-only too
  edge.photoIds.push('another');
  // @ts-expect-error an error always has a code
  throw new FaceweaveError('without a code', {});
}

export function codeOf(thrown: unknown): string | undefined {
  return thrown instanceof FaceweaveError ? thrown.code : undefined;
}
