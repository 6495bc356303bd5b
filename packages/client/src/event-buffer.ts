import type { Delivery, OutgoingMessage, Publisher } from '@click-recall/kafka';

export interface BatchOptions {
  /** Sent when so many are waiting. Default 1,000. */
  readonly maxEvents?: number;
  /** Sent when the oldest has waited so long, ms. Default 5. */
  readonly maxDelayMs?: number;
}

export interface EventBuffer {
  /** Resolves when the broker has the message; waits first while too many are under way. */
  add(topic: string, message: OutgoingMessage): Promise<Delivery>;
  /** Sends what waits, and resolves when nothing is under way any more. */
  flush(): Promise<void>;
}

interface Waiting {
  readonly topic: string;
  readonly message: OutgoingMessage;
  resolve(delivery: Delivery): void;
  reject(error: unknown): void;
}

/** Gathers single messages into batches, in order, with a bound on how many are under way. */
export function createEventBuffer(
  publisher: Pick<Publisher, 'publish'>,
  { maxEvents = 1_000, maxDelayMs = 5 }: BatchOptions,
  maxInFlight: number,
): EventBuffer {
  let batch: Waiting[] = [];
  let timer: NodeJS.Timeout | undefined;
  let inFlight = 0;
  const queue: (() => void)[] = [];
  const sends = new Set<Promise<void>>();

  function send(): void {
    clearTimeout(timer);
    timer = undefined;
    const sent = batch;
    batch = [];
    for (const topic of new Set(sent.map((each) => each.topic))) {
      const sending = sendTo(
        topic,
        sent.filter((each) => each.topic === topic),
      );
      sends.add(sending);
      void sending.finally(() => sends.delete(sending));
    }
  }

  /** Never rejects: each message has its own promise. */
  async function sendTo(topic: string, sent: readonly Waiting[]): Promise<void> {
    try {
      const deliveries = await publisher.publish(
        topic,
        sent.map(({ message }) => message),
      );
      sent.forEach((each, index) => {
        const delivery = deliveries[index];
        if (delivery) each.resolve(delivery);
        else each.reject(new Error('the broker did not say where the message is'));
      });
    } catch (error) {
      for (const each of sent) each.reject(error);
    }
    release(sent.length);
  }

  function release(count: number): void {
    inFlight -= count;
    while (inFlight < maxInFlight && queue.length > 0) {
      inFlight += 1;
      queue.shift()?.();
    }
  }

  function put(entry: Waiting): void {
    batch.push(entry);
    if (batch.length >= maxEvents) send();
    else timer ??= setTimeout(send, maxDelayMs);
  }

  return {
    add: (topic, message) =>
      new Promise((resolve, reject) => {
        const enter = (): void => put({ topic, message, resolve, reject });
        if (inFlight >= maxInFlight) return void queue.push(enter);
        inFlight += 1;
        enter();
      }),
    async flush() {
      while (batch.length > 0 || sends.size > 0 || queue.length > 0) {
        send();
        await Promise.all(sends);
      }
    },
  };
}
