/**
 * Prints the persons who appear together most often, with the photographs that
 * show it. Run it on a folder of photographs:
 *
 *   node --import tsx examples/strongest-ties.ts ./photos
 */
import { FaceweaveError, openProject } from 'faceweave';

const TIES_SHOWN = 10;

const folder = process.argv[2];
if (folder === undefined) {
  process.stderr.write('usage: strongest-ties.ts <folder>\n');
  process.exit(2);
}
try {
  const project = await openProject({ sources: [folder] });
  try {
    const { extract } = await project.run();
    process.stdout.write(`${extract.photos} photographs, ${extract.skipped} skipped\n`);
    const table = await project.table('edges', 'json');
    const edges: { source: string; target: string; weight: number; photos: string[] }[] = JSON.parse(
      [...table.chunks].join(''),
    );
    for (const edge of edges.sort((a, b) => b.weight - a.weight).slice(0, TIES_SHOWN)) {
      process.stdout.write(`${edge.source} and ${edge.target}: ${edge.weight} (${edge.photos.join(', ')})\n`);
    }
  } finally {
    await project.close();
  }
} catch (thrown) {
  if (!(thrown instanceof FaceweaveError)) throw thrown;
  process.stderr.write(`${thrown.code}: ${thrown.message}\n`);
  process.exitCode = 1;
}
