// A container's health check: node infra/healthcheck.mjs PORT. Ends with 0 when the service says that it is alive.

const [port = ''] = process.argv.slice(2);
const alive = await fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(2_500) }).then(
  (answer) => answer.ok,
  () => false,
);
process.exitCode = alive ? 0 : 1;
