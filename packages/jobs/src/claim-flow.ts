import { readFileSync } from 'node:fs';
import type { Queue } from 'bullmq';
import { TRAINING_STEPS } from './flows.js';

const COMMAND = 'clickRecallClaimFlow';
const LUA = readFileSync(new URL('../lua/claim-flow.lua', import.meta.url), 'utf8');
/** Long enough for a slow Redis to take the flow's four jobs after the claim. */
const CLAIM_MS = 30_000;

/** The id of the training flow under way: `id` itself where none was. */
export async function claimFlow(queue: Queue, key: string, prefix: string, id: string): Promise<string> {
  const client = await queue.backend.client;
  client.defineCommand(COMMAND, { numberOfKeys: 1, lua: LUA });
  const rootFirst = [...TRAINING_STEPS].reverse();
  return String(await client.runCommand(COMMAND, [key, id, prefix, CLAIM_MS, ...rootFirst]));
}
