import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { run } from '../bootstrap/run.mjs';
import { kafkaIsReady } from './exchange.mjs';
import { freePort } from './ports.mjs';
import { makePrivate, writePrivate } from './private-files.mjs';
import { runningServer, startOnFreePort, startServerProcess } from './server-process.mjs';

const NAME = 'kafka';
const PREFERRED_PORT = 9092;

/** Who logs in to a broker with a password, broker and controller among themselves included. */
export const KAFKA_USER = 'click-recall';

/** Quick to start and sparing with the cores; the full compiler was measured to add nothing at this size. */
const JVM_FLAGS = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xshare:auto', '-Djava.awt.headless=true'];

/**
 * @typedef {object} KafkaOptions
 * @property {string} dataDir logs of topics, settings and the broker's log; made when it is not there, reused when it is
 * @property {import('../bootstrap/kafka.mjs').KafkaFiles} files
 * @property {number} [port] preferred; another is taken when somebody listens there
 * @property {boolean} [outlive] go on when this process dies
 * @property {number} [heapMb] default 512
 * @property {boolean} [throwaway] the data is not wanted afterwards, so stopping need not be orderly
 * @property {string} [password] asked of everybody, as user {@link KAFKA_USER} by SASL PLAIN; absent: nobody is asked
 * @property {readonly ExtraListener[]} [listeners] beside the first one
 * @property {readonly string[]} [settings] lines of server.properties for them
 * @property {readonly string[]} [scram] users to be made with a new data folder, as Kafka's storage tool takes them
 *
 * @typedef {object} ExtraListener
 * @property {string} name in capitals
 * @property {'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL'} protocol
 * @property {number} port of 127.0.0.1
 */

/**
 * Starts a Kafka of the project's own on 127.0.0.1: broker and controller in one process (KRaft), formatted on first use.
 *
 * @param {KafkaOptions} options
 * @returns {Promise<import('./server-process.mjs').LocalServer>}
 */
export async function startKafka(options) {
  const dataDir = resolve(options.dataDir);
  await makePrivate(dataDir);
  const running = await runningKafka(dataDir, options.password);
  if (running !== undefined)
    throw new Error(`A Kafka already runs on ${dataDir}: process ${running.pid}, port ${running.port}.`);
  await writeFile(join(dataDir, 'log4j2.properties'), LOG4J);
  const settings = join(dataDir, 'server.properties');
  const java = (/** @type {string} */ main, /** @type {string[]} */ ...args) => [
    ...[
      ...JVM_FLAGS,
      `-Xmx${options.heapMb ?? 512}m`,
      `-Dlog4j2.configurationFile=${join(dataDir, 'log4j2.properties')}`,
    ],
    ...['-cp', options.files.classPath, main, ...args],
  ];
  return startOnFreePort(async () => {
    const port = await freePort(options.port ?? PREFERRED_PORT);
    const controllerPort = await freePort();
    await writePrivate(settings, serverProperties(options, dataDir, port, controllerPort));
    if (!existsSync(join(dataDir, 'topics', 'meta.properties'))) {
      // The same id again after an interrupted format, or the storage tool refuses.
      const id = await clusterId(join(dataDir, 'cluster-id'));
      await run(
        options.files.java,
        java(
          'kafka.tools.StorageTool',
          ...['format', '-t', id, '-c', settings, '--ignore-formatted'],
          ...(options.scram ?? []).flatMap((user) => ['--add-scram', user]),
        ),
      );
    }
    return startServerProcess({
      name: NAME,
      command: options.files.java,
      args: java('kafka.Kafka', settings),
      port,
      dataDir,
      outlive: options.outlive ?? false,
      isReady: () => kafkaIsReady(port, loginOf(options.password)),
      // After a crash the controller waits for the broker's former session to run out, and logs are recovered.
      readyWithinMs: 180_000,
      stopWithinMs: options.throwaway === true ? 0 : 30_000,
    });
  });
}

