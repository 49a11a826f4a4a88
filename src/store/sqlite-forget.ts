/**
 * Taking faces out of the database so that nothing of them is left: not in free
 * pages, not in the log, not in the records of runs. The one place where rows
 * of faces are deleted.
 */
import { readText, type SqlSession } from './sqlite-session.js';

/** What is to leave no trace. */
export interface Forgotten {
  readonly faceIds: readonly string[];
  readonly personIds: readonly string[];
  /** Names these persons were given. */
  readonly names: readonly string[];
}

/** In place of a forgotten person's id in records that must stay. */
export const NOBODY_ID = 'p00000000';

const TABLES_OF_FACES = ['assignment', 'proposal', 'vector'] as const;

/** The methods of `Store` that forget. */
export function forgetQueries(session: SqlSession) {
  return {
    facesOfPersons(personIds: readonly string[]): readonly string[] {
      const select = session.sql(`SELECT face.name AS name FROM person
        JOIN assignment ON assignment.person = person.id JOIN face ON face.id = assignment.face
        WHERE person.name = ? ORDER BY face.name`);
      return personIds.flatMap((person) => select.all(person).map((row) => readText(row, 'name')));
    },

    forget({ faceIds, personIds, names }: Forgotten): void {
      session.sql('PRAGMA secure_delete = ON').all();
      session.transaction(() => {
        for (const face of faceIds) {
          const own = '(SELECT id FROM face WHERE name = ?)';
          session.sql(`DELETE FROM conflict WHERE kept = ${own} OR moved = ${own}`).run(face, face);
          for (const table of TABLES_OF_FACES) session.sql(`DELETE FROM ${table} WHERE face = ${own}`).run(face);
          session.sql('DELETE FROM face WHERE name = ?').run(face);
        }
        for (const person of personIds) {
          session.sql('UPDATE proposal SET person = NULL, distance = NULL WHERE person = ?').run(person);
          session.sql('DELETE FROM assignment WHERE person = (SELECT id FROM person WHERE name = ?)').run(person);
          session.sql('DELETE FROM person WHERE name = ?').run(person);
          session
            .sql('UPDATE run SET manifest = replace(manifest, ?, ?) WHERE instr(manifest, ?) > 0')
            .run(person, NOBODY_ID, person);
        }
        for (const name of names) session.sql('DELETE FROM path_attribute WHERE value = ?').run(name);
      });
      // Every page is written anew, then the log is emptied: what was there before is nowhere in the two files.
      session.sql('VACUUM').run();
      session.sql('PRAGMA wal_checkpoint(TRUNCATE)').all();
    },
  };
}
