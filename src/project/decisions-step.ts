/**
 * The journal replayed over the clustering in the store: what every command that
 * draws persons anew, or decides about them, ends with.
 */
import { type Applied, applyDecisions, inForce } from '../people/index.js';
import { createDecisionJournal, type JournalProblem, type Store } from '../store/index.js';

/** What the decisions made of the persons that clustering drew. */
export interface DecisionsSummary extends Applied {
  /** Decisions that hold. */
  readonly inForce: number;
  /** Lines of the journal that do not count, and why. */
  readonly problems: readonly JournalProblem[];
}

/** Replays the journal over the clustering in the store. */
export async function decisionsStep(store: Store, projectDir: string): Promise<DecisionsSummary> {
  const { decisions, problems } = await createDecisionJournal(projectDir).read();
  const applied = await applyDecisions(store, { decisions });
  return { ...applied, inForce: inForce(decisions).decisions.length, problems };
}
