/** Native errors become the one error class, with code and the caller's stack. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FaceweaveError } from '../../../src/config/error.js';
import { callSite, fromNative, guarded, guardedAsync } from '../../../src/native/errors.js';

test('the code is taken from the text', () => {
  const error = fromNative(new Error('MODEL_MISSING: no file at x: y'), {});
  assert.equal(error.code, 'MODEL_MISSING');
  assert.equal(error.message, 'no file at x: y');
  assert.match(error.hint ?? '', /models list/);
});

test('a text without a code is INTERNAL and keeps every word', () => {
  const error = fromNative(new Error('something: odd'), {});
  assert.equal(error.code, 'INTERNAL');
  assert.equal(error.message, 'something: odd');
});

test('the stack of a failed promise shows who called', async () => {
  async function userFunction(): Promise<void> {
    const site = callSite();
    await guardedAsync(() => Promise.reject(new Error('CANCELLED: stop')), site);
  }
  const error = await userFunction().then(
    () => assert.fail('resolved'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof FaceweaveError);
  assert.equal(error.code, 'CANCELLED');
  assert.match(error.stack ?? '', /userFunction/);
});

test('an error of the class passes unchanged', () => {
  const own = new FaceweaveError('mine', { code: 'ADDON_MISSING' });
  assert.throws(
    () =>
      guarded(() => {
        throw own;
      }),
    (thrown) => thrown === own,
  );
});
