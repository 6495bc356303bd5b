import { TOPIC_NAMES, TOPICS, type TopicName, type TopicSpec } from '@click-recall/contracts';
import { z } from 'zod';

export type JsonSchema = Record<string, unknown>;

/**
 * The JSON Schema (2020-12) of a topic's value; of what may be written where callers write, of what is written where the pipeline does.
 * Fields that it does not name are allowed: readers leave them alone, so that writers can add some.
 */
export function topicSchema(topic: TopicName): JsonSchema | undefined {
  const { schema, writer }: TopicSpec = TOPICS[topic];
  return (
    schema &&
    z.toJSONSchema(schema, {
      io: writer === 'you' ? 'input' : 'output',
      unrepresentable: 'any',
      override: ({ jsonSchema }) => {
        if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
      },
    })
  );
}

/** The schemas of every topic that has one, by topic. */
export function topicSchemas(): ReadonlyMap<TopicName, JsonSchema> {
  const entries = TOPIC_NAMES.map((topic) => [topic, topicSchema(topic)] as const);
  return new Map(entries.filter((entry): entry is [TopicName, JsonSchema] => entry[1] !== undefined));
}
