/** Who passes a signal on (npm, timeout) sends it twice at once; one that comes later is of somebody who has waited enough. */
const SAME_SIGNAL_MS = 1_000;

/**
 * Calls `stop` at the first SIGINT or SIGTERM. One that comes later ends the process where it stands: what is done at the exit takes the
 * servers along.
 *
 * @param {() => void} stop
 */
export function onInterrupt(stop) {
  /** @type {number | undefined} */
  let stoppedAt;
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
    process.on(signal, () => {
      if (stoppedAt === undefined) {
        stoppedAt = performance.now();
        stop();
      } else if (performance.now() - stoppedAt > SAME_SIGNAL_MS) process.exit(130);
    });
  }
}
