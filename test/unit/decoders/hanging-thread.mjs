/**
 * A decoder for the tests that does what it is told by the first byte: 0 answers
 * one pixel, 1 never answers, 2 throws, 3 ends its thread, 4 prints. Apart because a
 * worker thread runs a file of its own.
 */
import { parentPort, threadId } from 'node:worker_threads';

parentPort?.on('message', ({ bytes }) => {
  if (bytes[0] === 1) for (;;);
  if (bytes[0] === 2) throw new Error('out of memory');
  if (bytes[0] === 3) process.exit(1);
  if (bytes[0] === 4) process.stdout.write('noise');
  const pixels = Uint8Array.from([threadId, 0, 0]);
  parentPort?.postMessage({ width: 1, height: 1, pixels }, [pixels.buffer]);
});
