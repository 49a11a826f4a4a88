/**
 * What the browser tests share: one Chromium a file, sample projects in a
 * scratch folder, pages opened from the disk with everything they request,
 * log or ask being recorded, and screenshots in SCREENSHOT_DIR (default
 * build/screenshots).
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import { buildAssets } from '../../scripts/build-assets.js';
import { type NetworkPageInput, writeNetworkPage } from '../../src/report/index.js';
import { cutPictures, pageFile, type SampleOptions, type SamplePictures, sampleInput } from './sample-network.js';

const SCREENSHOTS = process.env['SCREENSHOT_DIR'] ?? fileURLToPath(new URL('../../build/screenshots', import.meta.url));
const CHROMIUM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';

const ORDINARY_NAMES: readonly (string | null)[] = [
  'Ana Duarte',
  'Miriam Okafor',
  'Lena Vogt',
  null,
  'Teresa Lindqvist',
  null,
  'Rosa Medina',
  'Inés Calloway',
  null,
  null,
  'Hanna Szabó',
  'Joy Nakamura',
];

/** A page and what became known of it since it was opened. */
export interface Opened {
  readonly page: Page;
  /** Console errors, uncaught errors and dialogs. */
  readonly trouble: string[];
  readonly requests: string[];
  readonly close: () => Promise<void>;
}

let browser: Browser;
let scratch: string;
let projects = 0;

/** The pictures of every sample project, cut once the browser runs. */
export let pictures: SamplePictures;

/** Starts the browser before, and ends it after, the tests of the file that calls this. */
export function useBrowser(): void {
  before(async () => {
    await buildAssets();
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
      ],
    });
    pictures = await cutPictures(browser);
    scratch = await mkdtemp(path.join(os.tmpdir(), 'network-page-'));
  });

  after(async () => {
    await browser?.close();
    if (scratch !== undefined) await rm(scratch, { recursive: true, force: true });
  });
}

/** Writes the page of a sample project; options replace those of a small network with names. */
export async function sampleProject(
  options: Partial<SampleOptions>,
): Promise<{ folder: string; input: NetworkPageInput }> {
  projects += 1;
  const folder = path.join(scratch, `source ${projects} #1`, 'Face Network');
  const input = sampleInput({
    folder,
    title: 'Harbour Street archive, 1996 to 2009',
    persons: 16,
    groups: 30,
    alone: 6,
    communities: 2,
    seed: 7,
    names: ORDINARY_NAMES,
    pictures,
    ...options,
  });
  await writeNetworkPage({ outputFile: pageFile(folder), model: input });
  return { folder, input };
}

/** Opens the page of a project from the disk and waits until it is drawn. */
export async function open(
  folder: string,
  settings: { readonly dark?: boolean; readonly width?: number; readonly height?: number } = {},
): Promise<Opened> {
  const context = await browser.newContext({
    colorScheme: settings.dark === true ? 'dark' : 'light',
    viewport: { width: settings.width ?? 1440, height: settings.height ?? 900 },
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  const trouble: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') trouble.push(message.text());
  });
  page.on('pageerror', (error) => trouble.push(String(error)));
  page.on('dialog', (dialog) => {
    trouble.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (!request.url().startsWith('data:')) requests.push(request.url());
  });
  await page.goto(pathToFileURL(pageFile(folder)).href);
  await page.waitForFunction('window.faceweave !== undefined');
  await settled(page);
  return { page, trouble, requests, close: () => context.close() };
}

/** Three frames: sizes are observed in the first, the canvas is drawn in the one after. */
export async function settled(page: Page): Promise<void> {
  await page.evaluate(`new Promise((done) => {
    requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(done)));
  })`);
}

type Point = { readonly x: number; readonly y: number };

/** Window coordinates of a person. */
export async function nodePosition(page: Page, id: string): Promise<Point> {
  const point = await page.evaluate(`window.faceweave.nodePosition(${JSON.stringify(id)})`);
  assert.ok(point, `no node ${id}`);
  return point as Point;
}

/** Window coordinates of the middle of an edge. */
export async function edgePosition(page: Page, a: string, b: string): Promise<Point> {
  const point = await page.evaluate(`window.faceweave.edgePosition(${JSON.stringify(a)}, ${JSON.stringify(b)})`);
  assert.ok(point, `no edge ${a} ${b}`);
  return point as Point;
}

/** Distinct colours on the canvas, sampled: one = blank. */
export async function canvasColours(page: Page): Promise<number> {
  return (await page.evaluate(`(() => {
    const canvas = document.querySelector('#graph canvas');
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    const colours = new Set();
    for (let at = 0; at < data.length; at += 4 * 53) colours.add(data[at] << 16 | data[at + 1] << 8 | data[at + 2]);
    return colours.size;
  })()`)) as number;
}

/** An edge whose middle no node covers, so that a click meets the line: the longest one. */
export async function clickableEdge(
  page: Page,
  input: NetworkPageInput,
): Promise<{ source: string; target: string; weight: number }> {
  const measured = await Promise.all(
    input.network.edges.map(async (edge) => {
      const middle = await edgePosition(page, edge.source, edge.target);
      const nodes = await Promise.all(input.network.persons.map((person) => nodePosition(page, person.id)));
      const clearance = Math.min(...nodes.map((node) => Math.hypot(node.x - middle.x, node.y - middle.y)));
      return { edge, clearance };
    }),
  );
  measured.sort((a, b) => b.clearance - a.clearance);
  const best = measured[0]?.edge;
  assert.ok(best, 'the sample network has no edge');
  return best;
}

/** Waits until the picture is decoded and returns its own width. */
export async function decodedWidth(image: Locator): Promise<number> {
  return image.evaluate(async (node) => {
    const picture = node as unknown as { decode(): Promise<void>; naturalWidth: number };
    await picture.decode();
    return picture.naturalWidth;
  });
}

/** Keeps the page as the reader sees it now. */
export async function screenshot(page: Page, name: string): Promise<void> {
  await settled(page);
  await page.screenshot({ path: path.join(SCREENSHOTS, `network-page-${name}.png`) });
}

/** The browser itself reports a mosaic or photograph that is not there; the page answers with words. */
export function troubleBesidesMissingFiles(opened: Opened): readonly string[] {
  return opened.trouble.filter((text) => !text.includes('ERR_FILE_NOT_FOUND'));
}

/** Nothing was requested beyond the project and the photographs around it. */
export function assertOnlyOwnFiles(opened: Opened, folder: string): void {
  const allowed = pathToFileURL(path.dirname(folder)).href;
  assert.deepEqual(
    opened.requests.filter((url) => !url.startsWith(allowed)),
    [],
  );
}
