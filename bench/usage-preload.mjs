/**
 * Loaded into the measured process through NODE_OPTIONS: at its exit writes
 * what it used, all threads together, to the file FACEWEAVE_BENCH_USAGE names.
 * Apart from `measure.ts` because it runs in the child, before anything else.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

/** Peak resident memory in bytes; /proc is exact, ru_maxrss may remember the process that forked us. */
function peakRssBytes(usage) {
  try {
    const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
    if (peak !== null) return Number(peak[1]) * 1024;
  } catch {
    // No /proc on this system.
  }
  return usage.maxRSS * 1024;
}

const target = process.env.FACEWEAVE_BENCH_USAGE;
if (target !== undefined && isMainThread) {
  process.on('exit', () => {
    const usage = process.resourceUsage();
    const cpuSeconds = (usage.userCPUTime + usage.systemCPUTime) / 1e6;
    writeFileSync(target, JSON.stringify({ cpuSeconds, peakRssBytes: peakRssBytes(usage) }));
  });
}
