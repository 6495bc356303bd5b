import { expect, it } from 'vitest';
import { createTurns } from './take-turns.js';

const endless = new AbortController().signal;

/** Work that ends when it is told to. */
function held() {
  let release = (): void => undefined;
  const promise = new Promise<void>((resolve) => (release = resolve));
  return { promise, release };
}

it('does one piece of work at a time, in the order asked for, also after one that failed', async () => {
  const turns = createTurns();
  const seen: string[] = [];
  const first = held();
  const said = (text: string) => (): void => void seen.push(text);
  const one = turns(endless, () => first.promise.then(said('one')), said('one waits'));
  const two = turns(endless, () => Promise.reject(new Error('two failed')), said('two waits'));
  const three = turns(endless, async () => void seen.push('three'), said('three waits'));
  expect(seen).toEqual(['two waits', 'three waits']);
  first.release();
  await one;
  await expect(two).rejects.toThrow('two failed');
  await three;
  expect(seen).toEqual(['two waits', 'three waits', 'one', 'three']);
  await turns(endless, async () => undefined, said('four waits'));
  expect(seen).not.toContain('four waits');
});

it('lets go of who does not want to wait any more, and the next waits for the first all the same', async () => {
  const turns = createTurns();
  const first = held();
  const seen: string[] = [];
  const one = turns(
    endless,
    () => first.promise,
    () => undefined,
  );
  const impatient = new AbortController();
  const two = turns(
    impatient.signal,
    async () => void seen.push('two'),
    () => undefined,
  );
  const three = turns(
    endless,
    async () => void seen.push('three'),
    () => undefined,
  );
  impatient.abort(new Error('cancelled'));
  await expect(two).rejects.toThrow('cancelled');
  expect(seen).toEqual([]);
  first.release();
  await Promise.all([one, three]);
  expect(seen).toEqual(['three']);
});
