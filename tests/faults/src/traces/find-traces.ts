import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodeId } from '@click-recall/redis';
import type { LivePipeline } from '../world/open-live-pipeline.js';
import { findInRedis } from './find-in-redis.js';

const EXPORT_WITHIN_MS = 120_000;

/** Where one of these ids is still to be found: keys of Redis, files of the registry, an export made now. The topics keep theirs until retention. */
export async function findTraces(pipeline: LivePipeline, ids: readonly string[], folder: string): Promise<string[]> {
  const { redis, jobs, env } = pipeline;
  const needles = ids.flatMap(spellingsOf);
  const keys = await findInRedis(redis, needles);
  const registry = await findInFiles(fileURLToPath(env['REGISTRY_URL'] ?? ''), needles);
  const file = join(folder, 'export.npz');
  const outcome = await jobs.waitFor('export', await jobs.add('export', { file }), { timeoutMs: EXPORT_WITHIN_MS });
  if (outcome.kind === 'failed') throw new Error(`export: ${outcome.failure.message}`);
  const exported = await readFile(file);
  if (!holds(exported, spellingsOf(pipeline.userIds[0] ?? '')))
    throw new Error('the export has not even those who were not forgotten');
  return [
    ...keys.map((key) => `key ${key}`),
    ...registry.map((name) => `file ${name}`),
    ...(holds(exported, needles) ? ['the export'] : []),
  ];
}

/** As it is, as in a key, as in JSON, and as in an array of numpy (four bytes a character). */
function spellingsOf(id: string): Buffer[] {
  const characters = Array.from(id);
  const wide = Buffer.alloc(characters.length * 4);
  characters.forEach((character, place) => wide.writeUInt32LE(character.codePointAt(0) ?? 0, place * 4));
  const texts = new Set([id, encodeId(id), JSON.stringify(id).slice(1, -1), encodeURIComponent(id)]);
  return [...[...texts].map((text) => Buffer.from(text)), wide];
}

async function findInFiles(folder: string, needles: readonly Buffer[]): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    if (holds(await readFile(path), needles)) found.push(path);
  }
  return found;
}

function holds(bytes: Buffer, needles: readonly Buffer[]): boolean {
  return needles.some((needle) => bytes.includes(needle));
}
