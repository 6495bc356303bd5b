import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder, makeOnce } from './cache.mjs';
import { unpackWheels } from './pip.mjs';
import { SetupProblem } from './problem.mjs';

const REQUIREMENT = 'recbole==1.2.1';
const INSIDE = 'recbole/dataset_example/ml-100k';
const WAYS_OUT = ['replay a log of your own: npm start -- --events FILE --format csv --user C --item C --timestamp C'];

/**
 * @typedef {object} MovieLens the files of MovieLens-100k: tab-separated, first line the names and types of the columns
 * @property {string} interactions user_id, item_id, rating, timestamp (seconds)
 * @property {string} items item_id, movie_title, release_year, class (genres)
 * @property {string} users
 */

/**
 * MovieLens-100k out of the RecBole wheel, into the cache folder (its terms forbid to redistribute it, so it is in no
 * repository).
 *
 * @param {{ update(text: string): void }} task
 * @returns {Promise<MovieLens>}
 * @throws {SetupProblem}
 */
export async function ensureMovieLens(task) {
  const folder = join(cacheFolder(), 'movielens-100k');
  await makeOnce(
    folder,
    async (aside) => {
      const unpacked = join(aside, 'unpacked');
      const wanted = {
        requirements: [REQUIREMENT],
        folder: unpacked,
        prefixes: [`${INSIDE}/`],
        what: 'MovieLens-100k',
        waysOut: WAYS_OUT,
      };
      await unpackWheels(wanted, task);
      for (const kind of ['inter', 'item', 'user']) {
        const file = join(unpacked, INSIDE, `ml-100k.${kind}`);
        if (!existsSync(file)) throw new SetupProblem(`${REQUIREMENT} has no ${INSIDE}/ml-100k.${kind}.`, WAYS_OUT);
        await rename(file, join(aside, `ml-100k.${kind}`));
      }
      await rm(unpacked, { recursive: true });
    },
    () => task.update('another process is getting it'),
  );
  const file = (/** @type {string} */ kind) => join(folder, `ml-100k.${kind}`);
  return { interactions: file('inter'), items: file('item'), users: file('user') };
}
