/** Questions about what kafkajs throws; told by name and fields, since it wraps errors in one another. */

const CONNECTION_ERRORS = new Set([
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSRequestTimeoutError',
  'KafkaJSBrokerNotFound',
  'KafkaJSNoBrokerAvailableError',
  'KafkaJSGroupCoordinatorNotFound',
]);

const REBALANCE_TYPES = new Set([
  'REBALANCE_IN_PROGRESS',
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'NOT_COORDINATOR_FOR_GROUP',
]);

/** The error and those that caused it, outermost first; of several that happened together (topics made in one request) the first. */
export function chain(error: unknown): Error[] {
  const errors: Error[] = [];
  for (let next = error; next instanceof Error && !errors.includes(next); next = causeOf(next)) errors.push(next);
  return errors;
}

function causeOf(error: Error): unknown {
  return error.name === 'KafkaJSAggregateError' && 'errors' in error && Array.isArray(error.errors)
    ? (error.errors as unknown[])[0]
    : error.cause;
}

/** How the library tells of a connection that ended in the middle of a login: as a login that failed. */
const CUT_LOGIN = /Closed connection$|Connection (error|timeout)|timed out$|write after end$|disconnected/;

/** The brokers cannot be reached, or stopped answering. */
export function isConnectionError(error: unknown): boolean {
  return isHalfOpen(error) || chain(error).some((each) => CONNECTION_ERRORS.has(each.name) || isCutLogin(each));
}

/**
 * A connection that was made to a broker which then said nothing (it was frozen): the library takes it for whole and never mends it, so
 * whoever holds it has to disconnect.
 */
export function isHalfOpen(error: unknown): boolean {
  return chain(error).some(({ message }) => message === 'Broker not connected');
}

/** The brokers looked at the login and refused it. */
export function isRefusedLogin(error: unknown): boolean {
  return chain(error).some((each) => each.name === SASL_ERROR && !isCutLogin(each));
}

const SASL_ERROR = 'KafkaJSSASLAuthenticationError';

function isCutLogin({ name, message }: Error): boolean {
  return name === SASL_ERROR && CUT_LOGIN.test(message);
}

/** Nobody is the coordinator of the group, or the broker does not tell us who. */
export function isNoCoordinator(error: unknown): boolean {
  return chain(error).some(({ name }) => name === 'KafkaJSGroupCoordinatorNotFound');
}

/** Trying again may help: the network, a leader election, a topic that is just being made. */
export function isRetriableKafkaError(error: unknown): boolean {
  const root = chain(error).at(-1);
  return isConnectionError(error) || (root !== undefined && 'retriable' in root && root.retriable === true);
}

const SEQUENCE_TYPES = new Set(['OUT_OF_ORDER_SEQUENCE_NUMBER', 'UNKNOWN_PRODUCER_ID', 'INVALID_PRODUCER_EPOCH']);

/** The broker no longer knows how far this producer got (its state expired, or the topic was made anew): a new one goes on. */
export function isSequenceError(error: unknown): boolean {
  return chain(error).some((each) => 'type' in each && SEQUENCE_TYPES.has(String(each.type)));
}

const TOO_LARGE_TYPES = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']);

/** The broker takes no message of this size. */
export function isTooLargeError(error: unknown): boolean {
  return chain(error).some((each) => 'type' in each && TOO_LARGE_TYPES.has(String(each.type)));
}

/** The group changes hands: not a fault, the member joins again. */
export function isRebalance(error: unknown): boolean {
  return chain(error).some((each) => 'type' in each && REBALANCE_TYPES.has(String(each.type)));
}

export function isKafkajsError(error: unknown): boolean {
  return error instanceof Error && error.name.startsWith('KafkaJS');
}

/** The innermost message: what really went wrong. */
export function rootMessage(error: unknown): string {
  return chain(error).at(-1)?.message ?? String(error);
}
