import type { ServiceName } from '@click-recall/runtime';
import type { Target } from '../target.js';

export interface ServiceStatus {
  readonly name: string;
  readonly address: string;
  readonly state: 'ready' | 'not ready' | 'does not answer';
  /** What it waits for. */
  readonly waitingFor: readonly string[];
}

const PATIENCE_MS = 2_000;

/** Asks every service whether it is ready, where it runs on this machine or on the configured ports of it. */
export async function readServices({ config, local }: Target): Promise<ServiceStatus[]> {
  const names = Object.keys(config.ports) as ServiceName[];
  const host = config.host === '0.0.0.0' || config.host === '::' ? '127.0.0.1' : config.host;
  const addresses = local
    ? local.services
    : Object.fromEntries(names.map((name) => [name, `http://${host}:${config.ports[name]}`]));
  return Promise.all(Object.entries(addresses).map(([name, address]) => ask(name, address)));
}

async function ask(name: string, address: string): Promise<ServiceStatus> {
  try {
    const answer = await fetch(`${address}/readyz`, { signal: AbortSignal.timeout(PATIENCE_MS) });
    const waitingFor = waiting(await answer.json());
    return { name, address, state: answer.ok ? 'ready' : 'not ready', waitingFor };
  } catch {
    return { name, address, state: 'does not answer', waitingFor: [] };
  }
}

/** The dependencies that are not up in the body of `/readyz`; none where it has another form. */
function waiting(body: unknown): string[] {
  if (typeof body !== 'object' || body === null || !('dependencies' in body)) return [];
  return Object.entries(body.dependencies ?? {}).flatMap(([name, dependency]: [string, unknown]) => {
    const up =
      typeof dependency === 'object' && dependency !== null && 'state' in dependency && dependency.state === 'up';
    return up ? [] : [name];
  });
}
