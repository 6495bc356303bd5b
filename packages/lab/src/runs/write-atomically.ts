import { open, rename } from 'node:fs/promises';

/** A file is there wholly or as it was before, whenever this process is killed. */
export async function writeAtomically(file: string, content: string | Uint8Array): Promise<void> {
  const aside = `${file}.writing`;
  const handle = await open(aside, 'w');
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(aside, file);
}
