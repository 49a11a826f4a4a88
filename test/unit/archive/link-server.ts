/**
 * A server on loopback for tests of links, and bytes that pass for a picture.
 */
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { after } from 'node:test';

/** Begins as a JPEG does. */
export const JPEG = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]);

/** A server with these answers, on all addresses of this machine; keeps what is asked. */
export async function serving(answer: (request: IncomingMessage, response: ServerResponse, count: number) => void) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    answer(request, response, asked.length);
  });
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  const stop = (): void => {
    server.closeAllConnections();
    server.close();
  };
  after(stop);
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  return { base: `http://127.0.0.1:${address.port}`, port: address.port, asked, stop };
}
