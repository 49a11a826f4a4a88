/**
 * What a person reads at the end of a command: a few sentences whose counts add
 * up, and the table of `--stats`. Pure text from summaries.
 */
import type { SkippedFile } from '../config/index.js';
import { type ExtractPlan, type ExtractStats, type ExtractSummary, STAGES } from '../extract/index.js';
import type { ClusterStepSummary, NetworkSummary } from '../project/index.js';
import { duration } from './progress.js';
import { visible } from './terminal.js';

/** `1 face`, `2 faces`, `12,345 faces`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString('en-US')} ${number === 1 ? one : many}`;
}

/** How many files were skipped for each reason, the most frequent first. */
export function skippedByReason(skipped: readonly SkippedFile[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const { code } of skipped) counts.set(code, (counts.get(code) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)));
}

/** Sentences about an extraction. */
export function extractSentences(summary: ExtractSummary): readonly string[] {
  const { files, photos, duplicates, skipped } = summary;
  const lines = [
    `${count(files, 'file')} = ${count(photos, 'photograph')} + ${count(duplicates, 'duplicate')} + ${skipped.toLocaleString('en-US')} skipped.`,
  ];
  if (skipped > 0) {
    const reasons = Object.entries(skippedByReason(summary.skippedFiles)).map(([code, n]) => `${n} ${code}`);
    lines.push(`Skipped: ${reasons.join(', ')}.`);
  }
  const news =
    summary.newPhotos === 0
      ? 'Nothing was new'
      : `${count(summary.newPhotos, 'photograph')} extracted, ${count(summary.newFaces, 'face')} found, in ${duration(summary.stats.wallSeconds)}`;
  const gone = summary.gone === 0 ? '' : `; ${count(summary.gone, 'file')} no longer there`;
  lines.push(`${news}${gone}.`);
  if (summary.unreachable > 0) {
    lines.push(`${count(summary.unreachable, 'file')} known from before could not be reached and stay as they were.`);
  }
  const { described, withoutCrop } = summary.attributes;
  if (described > 0) lines.push(`${count(described, 'face')} found before described from their crops.`);
  if (withoutCrop > 0) {
    lines.push(
      `${count(withoutCrop, 'face')} found before have no crop to be described from: extract with crops first.`,
    );
  }
  const others = Object.values(summary.otherFiles).reduce((sum, number) => sum + number, 0);
  if (others > 0) lines.push(`${count(others, 'other file')} with names that are no pictures’ passed over.`);
  if (summary.ignored > 0)
    lines.push(
      `${count(summary.ignored, 'file or folder', 'files and folders')} passed over, as .faceweaveignore says.`,
    );
  const { otherProjects } = summary;
  const passed = summary.passedFolders - otherProjects.length;
  if (passed > 0)
    lines.push(
      `${count(passed, 'folder')} passed over: version control, thumbnails, bins, .nomedia, the project itself.`,
    );
  if (otherProjects.length > 0) {
    const folders = otherProjects.map((path) => visible(path)).join(', ');
    lines.push(`${count(otherProjects.length, 'folder')} passed over because a project lies there: ${folders}.`);
  }
  return lines;
}

/** Sentences about what an extraction would do. */
export function planSentences(plan: ExtractPlan): readonly string[] {
  const lines = [
    `${count(plan.files, 'file')} = ${plan.unchanged.toLocaleString('en-US')} unchanged + ${plan.toRead.toLocaleString('en-US')} to read (${bytes(plan.toReadBytes)})${plan.refused > 0 ? ` + ${plan.refused} that cannot be read` : ''}.`,
  ];
  const extensions = Object.entries(plan.extensions).map(
    ([name, { files, bytes: size }]) => `${files.toLocaleString('en-US')} .${name || '(none)'} (${bytes(size)})`,
  );
  if (extensions.length > 0) lines.push(`To read: ${extensions.join(', ')}.`);
  if (plan.toFetch > 0) lines.push(`${count(plan.toFetch, 'link')} to be fetched, of unknown size.`);
  if (plan.gone > 0) lines.push(`${count(plan.gone, 'file')} no longer there.`);
  if (plan.unreachable > 0) {
    lines.push(`${count(plan.unreachable, 'file')} known from before cannot be reached and would stay as they are.`);
  }
  const { estimate } = plan;
  if (plan.noEstimate === 'ONLY_ARCHIVES') {
    lines.push(
      'No time and memory can be foretold: all that is to be read lies in archives, which are not unpacked to be tried. Nothing was written.',
    );
  }
  if (estimate === null) return lines;
  const formats = Object.entries(estimate.formats).map(([name, number]) => `${number} ${name}`);
  lines.push(
    `Of ${estimate.sampled} tried: ${formats.join(', ') || 'no photograph'}, ${count(estimate.faces, 'face')}, ${estimate.skipped} to be skipped.`,
    `It would take about ${duration(estimate.seconds)} (${duration(estimate.secondsLow)} to ${duration(estimate.secondsHigh)}) and ${bytes(estimate.memoryBytes)} of memory. Nothing was written.`,
  );
  return lines;
}

