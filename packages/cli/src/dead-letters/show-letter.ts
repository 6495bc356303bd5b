import { TextDecoder } from 'node:util';
import type { ReadLetter } from '@click-recall/kafka';
import { printable } from '../printable.js';
import { reasonInWords } from './reasons.js';

/** Bytes of a value shown in hex. */
const HEX_BYTES = 1_024;
const HEX_LINE = 16;

/** A letter for people: why, what would mend it, headers, value. */
export function showLetter(letter: ReadLetter, id: string, replayedTo: string | undefined): string {
  const { reason, field, message, service, key, value, headers, originalBytes, truncated } = letter;
  const { what, mend } = reasonInWords(reason);
  const names = Object.entries(headers).flatMap(([name, values]) => values.map((each) => `  ${name}: ${textOf(each)}`));
  return [
    `${id}  refused by ${service}`,
    `appended ${timeOf(letter.appendedAt)}, refused ${timeOf(letter.writtenAt)}`,
    `reason   ${reason}${field === '' ? '' : ` of ${field}`}: ${what} (${message})`,
    `to mend  ${mend}`,
    ...(replayedTo === undefined ? [] : [`replayed to ${replayedTo}`]),
    `key      ${key === null ? 'none' : textOf(key)}`,
    ...(names.length === 0 ? [] : ['headers', ...names]),
    value === null
      ? 'value    none (a tombstone)'
      : `value    ${originalBytes} bytes${truncated ? `, of which the first ${value.byteLength} were kept` : ''}`,
    ...(value === null ? [] : [shownValue(value)]),
  ].join('\n');
}

/** The same for scripts. Bytes as text where they are UTF-8, else as base64. */
export function letterAsJson(letter: ReadLetter, id: string, replayedTo: string | undefined): object {
  const { key, value, headers, origin: _origin, replayedTo: _replayedTo, ...rest } = letter;
  return {
    id,
    ...rest,
    ...reasonInWords(letter.reason),
    key: key === null ? null : encoded(key),
    headers: Object.fromEntries(Object.entries(headers).map(([name, values]) => [name, values.map(encoded)])),
    value: value === null ? null : encoded(value),
    replayedTo: replayedTo ?? null,
  };
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

function encoded(bytes: Uint8Array): { readonly text: string } | { readonly base64: string } {
  const text = utf8(bytes);
  return text === undefined ? { base64: Buffer.from(bytes).toString('base64') } : { text };
}

function textOf(bytes: Uint8Array): string {
  const text = utf8(bytes);
  return text === undefined ? `0x${Buffer.from(bytes).toString('hex')}` : printable(text);
}

function shownValue(value: Uint8Array): string {
  const text = utf8(value);
  return text === undefined ? hexLines(value) : printable(text, { lines: true });
}

function hexLines(value: Uint8Array): string {
  const bytes = Buffer.from(value.subarray(0, HEX_BYTES));
  const lines = Array.from({ length: Math.ceil(bytes.length / HEX_LINE) }, (_, line) => {
    const part = bytes.subarray(line * HEX_LINE, (line + 1) * HEX_LINE);
    const hex = part
      .toString('hex')
      .replace(/../g, '$& ')
      .padEnd(HEX_LINE * 3);
    return `${(line * HEX_LINE).toString(16).padStart(6, '0')}  ${hex} ${part.toString('latin1').replace(/[^ -~]/g, '.')}`;
  });
  const more = value.byteLength - bytes.length;
  return [...lines, ...(more > 0 ? [`and ${more} bytes more; --json has all of them`] : [])].join('\n');
}

export function timeOf(ms: number): string {
  return Number.isSafeInteger(ms) && Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : String(ms);
}
