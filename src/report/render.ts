/**
 * From a page's template and data to one self-contained HTML file: styles and
 * scripts stand inside it, and its Content-Security-Policy admits those by
 * their hash and nothing else, so that no name or path can become code and no
 * request can leave the page.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ejs from 'ejs';
import { FaceweaveError } from '../config/error.js';
import { jsonForScript } from './json-for-script.js';

/** What every page's template receives besides its assets. */
export interface PageContent {
  readonly title: string;
  /** Becomes the JSON that the page's script reads. */
  readonly page: unknown;
}

/**
 * Renders `templates/pages/<name>.ejs` with `templates/assets/<name>.css` and
 * the bundled script `templates/dist/<name>-page.js`.
 *
 * *Errors*: `REPORT_ASSET_MISSING` when a template, style or script is not there.
 */
export async function renderPage(name: string, content: PageContent): Promise<string> {
  const templates = templatesFolder();
  const style = await readAsset(path.join(templates, 'assets', `${name}.css`));
  const script = await readAsset(path.join(templates, 'dist', `${name}-page.js`));
  checked(name, style, /<\/style/i);
  checked(name, script, /<\/script|<!--/i);
  return ejs.renderFile(path.join(templates, 'pages', `${name}.ejs`), {
    ...content,
    style,
    script,
    contentSecurityPolicy: contentSecurityPolicy(style, script),
    jsonForScript,
  });
}

/**
 * Renders `templates/pages/<name>.ejs` with the style `templates/assets/<style>.css` and no script at all.
 *
 * *Errors*: `REPORT_ASSET_MISSING` when the template or the style is not there.
 */
export async function renderStatic(name: string, styleName: string, content: object): Promise<string> {
  const templates = templatesFolder();
  const style = await readAsset(path.join(templates, 'assets', `${styleName}.css`));
  return ejs.renderFile(path.join(templates, 'pages', `${name}.ejs`), {
    ...content,
    style: checked(name, style, /<\/style/i),
    contentSecurityPolicy: `default-src 'none'; style-src ${hashSource(style)}; base-uri 'none'; form-action 'none'`,
  });
}

/** The text, unless something in it would end its element early. */
function checked(name: string, text: string, ending: RegExp): string {
  if (!ending.test(text)) return text;
  throw new FaceweaveError(`the script or style of the ${name} page cannot stand in a page`, {
    code: 'REPORT_ASSET_INVALID',
  });
}

/** What a policy calls this very text. */
function hashSource(text: string): string {
  return `'sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}'`;
}

/**
 * Pictures may come from the page itself and from its own place (mosaics and
 * photographs beside it); everything else is refused.
 */
function contentSecurityPolicy(style: string, script: string): string {
  return [
    "default-src 'none'",
    `script-src ${hashSource(script)}`,
    `style-src ${hashSource(style)}`,
    "img-src 'self' data: file:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

/** The package's `templates` folder: beside `src` in a checkout, beside `dist` once published. */
function templatesFolder(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const candidate = path.join(folder, 'templates');
    if (existsSync(path.join(candidate, 'pages'))) return candidate;
    const parent = path.dirname(folder);
    if (parent === folder) {
      throw new FaceweaveError('the page templates are missing from the installation', {
        code: 'REPORT_ASSET_MISSING',
        hint: 'install the package again',
      });
    }
    folder = parent;
  }
}

async function readAsset(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new FaceweaveError('cannot read a part of the page', {
      code: 'REPORT_ASSET_MISSING',
      path: file,
      hint: 'in a checkout, run: node --import tsx scripts/build-assets.ts',
      cause,
    });
  }
}
