import { describe, expect, it } from 'vitest';
import { createLogger } from './logger.js';

function logged(write: (logger: ReturnType<typeof createLogger>) => void, pretty = false): string {
  let text = '';
  write(
    createLogger({ service: 'recall', level: 'info', pretty, destination: { write: (line) => void (text += line) } }),
  );
  return text;
}

describe('createLogger', () => {
  it('writes one JSON object a line, with the service and the level in words', () => {
    const line = logged((logger) => logger.warn({ topic: 'clicks' }, 'slow'));
    expect(JSON.parse(line)).toMatchObject({ service: 'recall', level: 'warn', topic: 'clicks', msg: 'slow' });
  });

  it('leaves secrets out wherever they sit', () => {
    const line = logged((logger) => {
      logger.info({
        password: 'hunter2',
        sasl: { password: 'hunter2' },
        request: { headers: { 'x-api-key': 'hunter2', authorization: 'hunter2' } },
      });
    });
    expect(line).not.toContain('hunter2');
    expect(line).toContain('[redacted]');
  });

  it('is silent below its level', () => {
    expect(logged((logger) => logger.debug('x'))).toBe('');
  });

  it('writes lines for people', () => {
    expect(logged((logger) => logger.info('ready'), true)).toMatch(/recall: ready/);
  });
});
