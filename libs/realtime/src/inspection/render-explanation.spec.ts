import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AccessExplanation } from './access-explanation.js';
import { renderExplanation } from './render-explanation.js';

const USER = { gate: 'connect', check: 'user', verdict: 'admits', code: null, reason: null } as const;
const granted: AccessExplanation = {
  verdict: 'granted',
  user: { userId: 'ann', roles: [] },
  channel: 'a.1',
  template: 'a.{b}',
  params: { b: '1' },
  checks: [USER, { gate: 'subscribe', check: 'scope public', verdict: 'admits', code: null, reason: null }],
};

describe('an explanation as text', () => {
  it('has the answer, and the checks of each gate below its heading', () => {
    expect(renderExplanation(granted).split('\n')).toEqual([
      'Granted: subscribing to "a.1" as user "ann" without roles.',
      'Gate 1, connecting',
      '  user          admits',
      'Gate 2, subscribing to a.{b} with b "1"',
      '  scope public  admits',
    ]);
  });

  it('names no template where the channel is unknown, and shows code and reason', () => {
    const unknown = { gate: 'subscribe', check: 'channel', verdict: 'denies', code: 'FORBIDDEN', reason: 'x' } as const;
    const text = renderExplanation({
      ...granted,
      verdict: 'denied',
      template: null,
      params: {},
      checks: [USER, unknown],
    });
    expect(text.split('\n').slice(3)).toEqual(['Gate 2, subscribing', '  channel  denies  FORBIDDEN: x']);
  });

  it('is safe for a terminal, whatever its texts hold', () => {
    const text = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(text, text, text, (one, other, third) => {
        const check = { ...USER, check: one, reason: other };
        const lines = renderExplanation({
          ...granted,
          user: { userId: one, roles: [other] },
          channel: third,
          params: { b: third },
          checks: [check, { ...check, gate: 'subscribe' }],
        }).split('\n');
        expect(lines).toHaveLength(5);
        for (const line of lines) expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      }),
    );
  });
});
