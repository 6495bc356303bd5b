import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino';
import { prettyFactory } from 'pino-pretty';

export type Logger = PinoLogger;

export interface LoggerOptions {
  readonly service: string;
  readonly level: string;
  /** For people; default: when standard output is a terminal. */
  readonly pretty?: boolean;
  /** Default: standard output. */
  readonly destination?: DestinationStream;
}

/** Keys whose values are never logged, at the top and one and two levels down. */
const SECRETS = [
  'password',
  'consolePassword',
  'consoleReadPassword',
  'apiKeys',
  'authorization',
  '["x-api-key"]',
  'sasl.password',
  // Of errors: what a command of Redis was sent with (a password, ids of users), and the text that is no URL (with its password).
  'command.args',
  'input',
];
const PATHS = SECRETS.flatMap((key) => {
  const under = key.startsWith('[') ? key : `.${key}`;
  return [key, `*${under}`, `*.*${under}`];
});

/** A logger that writes one JSON object a line (lines for people on a terminal), with the service's name and secrets left out. */
export function createLogger({ service, level, pretty, destination }: LoggerOptions): Logger {
  const options = {
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: PATHS, censor: '[redacted]' },
  };
  if (pretty ?? (destination === undefined && process.stdout.isTTY)) {
    const format = prettyFactory({
      translateTime: 'SYS:HH:MM:ss',
      ignore: 'pid,hostname,service',
      // Indented, so that no text begins a line as if it were of the log.
      messageFormat: ({ msg }) => `${service}: ${(typeof msg === 'string' ? msg : '').replaceAll(/\r?\n/g, '\n    ')}`,
      colorize: destination === undefined,
    });
    const target = destination ?? process.stdout;
    return pino(options, { write: (line) => void target.write(visible(format(line))) });
  }
  return destination ? pino(options, destination) : pino(options);
}

/** Writes control characters out, but for line feeds and colours: what somebody sent must not move the cursor of a terminal, or worse. */
function visible(text: string): string {
  return text.replaceAll(/\x1b\[[\d;]*m|\p{Cc}/gu, (found) =>
    found === '\n' || found.length > 1 ? found : `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
