import kafkajs, { type LogEntry } from 'kafkajs';

/** What the package logs through; a pino logger fits. */
export interface KafkaLogger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/**
 * Hands the library's log lines to ours. All go to debug: it tells every retry, rebalance and broken connection as an error, and
 * those that matter are told by us once and in clear words ({@link createReachability}, `onCrash`).
 *
 * @param onGroupRefused the broker does not let us join a group: the library says so nowhere but here, and throws that there is no
 *   coordinator
 */
export function kafkajsLogs(logger: KafkaLogger, onGroupRefused: () => void) {
  return () =>
    ({ namespace, level, log }: LogEntry): void => {
      const { timestamp: _timestamp, logger: _logger, message, ...fields } = log;
      if (GROUP_REFUSED.test(`${message}: ${String(fields['error'])}`)) onGroupRefused();
      logger.debug({ namespace, level: kafkajs.logLevel[level], ...fields }, message);
    };
}

const GROUP_REFUSED = /^Response GroupCoordinator.*Not authorized to access group/;
