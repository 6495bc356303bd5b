const TICK_MS = 250;

export interface EventLoopLag {
  /** Longest delay in the last `windowMs`, in ms. */
  longestMs(): number;
  stop(): void;
}

/** Watches how late a timer fires: what the event loop was held up, by whatever held it. */
export function watchEventLoop(windowMs = 10_000): EventLoopLag {
  let delays: { at: number; ms: number }[] = [];
  let expected = performance.now() + TICK_MS;
  const timer = setInterval(() => {
    const now = performance.now();
    delays = delays.filter(({ at }) => at > now - windowMs);
    delays.push({ at: now, ms: Math.max(0, now - expected) });
    expected = now + TICK_MS;
  }, TICK_MS);
  timer.unref();
  return {
    longestMs: () => Math.max(0, performance.now() - expected, ...delays.map(({ ms }) => ms)),
    stop: () => clearInterval(timer),
  };
}
