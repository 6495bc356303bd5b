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

  it('leaves out what errors carry beside their words', () => {
    const refused = Object.assign(new Error('WRONGPASS'), { command: { name: 'auth', args: ['ingest', 'hunter2'] } });
    const noUrl = Object.assign(new TypeError('Invalid URL'), { input: 'redis://:hunter2@[' });
    for (const error of [refused, noUrl]) {
      const line = logged((logger) => logger.error({ err: error }, 'crashed'));
      expect(line).not.toContain('hunter2');
      expect(line).toContain(error.message);
    }
  });

  it('is silent below its level', () => {
    expect(logged((logger) => logger.debug('x'))).toBe('');
  });

  const sent = 'a\r\n[12:00:00] INFO: b\u001b[2J\u0007\u007f\u009b31m\0c';
  const logSent = (logger: ReturnType<typeof createLogger>): void =>
    logger.info({ userId: sent, err: new Error(sent) }, `no user ${sent}`);

  it('keeps what somebody sent on its line', () => {
    expect(logged(logSent)).toMatch(/^[^\0-\x1f]+\n$/);
  });

  it('keeps what somebody sent from moving the cursor of a terminal and from looking like a line of its own', () => {
    const text = logged(logSent, true);
    expect(text).not.toMatch(/(?!\n)\p{Cc}/u);
    expect(text.split('\n').filter((line) => line.startsWith('['))).toHaveLength(1);
  });

  it('writes lines for people', () => {
    expect(logged((logger) => logger.info('ready'), true)).toMatch(/recall: ready/);
  });
});
