import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { errorBody } from './http-error.js';
import { SECURITY_HEADERS } from './security-headers.js';

/** How long a connection that was refused is given to read why, ms. */
const LINGER_MS = 1_000;

type Answer = readonly [status: number, code: string, message: string];

const NOT_HTTP: Answer = [400, 'invalid-request', 'the request is not valid HTTP'];
/** By Node's codes. */
const ANSWERS: Readonly<Record<string, Answer>> = {
  HPE_HEADER_OVERFLOW: [431, 'too-long', 'path and headers are too long'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'too-slow', 'the request did not come in time'],
};

/** Answers what never became a request (no HTTP, headers too long, too slow) in the same form as all else, and ends its connection. */
export function answerClientError(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, code, message] = ANSWERS[error.code ?? ''] ?? NOT_HTTP;
  const body = JSON.stringify(errorBody(code, message));
  const headers = {
    ...SECURITY_HEADERS,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}
