/** Settings of a service whose clock steps back by `backMs`, `afterMs` after its start. */
export function steppingClock({ afterMs, backMs }: { readonly afterMs: number; readonly backMs: number }) {
  return {
    NODE_OPTIONS: `--import ${new URL('./step-clock.js', import.meta.url).href}`,
    FAULTS_CLOCK_STEPS_AFTER_MS: String(afterMs),
    FAULTS_CLOCK_STEPS_BACK_MS: String(backMs),
  };
}
