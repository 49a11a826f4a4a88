/**
 * The network page with names, titles and paths that try to become code or to
 * break addresses: nothing runs, nothing leaves, every file still opens.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  assertOnlyOwnFiles,
  clickableEdge,
  decodedWidth,
  edgePosition,
  nodePosition,
  open,
  pictures,
  sampleProject,
  screenshot,
  settled,
  troubleBesidesMissingFiles,
  useBrowser,
} from './harness.js';
import { personId, writeNeighbours } from './sample-network.js';

useBrowser();

const HOSTILE_NAMES = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(2)>',
  '</script><script>alert(3)</script>',
  'O\'Neil "Ned" & Sons',
  'Two\nLines',
  'مريم ‮عبد الله',
  '{{constructor.constructor("alert(4)")()}} <%= 1 %>',
];
const HOSTILE_TITLE = 'Archive </title><script>alert(5)</script> of "1997"';
test('runs nothing that stands in names, titles and paths', async () => {
  const { folder, input } = await sampleProject({
    title: HOSTILE_TITLE,
    names: HOSTILE_NAMES,
    budgetBytes: 200_000,
    pathOf: (photo) => `50% "q" #${photo}?\n<script>alert(6)</script>/i'mg ${photo}.jpg`,
  });
  const linked = input.network.edges.at(-1)?.photoIds ?? [];
  await writeNeighbours(folder, input, pictures, { mosaics: [], photos: linked });
  const opened = await open(folder);
  assert.equal(await opened.page.title(), HOSTILE_TITLE.replace(/\s+/g, ' '));
  assert.equal(await opened.page.textContent('h1'), HOSTILE_TITLE);
  assert.equal(await opened.page.evaluate('document.scripts.length'), 2);
  for (const [number, name] of HOSTILE_NAMES.entries()) {
    const { x, y } = await nodePosition(opened.page, personId(number));
    await opened.page.mouse.click(x, y);
    assert.equal(await opened.page.textContent('#panel-title'), name);
    await settled(opened.page);
    assert.equal(await opened.page.locator('#panel script, #panel img[src="x"]').count(), 0);
  }
  await opened.page.locator('#panel-list').click();
  await screenshot(opened.page, 'hostile');
  assert.deepEqual(troubleBesidesMissingFiles(opened), []);
  assertOnlyOwnFiles(opened, folder);
  await opened.close();
});

test('shows the original beside the page where no thumbnail fits, and says so', async () => {
  const { folder, input } = await sampleProject({
    budgetBytes: 120_000,
    pathOf: (photo) => `50% "q" #${photo}?\n&/i'mg ${photo}.jpg`,
  });
  const opened = await open(folder);
  const edge = await clickableEdge(opened.page, input);
  const ids = input.network.edges.find(
    ({ source, target }) => source === edge.source && target === edge.target,
  )?.photoIds;
  await writeNeighbours(folder, input, pictures, { mosaics: [], photos: ids ?? [] });
  assert.match((await opened.page.textContent('#coverage-line')) ?? '', /are linked to their files/);
  const at = await edgePosition(opened.page, edge.source, edge.target);
  await opened.page.mouse.click(at.x, at.y);
  const image = opened.page.locator('.evidence img').first();
  assert.equal(await decodedWidth(image), 1920);
  assert.match((await opened.page.locator('.evidence a').first().textContent()) ?? '', /50% "q" #\d+\?␊&/);
  assert.deepEqual(opened.trouble, []);
  assertOnlyOwnFiles(opened, folder);
  await opened.close();
});
