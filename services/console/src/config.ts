import { ConfigError, type Config } from '@click-recall/runtime';
import { randomBytes } from 'node:crypto';

export interface ConsoleConfig {
  readonly password: string;
  /** Made up here, so it has to be told to somebody. */
  readonly generated: boolean;
}

/**
 * The dashboard can delete jobs, so it is never without a password: where none is set, one is made up, as long as only
 * this machine can reach the console.
 *
 * @throws ConfigError when it listens to the outside and no password is set
 */
export function consoleConfig(config: Pick<Config, 'host' | 'consolePassword'>): ConsoleConfig {
  if (config.consolePassword !== undefined) return { password: config.consolePassword, generated: false };
  if (isLoopback(config.host)) return { password: randomBytes(12).toString('base64url'), generated: true };
  throw new ConfigError([
    {
      variable: 'CONSOLE_PASSWORD',
      expected: `expected, since the console listens to the outside (LISTEN_HOST ${config.host})`,
    },
  ]);
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
