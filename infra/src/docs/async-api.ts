import {
  DEAD_LETTER_HEADERS,
  DEAD_LETTER_MARKS,
  REJECTION_REASONS,
  SOURCE_HEADER_PREFIX,
  TOPIC_NAMES,
  TOPICS,
  type TopicName,
  type TopicSpec,
} from '@click-recall/contracts';
import { topicSchema } from './json-schemas.js';

/** The topics as an AsyncAPI 3 document: what an application team reads to publish clicks and to consume recommendations. */
export function asyncApi(): Record<string, unknown> {
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'click-recall',
      version: '1.0.0',
      description:
        'Click events in, recommendations out. Generated from packages/contracts. Topics carry the namespace as a prefix ("NAMESPACE.") when it is not the default.',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/json',
    channels: mapTopics(channel),
    operations: Object.fromEntries(TOPIC_NAMES.map((topic) => [operationName(topic), operation(topic)])),
    components: { messages: mapTopics(message) },
  };
}

function channel(topic: TopicName): Record<string, unknown> {
  const { summary, writer, partitions, cleanup, retentionMs }: TopicSpec = TOPICS[topic];
  return {
    address: topic,
    description: `${summary} Written by ${writer}.`,
    messages: { [topic]: { $ref: `#/components/messages/${topic}` } },
    bindings: {
      kafka: {
        partitions,
        topicConfiguration: { 'cleanup.policy': [cleanup], 'retention.ms': retentionMs },
        bindingVersion: '0.5.0',
      },
    },
  };
}

function message(topic: TopicName): Record<string, unknown> {
  const { summary, key }: TopicSpec = TOPICS[topic];
  const payload = topicSchema(topic);
  return {
    name: topic,
    summary,
    ...(payload
      ? { payload }
      : { description: 'The value is the original bytes of the source.', headers: deadLetterHeaders() }),
    bindings: {
      kafka: {
        key: { type: 'string', description: `The ${key}.`.replace('The that', 'That') },
        bindingVersion: '0.5.0',
      },
    },
  };
}

function deadLetterHeaders(): Record<string, unknown> {
  const marks = Object.entries(DEAD_LETTER_MARKS).map(([name, description]) => [name, { type: 'string', description }]);
  const properties = DEAD_LETTER_HEADERS.map((name) => [
    name,
    name === 'reason' ? { type: 'string', examples: [...REJECTION_REASONS] } : { type: 'string' },
  ]);
  return {
    type: 'object',
    properties: Object.fromEntries([...properties, ...marks]),
    required: [...DEAD_LETTER_HEADERS],
    patternProperties: { [`^${SOURCE_HEADER_PREFIX}`]: { description: 'The headers of the source.' } },
  };
}

/** An operation is told from the pipeline's side: it receives what you write and sends what it writes. */
function operation(topic: TopicName): Record<string, unknown> {
  const { writer }: TopicSpec = TOPICS[topic];
  return { action: writer === 'you' ? 'receive' : 'send', channel: { $ref: `#/channels/${topic}` } };
}

function operationName(topic: TopicName): string {
  const { writer }: TopicSpec = TOPICS[topic];
  return `${writer === 'you' ? 'receive' : 'send'}-${topic}`;
}

function mapTopics<T>(make: (topic: TopicName) => T): Record<string, T> {
  return Object.fromEntries(TOPIC_NAMES.map((topic) => [topic, make(topic)]));
}
