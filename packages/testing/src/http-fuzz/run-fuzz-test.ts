import * as fc from 'fast-check';
import { request } from 'node:http';
import { eventually } from '../eventually.js';
import { requestsTo, type FuzzRequest, type OpenApi } from './test-requests.js';

export interface FuzzOptions {
  /** Of the service, e.g. `http://127.0.0.1:8080`. */
  readonly address: string;
  /** Throws where the body of an error is not as all errors are. */
  readonly checkError: (body: unknown) => void;
  /** Sent with every request unless it has one of its own. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly seconds: number;
}

/** How often each status was answered. */
export type Statuses = ReadonlyMap<number, number>;

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/**
 * Asks a service everything that its own `/openapi.json` describes, rightly and wrongly, for some seconds. Throws, with the seed and the smallest
 * request that does it, where an answer is 5xx but for 503, or an error is not in the one form. The service answers afterwards.
 */
export async function runFuzz({ address, checkError, headers = {}, seconds }: FuzzOptions): Promise<Statuses> {
  const openapi = (await (await fetch(`${address}/openapi.json`)).json()) as OpenApi;
  const statuses = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(requestsTo(openapi), async (asked) => {
      const { status, type, body } = await send(address, { ...asked, headers: { ...headers, ...asked.headers } });
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (status >= 500 && status !== 503) throw new Error(`answered ${status}: ${body}`);
      if (status < 400 || asked.method === 'HEAD') return;
      if (!type.startsWith('application/json')) throw new Error(`answered ${status} as ${type}: ${body}`);
      checkError(JSON.parse(body));
    }),
    { numRuns: Number.MAX_SAFE_INTEGER, interruptAfterTimeLimit: seconds * 1_000, markInterruptAsFailure: false },
  );
  // Once more than a moment: it shares this process, which was busy making requests up.
  await eventually(async () => (await fetch(`${address}/healthz`)).status === 200);
  return statuses;
}

function send(address: string, { method, path, headers, body }: FuzzRequest): Promise<Answer> {
  const { hostname, port } = new URL(address);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, method, path, headers, agent: false }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          type: answer.headers['content-type'] ?? '',
          body: Buffer.concat(chunks).toString(),
        }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
