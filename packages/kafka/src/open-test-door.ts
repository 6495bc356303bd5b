import { openDoor, randomNamespace, testServers, type Door } from '@click-recall/testing';
import { onTestFinished } from 'vitest';
import { createKafkaClient, type KafkaClient } from './kafka-client.js';
import type { KafkaLogger } from './kafka-logger.js';
import { silent } from './open-test-kafka.js';

export interface BehindDoorOptions {
  /** Changes what the broker says, in place. */
  readonly translate?: (bytes: Buffer) => void;
  readonly logger?: KafkaLogger;
}

/** For tests only: a client that reaches the broker by a door alone, and what it has said of it. */
export async function behindDoor({ translate, logger = silent }: BehindDoorOptions = {}): Promise<{
  client: KafkaClient;
  door: Door;
  said: boolean[];
}> {
  const to = testServers().kafkaBrokers[0] ?? '';
  let port = 0;
  const door = await openDoor({
    to,
    translate(bytes) {
      replacePort(bytes, to, port);
      translate?.(bytes);
    },
  });
  port = door.port;
  onTestFinished(() => door.close());
  const said: boolean[] = [];
  const client = createKafkaClient({
    brokers: [`127.0.0.1:${port}`],
    clientId: randomNamespace(),
    logger,
    onReachable: (reachable) => {
      if (said.at(-1) !== reachable) said.push(reachable);
    },
  });
  onTestFinished(() => client.close());
  return { client, door, said };
}

/** The broker tells its clients to connect to its own address; that of the door is to be used instead. */
function replacePort(bytes: Buffer, to: string, port: number): void {
  const [host = '', from] = to.split(':');
  for (let at = bytes.indexOf(host); at >= 0; at = bytes.indexOf(host, at + 1)) {
    const place = at + host.length;
    if (place + 4 <= bytes.length && bytes.readInt32BE(place) === Number(from)) bytes.writeInt32BE(port, place);
  }
}
