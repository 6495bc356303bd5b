import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** What every user of this machine can see of its processes (Linux). */
export async function commandLines(): Promise<string[]> {
  const lines = (await processIds()).map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''));
  return (await Promise.all(lines)).map((line) => line.replaceAll('\0', ' '));
}

/** The processes that one has started, and those started by them; itself included. */
export async function familyOf(pid: number): Promise<number[]> {
  const parents = new Map<number, number>();
  for (const each of await processIds()) {
    const facts = await readFile(`/proc/${each}/stat`, 'utf8').catch(() => '');
    // After the name, which may hold anything: state, parent.
    const parent = Number(facts.slice(facts.lastIndexOf(')') + 2).split(' ')[1]);
    if (parent > 0) parents.set(each, parent);
  }
  const isFamily = (each: number): boolean => each === pid || isFamilyOfParent(parents.get(each));
  const isFamilyOfParent = (parent: number | undefined): boolean => parent !== undefined && isFamily(parent);
  return [...parents.keys()].filter(isFamily);
}

/** The addresses on which processes listen for TCP, as the kernel writes them: IPv4 and IPv6 in hexadecimal words of the machine's order. */
export async function listensOn(pids: readonly number[]): Promise<string[]> {
  const sockets = new Set((await Promise.all(pids.map(socketsOf))).flat());
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8').catch(() => '')),
  );
  return tables
    .flatMap((table) => table.trim().split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , state, , , , , , inode]) => state === LISTEN && sockets.has(inode ?? ''))
    .map(([, local = '']) => local.split(':')[0] ?? '');
}

const LISTEN = '0A';
/** 127.0.0.1, ::1, and 127.0.0.1 as IPv6. */
export const LOOPBACK = ['0100007F', '00000000000000000000000001000000', '0000000000000000FFFF00000100007F'];

/** What lies in a folder, itself included, that others than its owner can read, write or enter. */
export async function openToOthers(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true });
  const found = await Promise.all(
    ['.', ...entries].map(async (entry) => {
      const path = join(folder, entry);
      // What is gone meanwhile is nobody's.
      const facts = await stat(path).catch(() => undefined);
      return facts !== undefined && (facts.mode & 0o077) !== 0 ? [path] : [];
    }),
  );
  return found.flat();
}

async function processIds(): Promise<number[]> {
  return (await readdir('/proc')).map(Number).filter((pid) => pid > 0);
}

async function socketsOf(pid: number): Promise<string[]> {
  const folder = `/proc/${pid}/fd`;
  const links = (await readdir(folder).catch(() => [])).map((fd) => readlink(join(folder, fd)).catch(() => ''));
  return (await Promise.all(links)).flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []);
}
