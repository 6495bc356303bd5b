export { eventually, type EventuallyOptions } from './eventually.js';
export { fuzzHttp } from './fuzz-http.js';
export { openDoor, type Door, type DoorOptions } from './open-door.js';
export { anyId, foreignErrorOf, hostileBytes, hostileJson, hostileValue } from './hostile-test-data.js';
export { HOSTILE_IDS, NO_IDS } from './hostile-ids.js';
export { randomNamespace } from './random-namespace.js';
export { testServers, type TestServers } from './servers.js';
export { sharedFolder } from './shared-folder.js';
