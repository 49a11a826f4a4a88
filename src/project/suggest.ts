/**
 * Suggestions of an open project, and what an answer becomes: a yes is the
 * decision itself, a no is a decision, too, so that it is not asked again.
 */
import { FaceweaveError } from '../config/index.js';
import { calibrationOf, ledgerOf, type Suggestion, suggestions } from '../people/index.js';
import { createDecisionJournal } from '../store/index.js';
import { networkOf } from './build-network.js';
import type { Decided, People, Said } from './people.js';
import { sumsOfPersons } from './search.js';
import type { Parts } from './types.js';

/** All suggestions, the weightiest first. *Errors*: `NOTHING_CLUSTERED`, `UNCALIBRATED`. */
export async function suggest(parts: Parts): Promise<readonly Suggestion[]> {
  const { sums, embedderId } = await sumsOfPersons(parts);
  const calibration = calibrationOf(embedderId);
  if (calibration === null) {
    throw new FaceweaveError(`no probabilities are known for the embedder ${embedderId}`, {
      code: 'UNCALIBRATED',
      hint: 'suggestions need the default embedder',
    });
  }
  const { network, faces } = await networkOf(parts.store, { minWeight: 1, minSize: 1 });
  const { decisions } = await createDecisionJournal(parts.projectDir).read();
  const { barred } = ledgerOf(decisions);
  const isBarred = (face: string, person: string): boolean => barred.get(face)?.has(person) === true;
  return suggestions({ faces, edges: network.edges, sums, calibration, isBarred });
}

/** Decides what a suggestion asked. */
export async function answer(people: People, suggestion: Suggestion, isRight: boolean, said?: Said): Promise<Decided> {
  const { kind, person, other, faces } = suggestion;
  switch (kind) {
    case 'merge': {
      const second = other ?? '';
      if (isRight) return people.merge(person, [second], said);
      const { faces: own } = await people.show(second);
      return people.keepApart(
        person,
        own.map(({ id }) => id),
        said,
      );
    }
    case 'reject':
      return isRight ? people.reject(person, faces, said) : people.confirm(person, faces, said);
    case 'not-a-person':
      return isRight ? people.notAPerson(faces, said) : people.confirm(person, faces, said);
  }
}
