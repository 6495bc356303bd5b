// Loaded into a service before its first line (`--import`): its clock steps back once, as when somebody sets it right. Timers and
// `performance.now` go by the monotonic clock and do not notice, as in a real step.
const after = performance.now() + Number(process.env['FAULTS_CLOCK_STEPS_AFTER_MS']);
const stepMs = Number(process.env['FAULTS_CLOCK_STEPS_BACK_MS']);
const RealDate = Date;
const now = RealDate.now.bind(RealDate);

function steppedNow(): number {
  return performance.now() < after ? now() : now() - stepMs;
}

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args: []) => (args.length === 0 ? new target(steppedNow()) : new target(...args)),
  apply: () => new RealDate(steppedNow()).toString(),
  get: (target, property, receiver) =>
    property === 'now' ? steppedNow : (Reflect.get(target, property, receiver) as unknown),
});
