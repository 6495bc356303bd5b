import { readFileSync } from 'node:fs';
import type { Queue } from 'bullmq';
import { TRAINING_STEPS } from './flows.js';

const COMMAND = 'clickRecallClaimFlow';
const LUA = readFileSync(new URL('../lua/claim-flow.lua', import.meta.url), 'utf8');
/** Long enough for a slow Redis to take the flow's four jobs after the claim. */
const CLAIM_MS = 30_000;
const ROOT = 'republish' satisfies (typeof TRAINING_STEPS)[number];

/** The training flow under way: `id` itself where none was and it is to be started, or where it has been before. */
export async function claimFlow(
  queue: Queue,
  key: string,
  prefix: string,
  id: string,
): Promise<{ readonly id: string; readonly granted: boolean }> {
  const client = await queue.backend.client;
  const ended = [`${prefix}:${ROOT}:completed`, ...TRAINING_STEPS.map((step) => `${prefix}:${step}:failed`)];
  client.defineCommand(COMMAND, { numberOfKeys: 3 + ended.length, lua: LUA });
  for (;;) {
    const newest = (await client.hget(key, 'id')) ?? '';
    // Every key that a script touches is told to the server, which is what a Cluster asks for; so which job to look at is said here.
    const keys = [key, `${prefix}:${ROOT}:${newest}`, `${prefix}:${ROOT}:${id}`, ...ended];
    const underWay = await client.runCommand(COMMAND, [...keys, id, newest, CLAIM_MS]);
    if (underWay === null) continue;
    const [claimed, granted] = underWay as [unknown, unknown];
    return { id: String(claimed), granted: Number(granted) === 1 };
  }
}
