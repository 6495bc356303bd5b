import type { ServiceContext } from '../lifecycle/service-context.js';
import { createHttpServer, type HttpServer, type HttpServerOptions } from './create-http-server.js';
import { closeGracefully } from './graceful-close.js';
import { isLoopback } from './is-loopback.js';
import { listen } from './listen.js';

export interface OpenedHttpServer {
  readonly server: HttpServer;
  /**
   * Starts to listen on the service's own port, once every route is there. Gives the address, e.g. `http://127.0.0.1:8080`.
   *
   * @throws ConfigError when the port is taken or the address is not this machine's
   */
  readonly listen: () => Promise<string>;
}

/** The HTTP server of a service, closed with it. `config` stands in for the service's own where it must differ. */
export async function openHttpServer(
  { service, config, logger, metrics, health, scope }: ServiceContext,
  options: Partial<Pick<HttpServerOptions, 'api' | 'config'>> = {},
): Promise<OpenedHttpServer> {
  const server = await createHttpServer({ service, config, logger, metrics, health, ...options });
  scope.add('listener', 'http', () => closeGracefully(server));
  const { host, ports } = config;
  // Not refused: in a container every service listens to the outside, and who can come there is decided by what publishes the port.
  if (options.api && config.apiKeys.length === 0 && !isLoopback(host)) {
    logger.warn({ host }, 'no API_KEYS are set: whoever reaches this address may ask, publish and erase');
  }
  return {
    server,
    listen: () => listen(server, { host, port: ports[service], variable: `${service.toUpperCase()}_PORT` }),
  };
}
