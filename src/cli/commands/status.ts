/**
 * `faceweave status`: what a project holds, in counts that add up.
 */
import { manifestOf } from '../../project/index.js';
import type { RawArguments } from '../arguments.js';
import type { Outcome } from '../outcome.js';
import { conflictRecords } from '../records.js';
import { count, skippedByReason } from '../sentences.js';
import { withSession } from '../session.js';
import { visible } from '../terminal.js';

/** Runs that are listed for a person; `--json` lists all. */
const RUNS_SHOWN = 5;

/** Handles the command. */
export function statusCommand(raw: RawArguments): Promise<Outcome> {
  return withSession({ command: 'status', options: null, creates: false }, raw, async (session) => {
    const { args, project, terminal } = session;
    const status = await project.status();
    const { counts } = status;
    const runs = status.runs.map((run) => ({
      number: run.number,
      command: run.command,
      startedAt: run.startedAt,
      finishedAt: run.finishedAt,
      outcome: manifestOf(run)?.outcome ?? 'unfinished',
    }));
    if (args.json) {
      for (const { path, code, message } of status.skipped)
        await session.record({ type: 'skipped', path, code, message });
      for (const record of conflictRecords(status.conflicts)) await session.record(record);
      for (const { id, job, dims } of status.models) await session.record({ type: 'model', id, job, dims });
      for (const run of runs) await session.record({ type: 'run', ...run });
    } else {
      const n = (number: number): string => number.toLocaleString('en-US');
      const reasons = Object.entries(skippedByReason(status.skipped)).map(([code, number]) => `${number} ${code}`);
      const lines = [
        `project      ${visible(status.projectDir)}`,
        ...status.sources.map(({ absolute }) => `source       ${visible(absolute)}`),
        `files        ${n(counts.files)} = ${count(counts.photos, 'photograph')} + ${count(counts.duplicates, 'duplicate')} + ${n(counts.skipped)} skipped`,
        ...(reasons.length > 0 ? [`skipped      ${reasons.join(', ')}`] : []),
        `photographs  ${n(counts.photos)} = ${n(counts.photos - counts.photosWithoutFaces)} with faces + ${n(counts.photosWithoutFaces)} without`,
        `faces        ${n(counts.faces)} = ${n(counts.faces - counts.unassigned)} in persons + ${n(counts.unassigned)} in none`,
        `persons      ${n(counts.persons)}`,
        `conflicts    ${n(status.conflicts.length)}`,
        ...status.models.map(({ id, job }) => `model        ${id} (${job})${id === status.embedder ? ', in use' : ''}`),
        `clustering   ${status.clustering === null ? 'none yet' : `${status.clustering['algorithm']}, threshold ${status.clustering['threshold']}`}`,
        ...runs
          .slice(0, RUNS_SHOWN)
          .map((run) => `run ${String(run.number).padEnd(9)}${run.command}, ${run.startedAt}, ${run.outcome}`),
      ];
      await terminal.data(`${lines.join('\n')}\n`);
    }
    return {
      outcome: 'done',
      summary: {
        project: status.projectDir,
        sources: status.sources.map(({ absolute }) => absolute),
        ...counts,
        conflicts: status.conflicts.length,
        embedder: status.embedder,
        clustering: status.clustering,
      },
    };
  });
}
