/**
 * Finds and loads the addon and ONNX Runtime, once for the process and only
 * when something needs them (`--version` and `--help` do not). Apart from the
 * typed calls because finding files has its own failures: each says what the
 * platform is, what was tried, and how to cure it.
 */
import { existsSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type * as Boundary from '../../index.js';
import { FaceweaveError } from '../config/index.js';
import {
  currentPlatform,
  describePlatform,
  isOlder,
  LOWEST_GLIBC,
  type Platform,
  runtimeFileNames,
  SUPPORTED_TRIPLES,
  tripleOf,
} from './platform.js';

/** The addon's exports, as generated in the root `index.d.ts`. */
export type Addon = typeof Boundary;

/** Both `src/native` and `dist/native` lie two folders under the package's root. */
const PACKAGE_ROOT = fileURLToPath(new URL('../../', import.meta.url));
const require = createRequire(import.meta.url);

/** What the search looks at; tests give their own. */
export interface Surroundings {
  readonly platform: Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly packageRoot: string;
  /** Folder of an installed package, or null. */
  readonly packageFolder: (name: string) => string | null;
  readonly exists: (path: string) => boolean;
}

interface Candidate {
  readonly label: string;
  readonly path: string | null;
}

function installedFolder(name: string): string | null {
  try {
    return dirname(require.resolve(`${name}/package.json`));
  } catch {
    return null;
  }
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}

function realSurroundings(): Surroundings {
  return {
    platform: currentPlatform(),
    env: process.env,
    packageRoot: PACKAGE_ROOT,
    packageFolder: installedFolder,
    exists: isFile,
  };
}

/** Absolute path of the addon's file. Throws `ADDON_MISSING` with numbered cures. */
export function findAddon(around: Surroundings): string {
  const triple = tripleOf(around.platform);
  const file = `faceweave.${triple}.node`;
  const named = around.env['FACEWEAVE_ADDON'];
  if (named !== undefined && named !== '') {
    return fromEnvironment('FACEWEAVE_ADDON', named, 'ADDON_MISSING', around);
  }
  const corePackage = `@faceweave/core-${triple}`;
  const coreFolder = around.packageFolder(corePackage);
  return firstExisting('the native addon', 'ADDON_MISSING', around, [
    { label: 'build in this folder', path: join(around.packageRoot, file) },
    { label: 'build in crates/node', path: join(around.packageRoot, 'crates', 'node', file) },
    { label: `package ${corePackage}`, path: coreFolder && join(coreFolder, file) },
  ]);
}

/** Absolute path of the ONNX Runtime library. Throws `RUNTIME_MISSING` with numbered cures. */
export function findRuntime(around: Surroundings): string {
  const triple = tripleOf(around.platform);
  const named = around.env['FACEWEAVE_ONNXRUNTIME'];
  if (named !== undefined && named !== '') {
    return fromEnvironment('FACEWEAVE_ONNXRUNTIME', named, 'RUNTIME_MISSING', around);
  }
  const runtimePackage = `@faceweave/runtime-${triple}`;
  const runtimeFolder = around.packageFolder(runtimePackage);
  const microsoft = around.packageFolder('onnxruntime-node');
  const bin = microsoft && join(microsoft, 'bin', 'napi-v6', around.platform.os, around.platform.arch);
  const names = runtimeFileNames(around.platform);
  return firstExisting('the ONNX Runtime library', 'RUNTIME_MISSING', around, [
    ...names.map((name) => ({
      label: `package ${runtimePackage}`,
      path: runtimeFolder && join(runtimeFolder, 'lib', name),
    })),
    ...names.map((name) => ({ label: 'package onnxruntime-node', path: bin && join(bin, name) })),
  ]);
}

function fromEnvironment(variable: string, value: string, code: string, around: Surroundings): string {
  // Absolute, always: a bare name would let the system's own search decide which copy is loaded.
  const path = isAbsolute(value) ? value : resolve(value);
  if (around.exists(path)) return path;
  throw new FaceweaveError(`${variable} names a file that does not exist`, {
    code,
    path,
    hint: `unset ${variable}, or give it the absolute path of the file`,
  });
}

function firstExisting(what: string, code: string, around: Surroundings, candidates: readonly Candidate[]): string {
  for (const { path } of candidates) {
    if (path !== null && around.exists(path)) return path;
  }
  const tried = candidates.map(({ label, path }) => `  - ${label}: ${path ?? 'not installed'}`);
  const cures = curesFor(around.platform, code).map((cure, i) => `  ${i + 1}. ${cure}`);
  throw new FaceweaveError(
    [`${what} for ${describePlatform(around.platform)} was not found`, 'tried:', ...tried, 'cures:', ...cures].join(
      '\n',
    ),
    { code },
  );
}

function curesFor(platform: Platform, code: string): readonly string[] {
  const triple = tripleOf(platform);
  if (platform.libc === 'musl') {
    return ['ONNX Runtime is not built for musl (Alpine): use an image with glibc, such as node:22-slim'];
  }
  const isAddon = code === 'ADDON_MISSING';
  const optional = `@faceweave/${isAddon ? 'core' : 'runtime'}-${triple}`;
  const cures = SUPPORTED_TRIPLES.includes(triple)
    ? [
        `install again without --omit=optional (or --no-optional), so that ${optional} comes along`,
        'a lockfile made on another system may lack it: remove node_modules and the lockfile, then install',
      ]
    : [`there are no prebuilt files for ${triple}; they exist for ${SUPPORTED_TRIPLES.join(', ')}`];
  cures.push(
    isAddon
      ? 'in a checkout of the sources: npm run build:native'
      : 'in a checkout of the sources: npm install (it brings onnxruntime-node)',
    `point ${isAddon ? 'FACEWEAVE_ADDON' : 'FACEWEAVE_ONNXRUNTIME'} to the file`,
  );
  if (platform.glibc !== null && isOlder(platform.glibc, LOWEST_GLIBC)) {
    cures.unshift(`glibc ${platform.glibc} is too old: ${LOWEST_GLIBC} or newer is needed`);
  }
  return cures;
}

let loadedAddon: Addon | undefined;
let loadedRuntime: { readonly version: string; readonly path: string } | undefined;

/** What this process has loaded; loads nothing. */
export function loadedSoFar(): { readonly addon: Addon | undefined; readonly runtime: typeof loadedRuntime } {
  return { addon: loadedAddon, runtime: loadedRuntime };
}

/** The addon, loaded at the first call. Throws `ADDON_MISSING` or `ADDON_DAMAGED`. */
export function loadAddon(): Addon {
  if (loadedAddon === undefined) {
    const around = realSurroundings();
    const path = findAddon(around);
    try {
      loadedAddon = require(path) as Addon;
    } catch (cause) {
      const old =
        around.platform.glibc !== null && isOlder(around.platform.glibc, LOWEST_GLIBC)
          ? ` (glibc ${around.platform.glibc} is older than ${LOWEST_GLIBC})`
          : '';
      throw new FaceweaveError(
        `the native addon does not load on ${describePlatform(around.platform)}${old}: ${cause instanceof Error ? cause.message : String(cause)}`,
        {
          code: 'ADDON_DAMAGED',
          path,
          cause,
          hint: 'install again; in a checkout of the sources run npm run build:native',
        },
      );
    }
  }
  return loadedAddon;
}

/** Loads ONNX Runtime into the addon once; says which version and from where. */
export function loadRuntime(): { readonly version: string; readonly path: string } {
  if (loadedRuntime === undefined) {
    const path = findRuntime(realSurroundings());
    const addon = loadAddon();
    try {
      loadedRuntime = { version: addon.loadRuntime(path), path };
    } catch (cause) {
      const text = cause instanceof Error ? cause.message : String(cause);
      throw new FaceweaveError(`ONNX Runtime does not load: ${text.replace(/^[A-Z_]+: /, '')}`, {
        code: 'RUNTIME_MISSING',
        path,
        cause,
        hint: 'install again, or point FACEWEAVE_ONNXRUNTIME to a library of version 1.23 or newer',
      });
    }
  }
  return loadedRuntime;
}
