/**
 * `faceweave find`: who is in a photograph that need not be in the project, and
 * in which photographs of the project they are.
 */
import { usageError } from '../../config/index.js';
import { type RawArguments, readTexts } from '../arguments.js';
import type { Outcome } from '../outcome.js';
import { count } from '../sentences.js';
import { withSession } from '../session.js';
import { visible } from '../terminal.js';

/** Persons told for each face, and photographs for each person. */
const MOST_PERSONS = 3;
const MOST_PHOTOS = 5;

/** Handles the command. */
export function findCommand(raw: RawArguments): Promise<Outcome> {
  return withSession({ command: 'find', options: 'extract', creates: false }, raw, async (session) => {
    const { args, project, terminal } = session;
    const paths = readTexts(raw['photo']);
    if (paths.length === 0) throw usageError('find', 'a photograph', 'none');
    const found = await project.find(paths, { options: args.options, most: MOST_PERSONS });
    const { people, photos, faces } = await project.contents();
    const persons = new Map(people.map((person) => [person.id, person]));
    const pathOf = new Map(photos.map(({ id, path }) => [id, path]));
    const pathsOf = new Map<string, Set<string>>();
    for (const { personId, photoId } of faces) {
      if (personId === null) continue;
      const own = pathsOf.get(personId) ?? new Set<string>();
      own.add(pathOf.get(photoId) ?? photoId);
      pathsOf.set(personId, own);
    }
    const photosOf = (person: string): string[] => [...(pathsOf.get(person) ?? [])];
    let seen = 0;
    let skipped = 0;
    for (const photo of found) {
      if (photo.code !== null) {
        skipped += 1;
        session.onSkipped(photo.path, photo.code, photo.message ?? '');
        continue;
      }
      seen += photo.faces.length;
      for (const [at, face] of photo.faces.entries()) {
        if (args.json) {
          await session.record({
            ...{
              type: 'found',
              photo: photo.path,
              face: at + 1,
              box: face.box,
              score: face.score,
              quality: face.quality,
            },
            persons: face.likely.map((likely) => ({
              ...likely,
              name: persons.get(likely.personId)?.name ?? null,
              photos: photosOf(likely.personId),
            })),
          });
          continue;
        }
        const lines = face.likely.map(({ personId, distance, probability }) => {
          const own = photosOf(personId);
          const chance = probability === null ? '' : `, probability ${probability.toFixed(3)}`;
          const some = own.slice(0, MOST_PHOTOS).map(visible).join(', ');
          return `  ${personId}  ${visible(persons.get(personId)?.name ?? '–')}  distance ${distance.toFixed(3)}${chance}; ${count(own.length, 'photograph')}: ${some}${own.length > MOST_PHOTOS ? ', …' : ''}`;
        });
        await terminal.data(
          `${[`${visible(photo.path)}, face ${at + 1} of ${photo.faces.length} (left to right)`, ...lines].join('\n')}\n`,
        );
      }
      if (!args.json && photo.faces.length === 0) await terminal.data(`${visible(photo.path)}: no face\n`);
    }
    return {
      outcome: skipped > 0 ? 'some-skipped' : seen === 0 ? 'nothing-found' : 'done',
      summary: { photos: found.length, faces: seen, skipped },
    };
  });
}
