import { certificateFault } from '@click-recall/runtime';
import type { KafkaClientOptions } from './kafka-client.js';
import { chain, isRefusedLogin, rootMessage } from './kafka-errors.js';
import { inspectPort, type PortFacts } from './inspect-port.js';

/** `entry`: the brokers do not let us in as we are set up. `permission`: they let us in, and refuse what was asked. */
export type RefusalKind = 'entry' | 'permission';

/**
 * Kafka is there and says no: trying again mends nothing until somebody changes a setting, here or there. The message names the address,
 * what was refused and which variable to look at, and holds no secret.
 */
export class KafkaRefused extends Error {
  override readonly name = 'KafkaRefused';
  readonly retriable = false;
  readonly kind: RefusalKind;

  constructor(kind: RefusalKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

export type RefusalSetup = Pick<KafkaClientOptions, 'brokers' | 'ssl' | 'sasl'>;

/**
 * What an error of the library says of a refusal; undefined when it says nothing of the kind.
 *
 * @param what was tried, after "may not": `write to the topic clicks`
 */
export function refusalOf(error: unknown, setup: RefusalSetup, what?: string): KafkaRefused | undefined {
  const at = `Kafka at ${setup.brokers.join(',')}`;
  const errors = chain(error);
  const reason = rootMessage(error).trim();
  const entry = (message: string) => new KafkaRefused('entry', message, { cause: error });
  const known = errors.find((each) => each instanceof KafkaRefused);
  if (known) return known;
  if (isRefusedLogin(error)) {
    const by = setup.sasl?.mechanism.toUpperCase() ?? 'SASL';
    if (reason.includes('mechanism is not supported'))
      return entry(`${at} does not offer ${by}: look at KAFKA_SASL_MECHANISM`);
    const variables = 'look at KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD and KAFKA_SASL_MECHANISM';
    return entry(`${at} refuses ${who(setup)} or its password (${by}): ${variables}`);
  }
  const words = errors.flatMap((each) => [field(each, 'code'), field(each, 'type')]);
  const has = (matches: (word: string) => boolean) => words.some(matches);
  if (has((word) => word === 'ILLEGAL_SASL_STATE'))
    return entry(
      `${at} asks for no login on this port: take KAFKA_SASL_MECHANISM out, or name another port in KAFKA_BROKERS`,
    );
  for (const word of words) {
    const fault = certificateFault(word, reason, { authority: 'KAFKA_SSL_CA', address: 'KAFKA_BROKERS' });
    if (fault !== undefined) return entry(`${at} ${fault}`);
  }
  if (has((word) => /^ERR_SSL_.*ALERT/.test(word)))
    return entry(`${at} refuses the TLS handshake (${alertOf(reason)}): look at KAFKA_SSL_CERT and KAFKA_SSL_KEY`);
  return has((word) => word.endsWith('_AUTHORIZATION_FAILED'))
    ? permissionRefusal(error, reason, setup, what)
    : undefined;
}

/** For the one refusal that the library tells nobody of. */
export function groupRefusal(error: unknown, setup: RefusalSetup, what?: string): KafkaRefused {
  return permissionRefusal(error, 'Group authorization failed', setup, what);
}

function permissionRefusal(error: unknown, reason: string, setup: RefusalSetup, what = 'do this'): KafkaRefused {
  const message = `Kafka at ${setup.brokers.join(',')}: ${who(setup)} may not ${what} (${reason}): its ACLs must allow it`;
  return new KafkaRefused('permission', message, { cause: error });
}

/**
 * A connection that was cut without a word may be one to a port that speaks otherwise than we do; the port itself is asked.
 *
 * @returns undefined when it says nothing, or speaks as we do
 */
export async function wrongPortOf(error: unknown, setup: RefusalSetup): Promise<KafkaRefused | undefined> {
  if (!isCut(error)) return undefined;
  for (const broker of setup.brokers) {
    const facts = await inspectPort(broker);
    const message = facts && describeWrongPort(broker, facts, setup);
    if (message !== undefined) return new KafkaRefused('entry', message, { cause: error });
    if (facts) return undefined;
  }
  return undefined;
}

function describeWrongPort(broker: string, { tls, mechanisms }: PortFacts, setup: RefusalSetup): string | undefined {
  const weSpeakTls = setup.ssl !== undefined && setup.ssl !== false;
  if (tls && !weSpeakTls)
    return `Kafka at ${broker} speaks TLS on this port: set KAFKA_SSL or KAFKA_SSL_CA, or name another port`;
  if (!tls && weSpeakTls)
    return `Kafka at ${broker} speaks no TLS on this port: take KAFKA_SSL and KAFKA_SSL_CA out, or name another port in KAFKA_BROKERS`;
  if (mechanisms.length > 0 && !setup.sasl)
    return `Kafka at ${broker} asks for a login (${mechanisms.join(', ')}): set KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD`;
  return undefined;
}

/** The connection ended before there was an answer: not refused, not timed out. */
function isCut(error: unknown): boolean {
  return chain(error).some(
    (each) =>
      each.name === 'KafkaJSConnectionClosedError' ||
      (each.name === 'KafkaJSConnectionError' && /ECONNRESET|EPIPE|EPROTO|WRONG_VERSION/.test(field(each, 'code'))),
  );
}

function who({ sasl, ssl }: RefusalSetup): string {
  if (sasl) return `the user ${sasl.username}`;
  return typeof ssl === 'object' && ssl.cert !== undefined
    ? 'the owner of this certificate'
    : 'somebody without a login';
}

/** OpenSSL's own word for it, out of a line of file names and numbers. */
function alertOf(reason: string): string {
  return /alert ([a-z ]+)/.exec(reason)?.[0] ?? reason;
}

function field(error: Error, name: 'code' | 'type'): string {
  return name in error ? String((error as Error & Record<typeof name, unknown>)[name]) : '';
}
