import { setTimeout as delay } from 'node:timers/promises';
import type { HttpServer } from './create-http-server.js';

/** A connection that a caller keeps open is given so long to bring one more request, whose answer says that it is the last one. */
const DRAIN_MS = 500;
const LOOK_EVERY_MS = 20;
/** Longer than any answer of ours takes; who has not sent a whole request by then, or does not read the answer, is cut off. */
const CUT_AFTER_MS = 5_000;

/**
 * Before the server closes, connections that are kept open go on for a moment: one that is closed while its next request is on the way gives
 * its caller a reset instead of an answer. Every answer from then on is the connection's last (`connection: close`).
 */
export function addGracefulClose(server: HttpServer): void {
  server.addHook('preClose', async () => {
    const deadline = performance.now() + DRAIN_MS;
    while (performance.now() < deadline && (await connections(server)) > 0) await delay(LOOK_EVERY_MS);
  });
}

/** Answers what is under way, then closes; resolves within seconds, whatever callers do. */
export async function closeGracefully(server: HttpServer): Promise<void> {
  const cut = setTimeout(() => server.server.closeAllConnections(), CUT_AFTER_MS);
  await server.close();
  clearTimeout(cut);
}

function connections({ server }: HttpServer): Promise<number> {
  return new Promise((resolve) => server.getConnections((error, count) => resolve(error ? 0 : count)));
}
