/**
 * Persons: what clustering proposed, which face belongs to which person after all
 * decisions, how far from its mean, and the conflicts. Each replaces what was before for the
 * faces in sight, in one transaction; what people decided is not here but in the journal.
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
import type { Assignment, Clustering, PersonRecord } from './store.js';

const FORCE_EMBEDDER = 'clustering.embedder';
const FORCE_OPTIONS = 'clustering.options';

// A face out of sight keeps its person, so that it brings it back when its photograph comes back.
const IN_SIGHT = `face IN (SELECT face.id FROM face
  WHERE NOT retired AND EXISTS (SELECT 1 FROM path WHERE path.photo = face.photo))`;
const FORGET_EMPTY_PERSONS = `DELETE FROM person WHERE id NOT IN
  (SELECT person FROM assignment WHERE person IS NOT NULL)`;
const SAVE_CONFLICT = `INSERT OR IGNORE INTO conflict
  SELECT photo.id, kept.id, moved.id FROM photo, face AS kept, face AS moved
  WHERE content = ? AND kept.name = ? AND moved.name = ?`;
const PROPOSALS = `SELECT face.name AS face, person, distance
  FROM proposal JOIN face ON face.id = proposal.face ORDER BY face.name`;
const PERSONS = 'SELECT name, given_name, cohesion, doubt FROM person ORDER BY name';
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
        session.sql(`DELETE FROM proposal WHERE ${IN_SIGHT}`).run();
        writeProposals(session, assignments);
        writeConflicts(session, conflicts);
        const setting = session.sql('INSERT OR REPLACE INTO setting VALUES (?, ?)');
        setting.run(FORCE_EMBEDDER, embedderId);
        setting.run(FORCE_OPTIONS, options);
      });
    },

    saveAssignments(assignments: readonly Assignment[], persons: readonly PersonRecord[]): void {
      session.transaction(() => {
        session.sql(`DELETE FROM assignment WHERE ${IN_SIGHT}`).run();
        writeAssignments(session, assignments);
        session.sql(FORGET_EMPTY_PERSONS).run();
        const describe = session.sql('UPDATE person SET given_name = ?, cohesion = ?, doubt = ? WHERE name = ?');
        for (const { id, name, cohesion, doubt } of persons) describe.run(name, cohesion, doubt, id);
      });
    },

    persons(): readonly PersonRecord[] {
      return session
        .sql(PERSONS)
        .all()
        .map((row) => ({
          id: readText(row, 'name'),
          name: readTextOrNull(row, 'given_name'),
          cohesion: readNumberOrNull(row, 'cohesion'),
          doubt: readTextOrNull(row, 'doubt'),
        }));
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
          .sql(PROPOSALS)
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

function writeProposals(session: SqlSession, proposals: Clustering['assignments']): void {
  const insert = session.sql('INSERT OR REPLACE INTO proposal SELECT id, ?, ? FROM face WHERE name = ?');
  for (const { faceId, personId, distance } of proposals) {
    if (Number(insert.run(personId, distance, faceId).changes) === 0) {
      throw argumentError(`face ${faceId} is not in the store`);
    }
  }
}

function writeAssignments(session: SqlSession, assignments: readonly Assignment[]): void {
  const insert = session.sql(`INSERT OR REPLACE INTO assignment (face, person, distance, probability, decided)
    SELECT id, ?, ?, ?, ? FROM face WHERE name = ?`);
  const insertPerson = session.sql(`INSERT INTO person (name) VALUES (?)
    ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id`);
  const persons = new Map<string, number>();
  for (const { faceId, personId, distance, probability, isDecided } of assignments) {
    let person: number | null = null;
    if (personId !== null) {
      person = persons.get(personId) ?? readNumber(insertPerson.get(personId) ?? {}, 'id');
      persons.set(personId, person);
    }
    if (Number(insert.run(person, distance, probability, isDecided ? 1 : 0, faceId).changes) === 0) {
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
