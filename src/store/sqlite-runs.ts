/**
 * The memory of runs: a number reserved when a command begins, its manifest when
 * it ends. A run without an end was interrupted.
 */
import { argumentError, readNumber, readText, readTextOrNull, type SqlSession } from './sqlite-session.js';
import type { RunRecord } from './store.js';

const BEGIN = `INSERT INTO run (number, command, started_at)
  VALUES (max(?, (SELECT coalesce(max(number), 0) FROM run)) + 1, ?, ?) RETURNING number`;
const FINISH = `UPDATE run SET command = ?, started_at = ?, finished_at = ?, manifest = ? WHERE number = ?`;

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
      return session
        .sql('SELECT * FROM run ORDER BY number')
        .all()
        .map((row) => ({
          number: readNumber(row, 'number'),
          command: readText(row, 'command'),
          startedAt: readText(row, 'started_at'),
          finishedAt: readTextOrNull(row, 'finished_at'),
          manifest: readText(row, 'manifest'),
        }));
    },
  };
}
