import { ConfigError, isLoopback, type Config } from '@click-recall/runtime';
import { randomBytes } from 'node:crypto';

/** Who may look at the console, by password. */
export interface ConsoleConfig {
  /** Absent: nobody can change anything. */
  readonly adminPassword: string | undefined;
  /** Absent: nobody can only look. */
  readonly viewerPassword: string | undefined;
  /** The admin's was made up here, so it has to be told to somebody. */
  readonly generated: boolean;
}

/**
 * The dashboard can delete jobs, so it is never without a password: where none is set, one is made up, as long as only
 * this machine can reach the console. Where it listens to the outside and only the viewer's is set, there is no admin.
 *
 * @throws ConfigError when it listens to the outside and no password is set, or when one password is for both
 */
export function consoleConfig(config: Pick<Config, 'host' | 'consolePassword' | 'consoleReadPassword'>): ConsoleConfig {
  const { consolePassword: adminPassword, consoleReadPassword: viewerPassword } = config;
  if (viewerPassword !== undefined && viewerPassword === adminPassword) {
    throw new ConfigError([
      { variable: 'CONSOLE_READ_PASSWORD', expected: 'expected another password than CONSOLE_PASSWORD' },
    ]);
  }
  if (adminPassword !== undefined) return { adminPassword, viewerPassword, generated: false };
  if (isLoopback(config.host)) {
    return { adminPassword: randomBytes(12).toString('base64url'), viewerPassword, generated: true };
  }
  if (viewerPassword !== undefined) return { adminPassword, viewerPassword, generated: false };
  throw new ConfigError([
    {
      variable: 'CONSOLE_PASSWORD',
      expected: `expected, since the console listens to the outside (LISTEN_HOST ${config.host})`,
    },
  ]);
}