/**
 * The Kafka that runs on a data folder, started by this or another process.
 *
 * @param {string} dataDir
 * @param {string} [password]
 */
export function runningKafka(dataDir, password) {
  return runningServer(resolve(dataDir), NAME, (port) => kafkaIsReady(port, loginOf(password)));
}

/** @param {string | undefined} password */
function loginOf(password) {
  return password === undefined ? undefined : { username: KAFKA_USER, password };
}

/** @param {string} file */
async function clusterId(file) {
  const known = await readFile(file, 'utf8').catch(() => '');
  if (known !== '') return known;
  // Kafka's form: 16 random bytes in URL-safe base64 without padding; no leading dash, it would look like an option.
  const id = randomBytes(16).toString('base64url').replace(/^-/, 'A');
  await writeFile(file, id);
  return id;
}

/**
 * @param {KafkaOptions} options
 * @param {string} dataDir
 * @param {number} port
 * @param {number} controllerPort
 */
function serverProperties({ password, listeners = [], settings = [] }, dataDir, port, controllerPort) {
  const protocol = password === undefined ? 'PLAINTEXT' : 'SASL_PLAINTEXT';
  const forClients = [
    `CLIENT://127.0.0.1:${port}`,
    ...listeners.map((each) => `${each.name}://127.0.0.1:${each.port}`),
  ];
  const protocols = listeners.map((each) => `${each.name}:${each.protocol}`);
  return [
    'process.roles=broker,controller',
    'node.id=1',
    `controller.quorum.voters=1@127.0.0.1:${controllerPort}`,
    `listeners=${[...forClients, `CONTROLLER://127.0.0.1:${controllerPort}`].join(',')}`,
    `advertised.listeners=${forClients.join(',')}`,
    `listener.security.protocol.map=${[`CLIENT:${protocol}`, `CONTROLLER:${protocol}`, ...protocols].join(',')}`,
    'inter.broker.listener.name=CLIENT',
    'controller.listener.names=CONTROLLER',
    ...(password === undefined ? [] : loginProperties(password)),
    ...settings,
    `log.dirs=${join(dataDir, 'topics')}`,
    // A topic that is missing is an error of ours, never made up with wrong settings.
    'auto.create.topics.enable=false',
    'offsets.topic.replication.factor=1',
    'offsets.topic.num.partitions=4',
    'transaction.state.log.replication.factor=1',
    'transaction.state.log.min.isr=1',
    'transaction.state.log.num.partitions=4',
    'default.replication.factor=1',
    'min.insync.replicas=1',
    'group.initial.rebalance.delay.ms=0',
    // The default preallocates index files of 10 MB a partition on file systems without holes, and tests make many.
    'log.index.size.max.bytes=1048576',
    'log.cleaner.dedupe.buffer.size=16777216',
    '',
  ].join('\n');
}

/**
 * PLAIN, since every listener is on loopback, and the controller needs users that are known before there is any metadata.
 *
 * @param {string} password
 */
function loginProperties(password) {
  const login = `org.apache.kafka.common.security.plain.PlainLoginModule required username="${KAFKA_USER}" password="${password}" user_${KAFKA_USER}="${password}";`;
  return [
    'sasl.mechanism.inter.broker.protocol=PLAIN',
    'sasl.mechanism.controller.protocol=PLAIN',
    ...['client', 'controller'].flatMap((name) => [
      `listener.name.${name}.sasl.enabled.mechanisms=PLAIN`,
      `listener.name.${name}.plain.sasl.jaas.config=${login}`,
    ]),
  ];
}

const LOG4J = [
  'appender.stdout.type=Console',
  'appender.stdout.name=stdout',
  'appender.stdout.layout.type=PatternLayout',
  'appender.stdout.layout.pattern=[%d] %p %m (%c)%n',
  'rootLogger.level=warn',
  'rootLogger.appenderRef.stdout.ref=stdout',
  '',
].join('\n');
