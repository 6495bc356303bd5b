import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What was published of a file, so that the next start goes on instead of publishing it again. */
export interface ReplayNote {
  readonly read: number;
  readonly published: number;
  readonly rejected: number;
  /** A model was trained on it and went live. */
  readonly trained?: true;
}

/**
 * Notes of finished replays in the data folder. Only a convenience: publishing a file again changes nothing, it takes time.
 * `log` names the place it was published to, so that another broker is not taken for this one.
 */
export function replayNotes(dataFolder: string): {
  read(log: string, fileId: string): Promise<ReplayNote | undefined>;
  write(log: string, fileId: string, note: ReplayNote): Promise<void>;
} {
  const file = join(dataFolder, 'replayed.json');
  const all = async (): Promise<Record<string, ReplayNote>> => {
    const text = await readFile(file, 'utf8').catch(() => '{}');
    return JSON.parse(text) as Record<string, ReplayNote>;
  };
  return {
    read: async (log, fileId) => (await all())[`${log} ${fileId}`],
    async write(log, fileId, note) {
      await mkdir(dataFolder, { recursive: true });
      await writeFile(file, `${JSON.stringify({ ...(await all()), [`${log} ${fileId}`]: note }, undefined, 2)}\n`);
    },
  };
}
