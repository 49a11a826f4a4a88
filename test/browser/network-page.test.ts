/**
 * The network page in a real Chromium, opened from the disk: drawing, tooltip,
 * panels, search, filters and keyboard.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import {
  assertOnlyOwnFiles,
  canvasColours,
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
import { pageFile, writeNeighbours } from './sample-network.js';

useBrowser();

test('draws every connected person and says what is drawn', async () => {
  const { folder, input } = await sampleProject({});
  const opened = await open(folder);
  const connected = input.network.persons.filter((person) => person.degree > 0).length;
  assert.deepEqual(await opened.page.evaluate('window.faceweave.drawn()'), {
    persons: connected,
    edges: input.network.edges.length,
  });
  assert.ok((await canvasColours(opened.page)) > 200, 'portraits have many colours');
  assert.equal(
    await opened.page.textContent('#counts'),
    `${input.network.persons.length} persons (${connected} drawn), ${input.network.edges.length} connections, 37 photographs`,
  );
  assert.match(
    (await opened.page.textContent('#coverage-line')) ?? '',
    /44 files: 37 photographs, 4 duplicates, 3 skipped\. 1 photograph without faces/,
  );
  await screenshot(opened.page, 'light');
  assert.deepEqual(opened.trouble, []);
  assert.deepEqual(opened.requests, [pathToFileURL(pageFile(folder)).href]);
  await opened.close();
});

test('shows name, connections and photographs while pointing at a person', async () => {
  const { folder, input } = await sampleProject({});
  const opened = await open(folder);
  const person = input.network.persons.find(({ degree }) => degree > 1);
  assert.ok(person);
  const at = await nodePosition(opened.page, person.id);
  await opened.page.mouse.move(at.x - 3, at.y);
  await opened.page.mouse.move(at.x, at.y, { steps: 3 });
  const tip = opened.page.locator('.vis-tooltip');
  await tip.waitFor({ state: 'visible' });
  const text = (await tip.textContent()) ?? '';
  assert.ok(text.includes(person.id), text);
  assert.ok(text.includes(`${person.degree} connections`), text);
  assert.ok(text.includes(`${person.photos} photographs`), text);
  await screenshot(opened.page, 'tooltip');
  assert.deepEqual(opened.trouble, []);
  await opened.close();
});

test('shows the photographs behind a clicked edge, both faces boxed', async () => {
  const { folder, input } = await sampleProject({});
  const opened = await open(folder);
  const edge = await clickableEdge(opened.page, input);
  const at = await edgePosition(opened.page, edge.source, edge.target);
  await opened.page.mouse.click(at.x, at.y);
  await opened.page.locator('.evidence').first().waitFor();
  assert.match(
    (await opened.page.textContent('#panel-title')) ?? '',
    new RegExp(`together in ${edge.weight} photograph`),
  );
  assert.equal(await opened.page.locator('.evidence').count(), edge.weight);
  for (const figure of await opened.page.locator('.evidence').all()) {
    assert.equal(await figure.locator(`.box-0[data-person="${edge.source}"]`).count(), 1);
    assert.equal(await figure.locator(`.box-1[data-person="${edge.target}"]`).count(), 1);
    assert.equal(await decodedWidth(figure.locator('img')), 360);
    assert.match((await figure.locator('figcaption').textContent()) ?? '', /\d{4}|Undated/);
    assert.match((await figure.locator('.path').textContent()) ?? '', /IMG_\d{4}\.jpg/);
  }
  // The box lies where its coordinates say, whatever the size of the thumbnail.
  const first = opened.page.locator('.evidence').first();
  const frame = await first.locator('img').boundingBox();
  const box = await first.locator('.box-0').boundingBox();
  const photoPath = await first.locator('.path').textContent();
  const photo = input.photos.find((candidate) => candidate.path === photoPath);
  const face = input.faces.find((candidate) => candidate.photoId === photo?.id && candidate.personId === edge.source);
  assert.ok(frame && box && photo && face);
  const expected = frame.x + (frame.width * (face.box.x + face.box.width / 2)) / photo.width;
  assert.ok(Math.abs(box.x + box.width / 2 - expected) < 2, 'within the stroke of the box');
  await screenshot(opened.page, 'edge-light');
  await opened.page.keyboard.press('Escape');
  assert.equal(await opened.page.locator('#panel').isVisible(), false);
  assert.deepEqual(opened.trouble, []);
  assertOnlyOwnFiles(opened, folder);
  await opened.close();
});

test('shows the mosaic of a clicked person and walks to a neighbour', async () => {
  const { folder, input } = await sampleProject({});
  const hub = [...input.network.persons].sort((a, b) => b.degree - a.degree)[0];
  assert.ok(hub);
  await writeNeighbours(folder, input, pictures, { mosaics: [hub.id], photos: [] });
  const opened = await open(folder, { dark: true });
  const at = await nodePosition(opened.page, hub.id);
  await opened.page.mouse.click(at.x, at.y);
  const mosaic = opened.page.locator('#mosaic');
  await mosaic.waitFor();
  assert.equal(await decodedWidth(mosaic), 480);
  assert.equal(await opened.page.locator('.connections li').count(), hub.degree);
  await screenshot(opened.page, 'person-dark');
  assert.deepEqual(opened.trouble, []);

  await opened.page.locator('.connections button.person').first().click();
  // Its mosaic was not written: words stand in its place.
  await opened.page.locator('#mosaic-missing').waitFor();
  assert.deepEqual(troubleBesidesMissingFiles(opened), []);
  await opened.page.locator('.connections .weight').first().click();
  await opened.page.locator('.pair').waitFor();
  assertOnlyOwnFiles(opened, folder);
  await opened.close();
});

test('a click moves nothing under the pointer', async () => {
  const { input, folder } = await sampleProject({});
  const [hub] = [...input.network.persons].sort((a, b) => b.degree - a.degree);
  const edge = input.network.edges[0];
  assert.ok(hub && edge);
  for (const width of [1440, 600]) {
    const opened = await open(folder, { width });
    const { page } = opened;
    const [before, far] = [await nodePosition(page, hub.id), await nodePosition(page, edge.source)];
    await page.mouse.click(before.x, before.y);
    await page.locator('#panel-close').waitFor();
    await settled(page);
    const moved = [await nodePosition(page, hub.id), await nodePosition(page, edge.source)];
    for (const [at, was] of [[moved[0], before] as const, [moved[1], far] as const]) {
      assert.ok(Math.hypot((at?.x ?? 0) - was.x, (at?.y ?? 0) - was.y) < 1, `${JSON.stringify({ width, at, was })}`);
    }
    await page.keyboard.press('Escape');
    await settled(page);
    const after = await nodePosition(page, hub.id);
    assert.ok(Math.hypot(after.x - before.x, after.y - before.y) < 1, `${JSON.stringify({ width, after, before })}`);
    await opened.close();
  }
});

test('finds a person by name without accents and by id, from the keyboard', async () => {
  const { folder, input } = await sampleProject({});
  const unnamed = input.people.find((person) => person.name === null);
  assert.ok(unnamed);
  const opened = await open(folder);
  await opened.page.keyboard.press('/');
  await opened.page.keyboard.type('ines c');
  await opened.page.locator('#match-0').waitFor();
  assert.equal(await opened.page.locator('#matches li').count(), 1);
  await screenshot(opened.page, 'search');
  await opened.page.keyboard.press('Enter');
  assert.equal(await opened.page.textContent('#panel-title'), 'Inés Calloway');
  assert.equal(await opened.page.evaluate('document.activeElement.id'), 'panel');
  await opened.page.keyboard.press('Escape');
  assert.equal(await opened.page.locator('#panel').isVisible(), false);

  await opened.page.keyboard.press('/');
  await opened.page.keyboard.type(unnamed.id);
  await opened.page.keyboard.press('Enter');
  assert.equal(await opened.page.textContent('#panel-title'), unnamed.id);
  await opened.page.keyboard.press('/');
  await opened.page.keyboard.type('nobody of this name');
  assert.match((await opened.page.textContent('#matches')) ?? '', /No person/);
  assert.deepEqual(troubleBesidesMissingFiles(opened), []);
  await opened.close();
});

test('lists all persons as a table that the keyboard reaches', async () => {
  const { folder, input } = await sampleProject({});
  const opened = await open(folder);
  await opened.page.locator('#show-list').focus();
  await opened.page.keyboard.press('Enter');
  assert.equal(await opened.page.locator('#panel tbody tr').count(), input.network.persons.length);
  await opened.page.locator('[data-order="name"]').press('Enter');
  assert.equal(await opened.page.locator('[data-order="name"]').locator('..').getAttribute('aria-sort'), 'ascending');
  await screenshot(opened.page, 'list');
  await opened.page.locator('#panel tbody button.person').first().press('Enter');
  assert.equal(await opened.page.textContent('.kind'), 'Person');
  const unlabelled = await opened.page.evaluate(`[...document.querySelectorAll('button, input')]
    .filter((control) => !(control.textContent.trim() || control.getAttribute('aria-label') || control.labels?.length))
    .map((control) => control.outerHTML)`);
  assert.deepEqual(unlabelled, []);
  await opened.close();
});

test('hides edges below the chosen weight, and shows persons without connections on request', async () => {
  const { folder, input } = await sampleProject({});
  const opened = await open(folder);
  await opened.page.locator('#weight').fill('3');
  const strong = input.network.edges.filter((edge) => edge.weight >= 3);
  const joined = new Set(strong.flatMap((edge) => [edge.source, edge.target]));
  assert.deepEqual(await opened.page.evaluate('window.faceweave.drawn()'), {
    persons: joined.size,
    edges: strong.length,
  });
  assert.match((await opened.page.textContent('#weight-value')) ?? '', /^3 photographs$/);
  await opened.page.locator('#singletons').check();
  assert.deepEqual(await opened.page.evaluate('window.faceweave.drawn()'), {
    persons: input.network.persons.length,
    edges: strong.length,
  });
  await screenshot(opened.page, 'unconnected');
  assert.deepEqual(opened.trouble, []);
  await opened.close();
});
