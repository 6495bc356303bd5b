import { messageOf, type Logger } from '@click-recall/runtime';

/** Does something now and then, one after another; a failure is logged and the next time comes. `stop` waits for the one at work. */
export function repeatEvery(
  everyMs: number,
  work: () => Promise<unknown>,
  logger: Pick<Logger, 'warn'>,
): { stop(): Promise<void> } {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let stopped = false;

  const next = (): void => {
    timer = setTimeout(() => (running = once()), everyMs);
  };
  const once = async (): Promise<void> => {
    try {
      await work();
    } catch (error) {
      logger.warn({ err: error }, `will be tried again: ${messageOf(error)}`);
    }
    if (!stopped) next();
  };

  next();
  return {
    stop: () => {
      stopped = true;
      clearTimeout(timer);
      return running;
    },
  };
}
