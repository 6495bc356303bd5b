export { eventually, type EventuallyOptions } from './eventually.js';
export { randomNamespace } from './random-namespace.js';
export { testServers, type TestServers } from './servers.js';
export { sharedFolder } from './shared-folder.js';
