import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Script } from './commands.js';

/** The Lua files of this package (`packages/redis/lua`), by name. */
export type ScriptName = 'apply-batch' | 'advance-offset' | 'put-user-vector' | 'switch-activation' | 'switch-ranker';

/** Reads a Lua file beside the source; done once, when a store is made. */
export function loadScript(name: ScriptName): Script {
  const source = readFileSync(new URL(`../../lua/${name}.lua`, import.meta.url), 'utf8');
  return { name, source, sha: createHash('sha1').update(source).digest('hex') };
}
