import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

export interface HttpBody {
  /** Sent as JSON. */
  readonly json: unknown;
  /** Told of the status that it was answered with; not at all where no answer came. */
  readonly onAnswer?: (status: number) => void;
}

export interface HttpCall {
  readonly url: string;
  /** Default GET. */
  readonly method?: 'GET' | 'POST';
  /** What is sent next. */
  readonly body?: () => HttpBody;
  /** user:password */
  readonly credentials?: string;
}

/** Callers that ask again and again, each on a connection that it keeps. */
export interface HttpLoad {
  /** How many answers of each status there were. */
  readonly answers: () => ReadonlyMap<number, number>;
  /** Requests that were on their way to a server and got no answer: what became of each. A connection refused is none. */
  readonly broken: () => readonly string[];
  /** Longest time that a caller waited for an answer, ms. */
  readonly slowestMs: () => number;
  /** Answers of status 503 that did not say when to come again. */
  readonly unkind: () => number;
  stop(): Promise<void>;
}

const PATIENCE_MS = 20_000;
const PAUSE_MS = 30;
/** After a refusal: the server is gone, or not there yet. */
const PAUSE_REFUSED_MS = 100;

export function startHttpLoad(calls: readonly HttpCall[], connectionsEach = 3): HttpLoad {
  const answers = new Map<number, number>();
  const broken: string[] = [];
  let slowestMs = 0;
  let unkind = 0;
  let stopped = false;

  async function askOn(agent: Agent, call: HttpCall): Promise<void> {
    while (!stopped) {
      const started = performance.now();
      const outcome = await ask(agent, call);
      switch (outcome.kind) {
        case 'answer':
          slowestMs = Math.max(slowestMs, performance.now() - started);
          answers.set(outcome.status, (answers.get(outcome.status) ?? 0) + 1);
          if (outcome.status === 503 && !outcome.saysWhen) unkind += 1;
          break;
        case 'broken':
          broken.push(`${call.method ?? 'GET'} ${call.url}: ${outcome.reason}`);
          break;
        case 'refused':
          await delay(PAUSE_REFUSED_MS);
      }
      await delay(PAUSE_MS);
    }
    agent.destroy();
  }

  const asking = calls.flatMap((call) =>
    Array.from({ length: connectionsEach }, () => askOn(new Agent({ keepAlive: true, maxSockets: 1 }), call)),
  );
  return {
    answers: () => answers,
    broken: () => broken,
    slowestMs: () => slowestMs,
    unkind: () => unkind,
    async stop() {
      stopped = true;
      await Promise.all(asking);
    },
  };
}

type Outcome =
  | { readonly kind: 'answer'; readonly status: number; readonly saysWhen: boolean }
  | { readonly kind: 'refused' }
  | { readonly kind: 'broken'; readonly reason: string };

function ask(agent: Agent, { url, method = 'GET', body, credentials }: HttpCall): Promise<Outcome> {
  return new Promise((resolve) => {
    const given = body?.();
    const sent = given && JSON.stringify(given.json);
    // The server says that it has read the headers: from then on it owes an answer.
    const headers = {
      expect: '100-continue',
      ...(sent !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(sent) }),
    };
    let heard = false;
    const options = {
      agent,
      method,
      headers,
      signal: AbortSignal.timeout(PATIENCE_MS),
      ...(credentials && { auth: credentials }),
    };
    const asked = request(url, options, (answer) => {
      answer.resume();
      answer.on('error', (error) => resolve({ kind: 'broken', reason: `in the answer: ${error.message}` }));
      answer.on('end', () => {
        const status = answer.statusCode ?? 0;
        given?.onAnswer?.(status);
        resolve({ kind: 'answer', status, saysWhen: answer.headers['retry-after'] !== undefined });
      });
    });
    asked.on('continue', () => (heard = true));
    asked.on('error', (error: NodeJS.ErrnoException) => {
      // Never accepted: a connection that nobody had taken yet when the server closed its door ends in a reset, too.
      const unheard = error.code === 'ECONNREFUSED' || (error.code === 'ECONNRESET' && !asked.reusedSocket && !heard);
      resolve(unheard ? { kind: 'refused' } : { kind: 'broken', reason: error.code ?? error.message });
    });
    asked.end(sent);
  });
}
