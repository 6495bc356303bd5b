import type { Logger } from '../logger.js';

/**
 * The order in which a service stops: nothing new comes in and what is under way ends, what it wrote is flushed, then the stores go. What
 * brings work in closes together: each may wait some seconds for a server that is away, and the time for a stop is short.
 */
const STOP_ORDER = [['listener', 'consumer', 'worker'], ['producer'], ['store']] as const;

export type Stage = (typeof STOP_ORDER)[number][number];

/** Everything a service has opened, to be closed in order. */
export interface Scope {
  /** Registers something that was just opened. Of the stores, the last one opened is closed first. */
  add(stage: Stage, name: string, close: () => unknown): void;
  /** Closes everything once; errors are logged and do not keep the rest open. Resolves to whether all closed without an error. */
  close(): Promise<boolean>;
}

export function createScope(logger: Logger): Scope {
  const opened: { stage: Stage; name: string; close: () => unknown }[] = [];
  let closing: Promise<boolean> | undefined;

  const partsOf = (stage: Stage) => opened.filter((part) => part.stage === stage).toReversed();

  async function closeOne(name: string, close: () => unknown): Promise<boolean> {
    try {
      await close();
      logger.debug({ part: name }, `${name} closed`);
      return true;
    } catch (error) {
      logger.error({ err: error, part: name }, `${name} did not close`);
      return false;
    }
  }

  async function closeAll(): Promise<boolean> {
    let clean = true;
    const [intake, ...after] = STOP_ORDER;
    const closed = intake.flatMap((stage) => partsOf(stage).map(({ name, close }) => closeOne(name, close)));
    for (const each of await Promise.all(closed)) clean = each && clean;
    for (const stage of after.flat()) {
      for (const { name, close } of partsOf(stage)) clean = (await closeOne(name, close)) && clean;
    }
    return clean;
  }

  return {
    add(stage, name, close) {
      // Opened while the service was already stopping: nobody else would close it.
      if (closing) void closeOne(name, close);
      else opened.push({ stage, name, close });
    },
    close: () => (closing ??= closeAll()),
  };
}
