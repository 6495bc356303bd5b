import { describe, expect, it } from 'vitest';
import { judge, type GateEvidence } from './gate.js';

const rules = { gateTolerance: 0.01, gateMinClicks: 100 };

function evidence(changes: Partial<GateEvidence>): GateEvidence {
  return {
    loss: 3,
    clicks: 500,
    ndcg10: 0.1,
    versions: [{ version: 'live', ndcg10: 0.1 }],
    heldOut: { clicks: 500, ndcg10: 0.1, popularity: 0.04 },
    ...changes,
  };
}

describe('the gate', () => {
  it('passes a candidate that is not worse than the live version', () => {
    expect(judge(evidence({}), rules)).toMatchObject({ passed: true, basis: 'versions' });
  });

  it('passes one that is worse within the tolerance and rejects one beyond it', () => {
    expect(judge(evidence({ ndcg10: 0.0901 }), rules).passed).toBe(true);
    expect(judge(evidence({ ndcg10: 0.0899 }), rules)).toMatchObject({ passed: false, code: 'gate-rejected' });
  });

  it('compares with the best of the last versions, not only with the live one', () => {
    const versions = [
      { version: 'live', ndcg10: 0.1 },
      { version: 'older', ndcg10: 0.15 },
    ];
    const verdict = judge(evidence({ ndcg10: 0.11, versions }), rules);
    expect(verdict.passed).toBe(false);
    expect(verdict.message).toMatch(/0\.1100 on 500 newest clicks.*0\.1500 \(older\)/);
  });

  it.each([NaN, Infinity, -Infinity])('rejects a loss of %s, however well it ranks', (loss) => {
    expect(judge(evidence({ loss, ndcg10: 1 }), rules)).toMatchObject({ passed: false, code: 'non-finite-loss' });
  });

  it('rejects a figure that is not a number', () => {
    expect(judge(evidence({ ndcg10: NaN }), rules).passed).toBe(false);
    const heldOut = { clicks: 500, ndcg10: NaN, popularity: 0 };
    expect(judge(evidence({ versions: [], heldOut }), rules).passed).toBe(false);
  });

  it('lets the popularity baseline decide where too few clicks remain', () => {
    const heldOut = { clicks: 80, ndcg10: 0.05, popularity: 0.04 };
    // Worse than the live one on the few clicks, which are too few to tell.
    expect(judge(evidence({ clicks: 99, ndcg10: 0.01, heldOut }), rules)).toMatchObject({
      passed: true,
      basis: 'popularity',
    });
    const worse = { ...heldOut, popularity: 0.06 };
    expect(judge(evidence({ clicks: 99, ndcg10: 0.2, heldOut: worse }), rules).passed).toBe(false);
  });

  it('lets the popularity baseline decide on the first version', () => {
    expect(judge(evidence({ versions: [] }), rules)).toMatchObject({ passed: true, basis: 'popularity' });
    const heldOut = { clicks: 500, ndcg10: 0.03, popularity: 0.04 };
    expect(judge(evidence({ versions: [], heldOut }), rules)).toMatchObject({ passed: false, code: 'gate-rejected' });
  });

  it('rejects a candidate that nothing was held out for', () => {
    const heldOut = { clicks: 0, ndcg10: 0, popularity: 0 };
    expect(judge(evidence({ clicks: 0, versions: [], heldOut }), rules).passed).toBe(false);
  });
});
