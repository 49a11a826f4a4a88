/**
 * The rules of the source tree as pure functions: text of a file in, problems
 * out. Apart from `check-tree.ts`, which walks the disk, so that the tests can
 * show each rule failing on a made-up file. docs/architecture.md gives the reasons.
 */
import ts from 'typescript';

/** One broken rule, printed as `file:line: rule: message`. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly rule: string;
  readonly message: string;
}

/** Import order of `src/`: a module imports only from a lower rank, or from itself. */
const MODULE_RANK: Readonly<Record<string, number>> = {
  config: 0,
  native: 1,
  models: 1,
  archive: 1,
  store: 1,
  decoders: 1,
  extract: 2,
  people: 2,
  network: 3,
  analytics: 3,
  report: 4,
  project: 5,
  cli: 6,
};

/** Packages that belong to one module; everything else may be imported anywhere. */
const OWNED_PACKAGES: ReadonlyMap<string, string> = new Map([
  ['yargs', 'cli'],
  ['yargs/helpers', 'cli'],
  ['node:sqlite', 'store'],
  ['@photostructure/sqlite', 'store'],
  ['ejs', 'report'],
  ['hyparquet-writer', 'report'],
  ['libheif-js/wasm-bundle.js', 'decoders'],
]);

/** The one file that opens connections, for the links of a list that the user hands in. */
const NETWORK_FILE = 'src/archive/fetch.ts';
/** Nothing else leaves the machine: `src` has no business with these. */
const NETWORK_MODULES = new Set(['http', 'https', 'http2', 'net', 'tls', 'dgram', 'dns', 'dns/promises']);

/** Order of the crates, as for modules; a crate of one rank does not depend on another of the same. */
const CRATE_RANK: Readonly<Record<string, number>> = {
  photo: 0,
  cluster: 0,
  graph: 0,
  analytics: 0,
  face: 1,
  pipeline: 2,
  node: 3,
};

/** Crates that only some of ours may depend on. */
const OWNED_CRATES: ReadonlyMap<string, readonly string[]> = new Map([
  ['ort', ['face']],
  ['napi', ['node']],
  ['napi-derive', ['node']],
  ['napi-build', ['node']],
  ['rayon', ['pipeline', 'cluster', 'graph', 'analytics']],
  ['image', ['photo']],
]);

const SQL =
  /\b(SELECT\s[\s\S]+\sFROM\s|INSERT\s+(OR\s+\w+\s+)?INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|CREATE\s+(TABLE|INDEX)\s|PRAGMA\s)/;
const EMPTY_NAMES = new Set(['util', 'utils', 'helper', 'helpers', 'manager', 'misc', 'common']);
const MAX_LINES = 400;
const MAX_BOUNDARY_LINES = 250;
const MIN_OPENING_CHARACTERS = 40;

/** All rules that apply to one file of the tree. `path` is relative to the root, forward slashes. */
export function checkFile(path: string, text: string): Problem[] {
  const problems = [...checkName(path)];
  if (/\.(ts|mts|mjs|js|cjs|rs|ejs|py|sh|css)$/.test(path) && path !== 'index.d.ts') {
    problems.push(...checkLength(path, text), ...checkOpening(path, text));
  }
  if (path.startsWith('src/') && path.endsWith('.ts')) problems.push(...checkModule(path, text));
  if (/^crates\/[^/]+\/Cargo\.toml$/.test(path)) problems.push(...checkManifest(path, text));
  if (path.endsWith('.ejs')) problems.push(...checkTemplate(path, text));
  return problems;
}

