import {
  clickEventSchema,
  clicksAnswerSchema,
  errorBodySchema,
  isForget,
  MAX_EVENTS,
  type ClicksAnswer,
} from '@click-recall/contracts';
import type { Publisher } from '@click-recall/kafka';
import { HttpError, requireRole, type HttpServer, type Metrics } from '@click-recall/runtime';
import { z } from 'zod';
import { readLine, readValue, splitLines, type ReadEvent } from './read-events.js';

const JSON_LINES = 'application/x-ndjson';

export interface ClicksRouteParts {
  readonly publisher: Pick<Publisher, 'publish'>;
  /** Full name of the `clicks` topic. */
  readonly topic: string;
  readonly metrics: Pick<Metrics, 'clicksAccepted' | 'eventsRejected'>;
}

/** Read one by one in the handler, since one bad event must not refuse the others; the schema here is for the documentation. */
const bodySchema = z.unknown().meta({
  description: `An event, an array of events, or (as ${JSON_LINES}) one event a line; at most ${MAX_EVENTS}.`,
  anyOf: [z.toJSONSchema(clickEventSchema, { io: 'input' }), { type: 'array' }, { type: 'string' }],
});

/** `POST /v1/clicks`: click events for those who cannot speak Kafka. Answers once Kafka has acknowledged them. */
export function addClicksRoute(server: HttpServer, { publisher, topic, metrics }: ClicksRouteParts): void {
  server.addContentTypeParser([JSON_LINES, 'application/jsonl'], { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, new Lines(Buffer.from(body)));
  });
  server.route({
    method: 'POST',
    url: '/v1/clicks',
    config: { requires: ['kafka'], role: 'publish' },
    schema: {
      tags: ['ingest'],
      summary: 'Publish click events',
      description:
        'Events without an eventId count again when the request is repeated. Where API keys are set, a `forget` needs one of the role admin.',
      body: bodySchema,
      response: {
        202: clicksAnswerSchema.describe('Accepted, but for the events that `errors` tells of'),
        400: errorBodySchema.describe('No event of the request can be accepted'),
      },
    },
    handler: async (request, reply) => {
      const events = readBody(request.body, Date.now());
      const accepted = events.filter((event) => event.ok);
      // As for the route that forgets: what erases is not for whoever may add.
      if (accepted.some(({ event }) => isForget(event))) requireRole(request, 'admin', 'an event of the type forget');
      await publisher.publish(
        topic,
        accepted.map(({ event, json }) => ({ key: event.userId, value: json })),
      );
      metrics.clicksAccepted.inc(accepted.length);
      const errors = events.flatMap((event, index) => (event.ok ? [] : [{ index, ...event.rejection }]));
      for (const { reason } of errors) metrics.eventsRejected.inc({ source: 'http', reason });
      const answer: ClicksAnswer = { accepted: accepted.length, rejected: errors.length, errors };
      const [first] = errors;
      if (accepted.length > 0 || !first) return reply.code(202).send(answer);
      throw new HttpError(
        400,
        first.reason,
        events.length === 1 ? first.message : `no event can be accepted; the first: ${first.message}`,
        first.field,
      );
    },
  });
}

/** A body of JSON Lines, told apart from a JSON string. */
class Lines {
  readonly bytes: Buffer;
  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }
}

function readBody(body: unknown, nowMs: number): ReadEvent[] {
  const lines = body instanceof Lines ? splitLines(body.bytes) : undefined;
  const parts: readonly unknown[] = lines ?? (Array.isArray(body) ? body : [body]);
  if (parts.length > MAX_EVENTS)
    throw new HttpError(413, 'too-large', `expected at most ${MAX_EVENTS} events in a request`);
  if (parts.length === 0) throw new HttpError(400, 'empty', 'expected at least one event');
  return lines ? lines.map((line) => readLine(line, nowMs)) : parts.map((value) => readValue(value, nowMs));
}