/** `3.4 MB`: powers of 1,000, as disks are sold. */
function bytes(number: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, number)) / 3));
  const value = number / 1000 ** power;
  return `${power === 0 ? value : value.toFixed(value < 10 ? 1 : 0)} ${units[power]}`;
}

/** Sentences about a clustering. */
export function clusterSentences(summary: ClusterStepSummary): readonly string[] {
  const { algorithm, threshold } = summary.options;
  const lines = [
    `${count(summary.faces, 'face')} → ${count(summary.persons, 'person', 'persons')}, ${summary.singles.toLocaleString('en-US')} of one face (${algorithm}, threshold ${threshold}).`,
  ];
  if (summary.isApproximate) {
    lines.push(
      'There were too many faces to compare all with all: most neighbours were found, not surely all (--exact-faces).',
    );
  }
  const poor = summary.leftOut + summary.listed;
  if (poor + summary.joined > 0) {
    lines.push(
      `Of the poor faces ${summary.joined.toLocaleString('en-US')} joined a person; ${poor.toLocaleString('en-US')} are in none (${summary.leftOut} near nobody, ${summary.listed} too poor to tell).`,
    );
  }
  const { inForce, persons } = summary.decisions;
  if (inForce > 0) {
    lines.push(`${count(inForce, 'decision')} of yours held: ${count(persons, 'person', 'persons')} now.`);
  }
  if (summary.conflicts.length > 0) {
    lines.push(
      `${count(summary.conflicts.length, 'pair')} of faces in one photograph looked like one person and were parted; faceweave status --json lists them.`,
    );
  }
  if (summary.mosaics !== null) {
    const { written, kept, removed, failed } = summary.mosaics;
    const more = [
      ...(kept > 0 ? [`${kept} unchanged`] : []),
      ...(removed > 0 ? [`${removed} removed`] : []),
      ...(failed.length > 0 ? [`${failed.length} failed`] : []),
    ];
    lines.push(`${count(written, 'mosaic')} written${more.length > 0 ? ` (${more.join(', ')})` : ''}.`);
  }
  return lines;
}

/** Sentences about a network. */
export function networkSentences(summary: NetworkSummary): readonly string[] {
  const hidden = [
    ...(summary.hiddenPersons > 0 ? [count(summary.hiddenPersons, 'person', 'persons')] : []),
    ...(summary.hiddenEdges > 0 ? [count(summary.hiddenEdges, 'edge')] : []),
  ];
  const rest = hidden.length > 0 ? ` (hidden by --min-size and --min-weight: ${hidden.join(', ')})` : '';
  return [
    `${count(summary.persons, 'person', 'persons')} and ${count(summary.edges, 'edge')}${rest}.`,
    ...(summary.photosChanged > 0
      ? [
          `${count(summary.photosChanged, 'photograph')} changed or missing since extraction, or inside an archive: listed, not shown.`,
        ]
      : []),
    `Page: ${visible(summary.page)}`,
    `Edges: ${visible(summary.table)}`,
  ];
}

/** The table of `--stats`. */
export function statsTable(stats: ExtractStats): readonly string[] {
  const row = (name: string, seconds: number, share: number): string =>
    `${name.padEnd(8)}${seconds.toFixed(2).padStart(10)} s${(share * 100).toFixed(1).padStart(8)} %`;
  return [
    'stage      CPU time   share',
    ...STAGES.map((stage) => row(stage, stats.stages[stage].seconds, stats.stages[stage].share)),
    row('total', stats.cpuSeconds, 1),
    `${count(stats.photos, 'photograph')}, ${count(stats.faces, 'face')}, ${stats.wallSeconds.toFixed(2)} s wall, threads busy ${(stats.busyShare * 100).toFixed(0)} %`,
    `${(stats.faces / stats.wallSeconds).toFixed(1)} faces a second, ${stats.facesPerSecond.toFixed(1)} a CPU second, ${stats.cpuMsPerPhoto.toFixed(1)} CPU ms a photograph, peak memory ${Math.round(stats.peakRssBytes / 2 ** 20)} MB`,
  ];
}
