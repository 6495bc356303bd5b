import { eventually } from '@click-recall/testing';
import { Agent, get } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import type { HttpServer } from './create-http-server.js';
import { closeGracefully } from './graceful-close.js';
import { listen } from './listen.js';
import { openTestServer } from './open-test-server.js';

async function openListening(addRoutes: (server: HttpServer) => void = () => undefined) {
  const { server } = await openTestServer();
  addRoutes(server);
  await listen(server, { host: '127.0.0.1', port: 0, variable: 'RECALL_PORT' });
  return { server, port: (server.server.address() as AddressInfo).port };
}

function ask(
  agent: Agent,
  port: number,
  path = '/healthz',
): Promise<{ status: number; connection: string | undefined }> {
  return new Promise((resolve, reject) => {
    get({ port, agent, path }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, connection: answer.headers.connection }));
    }).on('error', reject);
  });
}

it('answers what comes on a connection that is kept open, and says that it was the last', async () => {
  const { server, port } = await openListening();
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  expect(await ask(agent, port)).toEqual({ status: 200, connection: 'keep-alive' });
  const closed = closeGracefully(server);
  expect(await ask(agent, port)).toEqual({ status: 200, connection: 'close' });
  await closed;
  await expect(ask(agent, port)).rejects.toThrow('ECONNREFUSED');
});

it('answers a request that takes longer than connections go on, though the close began meanwhile', async () => {
  let begun = false;
  const { server, port } = await openListening((each) => {
    each.get('/v1/slow', async () => {
      begun = true;
      await delay(1_000);
      return {};
    });
  });
  const agent = new Agent({ keepAlive: false });
  const asked = ask(agent, port, '/v1/slow');
  await eventually(() => begun);
  const closed = closeGracefully(server);
  expect(await asked).toEqual({ status: 200, connection: 'close' });
  await closed;
});

it('does not wait for ever for who has not sent a whole request', async () => {
  const { server, port } = await openListening();
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  socket.write(
    'POST /v1/things HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"a":',
  );
  await eventually(() => socket.bytesWritten > 0 && !socket.connecting);
  const started = performance.now();
  await closeGracefully(server);
  expect(performance.now() - started).toBeLessThan(9_000);
}, 20_000);
