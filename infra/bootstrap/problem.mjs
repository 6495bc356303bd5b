/**
 * A part that cannot be had on this machine. Its text is written for the person at the terminal: what is missing, why,
 * and every way out, so it is printed without a stack trace.
 */
export class SetupProblem extends Error {
  /**
   * @param {string} what one sentence: the part and why it cannot be had
   * @param {readonly string[]} waysOut what the reader can do, best first
   * @param {string} [detail] the last lines of the tool that failed
   */
  constructor(what, waysOut, detail) {
    const ways = waysOut.map((way) => `  - ${way}`).join('\n');
    const tail = detail === undefined || detail.trim() === '' ? '' : `\n\n${indent(detail.trim())}`;
    super(`${what}${tail}${waysOut.length === 0 ? '' : `\n\nWays out:\n${ways}`}`);
    this.name = 'SetupProblem';
  }
}

/** @param {string} text */
function indent(text) {
  return text
    .split('\n')
    .map((line) => `    | ${line}`)
    .join('\n');
}
