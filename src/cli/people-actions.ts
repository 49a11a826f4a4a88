/**
 * What `faceweave people` can do: read by the grammar of the command line, which
 * loads no command, and by the command itself.
 */

/** What can be done. */
export const PEOPLE_ACTIONS = [
  'list',
  'show',
  'name',
  'merge',
  'split',
  'move',
  'confirm',
  'reject',
  'not-a-person',
  'undo',
  'history',
  'forget',
  'import',
  'suggest',
] as const;
