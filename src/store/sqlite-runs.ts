/**
 * The memory of runs: a number reserved when a command begins, its manifest when
 * it ends (a run without an end was interrupted), and the sources that runs read.
 */
import type { SourceRecord } from '../config/domain.js';
import type { SqlRow } from './sqlite-open.js';
import { argumentError, readNumber, readText, readTextOrNull, type SqlSession } from './sqlite-session.js';
import type { RunRecord } from './store.js';

const BEGIN = `INSERT INTO run (number, command, started_at)
  VALUES (max(?, (SELECT coalesce(max(number), 0) FROM run)) + 1, ?, ?) RETURNING number`;
const FINISH = `UPDATE run SET command = ?, started_at = ?, finished_at = ?, manifest = ? WHERE number = ?`;
const SOURCES = 'sources';

/** The methods of `Store` that concern runs. `lastNumber`: highest number already taken by a manifest on the disk. */
export function runQueries(session: SqlSession, lastNumber: number) {
  return {
    beginRun(command: string, startedAt: string): number {
      return readNumber(session.sql(BEGIN).get(lastNumber, command, startedAt) ?? {}, 'number');
    },

    finishRun({ number, command, startedAt, finishedAt, manifest }: RunRecord): void {
      const { changes } = session.sql(FINISH).run(command, startedAt, finishedAt, manifest, number);
      if (Number(changes) === 0) throw argumentError(`run ${number} was never begun`);
    },

    runs(): readonly RunRecord[] {
      return session.sql('SELECT * FROM run ORDER BY number').all().map(readRun);
    },

    latestRun(isWanted: (run: RunRecord) => boolean): RunRecord | null {
      for (const row of session.sql('SELECT * FROM run ORDER BY number DESC').iterate()) {
        const run = readRun(row);
        if (isWanted(run)) return run;
      }
      return null;
    },

    sources(): readonly SourceRecord[] | null {
      const row = session.sql('SELECT value FROM setting WHERE key = ?').get(SOURCES);
      return row === undefined ? null : (JSON.parse(readText(row, 'value')) as readonly SourceRecord[]);
    },

    saveSources(sources: readonly SourceRecord[]): void {
      session.sql('INSERT OR REPLACE INTO setting VALUES (?, ?)').run(SOURCES, JSON.stringify(sources));
    },
  };
}

function readRun(row: SqlRow): RunRecord {
  return {
    number: readNumber(row, 'number'),
    command: readText(row, 'command'),
    startedAt: readText(row, 'started_at'),
    finishedAt: readTextOrNull(row, 'finished_at'),
    manifest: readText(row, 'manifest'),
  };
}
