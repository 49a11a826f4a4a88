/**
 * Which prebuilt files fit this machine: the platform triple, musl or glibc,
 * and the file names they go by. Apart from `load.ts` so that the decision can
 * be tested with made-up platforms; it reads nothing but what it is given.
 */

/** What decides which prebuilt files fit. */
export interface Platform {
  /** `process.platform`, such as `linux`. */
  readonly os: string;
  /** `process.arch`, such as `x64`. */
  readonly arch: string;
  /** Only Linux has two: null elsewhere. */
  readonly libc: 'glibc' | 'musl' | null;
  /** Such as `2.36`; null where it is not glibc. */
  readonly glibc: string | null;
}

/** Oldest glibc that Microsoft's ONNX Runtime library loads with (its highest symbol version). */
export const LOWEST_GLIBC = '2.28';

/** Triples that packages are published for. */
export const SUPPORTED_TRIPLES: readonly string[] = [
  'linux-x64-gnu',
  'linux-arm64-gnu',
  'darwin-arm64',
  'win32-x64-msvc',
  'win32-arm64-msvc',
];

/**
 * The platform this process runs on. The process report is the one portable
 * place that says whether Node is linked to glibc; its network part is switched
 * off while we ask, because that part does name lookups.
 */
export function currentPlatform(): Platform {
  if (process.platform !== 'linux') {
    return { os: process.platform, arch: process.arch, libc: null, glibc: null };
  }
  const glibc = glibcVersion();
  return {
    os: process.platform,
    arch: process.arch,
    libc: glibc === null ? 'musl' : 'glibc',
    glibc,
  };
}

function glibcVersion(): string | null {
  const report = process.report as { excludeNetwork?: boolean; getReport(): object };
  const before = report.excludeNetwork;
  report.excludeNetwork = true;
  try {
    const { header } = report.getReport() as { header?: { glibcVersionRuntime?: string } };
    return header?.glibcVersionRuntime ?? null;
  } finally {
    if (before !== undefined) report.excludeNetwork = before;
  }
}

/** The name the packages and the addon's file carry, such as `linux-x64-gnu`. */
export function tripleOf(platform: Platform): string {
  const base = `${platform.os}-${platform.arch}`;
  switch (platform.os) {
    case 'linux':
      return `${base}-${platform.libc === 'musl' ? 'musl' : 'gnu'}`;
    case 'win32':
      return `${base}-msvc`;
    default:
      return base;
  }
}

/** File names of the ONNX Runtime library, the likeliest first. */
export function runtimeFileNames(platform: Platform): readonly string[] {
  switch (platform.os) {
    case 'win32':
      return ['onnxruntime.dll'];
    case 'darwin':
      return ['libonnxruntime.1.dylib', 'libonnxruntime.dylib'];
    default:
      return ['libonnxruntime.so.1', 'libonnxruntime.so'];
  }
}

/** Whether version text `a` (such as `2.17`) is older than `b`. */
export function isOlder(a: string, b: string): boolean {
  const left = a.split('.').map(Number);
  const right = b.split('.').map(Number);
  for (let i = 0; i < Math.max(left.length, right.length); i += 1) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

/** A sentence about the platform for messages. */
export function describePlatform(platform: Platform): string {
  const libc =
    platform.libc === null
      ? ''
      : platform.libc === 'musl'
        ? ' (musl)'
        : ` (glibc ${platform.glibc ?? 'of unknown version'})`;
  return `${tripleOf(platform)}${libc}, Node ${process.versions.node}`;
}
