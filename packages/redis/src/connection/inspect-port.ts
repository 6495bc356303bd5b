import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { RedisAddress } from './redis-address.js';

/** How long a port may take to show how it speaks. */
const PATIENCE_MS = 2_000;

/**
 * How a port speaks that cut a connection, or let it hang, without a word.
 *
 * @returns undefined when it shows neither, or is not there
 */
export async function inspectPort({
  host,
  port,
}: Pick<RedisAddress, 'host' | 'port'>): Promise<'tls' | 'plain' | undefined> {
  if (await answersPlain(host, port)) return 'plain';
  return (await shakesHands(host, port)) ? 'tls' : undefined;
}

function answersPlain(host: string, port: number): Promise<boolean> {
  const socket = connectPlain({ host, port });
  return outcomeOf(socket, (settle) => {
    socket.once('connect', () => socket.write('PING\r\n'));
    // An error that asks for a password is an answer as well.
    socket.once('data', (bytes: Buffer) => settle(bytes[0] === 0x2b || bytes[0] === 0x2d));
  });
}

function shakesHands(host: string, port: number): Promise<boolean> {
  // Nothing is sent: only whether it is TLS is asked, not whose.
  const socket = connectTls({ host, port, rejectUnauthorized: false });
  return outcomeOf(socket, (settle) => socket.once('secureConnect', () => settle(true)));
}

function outcomeOf(socket: Socket, watch: (settle: (outcome: boolean) => void) => void): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (outcome: boolean): void => {
      socket.destroy();
      resolve(outcome);
    };
    socket.setTimeout(PATIENCE_MS, () => settle(false));
    socket.once('error', () => settle(false));
    socket.once('close', () => settle(false));
    watch(settle);
  });
}
