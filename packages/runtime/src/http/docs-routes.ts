import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import type { HttpServer } from './create-http-server.js';

const DOCS_CSP =
  "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; frame-ancestors 'none'";

export interface ApiDescription {
  readonly title: string;
  readonly description: string;
}

/** `/openapi.json` and the page `/docs`, of the routes that are added afterwards. */
export async function addDocsRoutes(server: HttpServer, service: string, api: ApiDescription): Promise<void> {
  server.addHook('onRoute', (route) => {
    route.schema = { tags: [service], ...route.schema };
  });
  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: api.title, description: api.description, version: '1' },
      tags: [{ name: service }],
      components: {
        securitySchemes: {
          apiKey: {
            type: 'apiKey',
            in: 'header',
            name: 'x-api-key',
            description:
              'A key of the role that a call names, or of the role admin. Another key: 403; none or a wrong one: 401.',
          },
        },
      },
    },
    transform: jsonSchemaTransform,
  });
  await server.register(async (docs) => {
    docs.addHook('onRoute', (route) => {
      route.config = { ...route.config, open: true };
    });
    // Every script and style from this server and no outside validator: the page works without the internet. The plugin's
    // own policy also upgrades requests to HTTPS, which breaks the page where there is none.
    await docs.register(swaggerUi, {
      routePrefix: '/docs',
      staticCSP: true,
      transformStaticCSP: () => DOCS_CSP,
      uiConfig: { validatorUrl: null },
    });
  });
  server.get('/openapi.json', { config: { open: true }, schema: { hide: true } }, () => server.swagger());
}
