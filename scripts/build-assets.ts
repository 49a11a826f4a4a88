/**
 * Bundles the scripts that pages carry inside themselves, each with the
 * libraries it needs, into `templates/dist/`. Run before the package is
 * published and before tests that write pages:
 *
 *     node --import tsx scripts/build-assets.ts
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const TEMPLATES = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', 'templates');

/** Bundles every page's script; the same sources give the same bytes. */
export async function buildAssets(): Promise<void> {
  const { outputFiles } = await build({
    entryPoints: { 'network-page': path.join(TEMPLATES, 'assets', 'network-page', 'main.ts') },
    outdir: path.join(TEMPLATES, 'dist'),
    bundle: true,
    minify: true,
    format: 'iife',
    platform: 'browser',
    // Plain ASCII: the page stays right even when a server announces another encoding.
    charset: 'ascii',
    target: ['chrome100', 'firefox100', 'safari15.4'],
    tsconfig: path.join(TEMPLATES, 'assets', 'tsconfig.json'),
    // The licences of what is bundled stay in the page, at its end.
    legalComments: 'eof',
    logLevel: 'warning',
    write: false,
  });
  for (const { path: file, contents } of outputFiles) await replaceFile(file, contents);
}

/** Whole or not at all, and only when it changes: test files that run side by side build and read the same file. */
async function replaceFile(file: string, contents: Uint8Array): Promise<void> {
  const present = await readFile(file).catch(() => undefined);
  if (present?.equals(contents) === true) return;
  await mkdir(path.dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  await writeFile(temporary, contents);
  await rename(temporary, file);
}

const invoked = process.argv[1];
if (invoked !== undefined && import.meta.url === pathToFileURL(invoked).href) await buildAssets();
