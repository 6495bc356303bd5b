import { topicName } from '@click-recall/contracts';
import {
  createKafkaClient,
  formatOrigin,
  letterId,
  readDeadLetter,
  readOrigin,
  readTopic,
  type KafkaClient,
  type Origin,
  type ReadLetter,
} from '@click-recall/kafka';
import type { CliContext } from '../context.js';
import { CliError, UsageError } from '../errors.js';
import { quietLogger, withPipeline } from '../target.js';

/** The dead letters of a pipeline. */
export interface Letters {
  readonly kafka: KafkaClient;
  readonly namespace: string;
  /** Full name of the topic. */
  readonly topic: string;
  /** Every message of the topic that is a letter or the note of a replay, repeats included; from those written at `sinceMs` on. */
  each(
    onLetter: (letter: ReadLetter) => void | Promise<void>,
    sinceMs?: number,
  ): Promise<{ readonly notLetters: number }>;
  /** Reads any topic once, from a time on. */
  readFrom(topic: string, timeMs: number, onBatch: Parameters<typeof readTopic>[1]['onBatch']): Promise<void>;
}

/** @throws CliError when Kafka does not answer, or nothing was ever refused here */
export async function withLetters(context: CliContext, work: (letters: Letters) => Promise<void>): Promise<void> {
  await withPipeline(context, ['kafka'], async ({ admin }, { config }) => {
    const { namespace } = config;
    const topic = topicName('dead-letters', namespace);
    if (!(await admin.listTopics()).includes(topic)) {
      throw new CliError(`there is no topic ${topic}: \`click-recall topics create\`, or another NAMESPACE`);
    }
    const kafka = createKafkaClient({ ...config.kafka, clientId: 'cli', logger: quietLogger(context) });
    const read = { groupPrefix: `${namespace}.cli`, signal: context.signal };
    const readFrom: Letters['readFrom'] = async (name, timeMs, onBatch) => {
      await readTopic(kafka, { ...read, topic: name, from: await admin.topicOffsetsAt(name, timeMs), onBatch });
    };
    try {
      await work({
        kafka,
        namespace,
        topic,
        readFrom,
        async each(onLetter, sinceMs = 0) {
          let notLetters = 0;
          await readFrom(topic, sinceMs, async ({ messages }) => {
            for (const message of messages) {
              const result = readDeadLetter(message);
              if (result.ok) await onLetter(result.letter);
              else notLetters += 1;
            }
          });
          return { notLetters };
        },
      });
    } finally {
      await kafka.close();
    }
  });
}

/** An origin as it is shown and asked for: with the plain name of a topic of this pipeline. */
export function shortId(letter: Pick<ReadLetter, 'origin'>, namespace: string): string {
  return shortName(letterId(letter), namespace);
}

/** `TOPIC/PARTITION/OFFSET` without the namespace, where it has this one. */
export function shortName(id: string, namespace: string): string {
  const prefix = prefixOf(namespace);
  return id.startsWith(prefix) ? id.slice(prefix.length) : id;
}

/** What stands before the plain name of a topic; '' in the default namespace. */
function prefixOf(namespace: string): string {
  return topicName('clicks', namespace).slice(0, -'clicks'.length);
}

/**
 * The id of a letter that a person names, with or without the namespace.
 *
 * @throws UsageError
 */
export function parseId(text: string, namespace: string): string {
  const origin: Origin | undefined = readOrigin(text);
  if (!origin) throw new UsageError(`expected TOPIC/PARTITION/OFFSET, as in clicks/0/42, not ${text}`);
  const prefix = prefixOf(namespace);
  const topic = origin.topic.startsWith(prefix) ? origin.topic : `${prefix}${origin.topic}`;
  return formatOrigin({ ...origin, topic });
}
