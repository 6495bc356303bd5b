/**
 * What a server answers that is there but cannot serve now. OOM: nor store. NOSCRIPT: it lost a script that was just given to it. NOAUTH,
 * WRONGPASS: whoever has served with a password serves again once its new one is known; a start is ended by `RedisRefused`.
 */
const REPLIES =
  /^(OOM|LOADING|EXECABORT|READONLY|TRYAGAIN|CLUSTERDOWN|MASTERDOWN|NOREPLICAS|MISCONF|BUSY|UNBLOCKED|NOSCRIPT|NOAUTH|WRONGPASS)\b/;

/** What ioredis throws while it reconnects, or hears nothing. */
const CLIENT_NAMES = new Set(['MaxRetriesPerRequestError', 'ClusterAllFailedError']);
const CLIENT_MESSAGES =
  /^(Connection is closed|Stream isn't writeable|Command timed out|Command aborted due to connection close|Cluster isn't ready|Cluster is ended|Too many Cluster redirections|None of startup nodes is available|Failed to refresh slots)/;

/** Whether an error of a Redis client is of a server that cannot be reached or cannot serve just now; in the client's own words, before anybody has put them in ours. */
export function isRedisNotNow(error: Error): boolean {
  if (CLIENT_NAMES.has(error.name) || CLIENT_MESSAGES.test(error.message)) return true;
  if (!REPLIES.test(error.message)) return false;
  // A transaction is discarded for what its commands were told: by the state of the server, unless one of them says otherwise.
  const told = 'previousErrors' in error && Array.isArray(error.previousErrors) ? error.previousErrors : [];
  return told.every((each) => each instanceof Error && isRedisNotNow(each));
}
