import { RetriableError } from '@click-recall/runtime';
import { describe, expect, it } from 'vitest';
import type { FlowView } from './jobs.js';
import { watchFlow } from './watch-flow.js';

const view = (state: FlowView['state']): FlowView => ({ id: 'f', state, failure: undefined, jobs: {} });

/** Gives one answer after the other, then the last one for ever. */
function answering(...answers: (FlowView | undefined)[]) {
  return { flow: async () => (answers.length > 1 ? answers.shift() : answers[0]) };
}

async function statesOf(answers: (FlowView | undefined)[], signal = new AbortController().signal) {
  const states: string[] = [];
  for await (const { state } of watchFlow(answering(...answers), 'f', { signal, pollMs: 1 })) states.push(state);
  return states;
}

describe('watchFlow', () => {
  it.each(['completed', 'failed'] as const)('ends with the view in which the flow has %s', async (end) => {
    expect(await statesOf([view('running'), view('running'), view(end)])).toEqual(['running', 'running', end]);
  });

  it('waits for a flow that was claimed and is not there yet', async () => {
    expect(await statesOf([undefined, undefined, view('completed')])).toEqual(['completed']);
  });

  it('goes on watching when Redis was away for a moment', async () => {
    const { flow } = answering(view('running'), view('completed'));
    let asked = 0;
    const jobs = {
      flow: async () => ((asked += 1) === 2 ? Promise.reject(new RetriableError('Redis is away')) : flow()),
    };
    const states: string[] = [];
    const options = { signal: new AbortController().signal, pollMs: 1 };
    for await (const { state } of watchFlow(jobs, 'f', options)) states.push(state);
    expect(states).toEqual(['running', 'completed']);
  });

  it('stops when it is told to', async () => {
    await expect(statesOf([view('running')], AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
  });
});
