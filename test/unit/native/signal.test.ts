/**
 * Cancelling and progress of long calls, with a job made of a promise.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Progress, withSignal } from '../../../src/native/index.js';

function job() {
  let settle: (value: string) => void = () => {};
  const promise = new Promise<string>((resolve) => {
    settle = resolve;
  });
  return { promise, settle, cancelled: 0 };
}

const read = () => ({ step: 'extract', completed: 3, total: 9 });

test('a signal aborted before the call starts nothing', async () => {
  let started = false;
  const signal = AbortSignal.abort(new Error('too late'));
  await assert.rejects(
    withSignal({ signal, cancel: () => {}, read }, async () => {
      started = true;
    }),
    /too late/,
  );
  assert.equal(started, false);
});

test('aborting cancels once, waits for the work, and rejects with the reason', async () => {
  const controller = new AbortController();
  const work = job();
  const cancel = (): void => {
    work.cancelled += 1;
    work.settle('what was done');
  };
  const pending = withSignal({ signal: controller.signal, cancel, read }, () => work.promise);
  controller.abort(new Error('enough'));
  await assert.rejects(pending, /enough/);
  assert.equal(work.cancelled, 1);
});

test('the same signal serves several calls', async () => {
  const controller = new AbortController();
  await withSignal({ signal: controller.signal, cancel: () => {}, read }, async () => 1);
  const work = job();
  const cancel = (): void => work.settle('');
  const second = withSignal({ signal: controller.signal, cancel, read }, () => work.promise);
  controller.abort(new Error('now'));
  await assert.rejects(second, /now/);
});

test('progress ends with done, also after a failure, and a throwing callback is ignored', async () => {
  const seen: Progress[] = [];
  const onProgress = (progress: Progress): void => {
    seen.push(progress);
    throw new Error('callback');
  };
  await withSignal({ onProgress, cancel: () => {}, read }, async () => 'ok');
  const failing = withSignal({ onProgress, cancel: () => {}, read }, async () => {
    throw new Error('work');
  });
  await assert.rejects(failing, /work/);
  assert.deepEqual(
    seen.map(({ done }) => done),
    [true, true],
  );
  assert.equal(seen[0]?.completed, 3);
});
