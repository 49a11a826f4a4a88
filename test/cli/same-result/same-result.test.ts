/**
 * The same input gives the same bytes, whatever the threads and batches.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { faceweave, photographs, scratch, tables } from '../faceweave.js';

test('one thread and two, small batches and large: identical tables and page', async () => {
  const root = scratch();
  const source = photographs(join(root, 'photos'), [1, 2, 3]);
  const [one, two] = [join(root, 'one'), join(root, 'two')];
  await faceweave(['run', source, '--project', one, '--threads', '1', '--batch-size', '1']);
  await faceweave(['run', source, '--project', two, '--threads', '2', '--batch-size', '64']);
  assert.deepEqual(await tables(two), await tables(one));
  const page = (project: string): string => readFileSync(join(project, 'Data', 'Image_Network.html'), 'utf8');
  assert.equal(page(two), page(one));
});
