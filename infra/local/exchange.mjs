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
 * @param {string} [password] of its default user
 * @returns {Promise<number | undefined>} its process id; undefined while it does not answer, refuses the password or still loads its data
 */
export async function redisProcessId(port, password) {
  const login = password === undefined ? '' : redisCommand('AUTH', password);
  const request = (/** @type {string[]} */ ...words) => Buffer.from(login + redisCommand(...words));
  // Another line of error than the one that says that no password is wanted.
  const refused = (/** @type {Buffer} */ text) => /(^|\n)-(?!ERR AUTH)/.test(text.toString());
  const whole = (/** @type {Buffer} */ text) => text.includes('process_id:') || refused(text);
  const answer = await exchange(port, request('INFO', 'server'), whole, 1_000);
  const id = /process_id:(\d+)/.exec(answer?.toString() ?? '')?.[1];
  // INFO answers while the data is being loaded, PING does not.
  if (id === undefined) return undefined;
  const pong = await exchange(port, request('PING'), (text) => text.includes('+PONG\r\n') || refused(text), 1_000);
  return pong?.includes('+PONG\r\n') === true ? Number(id) : undefined;
}

/** @param {string[]} words */
function redisCommand(...words) {
  return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;
}

const METADATA = 3;
const SASL_HANDSHAKE = 17;
const SASL_AUTHENTICATE = 36;

/**
 * Asks a Kafka broker for the cluster's metadata: it is ready once it lists itself, which it does when the controller
 * has let it in.
 *
 * @param {number} port
 * @param {{ username: string, password: string }} [login] by SASL PLAIN
 * @returns {Promise<boolean>} false also while it refuses the login
 */
export async function kafkaIsReady(port, login) {
  const brokersOnly = Buffer.from([0, 0, 0, 0, 0]); // no topics; no topic creation
  const requests = [kafkaRequest(METADATA, 4, brokersOnly)];
  if (login !== undefined) {
    const token = Buffer.from(`\0${login.username}\0${login.password}`);
    const sized = Buffer.alloc(4);
    sized.writeInt32BE(token.length);
    requests.unshift(
      kafkaRequest(SASL_HANDSHAKE, 1, kafkaString('PLAIN')),
      kafkaRequest(SASL_AUTHENTICATE, 0, Buffer.concat([sized, token])),
    );
  }
  // The broker answers them in their order.
  const received = await exchange(
    port,
    Buffer.concat(requests),
    (bytes) => kafkaAnswers(bytes).length === requests.length,
    2_000,
  );
  const metadata = kafkaAnswers(received ?? Buffer.alloc(0))[requests.length - 1];
  // correlation id, throttle time, number of brokers
  return metadata !== undefined && metadata.length >= 12 && metadata.readInt32BE(8) >= 1;
}

/** @param {string} text */
function kafkaString(text) {
  const size = Buffer.alloc(2);
  size.writeInt16BE(Buffer.byteLength(text));
  return Buffer.concat([size, Buffer.from(text)]);
}

/**
 * @param {number} key
 * @param {number} version
 * @param {Buffer} body
 */
function kafkaRequest(key, version, body) {
  const head = Buffer.alloc(14);
  head.writeInt32BE(10 + body.length, 0);
  head.writeInt16BE(key, 4);
  head.writeInt16BE(version, 6);
  head.writeInt32BE(key, 8); // the correlation id
  head.writeInt16BE(-1, 12); // no client id
  return Buffer.concat([head, body]);
}

/**
 * The whole answers at the front of what was received, each without its length.
 *
 * @param {Buffer} received
 */
function kafkaAnswers(received) {
  const answers = [];
  for (let at = 0; at + 4 <= received.length;) {
    const end = at + 4 + received.readInt32BE(at);
    if (end > received.length) break;
    answers.push(received.subarray(at + 4, end));
    at = end;
  }
  return answers;
}
