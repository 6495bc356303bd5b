import { connect } from 'node:net';

/**
 * One request and its answer over TCP, for asking a server that is starting whether it is ready.
 *
 * @param {number} port of 127.0.0.1
 * @param {Buffer} request
 * @param {(received: Buffer) => boolean} complete whether the whole answer is there
 * @param {number} timeoutMs
 * @returns {Promise<Buffer | undefined>} undefined when it does not answer in time
 */
export function exchange(port, request, complete, timeoutMs) {
  return new Promise((resolve) => {
    let received = Buffer.alloc(0);
    const socket = connect({ host: '127.0.0.1', port });
    const end = (/** @type {Buffer | undefined} */ answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(timeoutMs, () => end(undefined));
    socket.once('error', () => end(undefined));
    socket.once('close', () => end(undefined));
    socket.once('connect', () => socket.write(request));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (complete(received)) end(received);
    });
  });
}

/**
 * Asks a Redis server who it is.
 *
 * @param {number} port
 * @returns {Promise<number | undefined>} its process id; undefined while it does not answer or still loads its data
 */
export async function redisProcessId(port) {
  const request = Buffer.from('*2\r\n$4\r\nINFO\r\n$6\r\nserver\r\n');
  const answer = await exchange(port, request, (text) => text.includes('process_id:') || text[0] === 0x2d, 1_000);
  const id = /process_id:(\d+)/.exec(answer?.toString() ?? '')?.[1];
  // INFO answers while the data is being loaded, PING does not.
  if (id === undefined) return undefined;
  const pong = await exchange(port, Buffer.from('*1\r\n$4\r\nPING\r\n'), (text) => text.includes('\r\n'), 1_000);
  return pong?.toString() === '+PONG\r\n' ? Number(id) : undefined;
}

/**
 * Asks a Kafka broker for the cluster's metadata: it is ready once it lists itself, which it does when the controller
 * has let it in.
 *
 * @param {number} port
 * @returns {Promise<boolean>}
 */
export async function kafkaIsReady(port) {
  const METADATA = 3;
  const VERSION = 4;
  const CORRELATION = 77;
  const body = Buffer.alloc(2 + 2 + 4 + 2 + 4 + 1);
  let at = body.writeInt16BE(METADATA, 0);
  at = body.writeInt16BE(VERSION, at);
  at = body.writeInt32BE(CORRELATION, at);
  at = body.writeInt16BE(-1, at); // no client id
  at = body.writeInt32BE(0, at); // no topics, the brokers alone
  body.writeInt8(0, at); // no topic creation
  const size = Buffer.alloc(4);
  size.writeInt32BE(body.length);
  const answer = await exchange(
    port,
    Buffer.concat([size, body]),
    (received) => received.length >= 4 && received.length >= 4 + received.readInt32BE(0),
    2_000,
  );
  // size, correlation id, throttle time, number of brokers
  if (answer === undefined || answer.length < 16) return false;
  return answer.readInt32BE(4) === CORRELATION && answer.readInt32BE(12) >= 1;
}
