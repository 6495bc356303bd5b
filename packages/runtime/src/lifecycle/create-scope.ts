import type { Logger } from '../logger.js';

/** The order in which a service stops: nothing new comes in, what is under way ends, what it wrote is flushed, then the stores go. */
const STOP_ORDER = ['listener', 'consumer', 'worker', 'producer', 'store'] as const;

export type Stage = (typeof STOP_ORDER)[number];

/** Everything a service has opened, to be closed in order. */
export interface Scope {
  /** Registers something that was just opened. Within a stage, the last one opened is closed first. */
  add(stage: Stage, name: string, close: () => unknown): void;
  /** Closes everything once; errors are logged and do not keep the rest open. Resolves to whether all closed without an error. */
  close(): Promise<boolean>;
}

export function createScope(logger: Logger): Scope {
  const opened: { stage: Stage; name: string; close: () => unknown }[] = [];
  let closing: Promise<boolean> | undefined;

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
    for (const stage of STOP_ORDER) {
      for (const { name, close } of opened.filter((part) => part.stage === stage).toReversed()) {
        clean = (await closeOne(name, close)) && clean;
      }
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
