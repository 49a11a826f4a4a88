/**
 * The format of a decision: what a person decided about persons and faces, one
 * JSON object a line of `decisions.ndjson`. The JSON Schema that others may check
 * against, `decisions.schema.json`, is made from here.
 *
 * Ids of persons may fade when everything is clustered anew, ids of faces do
 * not: `anchors` keeps the faces each named person had when it was decided.
 * Fields this version does not know are kept.
 */
import { z } from 'zod';

/** Version of the format, field `v`. */
export const DECISION_VERSION = 1;

const faceId = z.string().regex(/^[0-9a-f]{16}$/, 'a face id: 16 hex digits');
const personId = z.string().regex(/^p[0-9a-f]{8,}$/, 'a person id: p and at least 8 hex digits');
const faceIds = z.array(faceId).min(1);

const common = {
  v: z.literal(DECISION_VERSION),
  /** `d` and 16 hex digits, unlike any other in the journal. */
  id: z.string().regex(/^d[0-9a-f]{16}$/, 'a decision id: d and 16 hex digits'),
  /** UTC, ISO 8601. */
  at: z.iso.datetime(),
  author: z.string().min(1),
  note: z.string().optional(),
  /** Person id → the faces it had. */
  anchors: z.record(personId, z.array(faceId)).optional(),
};

const KINDS = {
  /** The person bears this name; null takes the name away. */
  name: z.looseObject({ ...common, kind: z.literal('name'), person: personId, name: z.string().min(1).nullable() }),
  /** All of `from` are the one human being `into`. */
  merge: z.looseObject({ ...common, kind: z.literal('merge'), into: personId, from: z.array(personId).min(1) }),
  /** These faces of the person are another human being, together. */
  split: z.looseObject({ ...common, kind: z.literal('split'), person: personId, faces: faceIds }),
  /** These faces belong to `to`. */
  move: z.looseObject({ ...common, kind: z.literal('move'), faces: faceIds, from: personId.nullable(), to: personId }),
  /** These faces do belong to the person. */
  confirm: z.looseObject({ ...common, kind: z.literal('confirm'), person: personId, faces: faceIds }),
  /** These faces do not belong to the person; where they do is left open. */
  reject: z.looseObject({ ...common, kind: z.literal('reject'), person: personId, faces: faceIds }),
  /** These faces are no human being to be listed: a statue, a drawing, a mistake. */
  'not-a-person': z.looseObject({ ...common, kind: z.literal('not-a-person'), faces: faceIds }),
  /** The decision of this id does not hold any more; undoing an undo brings it back. */
  undo: z.looseObject({ ...common, kind: z.literal('undo'), decision: common.id }),
} as const;

/** One line of the journal. */
export const decisionSchema = z.discriminatedUnion('kind', [
  KINDS.name,
  KINDS.merge,
  KINDS.split,
  KINDS.move,
  KINDS.confirm,
  KINDS.reject,
  KINDS['not-a-person'],
  KINDS.undo,
]);

/** A decision as it stands in the journal. */
export type Decision = z.infer<typeof decisionSchema>;
/** What can be decided. */
export type DecisionKind = keyof typeof KINDS;

/** What each kind says beside who, when and which. */
type Body<Kind extends DecisionKind> = Omit<KnownKeys<z.infer<(typeof KINDS)[Kind]>>, 'v' | 'id' | 'at'>;
/** Without the index signature of a loose object. */
type KnownKeys<T> = { [Key in keyof T as string extends Key ? never : Key]: T[Key] };

/** A decision about to be appended: the journal adds `v`, `id` and `at`. */
export type NewDecision = { [Kind in DecisionKind]: Body<Kind> }[DecisionKind];

/** Whether this version knows the kind. */
export function isDecisionKind(kind: unknown): kind is DecisionKind {
  return typeof kind === 'string' && Object.hasOwn(KINDS, kind);
}

/** The published JSON Schema (draft 2020-12) of one line. */
export function decisionJsonSchema(): unknown {
  return { title: 'A line of decisions.ndjson', ...z.toJSONSchema(decisionSchema) };
}
