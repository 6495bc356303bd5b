import { createLogger, type Logger } from './logger.js';

/** For tests only: a logger, and the JSON lines that it has written. */
export function openTestLog(service: string): { readonly logger: Logger; readonly lines: string[] } {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  return { logger: createLogger({ service, level: 'info', pretty: false, destination }), lines };
}
