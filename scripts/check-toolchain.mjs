/**
 * Says at once what is missing to build faceweave, in place of a failure
 * halfway through. Plain JavaScript without dependencies: it runs before `npm ci`.
 */
import { spawnSync } from 'node:child_process';

const MIN_NODE = [20, 19];
const MIN_RUST = [1, 92];

function olderThan(found, wanted) {
  return found[0] < wanted[0] || (found[0] === wanted[0] && found[1] < wanted[1]);
}

function versionOf(text) {
  const match = /(\d+)\.(\d+)/.exec(text);
  return match === null ? [0, 0] : [Number(match[1]), Number(match[2])];
}

const troubles = [];
if (olderThan(versionOf(process.version), MIN_NODE)) {
  troubles.push(`Node ${MIN_NODE.join('.')} or newer is needed, this is ${process.version}.`);
}
const rust = spawnSync('rustc', ['--version'], { encoding: 'utf8' });
if (rust.status !== 0) {
  troubles.push(`Rust ${MIN_RUST.join('.')} or newer is needed, rustc was not found.`);
} else if (olderThan(versionOf(rust.stdout), MIN_RUST)) {
  troubles.push(
    `Rust ${MIN_RUST.join('.')} or newer is needed, this is ${rust.stdout.trim()}; try: rustup update stable`,
  );
}
for (const trouble of troubles) process.stderr.write(`faceweave: ${trouble}\n`);
process.exitCode = troubles.length === 0 ? 0 : 1;
