import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** What a broker's port speaks, as told by itself. */
export interface PortFacts {
  readonly tls: boolean;
  /** SASL mechanisms that it offers; empty: it asks for no login. */
  readonly mechanisms: readonly string[];
}

const PATIENCE_MS = 2_000;
const SASL_HANDSHAKE = 17;
const UNSUPPORTED_SASL_MECHANISM = 33;

/**
 * Asks a port of a broker what it speaks, without logging in: to say what is wrong when a connection was cut.
 *
 * @param broker host:port
 * @returns undefined when it answers neither in plain text nor over TLS
 */
export async function inspectPort(broker: string): Promise<PortFacts | undefined> {
  const colon = broker.lastIndexOf(':');
  const host = broker.slice(0, colon).replace(/^\[|\]$/g, '');
  const port = Number(broker.slice(colon + 1));
  const plain = await askMechanisms(connectPlain({ host, port }), 'connect');
  if (plain) return { tls: false, mechanisms: plain };
  // Nothing of ours goes over it, so whom it belongs to does not matter here.
  const socket = connectTls({ host, port, rejectUnauthorized: false });
  let secured = false;
  socket.once('secureConnect', () => (secured = true));
  const overTls = await askMechanisms(socket, 'secureConnect');
  // One that wants a certificate of ours ends the connection after the handshake.
  return overTls || secured ? { tls: true, mechanisms: overTls ?? [] } : undefined;
}

/** Asks for a mechanism that no broker has: it answers with those it has, or that it knows nothing of logins. */
function askMechanisms(socket: Socket, opened: 'connect' | 'secureConnect'): Promise<string[] | undefined> {
  return new Promise((resolve) => {
    let received = Buffer.alloc(0);
    const end = (mechanisms: string[] | undefined): void => {
      socket.destroy();
      resolve(mechanisms);
    };
    socket.setTimeout(PATIENCE_MS, () => end(undefined));
    socket.on('error', () => end(undefined));
    socket.once('close', () => end(undefined));
    socket.once(opened, () => socket.write(saslHandshake('none')));
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (received.length >= 4 && received.length >= 4 + received.readInt32BE(0)) end(mechanismsIn(received));
    });
  });
}

/** Size, request head, and the name of a mechanism. */
function saslHandshake(mechanism: string): Buffer {
  const request = Buffer.alloc(4 + 10 + 2 + mechanism.length);
  let at = request.writeInt32BE(request.length - 4, 0);
  at = request.writeInt16BE(SASL_HANDSHAKE, at);
  at = request.writeInt16BE(1, at);
  at = request.writeInt32BE(0, at);
  at = request.writeInt16BE(-1, at);
  at = request.writeInt16BE(mechanism.length, at);
  request.write(mechanism, at, 'latin1');
  return request;
}

/** Size, correlation id, error code, number of mechanisms, each with its length; undefined: not the answer of a broker. */
function mechanismsIn(answer: Buffer): string[] | undefined {
  if (answer.length < 14 || answer.readInt32BE(4) !== 0) return undefined;
  if (answer.readInt16BE(8) !== UNSUPPORTED_SASL_MECHANISM) return [];
  const mechanisms: string[] = [];
  for (let at = 14; mechanisms.length < answer.readInt32BE(10) && at + 2 <= answer.length;) {
    const end = at + 2 + answer.readInt16BE(at);
    mechanisms.push(answer.toString('latin1', at + 2, end));
    at = Math.max(end, at + 2);
  }
  return mechanisms.toSorted();
}