function checkName(path: string): Problem[] {
  // Cargo's own convention: code shared by integration tests that is no test itself.
  if (/^crates\/\w+\/tests\/common\//.test(path)) return [];
  const name = path.split('/').at(-1)?.split('.')[0] ?? '';
  const folder = path.split('/').find((part) => EMPTY_NAMES.has(part));
  if (!EMPTY_NAMES.has(name) && folder === undefined) return [];
  return [{ file: path, line: 1, rule: 'name', message: `"${folder ?? name}" says nothing; name the idea` }];
}

function checkLength(path: string, text: string): Problem[] {
  // A style sheet has one declaration a line; its length says little about its ideas.
  if (path.endsWith('.css')) return [];
  const lines = text.split('\n').length - 1;
  const limit = path.startsWith('crates/node/') ? MAX_BOUNDARY_LINES : MAX_LINES;
  return lines <= limit
    ? []
    : [{ file: path, line: lines, rule: 'length', message: `${lines} lines, at most ${limit}` }];
}

/** The opening comment of a file as bare text; empty when it opens with something else. */
export function openingComment(path: string, text: string): string {
  const body = text.replace(/^#!.*\n/, '').trimStart();
  const patterns = path.endsWith('.rs')
    ? [/^(?:\/\/!.*\n?)+/, /^\/\*![\s\S]*?\*\//]
    : path.endsWith('.ejs')
      ? [/^<%#[\s\S]*?%>/]
      : /\.(py|sh)$/.test(path)
        ? [/^"""[\s\S]*?"""/, /^(?:#.*\n?)+/]
        : [/^\/\*[\s\S]*?\*\//, /^(?:\/\/.*\n?)+/];
  const found = patterns.map((pattern) => pattern.exec(body)?.[0]).find((match) => match !== undefined) ?? '';
  return found
    .replace(/[/*!#"<%>]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

function checkOpening(path: string, text: string): Problem[] {
  if (openingComment(path, text).length >= MIN_OPENING_CHARACTERS) return [];
  const message = 'opens without a paragraph saying what it defines and why it is apart';
  return [{ file: path, line: 1, rule: 'opening', message }];
}

/** Import order, owned packages, process.exit, SQL and network of one file under `src/`. */
function checkModule(path: string, text: string): Problem[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
  const parts = path.split('/');
  const own = parts.length > 2 ? (parts[1] ?? '') : 'index';
  const problems: Problem[] = [];
  const report = (position: number, rule: string, message: string): void => {
    const line = source.getLineAndCharacterOfPosition(position).line + 1;
    problems.push({ file: path, line, rule, message });
  };
  if (own !== 'index' && MODULE_RANK[own] === undefined) report(0, 'order', `src/${own} has no place in the order`);
  for (const imported of ts.preProcessFile(text, true, true).importedFiles) {
    const trouble = importTrouble(path, own, imported.fileName);
    if (trouble !== undefined) report(imported.pos, 'order', trouble);
  }
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const called = node.expression.getText(source);
      if (called === 'process.exit' && own !== 'cli') report(node.getStart(), 'exit', 'only src/cli ends the process');
      if (called === 'fetch' || called === 'globalThis.fetch')
        report(node.getStart(), 'network', 'nothing leaves the machine');
    }
    if (
      own !== 'store' &&
      (ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)) &&
      SQL.test(node.getText(source))
    ) {
      report(node.getStart(), 'sql', 'only src/store speaks SQL');
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return problems;
}

/** Why `own` may not import `specifier`; undefined when it may. */
function importTrouble(path: string, own: string, specifier: string): string | undefined {
  const isNetwork = NETWORK_MODULES.has(specifier.replace(/^node:/, ''));
  if (isNetwork && path !== NETWORK_FILE) return `imports ${specifier}; nothing leaves the machine`;
  const owner = OWNED_PACKAGES.get(specifier);
  if (owner !== undefined && own !== owner) return `imports ${specifier}, which belongs to src/${owner}`;
  if (!specifier.startsWith('.')) return undefined;
  const target = resolve(path, specifier);
  if (target[0] !== 'src') {
    return own === 'native' ? undefined : `reaches out of src (${specifier}); only src/native knows the addon`;
  }
  const other = target.length > 2 ? (target[1] ?? '') : 'index';
  if (other === own) return undefined;
  if (own === 'index') return other === 'cli' ? 'the library does not import the command line' : undefined;
  const from = MODULE_RANK[own];
  const to = MODULE_RANK[other];
  if (to === undefined) return `imports src/${other}, which has no place in the order`;
  if (from !== undefined && to < from) return undefined;
  return `src/${own} imports src/${other}: a module imports only from modules before it`;
}

function resolve(path: string, specifier: string): string[] {
  const parts = path.split('/').slice(0, -1);
  for (const part of specifier.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts;
}

/** Dependencies and lints of one crate; what only its tests use is not held against it. */
function checkManifest(path: string, text: string): Problem[] {
  const own = path.split('/')[1] ?? '';
  const problems: Problem[] = [];
  const lines = text.split('\n');
  let section = '';
  for (const [index, line] of lines.entries()) {
    section = /^\[(.+)\]/.exec(line)?.[1] ?? section;
    const dependency = /^([\w-]+)(\.|\s*=)/.exec(line)?.[1];
    if (dependency === undefined || !/(^|\.)(build-)?dependencies$/.test(section)) continue;
    const report = (message: string) => problems.push({ file: path, line: index + 1, rule: 'crate', message });
    const owners = OWNED_CRATES.get(dependency);
    if (owners !== undefined && !owners.includes(own)) {
      report(`depends on ${dependency}, which belongs to ${owners.join(', ')}`);
    }
    const other = /^faceweave-(\w+)$/.exec(dependency)?.[1];
    if (other !== undefined && (CRATE_RANK[other] ?? 99) >= (CRATE_RANK[own] ?? -1)) {
      report(`depends on crates/${other}: a crate depends only on crates before it`);
    }
  }
  if (!/\[lints\]\s*\nworkspace = true/.test(text)) {
    problems.push({ file: path, line: 1, rule: 'crate', message: 'does not inherit the lints of the workspace' });
  }
  return problems;
}

/** The three partials that put checked text into the page as it is: JSON from `jsonForScript`, our own script and style. */
const RAW_PARTIALS: Readonly<Record<string, string>> = {
  'templates/partials/data.ejs': 'json',
  'templates/partials/script.ejs': 'script',
  'templates/partials/style.ejs': 'style',
};

/** Raw output is for partials and for what `RAW_PARTIALS` allows. */
function checkTemplate(path: string, text: string): Problem[] {
  const problems: Problem[] = [];
  for (const raw of text.matchAll(/<%-([\s\S]*?)%>/g)) {
    if (/^\s*(include|jsonForScript)\(/.test(raw[1] ?? '')) continue;
    if (raw[1]?.trim() === RAW_PARTIALS[path]) continue;
    const line = text.slice(0, raw.index).split('\n').length;
    problems.push({ file: path, line, rule: 'raw', message: `<%- ${raw[1]?.trim()} %> is not escaped` });
  }
  return problems;
}
