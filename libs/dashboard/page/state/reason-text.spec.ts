import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { reasonText } from './reason-text.js';

describe('the reason of a refusal', () => {
  it.each([
    ['scope {"role":"admin"} forbids', 'the scope asks for the role admin'],
    ['scope {"userScoped":"owner"} forbids', 'the scope asks for the user of {owner}'],
    ['scope {"sessionScoped":"ref"} forbids', 'the scope asks for the session of {ref}'],
    ['scope "authenticated" forbids', 'scope "authenticated" forbids'],
    ['scope {"role":} forbids', 'scope {"role":} forbids'],
    ['RoomMemberGuard: ann is no member', 'RoomMemberGuard: ann is no member'],
  ])('%s reads %s', (reason, text) => {
    expect(reasonText(reason)).toBe(text);
  });

  it('stays as it is where it is no reason of a scope, whatever it is', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(reasonText(text)).toBe(text);
        expect(reasonText(`scope {${JSON.stringify(text)}:1} forbids`)).toBe(
          `scope {${JSON.stringify(text)}:1} forbids`,
        );
      }),
    );
  });
});
