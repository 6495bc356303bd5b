/** Controls, halves of surrogate pairs, and what turns the direction of writing: nothing of it is shown to a terminal as it is. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

/** Text of others for a terminal: what a terminal would act on is written as `\u{...}`. One line, unless `lines` keeps breaks and tabs. */
export function printable(text: string, { lines = false }: { readonly lines?: boolean } = {}): string {
  return text.replace(UNPRINTABLE, (character) => {
    if (lines && (character === '\n' || character === '\t')) return character;
    return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  });
}
