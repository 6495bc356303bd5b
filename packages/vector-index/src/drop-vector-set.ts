import type { RedisCommands } from '@click-recall/redis';

/** UNLINK frees a vector set in the server's main thread: about 0.5 ms a thousand elements, so up to so many it goes at once. */
const UNLINK_UP_TO = 20_000;
/** VREM repairs the graph around each element, about 0.1 ms; the commands of one write are done without a pause. */
const SLICE = 100;

/** Deletes a set without stalling the server: elements in slices until few are left, then the rest. */
export async function dropVectorSet(commands: RedisCommands, key: string, unlinkUpTo = UNLINK_UP_TO): Promise<void> {
  while (Number(await commands.call(['VCARD', key])) > unlinkUpTo) {
    const ids = (await commands.call(['VRANDMEMBER', key, SLICE])) as string[];
    await commands.pipeline(ids.map((id) => ['VREM', key, id]));
  }
  await commands.call(['UNLINK', key]);
}
