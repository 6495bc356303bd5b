import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { eventually } from '@click-recall/testing';
import { expect, it, onTestFinished } from 'vitest';
import { startHttpLoad } from './http-load.js';

async function callsTo(server: Server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const told = new Set<number>();
  const body = () => ({ json: { a: 'ü' }, onAnswer: (status: number) => told.add(status) });
  const load = startHttpLoad([{ url }, { url, method: 'POST', body }], 1);
  onTestFinished(() => load.stop());
  return { ...load, told };
}

const openServer = (listener: RequestListener) => callsTo(createHttpServer(listener));

it('counts answers by their status, and tells whose body it was', async () => {
  const load = await openServer(
    (request, response) => void response.writeHead(request.method === 'GET' ? 200 : 202).end(),
  );
  await eventually(() => load.answers().has(200) && load.answers().has(202));
  expect([new Set(load.answers().keys()), load.told, load.broken()]).toEqual([new Set([200, 202]), new Set([202]), []]);
});

it('tells of a request that was read and then cut, on a fresh connection, too', async () => {
  const load = await openServer((request) => request.socket.destroy());
  await eventually(() => load.broken().length >= 2);
  expect(load.broken().map((line) => line.replace(/http\S+: /, ''))).toEqual(
    expect.arrayContaining(['GET ECONNRESET', 'POST ECONNRESET']),
  );
});

it('says nothing of a connection that was closed before anybody read a request', async () => {
  let closed = 0;
  const load = await callsTo(
    createServer((socket) => {
      socket.resetAndDestroy();
      closed += 1;
    }),
  );
  await eventually(() => closed > 4);
  expect([load.broken(), load.answers().size]).toEqual([[], 0]);
});
