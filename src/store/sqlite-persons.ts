/**
 * The clustering in force: which face belongs to which person, how far from its
 * mean, and the conflicts. A new clustering replaces the one before for the faces
 * in sight, in one transaction; what people decided is not here but in the journal.
 */
import type { Conflict } from '../config/domain.js';
import {
  argumentError,
  readNumber,
  readNumberOrNull,
  readText,
  readTextOrNull,
  type SqlSession,
} from './sqlite-session.js';
import type { Assignment, Clustering } from './store.js';

const FORCE_EMBEDDER = 'clustering.embedder';
const FORCE_OPTIONS = 'clustering.options';

// A face out of sight keeps its person, so that it brings it back when its photograph comes back.
const FORGET_IN_SIGHT = `DELETE FROM assignment WHERE face IN (SELECT face.id FROM face
  WHERE NOT retired AND EXISTS (SELECT 1 FROM path WHERE path.photo = face.photo))`;
const FORGET_EMPTY_PERSONS = `DELETE FROM person WHERE id NOT IN
  (SELECT person FROM assignment WHERE person IS NOT NULL)`;
const SAVE_CONFLICT = `INSERT OR IGNORE INTO conflict
  SELECT photo.id, kept.id, moved.id FROM photo, face AS kept, face AS moved
  WHERE content = ? AND kept.name = ? AND moved.name = ?`;
const ASSIGNMENTS = `SELECT face.name AS face, person.name AS person, distance
  FROM assignment JOIN face ON face.id = assignment.face LEFT JOIN person ON person.id = assignment.person
  ORDER BY face.name`;
const CONFLICTS = `SELECT content, kept.name AS kept, moved.name AS moved FROM conflict
  JOIN photo ON photo.id = conflict.photo
  JOIN face AS kept ON kept.id = conflict.kept JOIN face AS moved ON moved.id = conflict.moved
  ORDER BY content, kept.name, moved.name`;

/** The methods of `Store` that concern persons. */
export function personQueries(session: SqlSession) {
  return {
    saveClustering({ embedderId, options, assignments, conflicts }: Clustering): void {
      session.transaction(() => {
        session.sql('DELETE FROM conflict').run();
        session.sql(FORGET_IN_SIGHT).run();
        writeAssignments(session, assignments);
        session.sql(FORGET_EMPTY_PERSONS).run();
        writeConflicts(session, conflicts);
        const setting = session.sql('INSERT OR REPLACE INTO setting VALUES (?, ?)');
        setting.run(FORCE_EMBEDDER, embedderId);
        setting.run(FORCE_OPTIONS, options);
      });
    },

    clustering(): Clustering | null {
      const setting = session.sql('SELECT value FROM setting WHERE key = ?');
      const embedder = setting.get(FORCE_EMBEDDER);
      const options = setting.get(FORCE_OPTIONS);
      if (embedder === undefined || options === undefined) return null;
      return {
        embedderId: readText(embedder, 'value'),
        options: readText(options, 'value'),
        assignments: session
          .sql(ASSIGNMENTS)
          .all()
          .map((row) => ({
            faceId: readText(row, 'face'),
            personId: readTextOrNull(row, 'person'),
            distance: readNumberOrNull(row, 'distance'),
          })),
        conflicts: session
          .sql(CONFLICTS)
          .all()
          .map((row) => ({
            photoId: readText(row, 'content'),
            keptFaceId: readText(row, 'kept'),
            movedFaceId: readText(row, 'moved'),
          })),
      };
    },
  };
}

function writeAssignments(session: SqlSession, assignments: readonly Assignment[]): void {
  const insert = session.sql('INSERT OR REPLACE INTO assignment SELECT id, ?, ? FROM face WHERE name = ?');
  const insertPerson = session.sql(`INSERT INTO person (name) VALUES (?)
    ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id`);
  const persons = new Map<string, number>();
  for (const { faceId, personId, distance } of assignments) {
    let person: number | null = null;
    if (personId !== null) {
      person = persons.get(personId) ?? readNumber(insertPerson.get(personId) ?? {}, 'id');
      persons.set(personId, person);
    }
    if (Number(insert.run(person, distance, faceId).changes) === 0) {
      throw argumentError(`face ${faceId} is not in the store`);
    }
  }
}

function writeConflicts(session: SqlSession, conflicts: readonly Conflict[]): void {
  for (const { photoId, keptFaceId, movedFaceId } of conflicts) {
    if (Number(session.sql(SAVE_CONFLICT).run(photoId, keptFaceId, movedFaceId).changes) === 0) {
      throw argumentError(`conflict of ${keptFaceId} and ${movedFaceId}: given twice, or not in the store`);
    }
  }
}
