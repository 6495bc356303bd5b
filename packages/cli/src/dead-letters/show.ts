import { letterId, type ReadLetter } from '@click-recall/kafka';
import type { CliContext } from '../context.js';
import { CliError } from '../errors.js';
import { parseId, shortId, shortName, withLetters } from './open-letters.js';
import { letterAsJson, showLetter } from './show-letter.js';

export async function show(context: CliContext, _options: object, wanted = ''): Promise<void> {
  await withLetters(context, async (letters) => {
    const id = parseId(wanted, letters.namespace);
    let found: ReadLetter | undefined;
    let replayedTo: string | undefined;
    await letters.each((letter) => {
      if (letterId(letter) !== id) return;
      if (letter.replayedTo === undefined) found ??= letter;
      else replayedTo = shortName(letter.replayedTo, letters.namespace);
    });
    if (!found)
      throw new CliError(`there is no dead letter of ${wanted}; \`click-recall dead-letters list\` shows them`);
    const letter = found;
    const shown = shortId(letter, letters.namespace);
    context.output.result(() => showLetter(letter, shown, replayedTo), letterAsJson(letter, shown, replayedTo));
  });
}
