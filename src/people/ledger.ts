/**
 * What the decisions in force say, brought down to faces: which face belongs
 * where and how firmly, what a person is called, and which id became which.
 * Decisions name persons, and clustering may draw persons anew; faces stay what
 * they are, so everything is kept by face. Pure.
 */
import type { Decision } from '../store/index.js';

/** A decision that says nothing any more, and why. */
export interface IdleDecision {
  readonly decision: string;
  readonly message: string;
}

/** Decisions by face. */
export interface Ledger {
  /** Faces a decision put somewhere; null = they are no human being. */
  readonly firm: ReadonlyMap<string, string | null>;
  /** Faces a person had when it was decided about, which nobody spoke of one by one: they say which person it was. */
  readonly loose: ReadonlyMap<string, string>;
  /** Persons a face does not belong to. */
  readonly barred: ReadonlyMap<string, ReadonlySet<string>>;
  /** Names, by person. */
  readonly names: ReadonlyMap<string, string>;
  /** Persons that decisions speak of. */
  readonly decided: ReadonlySet<string>;
  /** The id under which a merged person goes on; others are their own. */
  resolve(person: string): string;
  readonly idle: readonly IdleDecision[];
}

/** Ids of decisions, undos among them, that an undo takes back; and undos that take nothing back. */
export function undoneIn(decisions: readonly Decision[]): {
  readonly undone: ReadonlySet<string>;
  readonly idle: readonly IdleDecision[];
} {
  const places = new Map(decisions.map(({ id }, place) => [id, place]));
  const idle: IdleDecision[] = [];
  const undone = new Set<string>();
  // Backwards: whether an undo holds is known before what it undoes is met.
  for (const [back, decision] of decisions.toReversed().entries()) {
    if (decision.kind !== 'undo' || undone.has(decision.id)) continue;
    const place = places.get(decision.decision);
    if (place === undefined || place >= decisions.length - 1 - back) {
      idle.push({ decision: decision.id, message: `it undoes ${decision.decision}, which is no earlier decision` });
    } else if (undone.has(decision.decision)) {
      idle.push({ decision: decision.id, message: `${decision.decision} is undone again later` });
    } else {
      undone.add(decision.decision);
    }
  }
  return { undone, idle };
}

/** The decisions that hold: without undone ones and the undos themselves, in order. */
export function inForce(decisions: readonly Decision[]): {
  readonly decisions: readonly Decision[];
  readonly idle: readonly IdleDecision[];
} {
  const { undone, idle } = undoneIn(decisions);
  return { decisions: decisions.filter(({ id, kind }) => kind !== 'undo' && !undone.has(id)), idle };
}

/** The person that a split makes; from the decision's own id, so that it is the same at every replay. */
export function splitPersonId(decisionId: string): string {
  return `p${decisionId.slice(1)}`;
}

/** Goes through the decisions in force, in order; a later one outdoes an earlier one. */
export function ledgerOf(all: readonly Decision[]): Ledger {
  const { decisions, idle } = inForce(all);
  const book = new Book();
  for (const decision of decisions) book.enter(decision);
  return { ...book.closed(), idle };
}

class Book {
  private readonly firm = new Map<string, string | null>();
  private readonly loose = new Map<string, string>();
  private readonly barred = new Map<string, Set<string>>();
  private readonly names = new Map<string, string>();
  private readonly decided = new Set<string>();
  private readonly mergedInto = new Map<string, string>();

  enter(decision: Decision): void {
    switch (decision.kind) {
      case 'name': {
        this.anchor(decision);
        const person = this.decide(decision.person);
        if (decision.name === null) this.names.delete(person);
        else this.names.set(person, decision.name);
        return;
      }
      case 'merge': {
        this.anchor(decision);
        const into = this.decide(decision.into);
        for (const from of decision.from) this.merge(this.resolve(from), into);
        for (const person of [decision.into, ...decision.from]) this.put(decision.anchors?.[person] ?? [], into);
        return;
      }
      case 'split':
        this.anchor(decision);
        this.decide(decision.person);
        this.put(decision.faces, this.decide(splitPersonId(decision.id)));
        return;
      case 'move':
        this.anchor(decision);
        this.put(decision.faces, this.decide(decision.to));
        return;
      case 'confirm':
        this.anchor(decision);
        this.put(decision.faces, this.decide(decision.person));
        return;
      case 'reject': {
        this.anchor(decision);
        const person = this.decide(decision.person);
        for (const face of decision.faces) this.bar(face, person);
        return;
      }
      case 'not-a-person':
        for (const face of decision.faces) this.place(face, null);
        return;
      case 'undo':
        return;
    }
  }

  closed(): Omit<Ledger, 'idle'> {
    const { firm, loose, barred, names, decided } = this;
    return { firm, loose, barred, names, decided, resolve: (person) => this.resolve(person) };
  }

  private resolve(person: string): string {
    let id = person;
    for (let next = this.mergedInto.get(id); next !== undefined; next = this.mergedInto.get(id)) id = next;
    return id;
  }

  private decide(person: string): string {
    const id = this.resolve(person);
    this.decided.add(id);
    return id;
  }

  /** The faces the named persons had: what is firm stays so. */
  private anchor({ anchors = {} }: Decision): void {
    for (const [person, faces] of Object.entries(anchors)) {
      const id = this.decide(person);
      for (const face of faces) {
        if (!this.firm.has(face) && this.barred.get(face)?.has(id) !== true) this.loose.set(face, id);
      }
    }
  }

  private put(faces: readonly string[], person: string): void {
    for (const face of faces) {
      this.barred.get(face)?.delete(person);
      this.place(face, person);
    }
  }

  private place(face: string, person: string | null): void {
    this.firm.set(face, person);
    this.loose.delete(face);
  }

  private bar(face: string, person: string): void {
    if (this.firm.get(face) === person) this.firm.delete(face);
    if (this.loose.get(face) === person) this.loose.delete(face);
    const persons = this.barred.get(face) ?? new Set();
    persons.add(person);
    this.barred.set(face, persons);
  }

  private merge(from: string, into: string): void {
    if (from === into) return;
    this.mergedInto.set(from, into);
    this.decided.delete(from);
    for (const [face, person] of this.firm) if (person === from) this.firm.set(face, into);
    for (const [face, person] of this.loose) if (person === from) this.loose.set(face, into);
    for (const persons of this.barred.values()) if (persons.delete(from)) persons.add(into);
    const name = this.names.get(from);
    this.names.delete(from);
    if (name !== undefined && !this.names.has(into)) this.names.set(into, name);
  }
}
