/** Whether a photograph on the disk is still the one that was extracted. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Photo } from '../../../src/config/index.js';
import { findEvidence } from '../../../src/project/evidence.js';
import type { KnownPath } from '../../../src/store/index.js';
import { PHOTO_UNKNOWNS } from '../../samples.js';

const folder = mkdtempSync(join(tmpdir(), 'faceweave-evidence-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function known(path: string): KnownPath {
  writeFileSync(join(folder, path), 'same');
  const { size, mtimeNs } = statSync(join(folder, path), { bigint: true });
  return { path, sizeBytes: Number(size), mtimeNs: String(mtimeNs), photoId: path, code: null, message: null };
}

function photo(...paths: readonly string[]): Photo {
  const [id = ''] = paths;
  return {
    id,
    path: id,
    paths,
    width: 1,
    height: 1,
    takenAt: null,
    make: null,
    model: null,
    serial: null,
    ...PHOTO_UNKNOWNS,
  };
}

test('only files of the size and time of their extraction are evidence; an intact copy will do', async () => {
  const paths = ['kept.jpg', 'longer.jpg', 'touched.jpg', 'gone.jpg', 'copy.jpg'];
  const states = new Map(paths.map((path) => [path, known(path)]));
  writeFileSync(join(folder, 'longer.jpg'), 'longer');
  utimesSync(join(folder, 'touched.jpg'), 1, 1);
  rmSync(join(folder, 'gone.jpg'));
  const photos = [
    photo('kept.jpg'),
    photo('longer.jpg'),
    photo('touched.jpg'),
    photo('gone.jpg', 'copy.jpg'),
    photo('x'),
  ];
  const locate = (path: string): Buffer | null => (path === 'x' ? null : Buffer.from(join(folder, path)));
  const { places, changed } = await findEvidence(photos, states, locate, undefined);
  assert.deepEqual([...changed], ['longer.jpg', 'touched.jpg', 'x']);
  assert.equal(String(places.get('kept.jpg')), join(folder, 'kept.jpg'));
  assert.equal(String(places.get('gone.jpg')), join(folder, 'copy.jpg'));
});
