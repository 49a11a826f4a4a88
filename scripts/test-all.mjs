/**
 * `make test`: every check of the project, one after the other, as CI runs
 * them. Apart from the Makefile because it counts: the last line of its output
 * is `N passed, N failed`, tests of Rust and TypeScript and one for each other check.
 *
 *   node scripts/test-all.mjs                  everything
 *   node scripts/test-all.mjs --only name,…    only the named steps (see STEPS)
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const venv = join(root, '.venv');
const python = join(venv, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
const requirements = join(root, 'test', 'reference', 'requirements.txt');
const tap = join(root, 'build', 'test', 'node.tap');

/** Runs a command, its output shown and returned; resolves with the text and whether it ended with 0. */
function run(command, args, environment = {}) {
  return new Promise((settle) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
      process.stdout.write(chunk);
    });
    child.on('error', (error) => {
      process.stderr.write(`${command}: ${error.message}\n`);
      settle({ ok: false, text });
    });
    child.on('close', (code) => settle({ ok: code === 0, text }));
  });
}

/** A step that is one check: it passes or it fails. */
async function check(command, args, environment) {
  const { ok } = await run(command, args, environment);
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1 };
}

const npmRun = (script) => check('npm', ['run', '--silent', '--if-present', script]);

/** Adds up the `test result:` lines of all test binaries; a build that fails counts as one failure. */
async function cargoTest() {
  const { ok, text } = await run('cargo', ['test', '--workspace', '--locked', '--quiet']);
  let passed = 0;
  let failed = 0;
  for (const [, good, bad] of text.matchAll(/^test result: .*? (\d+) passed; (\d+) failed/gm)) {
    passed += Number(good);
    failed += Number(bad);
  }
  if (!ok && failed === 0) failed = 1;
  return { passed, failed };
}

/** `index.d.ts` as committed must be what the crates now say. */
async function boundaryDrift() {
  const tracked = spawnSync('git', ['ls-files', '--error-unmatch', 'index.d.ts'], { cwd: root }).status === 0;
  if (!tracked) {
    process.stdout.write('index.d.ts is not under version control here: compared with the file as found\n');
    const same = readFileSync(join(root, 'index.d.ts'), 'utf8') === declarationsBefore;
    if (!same) process.stderr.write('index.d.ts differs from what the crates say\n');
    return { passed: same ? 1 : 0, failed: same ? 0 : 1 };
  }
  return check('git', ['diff', '--exit-code', '--', 'index.d.ts']);
}

/** The venv of the reference tests, made anew when the requirements change. */
async function pythonVenv() {
  const stamp = join(venv, 'requirements.sha256');
  const wanted = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return { passed: 1, failed: 0 };
  rmSync(venv, { recursive: true, force: true });
  const made = await run('python3', ['-m', 'venv', venv]);
  const filled = made.ok && (await run(python, ['-m', 'pip', 'install', '--quiet', '-r', requirements])).ok;
  if (filled) writeFileSync(stamp, wanted);
  return { passed: filled ? 1 : 0, failed: filled ? 0 : 1 };
}

function testFiles(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return testFiles(path);
    return entry.name.endsWith('.test.ts') ? [relative(root, path)] : [];
  });
}

/** All `*.test.ts` under `test/`, counted from the TAP that node's runner writes beside its readable report. */
async function nodeTests() {
  mkdirSync(dirname(tap), { recursive: true });
  const files = testFiles(join(root, 'test')).sort();
  const { ok } = await run(
    process.execPath,
    [
      '--import',
      'tsx',
      '--test',
      `--test-concurrency=${cpus().length}`,
      '--test-reporter=spec',
      '--test-reporter-destination=stdout',
      '--test-reporter=tap',
      `--test-reporter-destination=${tap}`,
      ...files,
    ],
    { FACEWEAVE_TEST_PYTHON: python },
  );
  const report = existsSync(tap) ? readFileSync(tap, 'utf8') : '';
  const count = (name) => Number(new RegExp(`^# ${name} (\\d+)$`, 'm').exec(report)?.[1] ?? 0);
  const skipped = count('skipped') + count('todo');
  if (skipped > 0) process.stdout.write(`${skipped} tests were skipped; the report above says which and why\n`);
  const failed = count('fail') + count('cancelled');
  return { passed: count('pass'), failed: !ok && failed === 0 ? 1 : failed };
}

/** In order. A step with `needed` ends the run when it fails: what follows could not mean anything. */
const STEPS = [
  { name: 'test-hooks', what: 'native addon with test hooks', run: () => npmRun('build:test-hooks'), needed: true },
  { name: 'native', what: 'native addon, release', run: () => npmRun('build:native'), needed: true },
  { name: 'drift', what: 'index.d.ts is what the crates say', run: boundaryDrift },
  { name: 'assets', what: 'page assets', run: () => npmRun('build:assets'), needed: true },
  { name: 'build', what: 'TypeScript build', run: () => npmRun('build:ts'), needed: true },
  { name: 'fmt', what: 'cargo fmt', run: () => check('cargo', ['fmt', '--all', '--', '--check', '-l']) },
  {
    name: 'clippy',
    what: 'cargo clippy',
    run: () =>
      check('cargo', ['clippy', '--workspace', '--all-targets', '--locked', '--quiet', '--', '-D', 'warnings']),
  },
  { name: 'cargo', what: 'cargo test', run: cargoTest },
  {
    name: 'deny',
    what: 'licences, bans and sources of the crates',
    run: () => check(join(root, '.tools', 'bin', 'cargo-deny'), ['--offline', 'check', 'licenses', 'bans', 'sources']),
  },
  {
    name: 'biome',
    what: 'biome',
    run: () => check('npx', ['--no-install', 'biome', 'ci', '--colors=off', '--error-on-warnings']),
  },
  { name: 'types', what: 'type check', run: () => npmRun('typecheck') },
  { name: 'python', what: 'Python venv of the reference tests', run: pythonVenv },
  { name: 'node', what: 'TypeScript tests', run: nodeTests },
];

const { values } = parseArgs({ options: { only: { type: 'string' } } });
const only = values.only?.split(',');
const unknown = only?.filter((name) => !STEPS.some((step) => step.name === name)) ?? [];
if (unknown.length > 0) {
  process.stderr.write(`test-all: no step ${unknown.join(', ')}; there are ${STEPS.map((s) => s.name).join(', ')}\n`);
  process.exit(2);
}

const declarations = join(root, 'index.d.ts');
const declarationsBefore = existsSync(declarations) ? readFileSync(declarations, 'utf8') : '';
const rows = [];
for (const step of STEPS) {
  if (only !== undefined && !only.includes(step.name)) continue;
  process.stdout.write(`\n── ${step.what}\n`);
  const started = Date.now();
  const result = await step.run();
  rows.push({ ...result, what: step.what, seconds: (Date.now() - started) / 1000 });
  if (result.failed > 0 && step.needed) {
    process.stdout.write('stopped: the steps that follow need this one\n');
    break;
  }
}

process.stdout.write('\n');
for (const { what, passed, failed, seconds } of rows) {
  const mark = failed === 0 ? 'ok  ' : 'FAIL';
  process.stdout.write(`${mark} ${what}: ${passed} passed, ${failed} failed (${seconds.toFixed(0)} s)\n`);
}
const passed = rows.reduce((sum, row) => sum + row.passed, 0);
const failed = rows.reduce((sum, row) => sum + row.failed, 0);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
