import { scanKeys, type RedisConnection } from '@click-recall/redis';

/**
 * Every key of the server whose name or content holds one of the byte strings; the content of every type of key is read, queues and
 * vector sets too.
 */
export async function findInRedis(redis: RedisConnection, needles: readonly Buffer[]): Promise<string[]> {
  const found: string[] = [];
  for await (const keys of scanKeys(redis)) {
    for (const key of keys) {
      const content = [Buffer.from(key), ...(await contentOf(redis, key))];
      if (content.some((bytes) => needles.some((needle) => bytes.includes(needle)))) found.push(key);
    }
  }
  return found;
}

async function contentOf({ commands }: RedisConnection, key: string): Promise<Buffer[]> {
  const type = String(await commands.call(['TYPE', key]));
  return flat(await commands.callBytes(await readingOf(type)));

  async function readingOf(of: string): Promise<(string | number)[]> {
    switch (of) {
      case 'string':
        return ['GET', key];
      case 'hash':
        return ['HGETALL', key];
      case 'set':
        return ['SMEMBERS', key];
      case 'zset':
        return ['ZRANGE', key, 0, -1];
      case 'list':
        return ['LRANGE', key, 0, -1];
      case 'stream':
        return ['XRANGE', key, '-', '+'];
      case 'vectorset':
        // As many as there are: all of them.
        return ['VRANDMEMBER', key, Number(await commands.call(['VCARD', key]))];
      case 'none':
        return ['GET', key];
      default:
        throw new Error(`nobody knows how to read ${key}, a ${of}`);
    }
  }
}

function flat(reply: unknown): Buffer[] {
  if (Array.isArray(reply)) return reply.flatMap(flat);
  if (Buffer.isBuffer(reply)) return [reply];
  return reply === null || reply === undefined ? [] : [Buffer.from(String(reply as string | number))];
}
